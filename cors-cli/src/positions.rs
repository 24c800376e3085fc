//! Where the settings of a TOML file stand, numbered as a `Config` numbers them.

use std::ops::Range;

use cors_engine::{Key, Mode, Place, Rule, Violation};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Bytes = Range<usize>;

/// The places of a file's settings, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    outer: Vec<Setting>,
    production: Option<Block>,
    development: Option<Block>,
}

#[derive(Debug)]
struct Block {
    title: Bytes,
    settings: Vec<Setting>,
}

#[derive(Debug)]
struct Setting {
    key: Bytes,
    value: Bytes,
    entries: Vec<Bytes>,
}

impl Positions {
    /// `None` for a text that is no TOML.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let document = DeTable::parse(text).ok()?;
        let mut positions = Self::default();
        for (key, value) in document.get_ref() {
            let name: &str = key.get_ref();
            let block = match name {
                _ if name == Mode::Production.name() => &mut positions.production,
                _ if name == Mode::Development.name() => &mut positions.development,
                _ => {
                    positions.outer.extend(settings(key, value));
                    continue;
                }
            };
            let DeValue::Table(table) = value.get_ref() else { continue };
            let settings = table.iter().flat_map(|(key, value)| settings(key, value)).collect();
            *block = Some(Block { title: key.span(), settings });
        }
        Some(positions)
    }

    /// Where the violation is; `None` if it is about something that is nowhere.
    pub(crate) fn find(&self, violation: &Violation) -> Option<Bytes> {
        let locus = violation.locus();
        let block = match locus.place {
            Place::Outer => None,
            Place::Production => self.production.as_ref(),
            Place::Development => self.development.as_ref(),
        };
        let settings = block.map_or(&self.outer, |block| &block.settings);
        let Some(index) = locus.setting else { return block.map(|block| block.title.clone()) };
        let setting = settings.get(index)?;
        Some(match locus.entry.and_then(|entry| setting.entries.get(entry)) {
            Some(entry) => entry.clone(),
            None if violation.rule() == Rule::UnknownKey => setting.key.clone(),
            None => setting.value.clone(),
        })
    }
}

/// A key is one setting, but for `expect`: there each element is one.
fn settings(key: &Spanned<toml::de::DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Vec<Setting> {
    let elements: Vec<Bytes> = match value.get_ref() {
        DeValue::Array(array) => array.iter().map(Spanned::span).collect(),
        _ => Vec::new(),
    };
    let setting = |value, entries| Setting { key: key.span(), value, entries };
    if key.get_ref() == Key::Expect.name() {
        return elements.into_iter().map(|element| setting(element, Vec::new())).collect();
    }
    vec![setting(value.span(), elements)]
}

#[cfg(test)]
mod tests {
    use cors_engine::Config;

    use super::*;

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
        let positions = Positions::read(text).expect("it is TOML");
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
            let positions = Positions::read(text).expect("it is TOML");
            let found: Vec<_> = violations.iter().filter_map(|violation| positions.find(violation)).collect();
            let found: Vec<&str> = found.into_iter().map(|bytes| &text[bytes]).collect();
            assert_eq!(found, ["\"a.example\""], "{text}");
        }
        let text = "[production]\ncredentials = true";
        let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let violations = config.policy(Mode::Production).expect_err("it has no origins");
        let positions = Positions::read(text).expect("it is TOML");
        let found = violations.iter().map(|violation| positions.find(violation)).collect::<Vec<_>>();
        assert_eq!(found, [None], "what is nowhere has no place");
    }
}
