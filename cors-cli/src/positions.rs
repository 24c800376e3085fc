//! Where the settings of a file are, numbered as a `Config` numbers them.

use cors_engine::{Key, Locus, Mode, Place, Rule, Violation};

use crate::places::{Bytes, Field, Node, NodeKind};

/// The places of a file's settings.
#[derive(Debug)]
pub(crate) struct Positions {
    pub(crate) document: Node,
    outer: Vec<FileSetting>,
    production: Option<Block>,
    development: Option<Block>,
}

#[derive(Debug)]
struct Block {
    title: Bytes,
    settings: Vec<FileSetting>,
}

/// One setting: a key with its value, or one element of what `expect` lists.
#[derive(Clone, Debug)]
pub(crate) struct FileSetting {
    pub(crate) field: Field,
    pub(crate) value: Node,
}

impl Positions {
    pub(crate) fn new(document: Node) -> Self {
        let (outer, production, development) = (Vec::new(), None, None);
        let mut positions = Self { document: document.clone(), outer, production, development };
        for field in document.fields() {
            let block = match field.name.as_str() {
                name if name == Mode::Production.name() => &mut positions.production,
                name if name == Mode::Development.name() => &mut positions.development,
                _ => {
                    positions.outer.extend(settings(field));
                    continue;
                }
            };
            let settings = field.value.fields().iter().flat_map(settings);
            match (&field.value.kind, block) {
                // In JSON a block may occur twice: the second continues the first.
                (NodeKind::Table { .. }, Some(block)) => block.settings.extend(settings),
                (NodeKind::Table { .. }, block) => {
                    *block = Some(Block { title: field.key.clone(), settings: settings.collect() });
                }
                // A block with nothing in it is null in YAML. Anything else is a setting of a wrong type.
                (NodeKind::Null, block) => {
                    block.get_or_insert(Block { title: field.key.clone(), settings: Vec::new() });
                }
                _ => positions.outer.push(FileSetting { field: field.clone(), value: field.value.clone() }),
            }
        }
        positions
    }

    /// Where the violation is; `None` if it is about something that is nowhere.
    pub(crate) fn find(&self, violation: &Violation) -> Option<Bytes> {
        let locus = violation.locus();
        if locus.setting.is_none() {
            return self.block(locus.place).map(|block| block.title.clone());
        }
        let setting = self.setting(locus)?;
        let expected = locus.expectation.and_then(|index| setting.expectation(locus.entry, index));
        Some(match (expected, locus.entry.and_then(|entry| setting.list()?.elements().get(entry))) {
            (Some(expectation), _) => expectation.bytes.clone(),
            (None, Some(entry)) => entry.bytes.clone(),
            // An unknown key, or one that occurs twice.
            (None, None) if matches!(violation.rule(), Rule::UnknownKey | Rule::DuplicateEntry) => {
                setting.field.key.clone()
            }
            (None, None) => setting.value.bytes.clone(),
        })
    }

    pub(crate) fn setting(&self, locus: &Locus) -> Option<&FileSetting> {
        self.settings(locus.place).get(locus.setting?)
    }

    /// The settings of a place, in the order in which they are written.
    pub(crate) fn settings(&self, place: Place) -> &[FileSetting] {
        match place {
            Place::Outer => &self.outer,
            place => self.block(place).map_or(&[], |block| &block.settings),
        }
    }

    fn block(&self, place: Place) -> Option<&Block> {
        match place {
            Place::Outer => None,
            Place::Production => self.production.as_ref(),
            Place::Development => self.development.as_ref(),
        }
    }
}

impl FileSetting {
    /// The list of the setting, which may be `{ value = […], expect = … }`.
    pub(crate) fn list(&self) -> Option<&Node> {
        let is_list = |node: &&Node| matches!(node.kind, NodeKind::List { .. });
        Some(self.plain()).filter(is_list)
    }

    /// The value of the setting without what is expected of it.
    pub(crate) fn plain(&self) -> &Node {
        self.value.field("value").map_or(&self.value, |field| &field.value)
    }

