//! Walks canonical text without making a tree: what is not asked for is skipped. The text comes
//! from [`Json`](super::Json)'s printer, so separators are known and nothing is checked.

/// The items of an array, or the keys and values of an object by turns.
pub struct Items<'a> {
    text: &'a str,
    at: usize,
}

/// The items of a container; none of a scalar.
pub fn items(container: &str) -> Items<'_> {
    let at = if is_container(container) {
        1
    } else {
        container.len()
    };
    Items {
        text: container,
        at,
    }
}

fn is_container(json: &str) -> bool {
    json.starts_with(['[', '{'])
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        if matches!(bytes.get(self.at), None | Some(b']' | b'}')) {
            return None;
        }
        let start = self.at;
        let end = skip(bytes, start);
        self.at = match bytes.get(end) {
            // The separator is followed by a space.
            Some(b',' | b':') => end + 2,
            _ => end,
        };
        self.text.get(start..end)
    }
}

/// Where the value that starts at `at` ends.
fn skip(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => skip_string(bytes, at),
        Some(b'{' | b'[') => skip_container(bytes, at),
        _ => {
            let ends = |b: &u8| matches!(b, b',' | b']' | b'}' | b':');
            let rest = bytes.get(at..).unwrap_or_default();
            at + rest.iter().position(ends).unwrap_or(rest.len())
        }
    }
}

fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(b) = bytes.get(at) {
        match b {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn skip_container(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            b'"' => {
                at = skip_string(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// A string as it stands in canonical text.
pub fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    // Writing to a string does not fail.
    let _ = super::tree::write_string(s, &mut out);
    out
}

/// The value of a key; none of what is no object.
pub fn field<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    if !object.starts_with('{') {
        return None;
    }
    let key = quoted(key);
    let mut items = items(object);
    while let (Some(found), Some(value)) = (items.next(), items.next()) {
        if found == key {
            return Some(value);
        }
    }
    None
}

/// An element of an array, counted from 0, or backwards from -1; none of what is no array.
pub fn element(array: &str, index: i64) -> Option<&str> {
    if !array.starts_with('[') {
        return None;
    }
    let index = if index < 0 {
        items(array).count() as i64 + index
    } else {
        index
    };
    items(array).nth(usize::try_from(index).ok()?)
}

/// What a path of keys and subscripts leads to.
pub fn at_path<'a>(json: &'a str, path: &[Option<&str>]) -> Option<&'a str> {
    path.iter()
        .try_fold(json, |json, step| match json.as_bytes().first() {
            Some(b'{') => field(json, (*step)?),
            Some(b'[') => element(json, subscript((*step)?)?),
            _ => None,
        })
}

/// A step of a path as a subscript.
pub fn subscript(step: &str) -> Option<i64> {
    let digits = step.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b');
    digits.parse::<i32>().ok().map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_is_skipped() {
        let json = r#"{"a": [1, {"]": "}\"["}, []], "b\"": {"a": null}, "c,": true, "dd": -1.5}"#;
        assert_eq!(field(json, "b\""), Some(r#"{"a": null}"#));
        assert_eq!(field(json, "dd"), Some("-1.5"));
        assert_eq!(field(json, "c,"), Some("true"));
        assert_eq!(field(json, "x"), None);
        assert_eq!(
            at_path(json, &[Some("a"), Some("1"), Some("]")]),
            Some(r#""}\"[""#)
        );
        assert_eq!(at_path(json, &[Some("a"), Some("-1")]), Some("[]"));
        assert_eq!(at_path(json, &[Some("a"), Some("9")]), None);
        assert_eq!(at_path(json, &[Some("a"), None]), None);
        assert_eq!(items("[]").count(), 0);
        assert_eq!(items("17").count(), 0);
    }
}
