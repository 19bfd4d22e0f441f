//! Aggregates: the list of them, and the states that rows are folded into.
//!
//! A state skips NULLs itself. Those with DISTINCT are told apart by the executor beforehand.

mod collect;
mod documents;
mod logic;
mod numbers;

use collect::{ArrayAgg, ArrayOfArrays, StringAgg};
use documents::{JsonArray, JsonObject};
use logic::{All, AnyOf, Count, Largest, Smallest};
use numbers::{AvgFloat, AvgInt, AvgNumeric, SumFloat, SumInt, SumInt8, SumNumeric};

use super::declare::aggregates;

aggregates! { pub(super) AGGREGATES:
    2803 count() -> Int8, Count::default();
    2147 count(Any) -> Int8, Count::default();
    2107 sum(Int8) -> Numeric, SumInt8::default();
    2108 sum(Int4) -> Int8, SumInt::default();
    2109 sum(Int2) -> Int8, SumInt::default();
    2111 sum(Float8) -> Float8, SumFloat::default();
    2114 sum(Numeric) -> Numeric, SumNumeric::default();
    2100 avg(Int8) -> Numeric, AvgInt::default();
    2101 avg(Int4) -> Numeric, AvgInt::default();
    2102 avg(Int2) -> Numeric, AvgInt::default();
    2103 avg(Numeric) -> Numeric, AvgNumeric::default();
    2105 avg(Float8) -> Float8, AvgFloat::default();
    2050 max(AnyArray) -> AnyArray, Largest::default();
    2115 max(Int8) -> Int8, Largest::default();
    2116 max(Int4) -> Int4, Largest::default();
    2117 max(Int2) -> Int2, Largest::default();
    2118 max(Oid) -> Oid, Largest::default();
    2120 max(Float8) -> Float8, Largest::default();
    2127 max(Timestamptz) -> Timestamptz, Largest::default();
    2129 max(Text) -> Text, Largest::default();
    2130 max(Numeric) -> Numeric, Largest::default();
    2051 min(AnyArray) -> AnyArray, Smallest::default();
    2131 min(Int8) -> Int8, Smallest::default();
    2132 min(Int4) -> Int4, Smallest::default();
    2133 min(Int2) -> Int2, Smallest::default();
    2134 min(Oid) -> Oid, Smallest::default();
    2136 min(Float8) -> Float8, Smallest::default();
    2143 min(Timestamptz) -> Timestamptz, Smallest::default();
    2145 min(Text) -> Text, Smallest::default();
    2146 min(Numeric) -> Numeric, Smallest::default();
    2517 bool_and(Bool) -> Bool, All::default();
    2518 bool_or(Bool) -> Bool, AnyOf::default();
    2519 every(Bool) -> Bool, All::default();
    2335 array_agg(AnyElement) -> AnyArray, ArrayAgg::default();
    4053 array_agg(AnyArray) -> AnyArray, ArrayOfArrays::default();
    3267 jsonb_agg(AnyElement) -> Jsonb, JsonArray::default();
    3267 jsonb_agg(AnyArray) -> Jsonb, JsonArray::default();
    3270 jsonb_object_agg(Any, Any) -> Jsonb, JsonObject::default();
    3538 string_agg(Text, Text) -> Text, StringAgg::default();
    3545 string_agg(Bytea, Bytea) -> Bytea, StringAgg::default();
}

#[cfg(test)]
mod tests;
