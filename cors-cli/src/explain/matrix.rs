//! `cors explain --matrix`: origins × calls as a table.

use std::fmt::Write as _;

use cors_engine::browser::Fetch;
use cors_engine::compare::{Change, compare};
use cors_engine::{Block, Config, Key, Mode, Policy};

use crate::report::{BAD, BOLD, GOOD, paint};

/// Origins that are tried beside those of the policy: some other site, and a page with an opaque origin.
const STRANGERS: [&str; 2] = ["https://stranger.example", "null"];

/// The methods that pages use, beside those that the policy lists.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A header that is tried beside those that the policy lists.
const OTHER_HEADER: &str = "x-not-listed";

/// The result of a call for the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Blocked,
    Reads,
    /// With the user's cookies.
    ReadsAsUser,
}

impl Cell {
    const fn word(self) -> &'static str {
        match self {
            Self::Blocked => "no",
            Self::Reads => "yes",
            Self::ReadsAsUser => "as user",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Blocked => "no",
            Self::Reads => "yes",
            Self::ReadsAsUser => "user",
        }
    }
}

/// What a column is called, and what its call does.
type Column = (String, Box<dyn Fn(Fetch) -> Fetch>);

/// The table: a row for each kind of origin, a column for each kind of call.
pub(super) struct Matrix {
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
}

impl Matrix {
    pub(super) fn new(policy: &Policy) -> Self {
        let mut calls: Vec<Column> = Vec::new();
        let listed = policy.methods().filter(|method| *method != "*" && *method != "HEAD");
        let mut methods: Vec<String> = METHODS.map(String::from).into();
        for method in listed {
            if !methods.iter().any(|known| known == method) {
                methods.push(method.into());
            }
        }
        for method in methods {
            calls.push((method.clone(), Box::new(move |fetch| fetch.method(&method))));
        }
        let headers = policy.headers().filter(|name| *name != "*").map(String::from);
        for name in headers.chain([OTHER_HEADER.to_owned()]) {
            // A family stands for a name that goes on.
            let sample =
                name.strip_suffix('*').map(|start| format!("{start}a")).unwrap_or_else(|| name.clone());
            // A safelisted header needs a preflight only for an unusual value. This one is unusual for all but `accept`.
            let value = "application/json";
            calls.push((name, Box::new(move |fetch| fetch.header(&sample, value))));
        }
        let columns = calls.iter().map(|(name, _)| name.clone()).collect();
        let rows = rows(policy)
            .into_iter()
            .map(|(entry, origin)| {
                let cells = calls.iter().map(|(_, call)| cell(policy, call(Fetch::new(&origin)))).collect();
                (entry, cells)
            })
            .collect();
        Self { columns, rows }
    }

    pub(super) fn text(&self) -> String {
        let first = self.rows.iter().map(|(entry, _)| entry.chars().count()).max().unwrap_or(0);
        let width = |name: &str| name.chars().count().max("as user".len());
        let mut out = format!("{:first$}", "");
        for column in &self.columns {
            let _ = write!(out, "  {}", paint(BOLD, format!("{column:>width$}", width = width(column))));
        }
        out.push('\n');
        for (entry, cells) in &self.rows {
            let _ = write!(out, "{entry:first$}");
            for (cell, column) in cells.iter().zip(&self.columns) {
                let style = if *cell == Cell::Blocked { BAD } else { GOOD };
                let _ = write!(
                    out,
                    "  {}",
                    paint(style, format!("{:>width$}", cell.word(), width = width(column)))
                );
            }
            out.push('\n');
        }
        out += "\nyes: the page reads the answer; as user: with the user's cookies; no: the browser blocks the call\n";
        out
    }

    /// One page, with nothing to load.
    pub(super) fn html(&self, name: &str) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>CORS: {0}</title>\n<style>{STYLE}</style>\n<h1>Who may call, by <code>{0}</code></h1>\n<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr><th scope=\"col\">origin</th>",
            escaped(name)
        );
        for column in &self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(column));
        }
        out += "</tr></thead>\n<tbody>\n";
        for (entry, cells) in &self.rows {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(entry));
            for cell in cells {
                let _ = write!(out, "<td class=\"{}\">{}</td>", cell.class(), cell.word());
            }
            out += "</tr>\n";
        }
        out += "</tbody>\n</table>\n</div>\n<p><b>yes</b>: the page reads the answer. <b>as user</b>: with the user's cookies. <b>no</b>: the browser blocks the call.</p>\n</html>\n";
        out
    }
}

const STYLE: &str = "\n\
:root { color-scheme: light dark; --ink: #1b1f24; --page: #fff; --line: #d0d7de; --yes: #dafbe1; --user: #fff1c2; --no: #f3f4f6; --dim: #57606a }\n\
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --page: #0d1117; --line: #30363d; --yes: #12341d; --user: #3f3111; --no: #161b22; --dim: #8d96a0 } }\n\
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page) }\n\
h1 { font-size: 1.25rem }\n\
.scroll { overflow-x: auto }\n\
table { border-collapse: separate; border-spacing: 0; border: 1px solid var(--line); border-radius: 6px }\n\
th, td { padding: .4rem .7rem; text-align: center; white-space: nowrap; border-bottom: 1px solid var(--line) }\n\
tbody tr:last-child > * { border-bottom: 0 }\n\
th[scope=row], thead th:first-child { position: sticky; left: 0; text-align: left; background: var(--page); font-family: ui-monospace, monospace; font-size: .875rem; font-weight: 500; border-right: 1px solid var(--line) }\n\
thead th { font-family: ui-monospace, monospace; font-size: .875rem }\n\
.yes { background: var(--yes) } .user { background: var(--user) } .no { background: var(--no); color: var(--dim) }\n\
@media (max-width: 40rem) { th[scope=row] { min-width: 9rem; max-width: 45vw; white-space: normal; overflow-wrap: anywhere } th, td { padding: .4rem .5rem } }\n";

/// Each entry of `origins` with an origin that it accepts, and the strangers.
fn rows(policy: &Policy) -> Vec<(String, String)> {
    let nobody = Config::new(Block::new().origins(["https://nobody.invalid"])).policy(Mode::Production);
    let comparison = nobody.ok().and_then(|nobody| compare(&nobody, policy).ok()).unwrap_or_default();
    let entries = comparison.changes().iter().filter_map(|change| match change {
        Change::LetIn { key: Key::Origins, entry, witness: Some(witness) } => {
            Some((entry.clone(), witness.clone()))
        }
        _ => None,
    });
    let strangers = STRANGERS.iter().filter(|origin| !policy.origins().any(|entry| entry == **origin));
    entries.chain(strangers.map(|origin| ((*origin).to_owned(), (*origin).to_owned()))).collect()
}

fn cell(policy: &Policy, fetch: Fetch) -> Cell {
    match (fetch.clone().credentials(true).ask(policy).is_allowed(), fetch.ask(policy).is_allowed()) {
        (true, _) => Cell::ReadsAsUser,
        (false, true) => Cell::Reads,
        (false, false) => Cell::Blocked,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
