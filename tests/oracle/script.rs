//! Reads a suite script as psql reads it: statements end at a `;` outside strings, comments and parentheses.
//!
//! Beside SQL a script has: `\;` (joins statements into one Query), `\c` (reconnects), data after `COPY ... FROM
//! stdin` up to `\.`, `@name STATEMENT` (on the session of that name, to the end of the line), and the comments
//! `--@count off`, `--@count on` and `--@bind ["1", null]` (values for the next statement's parameters).

use regex::Regex;
use std::sync::LazyLock;

/// One statement of a script; `sql` is None for a reconnect.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    pub sql: Option<String>,
    pub line: usize,
    pub session: String,
    pub counted: bool,
    /// Several commands joined by `\;`, which only a simple Query can carry.
    pub joined: bool,
    pub binds: Option<Vec<Option<String>>>,
    pub copy_data: Option<Vec<u8>>,
}

pub const MAIN: &str = "main";

/// What the scanner tells apart; everything else is `Other`, one character long.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Comment,
    Quoted,
    Word,
    Other,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    session: String,
    counted: bool,
    binds: Option<Vec<Option<String>>>,
}

/// All statements of a script.
pub fn read(text: &str) -> Vec<Statement> {
    let mut reader = Reader {
        text,
        at: 0,
        session: MAIN.into(),
        counted: true,
        binds: None,
    };
    std::iter::from_fn(|| reader.statement()).collect()
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn statement(&mut self) -> Option<Statement> {
        self.skip_to_start();
        if self.rest().is_empty() {
            return None;
        }
        let line = self.text[..self.at].matches('\n').count() + 1;
        let (session, counted) = (self.session.clone(), self.counted);
        let mut statement = Statement {
            line,
            session,
            counted,
            ..Statement::default()
        };
        if self.rest().starts_with("\\c") {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            return Some(statement);
        }
        let sql = self.take_sql(&mut statement.joined);
        statement.binds = self.binds.take();
        if takes_data(&sql) {
            statement.copy_data = self.take_data();
        }
        statement.sql = Some(sql);
        Some(statement)
    }

    /// Skips blanks and comments, obeying the directives in them.
    fn skip_to_start(&mut self) {
        static SESSION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^@(\w+)[ \t]+").unwrap());
        loop {
            let blank = self.rest().len() - self.rest().trim_start().len();
            if self.rest()[..blank].contains('\n') {
                self.session = MAIN.into();
            }
            self.at += blank;
            let (kind, size) = token(self.rest());
            if let Some(prefix) = SESSION.captures(self.rest()) {
                let (name, size) = (prefix[1].to_string(), prefix[0].len());
                (self.session, self.at) = (name, self.at + size);
            } else if kind == Kind::Comment {
                self.obey(self.at + size);
                self.at += size;
            } else {
                return;
            }
        }
    }

    fn obey(&mut self, end: usize) {
        let comment = &self.text[self.at..end];
        if let Some(switch) = comment.strip_prefix("--@count") {
            self.counted = switch.trim() == "on";
        } else if let Some(values) = comment.strip_prefix("--@bind") {
            let values: Vec<serde_json::Value> =
                serde_json::from_str(values).expect("--@bind has a JSON list");
            let text = |value: serde_json::Value| match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
            self.binds = Some(values.into_iter().map(text).collect());
        }
    }

    /// The text up to the `;` that ends the statement; on a named session the next line's `@name` ends it too.
    fn take_sql(&mut self, joined: &mut bool) -> String {
        static NEXT_SESSION: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^\n@\w+[ \t]").unwrap());
        let (mut sql, mut depth) = (String::new(), 0_usize);
        while !self.rest().is_empty() {
            if self.session != MAIN && NEXT_SESSION.is_match(self.rest()) {
                break;
            }
            if self.rest().starts_with("\\;") {
                *joined = true;
                sql.push(';');
                self.at += 2;
                continue;
            }
            let (kind, size) = token(self.rest());
            let taken = &self.text[self.at..self.at + size];
            self.at += size;
            match taken {
                ";" if depth == 0 => break,
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "\\" => panic!("a psql command that is not known here: {}", self.rest()),
                _ => {}
            }
            sql += if kind == Kind::Comment { " " } else { taken };
        }
        sql.trim().to_string()
    }

    /// The lines up to `\.`; None when a statement follows instead, because the COPY is one that fails.
    fn take_data(&mut self) -> Option<Vec<u8>> {
        let start = self.at + self.rest().find('\n')? + 1;
        let block = &self.text[start..];
        let end = if block.starts_with("\\.") {
            0
        } else {
            block.find("\n\\.")? + 1
        };
        if block[..end]
            .lines()
            .any(|line| line.trim_end().ends_with(';'))
        {
            return None;
        }
        self.at = start + end + 2;
        Some(block.as_bytes()[..end].to_vec())
    }
}

fn takes_data(sql: &str) -> bool {
    static COPY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?is)^copy\b.*\bfrom\s+stdin\b").unwrap());
    COPY.is_match(sql)
}

