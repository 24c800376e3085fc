//! The documentation of a policy, after the user's own: a table, and the rules that are excused.

use std::collections::BTreeSet;

use cors_engine::__private::build::regex_domains as regex_domains_alone;
use cors_engine::Policy;

use crate::expand::ast::{Argument, Element, Entry, Expect, Settings, Value};
use crate::expand::check::Policies;

/// How many entries of a list are shown.
const SHOWN: usize = 20;

/// A row: its title, its text for a policy, and the text for which the row is left out.
struct Row {
    title: &'static str,
    cell: fn(&Policy) -> String,
    implied: Option<&'static str>,
}

const ROWS: [Row; 12] = [
    Row { title: "origins", cell: origins, implied: None },
    // What matters about a regex is the domains that it lets in, so they are listed.
    Row { title: "domains of the regexes", cell: regex_domains, implied: Some("none") },
    Row { title: "credentials", cell: |policy| yes_or_no(policy.credentials()), implied: None },
    Row { title: "methods", cell: methods, implied: None },
    Row { title: "headers", cell: headers, implied: None },
    Row { title: "expose", cell: |policy| list(policy.exposed()), implied: None },
    Row { title: "max age", cell: max_age, implied: None },
    Row { title: "hosts", cell: hosts, implied: None },
    Row { title: "private network", cell: |policy| yes_or_no(policy.private_network()), implied: Some("no") },
    Row { title: "timing", cell: |policy| yes_or_no(policy.timing()), implied: Some("no") },
    Row {
        title: "preflight status",
        cell: |policy| policy.preflight_status().to_string(),
        implied: Some("204"),
    },
    Row { title: "tables", cell: |policy| format!("{} bytes", policy.table_size()), implied: None },
];

/// A table with a column for each mode.
pub(crate) fn table(policies: &Policies) -> String {
    let columns: Vec<&Policy> = std::iter::once(&policies.production).chain(&policies.development).collect();
    let titles = ["production", "development"].into_iter().take(columns.len()).map(String::from);
    // The blank line ends the user's paragraph.
    let mut table = format!("\n{}{}", line("", titles), line("---", columns.iter().map(|_| "---".into())));
    for Row { title, cell, implied } in ROWS {
        let cells: Vec<String> = columns.iter().map(|policy| cell(policy)).collect();
        if cells.iter().any(|cell| Some(cell.as_str()) != implied) {
            table.push_str(&line(title, cells.into_iter()));
        }
    }
    table
}

/// A list of what the production policy excuses, entry by entry, each with its reason.
pub(crate) fn excuses(settings: &Settings) -> String {
    let Settings { outer, production, .. } = settings;
    let production = production.iter().flat_map(|block| &block.entries);
    let excuses: String = outer.iter().chain(production).flat_map(of_setting).collect();
    if excuses.is_empty() { excuses } else { format!("\n Excused from the rules:\n\n{excuses}") }
}

fn of_setting(entry: &Entry) -> Vec<String> {
    let Entry { expects, key, value } = entry;
    let of = |what: &str, expects: &[Expect]| -> Vec<String> {
        expects.iter().filter_map(|expect| excuse(what, &expect.arguments)).collect()
    };
    let mut excuses = of(&code(&key.to_string()), expects);
    match &value.node {
        Value::Call { arguments, .. } if key == "expect" => excuses.extend(excuse("the policy", arguments)),
        Value::List(elements) => {
            for Element { expects, value } in elements {
                excuses.extend(of(&code(&shown(&value.node)), expects));
            }
        }
        _ => {}
    }
    excuses
}

/// An item of the list, from the arguments of an `expect`.
fn excuse(what: &str, arguments: &[Argument]) -> Option<String> {
    let [rule, reason] = arguments else { return None };
    let (Value::Word(rule), Value::Text(reason)) = (&rule.value.node, &reason.value.node) else {
        return None;
    };
    // A line break would end the item.
    let reason: Vec<&str> = reason.split_whitespace().collect();
    Some(format!(" - {what} from `{rule}`: {}\n", reason.join(" ")))
}

