//! HAProxy: ACLs and rules for a `frontend`.

use std::fmt::Write as _;

use super::plan::{Origin, PRIVATE_NETWORK, Plan, Text};
use super::{Title, Unsayable};

const ASKED_METHOD: &str = "req.fhdr(access-control-request-method)";
const ASKED_HEADERS: &str = "req.fhdr(access-control-request-headers)";

/// All lines of the field as one list: a fetch outside of an ACL gives only the last line.
const ALL_ASKED_HEADERS: &str = concat!(
    r#"req.hdrs,regsub("(?i)(^|\n)(?!access-control-request-headers:)[^\n]*","",g),"#,
    r#"regsub("\r?\n?access-control-request-headers:[ \t]*",", ",gi),regsub("^, |\r","",g)"#,
);

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let mut out = title.comment(&["It belongs in a `frontend`, before its other rules."]);
    out.push('\n');
    let mut line = |text: String| {
        let _ = writeln!(out, "{}{text}", if text.is_empty() { "" } else { "    " });
    };
    match &plan.origins {
        None => line("http-request set-var(txn.cors_origin) str(*)".into()),
        Some(origins) => {
            for origin in origins {
                line(match origin {
                    Origin::Exact(origin) => format!("acl cors_origin req.fhdr(origin) -m str '{origin}'"),
                    Origin::Regex(regex) => format!("acl cors_origin req.fhdr(origin) -m reg '{regex}'"),
                });
            }
            line("acl cors_one_origin req.fhdr_cnt(origin) eq 1".into());
            let mut when = "cors_origin cors_one_origin".to_owned();
            // Lines of one name would be alternatives.
            for (number, form) in (1..).zip(plan.origin_forms()) {
                line(format!("acl cors_origin_form_{number} req.fhdr(origin) -m reg '{form}'"));
                let _ = write!(when, " cors_origin_form_{number}");
            }
            line(format!("http-request set-var(txn.cors_origin) req.fhdr(origin) if {when}"));
        }
    }
    line(String::new());
    line("# Preflights are answered here; the app does not see them.".into());
    line("acl cors_has_origin req.fhdr(origin) -m found".into());
    line(format!("acl cors_asks {ASKED_METHOD} -m found"));
    line("acl cors_asks_once req.fhdr_cnt(access-control-request-method) eq 1".into());
    line(format!("acl cors_method {ASKED_METHOD} -m reg '{}'", plan.method_regex()));
    if let Some(forbidden) = plan.forbidden_method_regex() {
        line(format!("acl cors_forbidden_method {ASKED_METHOD} -m reg -i '{forbidden}'"));
    }
    line(format!("acl cors_foreign_header {ASKED_HEADERS} -m reg -i '^(?!{}$)'", plan.headers_regex()));
    line(
        "http-request set-var(txn.cors_preflight) str(refused) if METH_OPTIONS cors_has_origin cors_asks"
            .into(),
    );
    let not_forbidden = if plan.forbidden_method_regex().is_some() { " !cors_forbidden_method" } else { "" };
    line(format!(
        "http-request set-var(txn.cors_preflight) str(allowed) if {{ var(txn.cors_preflight) -m found }} \
         {{ var(txn.cors_origin) -m found }} cors_asks_once cors_method{not_forbidden} !cors_foreign_header"
    ));
    if plan.preflight.iter().any(|(_, text)| matches!(text, Text::Headers)) {
        line(format!("http-request set-var(txn.cors_headers) '{ALL_ASKED_HEADERS}' if METH_OPTIONS"));
    }
    let mut fields = String::new();
    for (name, text) in plan.preflight.iter().filter(|(name, _)| name != PRIVATE_NETWORK) {
        let _ = write!(fields, " hdr {name} {}", format(text));
    }
    let status = plan.policy.preflight_status();
    let vary = format!("hdr Vary \"{}\"", plan.preflight_vary);
    let is = |verdict: &str| format!("{{ var(txn.cors_preflight) -m str {verdict} }}");
    if plan.preflight.iter().any(|(name, _)| name == PRIVATE_NETWORK) {
        line(format!(
            "http-request return status {status}{fields} hdr {PRIVATE_NETWORK} true {vary} if {} \
             {{ req.fhdr(access-control-request-private-network) -m str true }}",
            is("allowed")
        ));
    }
    line(format!("http-request return status {status}{fields} {vary} if {}", is("allowed")));
    line(format!("http-request return status 403 {vary} if {}", is("refused")));
    line(String::new());
    line("# Only HAProxy says who may read: what the app sets is removed.".into());
    line("http-response del-header access-control- -m beg".into());
    for (name, text) in &plan.actual {
        line(format!(
            "http-after-response set-header {name} {} if {{ var(txn.cors_origin) -m found }} !{{ var(txn.cors_preflight) -m found }}",
            format(text)
        ));
    }
    if let Some(vary) = plan.vary {
        line(format!(
            "http-after-response add-header Vary {vary} unless {{ var(txn.cors_preflight) -m found }}"
        ));
    }
    Ok(out)
}

/// A log format, in which `%` begins a variable.
fn format(text: &Text) -> String {
    match text {
        Text::Fixed(text) => format!("'{}'", text.replace('%', "%%").replace('\'', r"'\''")),
        Text::Origin => "%[var(txn.cors_origin)]".into(),
        Text::Method => format!("%[{ASKED_METHOD}]"),
        Text::Headers => "%[var(txn.cors_headers)]".into(),
    }
}
