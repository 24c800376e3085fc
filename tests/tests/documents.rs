//! What the documents tell people to do: only to add crates that exist and are ours, and only to follow links that lead
//! somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates that we publish.
const OURS: [&str; 4] = ["cors-actix", "cors-cli", "cors-engine", "cors-macros"];

/// Crates and tools of others that a document may name, for each is what its name says.
const OTHERS: [&str; 11] = [
    "actix-web",
    "cargo-deny",
    "cargo-fuzz",
    "cargo-mutants",
    "metrics",
    "serde",
    "serde_json",
    "tokio",
    "toml",
    "tracing",
    "tracing-subscriber",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the workspace").to_owned()
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !(name.starts_with('.') || matches!(name, "target" | "node_modules" | "seeds" | "corpus")) {
                files(&path, extension, found);
            }
        } else if name.ends_with(extension) {
            found.push(path);
        }
    }
}

/// Every page: Markdown as it is, and what rustdoc makes pages of.
fn pages() -> Vec<(PathBuf, String)> {
    let (root, mut markdown, mut sources) = (root(), Vec::new(), Vec::new());
    files(&root, ".md", &mut markdown);
    for folder in ["cors-core/src", "cors-macros/src", "cors-actix/src", "cors-cli/src", "examples"] {
        files(&root.join(folder), ".rs", &mut sources);
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, text)
    };
    let documentation = |(path, text): (PathBuf, String)| {
        let lines = text.lines().map(str::trim_start);
        let lines = lines.filter_map(|line| line.strip_prefix("///").or_else(|| line.strip_prefix("//!")));
        let text = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        (path, text)
    };
    let pages: Vec<_> =
        markdown.into_iter().map(read).chain(sources.into_iter().map(read).map(documentation)).collect();
    assert!(pages.len() > 40, "only {} pages", pages.len());
    pages
}

/// The names after a command such as `cargo add`, and of the lines below `[dependencies]`.
fn advised(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for command in ["cargo add ", "cargo install ", "cargo update "] {
        for (_, rest) in text.match_indices(command).map(|(at, _)| text.split_at(at + command.len())) {
            let end = rest.find(['`', '\n', ',', ';', '#', ')', '"']).unwrap_or(rest.len());
            let mut words = rest[..end].split_whitespace();
            while let Some(word) = words.next() {
                match word {
                    // The word after these is no crate.
                    "--path" | "--features" | "-F" | "--git" | "--version" => drop(words.next()),
                    _ if word.starts_with('-') || matches!(word, "with" | "and" | "brings") => {}
                    _ => names.push(word.split('@').next().unwrap_or(word).to_owned()),
                }
            }
        }
    }
    let mut is_list = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') {
            is_list = line.contains("dependencies");
        } else if line.starts_with("```") {
            is_list = false;
        } else if let Some((name, _)) = line.split_once('=').filter(|_| is_list) {
            names.push(name.trim().trim_end_matches(".workspace").to_owned());
        }
    }
    names
}

#[test]
fn nobody_is_told_to_add_a_stranger_s_crate() {
    let mut told = BTreeSet::new();
    for (path, text) in pages() {
        for name in advised(&text) {
            assert!(
                OURS.contains(&name.as_str()) || OTHERS.contains(&name.as_str()),
                "{} says to add, install or update `{name}`, which is not ours",
                path.display()
            );
            told.insert(name);
        }
    }
    // What is looked for is found.
    assert!(
        told.contains("cors-actix") && told.contains("cors-engine") && told.contains("cors-cli"),
        "{told:?}"
    );
    let sample = "`cargo add cors-core --features regex`\n```toml\n[dependencies]\ncors = \"1\"\n```\n`cargo update -p x`";
    assert_eq!(advised(sample), ["cors-core", "x", "cors"]);
}

#[test]
fn each_crate_is_published_by_the_name_that_the_documents_use() {
    let mut manifests = Vec::new();
    files(&root(), "Cargo.toml", &mut manifests);
    let mut published = BTreeSet::new();
    for path in manifests {
        let text = fs::read_to_string(&path).expect("a manifest can be read");
        let manifest: toml::Table =
            text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let Some(package) = manifest.get("package").and_then(toml::Value::as_table) else { continue };
        let is_private = package.get("publish").and_then(toml::Value::as_bool) == Some(false);
        if !is_private && let Some(name) = package.get("name").and_then(toml::Value::as_str) {
            published.insert(name.to_owned());
        }
    }
    assert_eq!(published.iter().map(String::as_str).collect::<Vec<_>>(), OURS);
}

