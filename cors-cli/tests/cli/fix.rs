//! `cors check --fix` in each format: the slips that people made, random policies, and what stays as it was.

use std::fs;
use std::path::{Path, PathBuf};

use cors_engine::{Config, Mode, Policy};

use crate::program::{Run, cors};
use crate::written::{self, Chance, Format, ORIGINS, Value};

/// How many policies are made up.
const COUNT: u64 = 60;

fn folder(name: &str, format: Format) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}_{}", format.extension()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder is there");
    folder
}

fn fix(folder: &Path) -> Run {
    let all = folder.join("*");
    let run = cors(&["check", all.to_str().expect("it is UTF-8"), "--fix", "--all"]);
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    run
}

fn config(format: Format, text: &str) -> Result<Config, String> {
    let text = text.trim_start_matches('\u{feff}');
    let draft: Result<cors_engine::Draft, String> = match format {
        Format::Toml => toml::from_str(text).map_err(|error| error.to_string()),
        Format::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
        Format::Yaml => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
    };
    draft.map(cors_engine::Draft::into_config)
}

fn policy(format: Format, path: &Path, mode: Mode) -> Result<Policy, String> {
    let text = fs::read_to_string(path).expect("it is there");
    config(format, &text)?.policy(mode).map_err(|violations| format!("{violations}\n{text}"))
}

/// The entry, what was meant by it, and whether a text that keeps the rules serves that.
fn slips() -> Vec<(Value, Vec<&'static str>, bool)> {
    let lines = include_str!("../../../tests/properties/data/slips.txt").lines();
    let slip = |line: &'static str| {
        let (entry, meant) = line.split_once(" =>").unwrap_or_else(|| panic!("{line}: no arrow"));
        let entry = match entry.strip_prefix("re:") {
            Some(regex) => Value::Table(vec![("regex", Value::Text(regex))]),
            None => Value::Text(entry),
        };
        let can_be_had = !meant.starts_with('!');
        (entry, meant.trim_start_matches('!').split_whitespace().collect(), can_be_had)
    };
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(slip).collect()
}