/// An entry as it was written.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Word(word) => word.to_string(),
        Value::Call { name, arguments } => {
            let arguments: Vec<String> =
                arguments.iter().map(|argument| shown(&argument.value.node)).collect();
            format!("{name}({})", arguments.join(", "))
        }
        _ => String::new(),
    }
}

/// Rustdoc removes the leading space of each line of a doc comment.
fn line(title: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
    format!(" | {title} |{cells}\n")
}

fn yes_or_no(on: bool) -> String {
    if on { "yes" } else { "no" }.into()
}

fn origins(policy: &Policy) -> String {
    if policy.allows_any_origin() {
        return "any".into();
    }
    let regexes: Vec<String> = policy.origin_regexes().map(|regex| format!("regex({regex})")).collect();
    list(policy.origins().chain(regexes.iter().map(String::as_str)))
}

/// The domains of the regexes, then the regexes that let in more than domains can say. The policy has no domains of a regex
/// that an `expect` excuses, and none at all in development, so each regex is judged alone.
fn regex_domains(policy: &Policy) -> String {
    let mut domains: BTreeSet<String> = policy.regex_domains().map(String::from).collect();
    let mut open = Vec::new();
    for regex in policy.origin_regexes() {
        match regex_domains_alone(regex) {
            Some(alone) => domains.extend(alone),
            None => open.push(regex),
        }
    }
    let listed = list(domains.iter().map(String::as_str));
    let accepted = match open.as_slice() {
        [] => return listed,
        [regex] => format!("whatever the regex {} accepts", code(regex)),
        regexes => format!("whatever the regexes {} accept", list(regexes.iter().copied())),
    };
    if domains.is_empty() { accepted } else { format!("{listed}, and {accepted}") }
}

fn methods(policy: &Policy) -> String {
    list(policy.methods())
}

fn headers(policy: &Policy) -> String {
    if policy.headers().next() == Some(ANY) { "any".into() } else { list(policy.headers()) }
}

fn hosts(policy: &Policy) -> String {
    match (policy.checks_host(), policy.hosts().next()) {
        (false, _) => "not checked".into(),
        (true, None) => "any".into(),
        (true, Some(_)) => list(policy.hosts()),
    }
}

fn max_age(policy: &Policy) -> String {
    match policy.max_age() {
        None => "the browser's".into(),
        Some(0) => "not cached".into(),
        Some(seconds) if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        Some(seconds) if seconds % 60 == 0 => format!("{} min", seconds / 60),
        Some(seconds) => format!("{seconds} s"),
    }
}

/// What a policy's lists say for `any`.
const ANY: &str = "*";