/// The targets of a page's links, without what stands in code.
fn links(text: &str) -> Vec<String> {
    let mut prose = String::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            // Every other piece is code.
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    let inline = prose.match_indices("](").filter_map(|(at, _)| {
        let rest = &prose[at + 2..];
        Some(rest[..rest.find(')')?].to_owned())
    });
    let references = prose.lines().filter_map(|line| {
        let (name, target) = line.strip_prefix('[')?.split_once("]: ")?;
        (!name.is_empty()).then(|| target.trim().to_owned())
    });
    inline.chain(references).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let heading = heading.to_lowercase().replace(' ', "-");
        heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_in_markdown_lead_somewhere() {
    let (mut count, mut dead) = (0, Vec::new());
    for (path, text) in pages().into_iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "md"))
    {
        let is_rustdoc = path.components().any(|part| part.as_os_str() == "src");
        for link in links(&text) {
            let at = format!("{}: {link}", path.display());
            let (target, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
            if target.starts_with("https://") {
                assert!(!target.contains(char::is_whitespace), "{at}");
                continue;
            }
            // What rustdoc includes names items, which rustdoc checks.
            if is_rustdoc {
                continue;
            }
            assert!(!target.contains(':'), "{at}: neither https nor a file");
            let file = match target {
                "" => path.clone(),
                _ => path.parent().expect("a file stands in a folder").join(target),
            };
            if !file.exists() {
                dead.push(format!("{at}: there is no such file"));
            } else if !anchor.is_empty() && file.extension().is_some_and(|it| it == "md") {
                let there = fs::read_to_string(&file).expect("a page can be read");
                if !anchors(&there).contains(anchor) {
                    dead.push(format!("{at}: there is no such heading"));
                }
            }
            count += 1;
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
    assert!(count > 5, "only {count} links");
}

/// The names of the tests beside each link to a file of tests in a row.
fn named_tests(row: &str) -> Vec<(String, Vec<String>)> {
    let links = row.split("[`").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once("](")?;
        let (file, rest) = rest.split_once(')')?;
        let names = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((file.to_owned(), names))
    });
    links.collect()
}

#[test]
fn each_promise_names_tests_that_exist() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md can be read");
    let (page, table) = text.split_once("## The tests of each promise").expect("SECURITY.md has the table");
    let rows: Vec<_> =
        table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ")).skip(1).collect();
    for (promise, row) in &rows {
        let files = named_tests(row);
        assert!(!files.is_empty(), "{promise}: no test");
        for (file, names) in files {
            let source = fs::read_to_string(root().join(&file));
            let source = source.unwrap_or_else(|error| panic!("{promise}: {file}: {error}"));
            assert!(!names.is_empty(), "{promise}: no test of {file}");
            for name in names {
                let before = source.split(&format!("fn {name}(")).next().filter(|it| it.len() < source.len());
                let before = before.unwrap_or_else(|| panic!("{promise}: {file} has no `{name}`"));
                let attributes = before.rsplit("\n\n").next().unwrap_or_default();
                assert!(attributes.contains("test]"), "{promise}: `{name}` of {file} is no test");
            }
        }
    }
    let promises =
        page.split("## What the library promises").nth(1).and_then(|rest| rest.split("\n## ").next());
    let promises = promises.expect("SECURITY.md says what is promised").lines();
    let numbers = promises.filter_map(|line| Some(line.split_once(". ")?.0.to_owned()));
    let numbers = numbers.filter(|number| number.parse::<u8>().is_ok());
    let mut promised: Vec<_> = numbers.collect();
    promised.extend((1..=4).map(|number| format!("P{number}")));
    assert!(promised.len() > 8, "{promised:?}");
    for promise in promised {
        assert!(rows.iter().any(|(of, _)| **of == *promise), "no row says what tests promise {promise}");
    }
}

/// Beginnings of words in British spelling.
const BRITISH: [&str; 18] = [
    "behaviour",
    "cancelled",
    "catalogue",
    "colour",
    "defence",
    "favour",
    "honour",
    "initialis",
    "labelled",
    "licence",
    "minimis",
    "misspelt",
    "neighbour",
    "normalis",
    "optimis",
    "recognis",
    "serialis",
    "spelt",
];

/// Where such a word is right: an anchor of a standard, a regex about both spellings, and a key that does not exist.
const NOT_OURS: [&str; 3] = ["ascii-serialisation-of-an-origin", "colour.com", "colour: {"];

#[test]
fn spelling_is_american() {
    let (root, mut paths, mut found) = (root(), Vec::new(), Vec::new());
    for extension in [".md", ".rs"] {
        files(&root, extension, &mut paths);
    }
    paths.retain(|path| !path.ends_with("tests/tests/documents.rs"));
    assert!(paths.len() > 200, "only {} files", paths.len());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (number, line) in text.lines().enumerate() {
            let lower = NOT_OURS.iter().fold(line.to_lowercase(), |line, right| line.replace(right, ""));
            let mut words = lower.split(|c: char| !c.is_alphabetic());
            if let Some(word) = words.find(|word| BRITISH.iter().any(|british| word.starts_with(british))) {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "British spelling:\n{}", found.join("\n"));
}
