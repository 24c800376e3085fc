//! Caddy: matchers and headers for a `route` block.

use std::fmt::Write as _;

use super::plan::{PRIVATE_NETWORK, Plan, Text};
use super::{Title, Unsayable};

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let mut out = title.comment(&["Import it as the first thing in a `route` block, which keeps the order."]);
    let preflight = "\tmethod OPTIONS\n\theader Origin *\n\theader Access-Control-Request-Method *\n";
    // Placeholders have every value of a repeated field, so that no match is one of several.
    let origin: Vec<String> = plan.origin_regexes().iter().map(|regex| matches("Origin", regex)).collect();
    let mut asked = origin.clone();
    asked.push(matches("Access-Control-Request-Method", &plan.method_regex()));
    if let Some(forbidden) = plan.forbidden_method_regex() {
        asked.push(format!("!{}", matches("Access-Control-Request-Method", &format!("(?i){forbidden}"))));
    }
    asked.push(matches("Access-Control-Request-Headers", &format!("(?i)^{}$", plan.headers_regex())));
    let all = |matches: &[String]| format!("\texpression `{}`\n", matches.join("\n\t\t&& "));
    let asked = all(&asked);
    let origin = if origin.is_empty() { String::new() } else { all(&origin) };
    let _ = write!(out, "\n@cors_preflight {{\n{preflight}}}\n");
    let _ = write!(out, "@cors_preflight_allowed {{\n{preflight}{asked}}}\n");
    let not_preflight: String = preflight.lines().map(|line| format!("\t{line}\n")).collect();
    let _ = write!(out, "@cors_actual {{\n\tnot {{\n{not_preflight}\t}}\n}}\n");
    let _ = write!(out, "@cors_actual_allowed {{\n{origin}\tnot {{\n{not_preflight}\t}}\n}}\n");

    out += "\n# Preflights are answered here; the app does not see them.\n";
    let fields = |fields: &[(String, Text)]| -> Result<String, Unsayable> {
        let mut lines = String::new();
        for (name, text) in fields.iter().filter(|(name, _)| name != PRIVATE_NETWORK) {
            let _ = writeln!(lines, "\t{name} {}", value(text)?);
        }
        Ok(lines)
    };
    let _ = writeln!(out, "header @cors_preflight Vary \"{}\"", plan.preflight_vary);
    let _ = write!(out, "header @cors_preflight_allowed {{\n{}}}\n", fields(&plan.preflight)?);
    if plan.preflight.iter().any(|(name, _)| name == PRIVATE_NETWORK) {
        let _ = write!(
            out,
            "@cors_private {{\n{preflight}{asked}\theader Access-Control-Request-Private-Network true\n}}\n\
             header @cors_private {PRIVATE_NETWORK} true\n"
        );
    }
    let _ = writeln!(out, "respond @cors_preflight_allowed {}", plan.policy.preflight_status());
    out += "respond @cors_preflight 403\n";

    out += "\n# Once for what Caddy answers itself, and once, deferred, for what the app answers: its own values are removed.\n";
    let actual = fields(&plan.actual)?;
    let _ = write!(out, "header @cors_actual_allowed {{\n{actual}}}\n");
    let _ = write!(out, "header @cors_actual_allowed {{\n{actual}\tdefer\n}}\n");
    out += "header @cors_actual {\n\t-Access-Control-*\n\tdefer\n}\n";
    if let Some(vary) = plan.vary {
        let _ = writeln!(out, "header @cors_actual +Vary {vary}");
    }
    Ok(out)
}

/// A condition on all values of a request field.
fn matches(field: &str, regex: &str) -> String {
    format!("{{http.request.header.{field}}}.matches(r\"{regex}\")")
}

/// A value; a placeholder begins with `{`.
fn value(text: &Text) -> Result<String, Unsayable> {
    Ok(match text {
        Text::Fixed(text) if text.contains(['{', '`']) => {
            return Err(Unsayable(format!("`{text}` contains a character with a special meaning there")));
        }
        Text::Fixed(text) => format!("\"{text}\""),
        Text::Origin => "{http.request.header.Origin}".into(),
        Text::Method => "{http.request.header.Access-Control-Request-Method}".into(),
        Text::Headers => "{http.request.header.Access-Control-Request-Headers}".into(),
    })
}
