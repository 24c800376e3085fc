//! Every rule, in the language of each place: what a help shows is pasted over what is wrong, as text, and then it compiles.

use cors_engine::{Config, Draft, Mode, Rule};
use cors_macros_modules::cors_policy;
use proc_macro2::{TokenStream, TokenTree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Macro,
    Toml,
    Json,
    Yaml,
    Env,
}

const PLACES: [Place; 5] = [Place::Macro, Place::Toml, Place::Json, Place::Yaml, Place::Env];

/// A rule in a place, where nothing can be pasted.
const NOTHING_TO_PASTE: [(Rule, Place, &str); 2] = [
    (Rule::UnboundedRegex, Place::Env, "a regex cannot be written there"),
    (Rule::InvalidRegex, Place::Env, "a regex cannot be written there"),
];

#[derive(Clone, Debug)]
enum Setting {
    /// `true`, `any`, a number.
    Word(&'static str, &'static str),
    List(&'static str, Vec<Entry>),
    Text(&'static str, &'static str),
    Expect(String),
    /// As it was pasted.
    Pasted(String),
}

#[derive(Clone, Debug)]
enum Entry {
    Text(&'static str),
    Regex(&'static str),
    Pasted(String),
}

/// Where the mistake is: the setting, and the entry in it.
type At = (usize, Option<usize>);

struct Case {
    settings: Vec<Setting>,
    at: At,
}

fn list(key: &'static str, entries: &[&'static str]) -> Setting {
    Setting::List(key, entries.iter().copied().map(Entry::Text).collect())
}

/// A policy that breaks this rule and no other.
fn case(rule: Rule) -> Case {
    use Setting::{Expect, Text, Word};
    let origins = || list("origins", &["https://app.example.com"]);
    let regex = |regex| Setting::List("origins", vec![Entry::Regex(regex)]);
    let expect = |rule: &str| Expect(rule.to_owned());
    let (settings, at) = match rule {
        Rule::EmptyOrigins => (vec![list("origins", &[])], (0, None)),
        Rule::InvalidOrigin => {
            (vec![list("origins", &["https://shop.example.com", "app.example.com/"])], (0, Some(1)))
        }
        Rule::InvalidRegex => (vec![regex(r"app\.example\.com")], (0, Some(0))),
        Rule::InvalidMethod => (vec![origins(), list("methods", &["PUT", "GET; PATCH"])], (1, Some(1))),
        Rule::ForbiddenMethod => (vec![origins(), list("methods", &["PUT", "TRACE"])], (1, Some(1))),
        Rule::InvalidHeader => (vec![origins(), list("headers", &["x-a", "Content Type"])], (1, Some(1))),
        Rule::WrongHeader => {
            (vec![origins(), list("headers", &["x-a", "access-control-allow-origin"])], (1, Some(1)))
        }
        Rule::InvalidHost => (vec![origins(), list("hosts", &["api.example.com:8080"])], (1, Some(0))),
        Rule::InvalidMaxAge => (vec![origins(), Word("max_age", "90000")], (1, None)),
        Rule::InvalidStatus => (vec![origins(), Word("preflight_status", "404")], (1, None)),
        Rule::AnyOriginWithCredentials => {
            (vec![Word("origins", "any"), Word("credentials", "true")], (0, None))
        }
        Rule::AnyExposeWithCredentials => {
            (vec![origins(), Word("expose", "any"), Word("credentials", "true")], (1, None))
        }
        Rule::DuplicateEntry => (vec![origins(), list("headers", &["x-a", "X-A"])], (1, Some(1))),
        Rule::UnknownKey => (vec![origins(), Word("credential", "true")], (1, None)),
        Rule::UnknownRule => (vec![list("origins", &["null"]), expect("nul_origin")], (1, None)),
        Rule::WrongType => (vec![Text("origins", "https://app.example.com")], (0, None)),
        Rule::UnfulfilledExpectation => (vec![origins(), expect("any_host")], (1, None)),
        Rule::AnyOrigin => (vec![Word("origins", "any")], (0, None)),
        Rule::NullOrigin => (vec![list("origins", &["https://app.example.com", "null"])], (0, Some(1))),
        Rule::InsecureOrigin => (vec![list("origins", &["http://app.example.com"])], (0, Some(0))),
        Rule::LoopbackOrigin => {
            (vec![list("origins", &["https://app.example.com", "https://localhost"])], (0, Some(1)))
        }
        Rule::MisspelledName => (vec![origins(), list("headers", &["contenttype"])], (1, Some(0))),
        Rule::HeaderFamily => (vec![origins(), list("headers", &["x-*"])], (1, Some(0))),
        Rule::PublicSuffix => (vec![list("origins", &["https://*.github.io"])], (0, Some(0))),
        Rule::UnboundedRegex => (vec![regex(r"https://app.example\.com")], (0, Some(0))),
        Rule::AnyHeaderWithCredentials => {
            (vec![origins(), Word("headers", "any"), Word("credentials", "true")], (1, None))
        }
        Rule::AnyMethodWithCredentials => {
            (vec![origins(), Word("methods", "any"), Word("credentials", "true")], (1, None))
        }
        Rule::PrivateNetwork => (vec![origins(), Word("private_network", "true")], (1, None)),
        Rule::RedundantOrigin => {
            (vec![list("origins", &["https://*.example.com", "https://app.example.com"])], (0, Some(1)))
        }
        Rule::InertEntry => (vec![origins(), list("methods", &["patch"])], (1, Some(0))),
        Rule::AnyHost => (vec![origins(), Word("hosts", "any")], (1, None)),
        other => panic!("`{other}` has no case here: add one"),
    };
    Case { settings, at }
}

impl Place {
    fn name(self, key: &str) -> String {
        match self {
            Self::Env => format!("CORS_{}", key.to_uppercase()),
            Self::Json => format!("\"{key}\""),
            _ => key.to_owned(),
        }
    }

