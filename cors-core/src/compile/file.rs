//! Settings from any serde format, and violations to any.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::Key;

use super::config::{Block, Config, Expectation, Listed, MaxAge, OriginEntry, Setting};
use super::rules::violation::{Violation, Violations};

/// The word that stands in place of a list.
pub(crate) const ANY: &str = "any";

/// A map of the keys of a policy, and of `production` and `development`. Wrong types fail; unknown keys and values out of
/// range are kept, for [`Config::policy`] to report with the rest.
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ConfigVisitor;

        impl<'de> Visitor<'de> for ConfigVisitor {
            type Value = Config;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the settings of a CORS policy")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Config, A::Error> {
                let mut config = Config::default();
                while let Some(key) = map.next_key::<String>()? {
                    let block = match key.as_str() {
                        "production" => &mut config.production,
                        "development" => &mut config.development,
                        _ => {
                            read_setting(&mut config.outer, key, &mut map)?;
                            continue;
                        }
                    };
                    if block.replace(map.next_value()?).is_some() {
                        return Err(A::Error::custom(format_args!("`{key}` stands twice")));
                    }
                }
                Ok(config)
            }
        }

        deserializer.deserialize_map(ConfigVisitor)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BlockVisitor;

        impl<'de> Visitor<'de> for BlockVisitor {
            type Value = Block;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the settings of one mode of a CORS policy")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Block, A::Error> {
                let mut block = Block::new();
                while let Some(key) = map.next_key::<String>()? {
                    read_setting(&mut block, key, &mut map)?;
                }
                Ok(block)
            }
        }

        deserializer.deserialize_map(BlockVisitor)
    }
}

fn read_setting<'de, A: MapAccess<'de>>(
    block: &mut Block,
    name: String,
    map: &mut A,
) -> Result<(), A::Error> {
    let Some(key) = Key::from_name(&name) else {
        map.next_value::<IgnoredAny>()?;
        block.settings.push(Setting::Unknown(name));
        return Ok(());
    };
    let setting = match key {
        Key::Origins => map.next_value().map(Setting::Origins),
        Key::Credentials => map.next_value().map(Setting::Credentials),
        Key::Methods => map.next_value().map(Setting::Methods),
        Key::Headers => map.next_value().map(Setting::Headers),
        Key::Expose => map.next_value().map(Setting::Expose),
        Key::MaxAge => map.next_value().map(Setting::MaxAge),
        Key::PrivateNetwork => map.next_value().map(Setting::PrivateNetwork),
        Key::Timing => map.next_value().map(Setting::Timing),
        Key::PreflightStatus => map.next_value().map(Setting::PreflightStatus),
        Key::Hosts => map.next_value().map(Setting::Hosts),
        Key::Expect => {
            let expectations: Vec<Expectation> = map.next_value().map_err(|error| named(&name, error))?;
            block.settings.extend(expectations.into_iter().map(Setting::Expect));
            return Ok(());
        }
    };
    block.settings.push(setting.map_err(|error| named(&name, error))?);
    Ok(())
}

/// Formats without positions would else not say which of the values is wrong.
fn named<E: Error>(key: &str, error: E) -> E {
    E::custom(format_args!("{key}: {error}"))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = Listed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or the word \"any\"")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Listed<T>, E> {
                if word == ANY {
                    return Ok(Listed::Any);
                }
                Err(E::custom(format_args!("write [{word:?}] for a list of one, or \"any\"")))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Listed<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(Listed::Entries(entries))
            }
        }

        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for OriginEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;

        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = OriginEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an origin such as \"https://app.example\", or { regex = \"…\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OriginEntry, E> {
                Ok(OriginEntry::Pattern(text.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OriginEntry, A::Error> {
                let mut regex = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key != "regex" {
                        return Err(A::Error::unknown_field(&key, &["regex"]));
                    }
                    regex = Some(map.next_value()?);
                }
                regex.map(OriginEntry::Regex).ok_or_else(|| A::Error::missing_field("regex"))
            }
        }

        deserializer.deserialize_any(EntryVisitor)
    }
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxAgeVisitor;

        impl Visitor<'_> for MaxAgeVisitor {
            type Value = MaxAge;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds, or a duration such as \"1h\"")
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<MaxAge, E> {
                Ok(MaxAge::Seconds(seconds))
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<MaxAge, E> {
                Ok(MaxAge::Seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<MaxAge, E> {
                Ok(MaxAge::Text(text.into()))
            }
        }

        deserializer.deserialize_any(MaxAgeVisitor)
    }
}

impl<'de> Deserialize<'de> for Expectation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ExpectationVisitor;

        impl<'de> Visitor<'de> for ExpectationVisitor {
            type Value = Expectation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ rule = \"…\", reason = \"…\" }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expectation, A::Error> {
                let (mut rule, mut reason) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "rule" => rule = Some(map.next_value()?),
                        "reason" => reason = Some(map.next_value()?),
                        _ => return Err(A::Error::unknown_field(&key, &["rule", "reason"])),
                    }
                }
                let rule = rule.ok_or_else(|| A::Error::missing_field("rule"))?;
                Ok(Expectation { rule, reason })
            }
        }

        deserializer.deserialize_map(ExpectationVisitor)
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Violation", 8)?;
        fields.serialize_field("rule", self.rule().name())?;
        fields.serialize_field("mode", self.mode().name())?;
        fields.serialize_field("key", &self.key())?;
        fields.serialize_field("entry", &self.locus().entry)?;
        fields.serialize_field("value", &self.value())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("why", self.why())?;
        fields.serialize_field("help", &self.help())?;
        fields.end()
    }
}

impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