/// Kind and length of what stands at the start of some text; a comment or a quoted string is one token.
pub fn token(text: &str) -> (Kind, usize) {
    static DOLLAR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\$(?:[^\W\d]\w*)?\$").unwrap());
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\w[\w$]*").unwrap());
    let Some(first) = text.chars().next() else {
        return (Kind::Other, 0);
    };
    if text.starts_with("--") {
        return (Kind::Comment, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (Kind::Comment, block_comment(text));
    }
    if first == '\'' || first == '"' {
        return (Kind::Quoted, quoted(text, first, false));
    }
    if text.starts_with("E'") || text.starts_with("e'") {
        return (Kind::Quoted, 1 + quoted(&text[1..], '\'', true));
    }
    if let Some(mark) = DOLLAR.find(text) {
        let end = text[mark.end()..]
            .find(mark.as_str())
            .map(|at| at + 2 * mark.len());
        return (Kind::Quoted, end.unwrap_or(text.len()));
    }
    match WORD.find(text) {
        Some(word) => (Kind::Word, word.len()),
        None => (Kind::Other, first.len_utf8()),
    }
}

/// The length of a comment that starts at the text's start, and of those nested in it.
fn block_comment(text: &str) -> usize {
    static MARK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"/\*|\*/").unwrap());
    let mut depth = 0;
    for mark in MARK.find_iter(text) {
        depth += if mark.as_str() == "/*" { 1 } else { -1 };
        if depth == 0 {
            return mark.end();
        }
    }
    text.len()
}

/// The length of a quoted string with its quotes; a doubled quote does not end it, nor does `\'` with `escapes`.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

/// The statement's words outside parentheses in lower case, without comments and the insides of strings: enough to
/// see a top-level ORDER BY or LIMIT.
pub fn skeleton(sql: &str) -> String {
    let (mut out, mut depth, mut at) = (String::new(), 0_usize, 0);
    while at < sql.len() {
        let (kind, size) = token(&sql[at..]);
        let taken = &sql[at..at + size];
        at += size;
        depth += usize::from(taken == "(");
        if depth == 0 {
            out += match kind {
                Kind::Comment => " ",
                Kind::Quoted if !taken.starts_with('"') => "''",
                _ => taken,
            };
        }
        depth = depth.saturating_sub(usize::from(taken == ")"));
    }
    out.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<String> {
        read(script)
            .into_iter()
            .map(|statement| statement.sql.unwrap_or("(reconnect)".into()))
            .collect()
    }

    #[test]
    fn only_a_bare_semicolon_ends_a_statement() {
        let script = "SELECT 'a;b', E'\\';', \"c;d\", $$;$$, $q$;$$;$q$; /* ; /* ; */ ; */ VALUES (1); -- ;\n\
            CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 1\\; SELECT 2;";
        assert_eq!(
            texts(script),
            [
                "SELECT 'a;b', E'\\';', \"c;d\", $$;$$, $q$;$$;$q$",
                "VALUES (1)",
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
                "SELECT 1; SELECT 2",
            ]
        );
    }

    #[test]
    fn directives_apply_to_what_follows_them() {
        let script =
            "--@count off\nSELECT 1;\n--@count on\n--@bind [\"1\", null, 2]\nSELECT $1;\nSELECT 2;";
        let read = read(script);
        assert_eq!(
            read.iter().map(|s| s.counted).collect::<Vec<_>>(),
            [false, true, true]
        );
        assert_eq!(
            read[1].binds,
            Some(vec![Some("1".into()), None, Some("2".into())])
        );
        assert_eq!((read[2].binds.as_ref(), read[2].line), (None, 6));
    }

    #[test]
    fn a_session_is_named_to_the_end_of_its_line() {
        let read = read("@c1 BEGIN; SELECT 1\n@c2 SELECT 2;\nSELECT 3;\n\\c\nSELECT 4");
        let seen: Vec<_> = read
            .iter()
            .map(|s| (s.session.as_str(), s.sql.as_deref()))
            .collect();
        assert_eq!(
            seen,
            [
                ("c1", Some("BEGIN")),
                ("c1", Some("SELECT 1")),
                ("c2", Some("SELECT 2")),
                (MAIN, Some("SELECT 3")),
                (MAIN, None),
                (MAIN, Some("SELECT 4")),
            ]
        );
    }

    #[test]
    fn copy_takes_its_data_along() {
        let read =
            read("COPY t FROM stdin;\n1\ta;b\n\\.\nSELECT 1;\nCOPY nowhere FROM stdin;\nSELECT 2;");
        assert_eq!(read[0].copy_data.as_deref(), Some(&b"1\ta;b\n"[..]));
        assert_eq!(read[1].sql.as_deref(), Some("SELECT 1"));
        assert_eq!((read[2].copy_data.as_ref(), read.len()), (None, 4));
    }

    #[test]
    fn a_skeleton_has_the_top_level_only() {
        let sql = "SELECT a -- order by\n FROM (SELECT 1 ORDER BY 1) x WHERE b = 'order by' Order  By \"c\" LIMIT 3";
        assert_eq!(
            skeleton(sql),
            "select a from x where b = '' order by \"c\" limit 3"
        );
    }
}