    /// The sign between a key and its value.
    fn mark(self) -> &'static str {
        match self {
            Self::Toml => " = ",
            Self::Env => "=",
            _ => ": ",
        }
    }

    fn setting(self, key: &str, value: &str) -> String {
        format!("{}{}{value}", self.name(key), self.mark())
    }

    fn entry(self, entry: &Entry) -> String {
        match (entry, self) {
            (Entry::Pasted(text), _) => text.clone(),
            (Entry::Text(text), Self::Env) => (*text).to_owned(),
            (Entry::Text(text), _) => format!("\"{text}\""),
            (Entry::Regex(regex), Self::Macro) => format!("regex(r\"{regex}\")"),
            (Entry::Regex(regex), Self::Json) => {
                format!("{{ \"regex\": \"{}\" }}", regex.replace('\\', r"\\"))
            }
            (Entry::Regex(regex), Self::Yaml) => format!("{{ regex: '{regex}' }}"),
            (Entry::Regex(regex), _) => format!("{{ regex = '{regex}' }}"),
        }
    }

    fn write(self, setting: &Setting) -> String {
        match setting {
            Setting::Pasted(text) => text.clone(),
            Setting::Word(key, "any") if matches!(self, Self::Toml | Self::Json) => {
                self.setting(key, "\"any\"")
            }
            Setting::Word(key, word) => self.setting(key, word),
            Setting::Text(key, text) => self.setting(key, &format!("\"{text}\"")),
            Setting::List(key, entries) => {
                let comma = if self == Self::Env { "," } else { ", " };
                let entries = entries.iter().map(|entry| self.entry(entry)).filter(|entry| !entry.is_empty());
                let entries = entries.collect::<Vec<_>>().join(comma);
                self.setting(key, &if self == Self::Env { entries } else { format!("[{entries}]") })
            }
            Setting::Expect(rule) => match self {
                Self::Macro => format!("expect({rule}, reason = \"a case\")"),
                Self::Env => format!("CORS_EXPECT={rule} = a case"),
                Self::Toml => format!("expect = [{{ rule = \"{rule}\", reason = \"a case\" }}]"),
                Self::Json => format!("\"expect\": [{{ \"rule\": \"{rule}\", \"reason\": \"a case\" }}]"),
                Self::Yaml => format!("expect: [{{ rule: {rule}, reason: a case }}]"),
            },
        }
    }

