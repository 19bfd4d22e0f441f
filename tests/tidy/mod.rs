//! Rules of the source that no compiler checks: who may import what, what each file starts with, how long it is.

use crate::support::repository;
use regex::Regex;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that grows beyond this, its tests aside, is two files.
const MOST_LINES: usize = 700;

/// Files that git knows, with their text; what is not text is left out.
fn tracked() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(
        listed.status.success(),
        "these tests ask git which files there are"
    );
    let names = String::from_utf8(listed.stdout).unwrap();
    let paths = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from);
    paths
        .filter_map(|path| {
            Some((
                path.clone(),
                std::fs::read_to_string(repository().join(&path)).ok()?,
            ))
        })
        .collect()
}

fn sources() -> Vec<(PathBuf, String)> {
    let rust = |path: &Path| path.extension().is_some_and(|ending| ending == "rs");
    tracked()
        .into_iter()
        .filter(|(path, _)| rust(path))
        .collect()
}

/// Fails with the list of what breaks a rule.
fn assert_none(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = |text: &str| !text.trim_start().starts_with("//!");
    let silent = sources()
        .into_iter()
        .filter(|(_, text)| silent(text))
        .map(|(path, _)| path.display().to_string());
    assert_none(
        "a file starts with //! that says what it is for",
        silent.collect(),
    );
}

#[test]
fn every_folder_has_an_index() {
    let folders = sources()
        .into_iter()
        .filter_map(|(path, _)| Some(path.parent()?.to_path_buf()));
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    folders.dedup();
    folders.retain(|folder| !["src", "tests"].iter().any(|top| folder == Path::new(top)));
    // The settings and the server are one file each, with some of it put aside in a folder.
    let aside = ["src/config", "src/server"].map(Path::new);
    let index = |folder: &Path| match aside.contains(&folder) {
        true => folder.with_extension("rs"),
        false => folder.join("mod.rs"),
    };
    let missing = folders
        .iter()
        .filter(|folder| !repository().join(index(folder)).exists());
    assert_none(
        "a folder of modules has an index",
        missing.map(|folder| folder.display().to_string()).collect(),
    );
}

#[test]
fn no_file_is_too_long() {
    let mut long = Vec::new();
    let sources = sources();
    for (path, text) in &sources {
        if is_for_tests(path, &sources) {
            continue;
        }
        let code = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .count();
        if code > MOST_LINES {
            long.push(format!("{}: {code} lines", path.display()));
        }
    }
    assert_none(
        &format!("a file has at most {MOST_LINES} lines before its tests"),
        long,
    );
}

/// Whether a module is compiled for tests alone, as its folder's index says.
fn is_for_tests(path: &Path, sources: &[(PathBuf, String)]) -> bool {
    let (Some(name), Some(folder)) = (path.file_stem(), path.parent()) else {
        return false;
    };
    let declared = format!(
        r"#\[cfg\(test\)\]\n\s*(pub(\([^)]*\))? )?mod {};",
        name.display()
    );
    let declared = Regex::new(&declared).unwrap();
    let index = [folder.join("mod.rs"), folder.with_extension("rs")];
    let mut indices = sources.iter().filter(|(path, _)| index.contains(path));
    indices.any(|(_, text)| declared.is_match(text))
}

/// Each foreign interface has one owner, so that it can be replaced in one place.
#[test]
fn foreign_crates_are_used_where_they_belong() {
    let mut strangers = Vec::new();
    for (name, home) in [
        ("pgwire", "src/wire"),
        ("sqlparser", "src/sql"),
        ("redb", "src/storage/redb.rs"),
    ] {
        let foreign = Foreign::new(name);
        for (path, text) in sources() {
            let local = path.starts_with("src") && !path.starts_with(home);
            if local && let Some(line) = foreign.named_in(&text) {
                strangers.push(format!(
                    "{} imports {name}: {}",
                    path.display(),
                    line.trim()
                ));
            }
        }
    }
    assert_none("a foreign crate has one home", strangers);
}

/// How a crate is named. A module of ours may have its name: where that is in scope, the crate is written with a `::`
/// before it.
struct Foreign {
    ours: Regex,
    plain: Regex,
    absolute: Regex,
}

impl Foreign {
    fn new(name: &str) -> Foreign {
        let regex = |pattern: String| Regex::new(&pattern).unwrap();
        Foreign {
            ours: regex(format!(
                r"(?m)^\s*(pub(\([^)]*\))? )?(mod |use (super|self|crate\S*)::){name};"
            )),
            plain: regex(format!(r"(^|[^\w:]){name}::\w|\buse {name}\b")),
            absolute: regex(format!(r"(^|[^\w:>])::{name}\b")),
        }
    }

    /// The first line that names it.
    fn named_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_ours = self.ours.is_match(text);
        text.lines().find(|line| {
            let code = line.split("//").next().unwrap_or_default();
            self.absolute.is_match(code) || !is_ours && self.plain.is_match(code)
        })
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let (mut silent, mut in_dependencies, mut explained) = (Vec::new(), false, false);
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies
            && line.contains('=')
            && !line.starts_with([' ', '#', '}', ']'])
            && !explained
        {
            silent.push(line.to_string());
        }
        // One comment may stand before a group of lines.
        explained =
            line.starts_with('#') || explained && !line.trim().is_empty() && !line.starts_with('[');
    }
    let first = manifest
        .split_once("[dependencies]\n")
        .map(|(_, list)| list.starts_with('#'));
    assert_eq!(first, Some(true), "the first dependency has no comment");
    assert_none(
        "a dependency has a comment that says what it is for",
        silent,
    );
}

/// A clone works anywhere: nothing in it knows the machine on which it was written.
#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let top = repository()
        .components()
        .nth(1)
        .map(|top| format!("/{}/", top.as_os_str().to_string_lossy()));
    let own = top.filter(|top| !["/tmp/", "/usr/", "/var/", "/opt/"].contains(&top.as_str()));
    let mut folders: Vec<String> = ["home", "root", "Users"]
        .map(|name| format!("/{name}/"))
        .into();
    folders.extend(own);
    let hosts = Regex::new(r"(?i)(index-url|registry\s*=|find-links|--mirror|https?://[^/\s]*(pypi|npmjs|crates-io|mirror))").unwrap();
    let mut broken = Vec::new();
    for (path, text) in tracked()
        .into_iter()
        .filter(|(path, _)| path != Path::new("Cargo.lock"))
    {
        let this = path.ends_with("tests/tidy/mod.rs");
        for (number, line) in text.lines().enumerate() {
            if folders.iter().any(|folder| line.contains(folder.as_str()))
                || hosts.is_match(line) && !this
            {
                broken.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert_none(
        "no folder of one machine and no package host in the repository",
        broken,
    );
}

/// Lints are obeyed or changed in Cargo.toml, not switched off where they hurt.
#[test]
fn lints_are_not_switched_off_in_the_source() {
    let off = Regex::new(r"#!?\[allow\(([^)]*)\)\]").unwrap();
    let denied = [
        "unwrap_used",
        "print_stdout",
        "print_stderr",
        "unsafe_code",
        "missing_docs",
        "dead_code",
        "todo",
    ];
    let mut broken = Vec::new();
    for (path, text) in sources()
        .into_iter()
        .filter(|(path, _)| path.starts_with("src") && path != Path::new("src/main.rs"))
    {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lints = off.captures_iter(code).map(|found| found[1].to_string());
        for lint in lints.filter(|lint| denied.iter().any(|denied| lint.contains(denied))) {
            broken.push(format!("{}: allow({lint})", path.display()));
        }
    }
    assert_none("a lint is obeyed", broken);
}