fn list<'p>(mut entries: impl Iterator<Item = &'p str>) -> String {
    let shown: Vec<String> = entries.by_ref().take(SHOWN).map(code).collect();
    match (shown.as_slice(), entries.count()) {
        ([], _) => "none".into(),
        ([any], 0) if *any == code(ANY) => "any".into(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{}, … and {more} more", shown.join(", ")),
    }
}

/// An entry as code, without anything that would end the code or the cell. A regex can contain any character.
fn code(entry: &str) -> String {
    let fence = if entry.contains('`') { "`` " } else { "`" };
    let text = entry.replace('|', "\\|").replace('\n', " ");
    format!("{fence}{text}{}", fence.chars().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use cors_engine::{Block, Config, Entry as Origin, Mode};

    use super::*;

    fn production(block: Block) -> String {
        let production = Config::new(block).policy(Mode::Production).expect("the policy keeps the rules");
        table(&Policies { production, development: None })
    }

    #[test]
    fn a_table_says_what_is_in_force() {
        let block = Block::new().origins(["https://app.example", "https://*.app.example"]).max_age(90);
        let size = Config::new(block.clone()).policy(Mode::Production).expect("it keeps them").table_size();
        let expected = format!(
            "
 |  | production |
 | --- | --- |
 | origins | `https://app.example`, `https://*.app.example` |
 | credentials | no |
 | methods | `GET`, `HEAD`, `POST` |
 | headers | none |
 | expose | none |
 | max age | 90 s |
 | hosts | not checked |
 | tables | {size} bytes |
"
        );
        assert_eq!(production(block), expected);
    }

    #[test]
    fn a_time_is_in_the_largest_unit_that_is_whole() {
        for (seconds, shown) in
            [(0, "not cached"), (90, "90 s"), (120, "2 min"), (3600, "1 h"), (5400, "90 min"), (7200, "2 h")]
        {
            let table = production(Block::new().origins(["https://app.example"]).max_age(seconds));
            assert!(table.contains(&format!(" | max age | {shown} |")), "{seconds}: {table}");
        }
    }

    #[test]
    fn any_is_a_word() {
        let block = Block::new().origins(["https://app.example"]).any_method().any_header().expose_any();
        let table = production(block);
        for title in ["methods", "headers", "expose"] {
            assert!(table.contains(&format!(" | {title} | any |")), "{table}");
        }
    }

    #[test]
    fn a_long_list_is_cut() {
        let origins = (0..SHOWN + 5).map(|number| format!("https://shop{number}.example"));
        let table = production(Block::new().origins(origins));
        assert!(table.contains("`https://shop19.example`, … and 5 more |"), "{table}");
        assert!(!table.contains("shop20"), "{table}");
    }

    #[test]
    fn the_domains_of_regexes_are_all_that_they_accept() {
        let bounded = || Origin::regex(r"https://[a-z]+\.a\.com");
        let open = |regex: &str| Origin::regex(regex).expect("unbounded_regex", "the partner's own");
        let own = || Origin::regex(r"https://localhost:[0-9]+").expect("loopback_origin", "a WebView");
        for (name, origins, in_production, in_development) in [
            ("one that is bounded", vec![bounded()], "`a.com`", "`a.com`"),
            (
                "one that is excused",
                vec![open("https://.*b[.]com")],
                "whatever the regex `https://.*b[.]com` accepts",
                "whatever the regex `https://.*b[.]com` accepts",
            ),
            (
                "both",
                vec![bounded(), open("https://.*b[.]com")],
                "`a.com`, and whatever the regex `https://.*b[.]com` accepts",
                "`a.com`, and whatever the regex `https://.*b[.]com` accepts",
            ),
            (
                "two that are excused",
                vec![open("https://.*b[.]com"), open("https://(.*)c[.]com|https://d[.]com")],
                "whatever the regexes `https://.*b[.]com`, `https://(.*)c[.]com\\|https://d[.]com` accept",
                "whatever the regexes `https://.*b[.]com`, `https://(.*)c[.]com\\|https://d[.]com` accept",
            ),
            (
                "one that is excused from another rule",
                vec![bounded(), own()],
                "`a.com`, and whatever the regex `https://localhost:[0-9]+` accepts",
                "`a.com`, and whatever the regex `https://localhost:[0-9]+` accepts",
            ),
        ] {
            // An expectation in the block for development would excuse nothing.
            let plain = origins.iter().map(|origin| Origin::regex(origin.text()));
            let config = Config::new(Block::new())
                .development(Block::new().origins(plain))
                .production(Block::new().origins(origins));
            for (mode, expected) in [(Mode::Production, in_production), (Mode::Development, in_development)] {
                let policy =
                    config.policy(mode).unwrap_or_else(|broken| panic!("{name}, {mode:?}: {broken}"));
                assert_eq!(regex_domains(&policy), expected, "{name}, {mode:?}");
            }
        }
        let none = Config::new(Block::new().origins(["https://app.example"])).policy(Mode::Production);
        assert_eq!(regex_domains(&none.expect("it keeps the rules")), "none");
    }

    #[test]
    fn a_regex_does_not_break_the_table() {
        assert_eq!(code("https://(a|b)"), "`https://(a\\|b)`");
        assert_eq!(code("(?x)`\n"), "`` (?x)`  ``");
    }
}