    /// The policy as somebody writes it here.
    fn policy(self, settings: &[Setting]) -> String {
        let lines: Vec<String> =
            settings.iter().map(|setting| self.write(setting)).filter(|line| !line.is_empty()).collect();
        match self {
            Self::Macro => format!("static CORS;\n{}", lines.join(",\n")),
            Self::Json => format!("{{\n{}\n}}", lines.join(",\n")),
            _ => lines.join("\n"),
        }
    }

    /// What is wrong with it.
    fn judge(self, policy: &str) -> Vec<String> {
        let broken = |config: Config| -> Vec<String> {
            let violations = config.policy(Mode::Production).err();
            violations.iter().flatten().map(ToString::to_string).collect()
        };
        let unreadable = |error: String| vec![format!("it cannot be read: {error}")];
        match self {
            Self::Macro => match policy.parse::<TokenStream>() {
                Ok(tokens) => errors(cors_policy(tokens)),
                Err(error) => unreadable(error.to_string()),
            },
            Self::Toml => match toml::from_str::<Draft>(policy) {
                Ok(draft) => broken(draft.into_config()),
                Err(error) => unreadable(error.to_string()),
            },
            Self::Json => match serde_json::from_str::<Draft>(policy) {
                Ok(draft) => broken(draft.into_config()),
                Err(error) => unreadable(error.to_string()),
            },
            Self::Yaml => match serde_saphyr::from_str::<Draft>(policy) {
                Ok(draft) => broken(draft.into_config()),
                Err(error) => unreadable(error.to_string()),
            },
            Self::Env => {
                let variables = policy.lines().filter_map(|line| line.split_once('='));
                broken(Config::from_vars("CORS", variables))
            }
        }
    }
}

/// The messages of an expansion's errors.
fn errors(output: TokenStream) -> Vec<String> {
    let mut errors = Vec::new();
    let mut tokens = output.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "compile_error" => {
                let Some(TokenTree::Group(message)) = tokens.nth(1) else { panic!("an error has a message") };
                errors.push(syn::parse2::<syn::LitStr>(message.stream()).expect("a string").value());
            }
            TokenTree::Group(group) => errors.extend(self::errors(group.stream())),
            _ => {}
        }
    }
    errors
}

/// The helps of a message.
fn helps(message: &str) -> Vec<&str> {
    message.lines().filter_map(|line| line.trim_start().strip_prefix("help: ")).collect()
}