    /// An expectation on the setting or on one of its entries.
    pub(crate) fn expectation(&self, entry: Option<usize>, index: usize) -> Option<&Node> {
        let excused = match entry {
            Some(entry) => self.list()?.elements().get(entry)?,
            None => &self.value,
        };
        let expected = &excused.field(Key::Expect.name())?.value;
        match &expected.kind {
            NodeKind::List { elements, .. } => elements.get(index),
            _ => Some(expected),
        }
    }
}

/// A key is one setting, but for `expect`: there each element of a list is one.
fn settings(field: &Field) -> Vec<FileSetting> {
    let setting = |value: &Node| FileSetting { field: field.clone(), value: value.clone() };
    match &field.value.kind {
        NodeKind::List { elements, .. } if field.name == Key::Expect.name() => {
            elements.iter().map(setting).collect()
        }
        _ => vec![setting(&field.value)],
    }
}

#[cfg(test)]
mod tests {
    use cors_engine::Config;

    use super::*;
    use crate::places;

    #[test]
    fn every_violation_is_found() {
        let text = r#"
            methods = ["GET", "patch"]
            zeal = 1
            [production]
            expect = [{ rule = "any_origin", reason = "one" }, { rule = "any_host", reason = "two" }]
            origins = ["https://a.example", "b.example", { regex = "(" }]
            max_age = "1d"
            [development]
            hosts = []
        "#;
        let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let positions = Positions::new(places::toml(text).expect("it is TOML"));
        let found = |mode| -> Vec<(String, Option<&str>)> {
            let violations = config.policy(mode).err().into_iter().flatten();
            violations
                .map(|violation| {
                    let place = positions.find(&violation).map(|bytes| &text[bytes]);
                    (violation.rule().to_string(), place)
                })
                .collect()
        };
        let own = |(rule, place): &(&str, Option<&'static str>)| (rule.to_string(), *place);
        let production = [
            ("inert_entry", Some("\"patch\"")),
            ("unknown_key", Some("zeal")),
            ("unfulfilled_expectation", Some("{ rule = \"any_origin\", reason = \"one\" }")),
            ("unfulfilled_expectation", Some("{ rule = \"any_host\", reason = \"two\" }")),
            ("invalid_origin", Some("\"b.example\"")),
            ("invalid_regex", Some("{ regex = \"(\" }")),
            ("invalid_max_age", Some("\"1d\"")),
        ];
        assert_eq!(found(Mode::Production), production.iter().map(own).collect::<Vec<_>>());
        let development =
            [("empty_origins", None), ("unknown_key", Some("zeal")), ("invalid_host", Some("[]"))];
        assert_eq!(found(Mode::Development), development.iter().map(own).collect::<Vec<_>>());
    }
    #[test]
    fn tables_are_found_however_they_are_written() {
        for text in [
            "production.expose = []\nproduction.origins = [\"a.example\"]",
            "production = { expose = [], origins = [\"a.example\"] }",
            "[production]\nexpose = []\norigins = [\"a.example\"]",
            "expose = []\n'origins' = [\"a.example\"]",
            "\u{feff}# ü\norigins = [\"a.example\"]",
        ] {
            let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
            let violations = config.policy(Mode::Production).expect_err("it has no scheme");
            let positions = Positions::new(places::toml(text).expect("it is TOML"));
            let found: Vec<_> = violations.iter().filter_map(|violation| positions.find(violation)).collect();
            let found: Vec<&str> = found.into_iter().map(|bytes| &text[bytes]).collect();
            assert_eq!(found, ["\"a.example\""], "{text}");
        }
        let text = "[production]\ncredentials = true";
        let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let violations = config.policy(Mode::Production).expect_err("it has no origins");
        let positions = Positions::new(places::toml(text).expect("it is TOML"));
        let found = violations.iter().map(|violation| positions.find(violation)).collect::<Vec<_>>();
        assert_eq!(found, [None], "what is nowhere has no place");
    }
}
