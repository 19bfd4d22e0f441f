//! Macros by which the files of the types declare functions, operators and casts, one entry a line.

/// Declares the slice `$list` of functions that SQL calls by name. Behind the volatility may
/// stand how it is called: `called_on_null`; `variadic`, which repeats the last argument and is called
/// on NULL as well, as most of that sort; or `variadic_strict`.
///
/// ```ignore
/// functions! { pub(super) FUNCTIONS:
///     1397 abs(Int4) -> Int4, Immutable, abs::<i32>;
///     384 array_to_string(AnyArray, Text, Text) -> Text, Stable called_on_null, array_to_string;
///     3058 concat(Any) -> Text, Stable variadic, concat;
/// }
/// ```
macro_rules! functions {
    ($vis:vis $list:ident: $($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $volatility:ident $($call:ident)?, $eval:expr;)*) => {
        /// All functions of this file that are called by name.
        $vis static $list: &[&$crate::types::Function] = {
            #[allow(unused_imports)]
            use $crate::types::Kind::*;
            &[$(&$crate::types::declare::function!(
                $oid $sql ($($arg),*) -> $result, $volatility $($call)?, $eval
            )),*]
        };
    };
}
pub(crate) use functions;

/// Declares the slice `$list` of operators together with the functions behind them.
///
/// ```ignore
/// operators! { pub(super) OPERATORS:
///     "+" 177 int4pl(Int4, Int4) -> Int4, Immutable, add::<i32>;
///     "||" 378 array_append(AnyArray, AnyElement) -> AnyArray, Immutable called_on_null, append;
/// }
/// ```
macro_rules! operators {
    ($vis:vis $list:ident: $($name:literal $oid:literal $sql:ident ($($arg:expr),+) -> $result:expr, $volatility:ident $($call:ident)?, $eval:expr;)*) => {
        /// All operators of this file.
        $vis static $list: &[$crate::types::Operator] = {
            #[allow(unused_imports)]
            use $crate::types::Kind::*;
            &[$($crate::types::Operator {
                name: $name,
                left: $crate::types::declare::operators!(@left $($arg),+),
                right: $crate::types::declare::operators!(@right $($arg),+),
                function: &$crate::types::declare::function!(
                    $oid $sql ($($arg),+) -> $result, $volatility $($call)?, $eval
                ),
            }),*]
        };
    };
    (@left $right:expr) => { None };
    (@left $left:expr, $right:expr) => { Some($left) };
    (@right $right:expr) => { $right };
    (@right $left:expr, $right:expr) => { $right };
}
pub(crate) use operators;

/// Declares the slice `$list` of casts together with the functions behind them; a cast without one
/// keeps the representation.
///
/// ```ignore
/// casts! { pub(super) CASTS:
///     Int4 => Int8, Implicit, 481 int8 to_int8;
///     Varchar => Text, Implicit;
/// }
/// ```
macro_rules! casts {
    ($vis:vis $list:ident: $($source:expr => $target:expr, $context:ident $(, $oid:literal $sql:ident $eval:expr)?;)*) => {
        /// All casts of this file.
        $vis static $list: &[$crate::types::Cast] = {
            #[allow(unused_imports)]
            use $crate::types::Kind::*;
            &[$($crate::types::Cast {
                source: $source,
                target: $target,
                context: $crate::types::CastContext::$context,
                function: $crate::types::declare::casts!(@function $source, $target $(, $oid $sql $eval)?),
            }),*]
        };
    };
    (@function $source:expr, $target:expr) => { None };
    (@function $source:expr, $target:expr, $oid:literal $sql:ident $eval:expr) => {
        Some(&$crate::types::declare::function!($oid $sql ($source) -> $target, Immutable, $eval))
    };
}
pub(crate) use casts;

/// A function as an expression.
macro_rules! function {
    ($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $volatility:ident, $eval:expr) => {
        $crate::types::declare::function!(@make $oid $sql [$($arg),*] $result, $volatility, true, $eval)
    };
    ($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $volatility:ident called_on_null, $eval:expr) => {
        $crate::types::declare::function!(@make $oid $sql [$($arg),*] $result, $volatility, false, $eval)
    };
    ($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $volatility:ident variadic, $eval:expr) => {
        $crate::types::Function {
            variadic: true,
            ..$crate::types::declare::function!(@make $oid $sql [$($arg),*] $result, $volatility, false, $eval)
        }
    };
    ($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $volatility:ident variadic_strict, $eval:expr) => {
        $crate::types::Function {
            variadic: true,
            ..$crate::types::declare::function!(@make $oid $sql [$($arg),*] $result, $volatility, true, $eval)
        }
    };
    (@make $oid:literal $sql:ident [$($arg:expr),*] $result:expr, $volatility:ident, $strict:literal, $eval:expr) => {
        $crate::types::Function {
            oid: $oid,
            name: stringify!($sql),
            args: &[$($arg),*],
            variadic: false,
            result: $result,
            strict: $strict,
            volatility: $crate::types::Volatility::$volatility,
            eval: $eval,
        }
    };
}
pub(crate) use function;

/// Declares the slice `$list` of aggregates, each with the state that has seen no row.
///
/// ```ignore
/// aggregates! { pub(super) AGGREGATES:
///     2803 count() -> Int8, Count::default();
/// }
/// ```
macro_rules! aggregates {
    ($vis:vis $list:ident: $($oid:literal $sql:ident ($($arg:expr),*) -> $result:expr, $state:expr;)*) => {
        /// All aggregates of this file.
        $vis static $list: &[$crate::types::Aggregate] = {
            #[allow(unused_imports)]
            use $crate::types::Kind::*;
            &[$($crate::types::Aggregate {
                oid: $oid,
                name: stringify!($sql),
                args: &[$($arg),*],
                result: $result,
                start: || Box::new($state),
            }),*]
        };
    };
}
pub(crate) use aggregates;