/// The settings with what a help shows pasted in; `None` if it shows nothing to paste.
fn paste(place: Place, settings: &[Setting], at: At, help: &str) -> Option<Vec<Setting>> {
    let mut settings = settings.to_vec();
    // What goes into another block is for another mode.
    let help = help.split("; or to develop").next().unwrap_or(help);
    if help.starts_with("to develop with it") {
        return None;
    }
    if help.starts_with("take ") {
        put(&mut settings, at, String::new());
        return Some(settings);
    }
    if let Some((_, shown)) = help.rsplit_once("write ").filter(|(_, shown)| !shown.contains('`')) {
        put(&mut settings, at, shown.to_owned());
        return Some(settings);
    }
    let shown: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
    if shown.is_empty() {
        return None;
    }
    let mut is_pasted = false;
    for text in shown {
        let key = key_of(place, text);
        match key {
            Some("expect") => settings.push(Setting::Pasted(text.to_owned())),
            Some(key) => {
                let there =
                    settings.iter().position(|setting| key_of(place, &place.write(setting)) == Some(key));
                match there {
                    Some(there) => settings[there] = Setting::Pasted(text.to_owned()),
                    None => settings.push(Setting::Pasted(text.to_owned())),
                }
            }
            // A choice of values, of which the first will do.
            None if !is_pasted => match &mut settings[at.0] {
                Setting::Word(key, _) if !cors_engine::Key::ALL.iter().any(|known| known.name() == *key) => {
                    settings[at.0] = Setting::Pasted(format!("{text}{}true", place.mark()));
                }
                Setting::Word(key, _) => settings[at.0] = Setting::Pasted(place.setting(key, text)),
                Setting::Expect(rule) => *rule = text.to_owned(),
                _ if at.1.is_some() => put(&mut settings, at, text.to_owned()),
                _ => return None,
            },
            None => {}
        }
        is_pasted = true;
    }
    Some(settings)
}

/// Puts a text in the place of an entry or a setting.
fn put(settings: &mut [Setting], at: At, text: String) {
    match (&mut settings[at.0], at.1) {
        (Setting::List(_, entries), Some(entry)) => entries[entry] = Entry::Pasted(text),
        (setting, _) => *setting = Setting::Pasted(text),
    }
}

/// The key of a setting that is written here, with or without an expectation before it.
fn key_of(place: Place, text: &str) -> Option<&'static str> {
    let text = match text.strip_prefix("#[expect(") {
        Some(rest) => rest.split_once(")] ")?.1,
        None => text,
    };
    cors_engine::Key::ALL.into_iter().map(cors_engine::Key::name).find(|key| {
        let rest = text.strip_prefix(place.name(key).as_str());
        rest.is_some_and(|rest| {
            rest.starts_with([':', '='])
                || rest.starts_with(" =")
                || *key == "expect" && rest.starts_with('(')
        })
    })
}

#[test]
fn what_a_help_shows_can_be_pasted() {
    let mut broken = Vec::new();
    for rule in Rule::all() {
        let Case { settings, at } = case(rule);
        for place in PLACES {
            let policy = place.policy(&settings);
            let tag = format!("[{rule}]");
            let messages = place.judge(&policy);
            if NOTHING_TO_PASTE.iter().any(|(left_out, at, _)| (*left_out, *at) == (rule, place)) {
                assert!(
                    !messages.iter().any(|message| message.contains(&tag)),
                    "{place:?}, {rule}: {messages:#?}"
                );
                continue;
            }
            let Some(message) = messages.iter().find(|message| message.contains(&tag)) else {
                broken
                    .push(format!("{place:?}, {rule}: the case does not break it\n{policy}\n{messages:#?}"));
                continue;
            };
            let mut pasted = 0;
            for help in helps(message) {
                let Some(next) = paste(place, &settings, at, help) else { continue };
                pasted += 1;
                let next = place.policy(&next);
                let left = place.judge(&next);
                let left: Vec<_> = left.iter().filter(|left| !is_asked_next(rule, left)).collect();
                if !left.is_empty() {
                    broken.push(format!(
                        "{place:?}, {rule}: {help}\n---\n{policy}\n--- pasted:\n{next}\n---\n{left:#?}"
                    ));
                }
            }
            if pasted == 0 {
                broken.push(format!("{place:?}, {rule}: there is nothing to paste\n{policy}\n{message}"));
            }
        }
    }
    assert!(broken.is_empty(), "{} of them\n\n{}", broken.len(), broken.join("\n\n"));
}

/// Whether this can only be asked once the first is settled: that data for everybody has no credentials is one decision, that it is for
/// everybody another.
fn is_asked_next(rule: Rule, left: &str) -> bool {
    rule == Rule::AnyOriginWithCredentials && left.contains("[any_origin]")
}