#[test]
fn slips_are_mended_and_serve_whom_they_were_meant_for() {
    for format in Format::ALL {
        let folder = folder("slips", format);
        let path = |index: usize| folder.join(format!("{index:03}.{}", format.extension()));
        let mut before = Vec::new();
        for (index, (entry, ..)) in slips().into_iter().enumerate() {
            let blocks = vec![("", vec![("origins", Value::List(vec![entry]))])];
            let text = written::file(format, &blocks, &mut Chance(index as u64));
            fs::write(path(index), &text).expect("the folder is there");
            before.push(text);
        }
        fix(&folder);
        for (index, (entry, meant, can_be_had)) in slips().into_iter().enumerate() {
            match policy(format, &path(index), Mode::Production) {
                Ok(policy) => {
                    assert!(can_be_had, "{format:?} {entry:?}: nothing is proposed for this");
                    for origin in meant {
                        assert!(
                            policy.allows_origin(origin.as_bytes()),
                            "{format:?} {entry:?}: {origin} is shut out"
                        );
                    }
                }
                Err(left) => {
                    assert!(!can_be_had, "{format:?} {entry:?}: {left}");
                    assert_eq!(
                        fs::read_to_string(path(index)).expect("it is there"),
                        before[index],
                        "{entry:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn files_made_by_chance_are_mended_once_and_lose_nothing() {
    for format in Format::ALL {
        let folder = folder("mended", format);
        let mut files = Vec::new();
        for seed in 0..COUNT {
            let mut chance = Chance(seed);
            let blocks = written::blocks(&mut chance);
            let text = written::file(format, &blocks, &mut chance);
            let path = folder.join(format!("{seed:03}.{}", format.extension()));
            fs::write(&path, &text).expect("the folder is there");
            files.push((path, text));
        }
        fix(&folder);
        let mut changed = 0;
        for (path, before) in &mut files {
            let after = fs::read_to_string(&*path).expect("it is there");
            changed += usize::from(after != *before);
            let comments = |text: &str| text.matches("# ").count();
            assert!(
                comments(&after) >= comments(before),
                "{}: a comment is lost\n{before}\n\n{after}",
                path.display()
            );
            assert_eq!(after.starts_with('\u{feff}'), before.starts_with('\u{feff}'), "{}", path.display());
            let bare = |text: &str| text.matches('\n').count() != text.matches("\r\n").count();
            assert!(bare(before) || !bare(&after), "{}: two kinds of line ends\n{after:?}", path.display());
            let (old, new) = (config(format, before), config(format, &after));
            let (old, new) =
                (old.expect("it is a policy"), new.unwrap_or_else(|error| panic!("{error}\n{after}")));
            for mode in [Mode::Production, Mode::Development] {
                let Ok(old) = old.policy(mode) else { continue };
                let new = new.policy(mode).unwrap_or_else(|error| panic!("{error}\n{before}\n\n{after}"));
                for origin in ORIGINS {
                    let [old, new] = [&old, &new].map(|policy| policy.allows_origin(origin.as_bytes()));
                    assert_eq!(old, new, "{origin} in {mode}\n{before}\n\n{after}");
                }
            }
            *before = after;
        }
        assert!(changed > COUNT as usize / 2, "{format:?}: {changed} are changed");
        let again = fix(&folder);
        assert!(!again.out.contains("\n+++ "), "{format:?}: {}", again.out);
        for (path, before) in files {
            assert_eq!(fs::read_to_string(&path).expect("it is there"), before, "{}", path.display());
        }
    }
}

/// Each file, and what becomes of it.
#[test]
fn what_stands_around_a_mistake_stays() {
    for (name, extension, before, after) in [
        (
            "a list of lines",
            "yaml",
            "# who may call\nmethods: [GET, patch] # both\norigins:\n  # the shop\n  - shop.example/  # old\n  - 'https://b.example'\nheaders:\n- dnt # once\n- x-a\n",
            "# who may call\nmethods: [GET, PATCH] # both\norigins:\n  # the shop\n  - https://shop.example  # old\n  - 'https://b.example'\nheaders:\n# once\n- x-a\n",
        ),
        (
            "one entry that is several",
            "yaml",
            "origins:\n    - https://a.example, https://b.example # both\n    - https://c.example\n",
            "origins:\n    - https://a.example # both\n    - https://b.example\n    - https://c.example\n",
        ),
        (
            "a list that is left with nothing",
            "yaml",
            "origins: [https://a.example]\nheaders:\n  - dnt\nmax_age: 60\n",
            "origins: [https://a.example]\nheaders: []\nmax_age: 60\n",
        ),
        (
            "a key",
            "yaml",
            "production:\n  orgins: [ https://a.example ]\n",
            "production:\n  origins: [ https://a.example ]\n",
        ),
        (
            "a block",
            "toml",
            "[prod] # live\norigins = [\"a.example\"]\n[Development]\norigins = \"any\"\n",
            "[production] # live\norigins = [\"https://a.example\"]\n[development]\norigins = \"any\"\n",
        ),
        (
            "a block of YAML",
            "yaml",
            "prod:\n  origins: [https://a.example]\n'dev':\n  origins: any\n",
            "production:\n  origins: [https://a.example]\n'development':\n  origins: any\n",
        ),
        (
            "a block of JSON",
            "json",
            "{ \"prod\": { \"orgins\": [\"a.example\"] } }\n",
            "{ \"production\": { \"origins\": [\"https://a.example\"] } }\n",
        ),
        (
            "a block that is there already",
            "toml",
            "[prod]\norigins = [\"https://a.example\"]\n[production]\ntiming = true\n",
            "[prod]\norigins = [\"https://a.example\"]\n[production]\ntiming = true\n",
        ),
        (
            "two that stand for one block",
            "toml",
            "[prod]\norigins = [\"https://a.example\"]\n[live]\ntiming = true\n",
            "[prod]\norigins = [\"https://a.example\"]\n[live]\ntiming = true\n",
        ),
        (
            "a key that is there already",
            "yaml",
            "origins:\n- https://a.example\norgins: ['https://b.example']\nmax_age: 60\n",
            "origins:\n- https://a.example\n- 'https://b.example'\nmax_age: 60\n",
        ),
        (
            "a rule",
            "toml",
            "origins = \"any\"\nexpect = [{ rule = 'any_orign', reason = \"public\" }] # so\n",
            "origins = \"any\"\nexpect = [{ rule = 'any_origin', reason = \"public\" }] # so\n",
        ),
        (
            "any",
            "json",
            "{\n\t\"origins\": [\"https://a.example\"],\n\t\"headers\": [\"*\"]\n}\n",
            "{\n\t\"origins\": [\"https://a.example\"],\n\t\"headers\": \"any\"\n}\n",
        ),
        (
            "the last of a list",
            "json",
            "{\n  \"origins\": [\n    \"https:\\/\\/a.example\",\n    \"shop.example\\/\"\n  ],\n  \"headers\": [\"x-a\", \"dnt\"]\n}\n",
            "{\n  \"origins\": [\n    \"https:\\/\\/a.example\",\n    \"https://shop.example\"\n  ],\n  \"headers\": [\"x-a\"]\n}\n",
        ),
        (
            "what is expected for a reason",
            "toml",
            "origins = [\"https://a.example\", { origin = \"http://b.example/\", expect = { rule = \"insecure_origin\", reason = \"a printer\" } }]\n",
            "origins = [\"https://a.example\", { origin = \"http://b.example/\", expect = { rule = \"insecure_origin\", reason = \"a printer\" } }]\n",
        ),
        (
            "what is right in development",
            "toml",
            "origins = [\"http://app.example/\"]\n[development]\nheaders = \"any\"\n",
            "origins = [\"http://app.example/\"]\n[development]\nheaders = \"any\"\n",
        ),
        (
            "what is left of a list",
            "toml",
            "origins = [\"https://a.example\", \"https://A.example\", \"https://a.example/\"]\n",
            "origins = [\"https://a.example\"]\n",
        ),
        (
            "a pattern over others",
            "toml",
            "origins = [\"*.myapp.com\", \"https://shop.myapp.com\", \"https://b.example\"]\n",
            "origins = [\"https://*.myapp.com\", \"https://b.example\"]\n",
        ),
        (
            "a pattern over others, in lines",
            "toml",
            "origins = [\n  # ours\n  \"*.myapp.com\",\n  # the shop\n  \"https://shop.myapp.com\",\n]\n",
            "origins = [\n  # ours\n  \"https://*.myapp.com\",\n  # the shop\n]\n",
        ),
        (
            "a pattern over others in JSON",
            "json",
            "{ \"origins\": [\"https://b.example\", \"*.myapp.com\", \"https://shop.myapp.com\"] }\n",
            "{ \"origins\": [\"https://b.example\", \"https://*.myapp.com\"] }\n",
        ),
        (
            "a pattern over others in YAML",
            "yaml",
            "origins:\n- https://shop.myapp.com # the shop\n- '*.myapp.com'\n- https://b.example\n",
            "origins:\n# the shop\n- 'https://*.myapp.com'\n- https://b.example\n",
        ),
        (
            "what nothing fulfils",
            "yaml",
            "origins: [https://a.example]\nexpect: # none\n- rule: any_origin\n  reason: public\nmax_age: 60\n",
            "origins: [https://a.example]\n# none\nmax_age: 60\n",
        ),
        (
            "line ends",
            "toml",
            "origins = [\"a.example\", \"b.example/\"]\r\n",
            "origins = [\"https://a.example\", \"https://b.example\"]\r\n",
        ),
    ] {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stays").with_extension(extension);
        fs::write(&path, before).expect("the folder is there");
        let run = cors(&["check", path.to_str().expect("it is UTF-8"), "--fix"]);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), after, "{name}: {}", run.out);
    }
}

#[test]
fn a_reason_is_for_a_person_to_write() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reason.toml");
    fs::write(&path, "origins = [\"localhost:3000\"]\n").expect("the folder is there");
    let run = cors(&["check", path.to_str().expect("it is UTF-8"), "--fix"]);
    assert!(run.code == Some(0) && run.out.contains("line 1 allows something"), "{run:?}");
    let run = cors(&["check", "-", "--fix"]);
    assert!(run.code == Some(2) && run.err.contains("standard input cannot be fixed"), "{run:?}");
}
