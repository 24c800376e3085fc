//! The order of the folders: an arrow between two of them runs one way only, so that each can be read without those that
//! come after it. And names: no two types of a crate share one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A crate, and its folders and files in their order: each uses only those before it.
struct Crate {
    sources: &'static str,
    order: &'static [&'static str],
}

const CRATES: [Crate; 4] = [
    Crate {
        sources: "cors-core/src",
        order: &["key", "rule", "engine", "explain", "adapter", "compile", "browser", "__private"],
    },
    Crate { sources: "cors-macros/src", order: &["expand"] },
    Crate {
        sources: "cors-actix/src",
        order: &[
            "request",
            "report",
            "path",
            "held",
            "response",
            "policy",
            "options",
            "refuse",
            "route",
            "future",
            "attribute",
            "startup",
            "service",
            "hosts",
            "cors",
            "guide",
            "policy_macro",
        ],
    },
    Crate {
        sources: "cors-cli/src",
        order: &[
            "report",
            "args",
            "syntax",
            "places",
            "positions",
            "policy_file",
            "judge",
            "fix",
            "call",
            "exchange",
            "explain",
            "export",
            "diff",
            "import",
            "check",
            "audit",
            "probe",
        ],
    },
];

#[test]
fn arrows_between_folders_run_one_way() {
    for Crate { sources, order } in CRATES {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(sources);
        let exported = exports(&read(&sources.join("lib.rs")));
        let arrows = arrows(&sources, &exported);
        let position = |room: &str| {
            let position = order.iter().position(|known| *known == room);
            position
                .unwrap_or_else(|| panic!("{}: where does `{room}` come in the order?", sources.display()))
        };
        for ((from, to), file) in &arrows {
            assert!(
                position(from) >= position(to),
                "{} uses `{to}`, which comes after `{from}`",
                file.display()
            );
        }
        assert!(arrows.is_empty() == (order.len() == 1), "{}: no arrow is found", sources.display());
    }
}

#[test]
fn no_two_types_of_a_crate_share_a_name() {
    for Crate { sources, .. } in CRATES {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(sources);
        let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
        for file in files(&sources) {
            for name in types(&read(&file)) {
                if let Some(other) = first.insert(name.clone(), file.clone()) {
                    panic!("`{name}` is a type in {} and in {}", other.display(), file.display());
                }
            }
        }
        assert!(first.len() > 10, "{}: few types are found", sources.display());
    }
}

type Arrows = BTreeMap<(String, String), PathBuf>;

/// What uses what, with a file that does.
fn arrows(sources: &Path, exported: &BTreeMap<String, String>) -> Arrows {
    let mut arrows = Arrows::new();
    for file in files(sources) {
        let inside = file.strip_prefix(sources).expect("it lies there");
        let room = inside.iter().next().map(|room| room.to_string_lossy().trim_end_matches(".rs").to_owned());
        let room = room.filter(|room| room != "lib").unwrap_or_default();
        if room.is_empty() || file.ends_with("tests.rs") {
            continue;
        }
        for name in used(&read(&file)) {
            let to = exported.get(&name).unwrap_or(&name);
            // A macro that is exported lies at the root, wherever it is written.
            if *to != room && !to.starts_with("__c") {
                arrows.entry((room.clone(), to.clone())).or_insert_with(|| file.clone());
            }
        }
    }
    arrows
}

/// The names that follow `crate::`, without tests and comments.
fn used(source: &str) -> BTreeSet<String> {
    let code: Vec<&str> =
        source.lines().take_while(|line| !is_tests(line)).filter(|line| !is_comment(line)).collect();
    let code = code.join("\n");
    let mut names = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{').and_then(|list| list.split_once('}')) {
            Some((list, _)) => names.extend(list.split(',').map(|item| word(item.trim_start()))),
            None => _ = names.insert(word(rest)),
        }
    }
    names.remove("");
    names
}

/// The structs, enums, unions and traits that a file declares, without tests and comments.
fn types(source: &str) -> Vec<String> {
    let code = source.lines().take_while(|line| !is_tests(line)).filter(|line| !is_comment(line));
    let declared = code.filter_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
        let is_type = matches!(words.next(), Some("struct" | "enum" | "union" | "trait"));
        words.next().filter(|_| is_type).map(word)
    });
    declared.filter(|name| !name.is_empty()).collect()
}

fn is_tests(line: &str) -> bool {
    line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test")
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect()
}

/// What `lib.rs` exports, and from where.
fn exports(lib: &str) -> BTreeMap<String, String> {
    let statements = lib.split("pub use ").skip(1).filter_map(|rest| rest.split_once(';'));
    let statements =
        statements.filter_map(|(statement, _)| statement.rsplit_once("::").zip(statement.split_once("::")));
    statements
        .flat_map(|((_, names), (room, _))| {
            let names = names.trim_matches(['{', '}', ' ', '\n']).split(',').map(|name| word(name.trim()));
            names.filter(|name| !name.is_empty()).map(|name| (name, room.to_owned())).collect::<Vec<_>>()
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder is read").path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
