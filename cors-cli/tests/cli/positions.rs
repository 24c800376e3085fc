//! The reported place of a violation contains what the violation is about, in each format.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::cors;
use crate::written::{self, Chance, Format};

/// How many policies are made up.
const COUNT: u64 = 300;

#[test]
fn what_stands_at_a_place_is_what_the_violation_names() {
    for format in Format::ALL {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("places_{}", format.extension()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder is there");
        for seed in 0..COUNT {
            let mut chance = Chance(seed);
            let blocks = written::blocks(&mut chance);
            let text = written::file(format, &blocks, &mut chance);
            let path = folder.join(format!("{seed:03}.{}", format.extension()));
            fs::write(path, text).expect("the folder is there");
        }
        let all = folder.join("*");
        let run = cors(&["check", all.to_str().expect("it is UTF-8"), "--format", "json"]);
        let violations: Vec<Value> =
            serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        let (mut placed, mut nowhere) = (0, 0);
        for violation in &violations {
            match violation.get("line") {
                Some(_) => placed += 1,
                None => nowhere += 1,
            }
            holds(format, violation);
        }
        assert!(placed > 10 * COUNT as usize / 4, "{format:?}: {placed} have a place, {nowhere} have none");
    }
}

/// What is nowhere is a key that is missing.
fn holds(format: Format, violation: &Value) {
    let text = |name: &str| violation[name].as_str().unwrap_or_default();
    if violation.get("line").is_none() {
        assert_eq!(text("rule"), "empty_origins", "{format:?} has no place: {violation:#}");
        return;
    }
    let file = fs::read_to_string(text("file")).expect("it is there");
    let number = |name: &str| violation[name].as_u64().unwrap_or_default() as usize;
    let (start, end) = ((number("line"), number("column")), (number("end_line"), number("end_column")));
    let slice = slice(file.trim_start_matches('\u{feff}'), start, end);
    // A block that lacks its origins, a key that is none, and one that stands twice.
    if format.key(&slice).is_some_and(|key| [text("key"), text("mode")].contains(&&*key)) {
        return;
    }
    let found = format
        .value(&slice, start.1)
        .unwrap_or_else(|| panic!("{format:?} {slice:?} is no value: {violation:#}\n{file}"));
    let named = &violation["value"];
    assert!(
        named.is_null() || words(&found).iter().any(|word| *named == **word),
        "{format:?} {slice:?} {found}: {violation:#}\n{file}"
    );
}

/// The characters from one line and column to another, each counted from 1.
fn slice(text: &str, start: (usize, usize), end: (usize, usize)) -> String {
    let mut at = (1, 1);
    let mut out = String::new();
    for letter in text.chars() {
        if at >= start && at < end {
            out.push(letter);
        }
        at = if letter == '\n' { (at.0 + 1, 1) } else { (at.0, at.1 + 1) };
    }
    out
}

/// How a violation may name a value.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(fields) => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            let within = fields.iter().filter(|(name, _)| *name != "expect" && *name != "reason");
            let within = within.flat_map(|(_, value)| words(value));
            within.chain([format!("{{ {} }}", names.join(", "))]).collect()
        }
        Value::Array(_) => vec!["[…]".into()],
        value => vec![value.to_string()],
    }
}
