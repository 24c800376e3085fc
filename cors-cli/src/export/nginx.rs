//! nginx: `set` and `if` in a `server` block, which the rewrite phase runs before anything else.

use std::fmt::Write as _;

use super::plan::{OWNED, Origin, PRIVATE_NETWORK, Plan, Text};
use super::{Title, Unsayable};

/// What a parameter holds, with some room for the directive in front: `NGX_CONF_BUFFER` is 4096.
const MAX_LINE: usize = 4000;

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let mut out = title.comment(&[
        "Include it in a `server` block. A `location` with an `add_header` of its own loses those of the server:",
        "include it there as well.",
    ]);
    out.push('\n');
    match &plan.origins {
        None => out += "set $cors_origin \"*\";\n",
        Some(origins) => {
            out += "set $cors_origin \"\";\n";
            for origin in origins {
                let condition = match origin {
                    Origin::Exact(origin) => format!("= {}", quoted(origin)?),
                    Origin::Regex(regex) => format!("~ {}", quoted_regex(regex)),
                };
                set_if(&mut out, &format!("$http_origin {condition}"), &[("origin", "$http_origin")]);
            }
            for form in plan.origin_forms() {
                set_if(&mut out, &format!("$http_origin !~ {}", quoted_regex(form)), &[("origin", "\"\"")]);
            }
        }
    }

    out += "\n# Preflights are answered here; the app does not see them.\n";
    out += "set $cors_preflight \"\";\n";
    set_if(&mut out, "$request_method = OPTIONS", &[("preflight", "preflight")]);
    set_if(&mut out, "$http_origin = \"\"", &[("preflight", "\"\"")]);
    set_if(&mut out, "$http_access_control_request_method = \"\"", &[("preflight", "\"\"")]);
    out += "set $cors_verdict allowed;\n";
    let refused = [("verdict", "refused")];
    set_if(&mut out, "$cors_origin = \"\"", &refused);
    let method = format!("$http_access_control_request_method !~ {}", quoted_regex(&plan.method_regex()));
    set_if(&mut out, &method, &refused);
    if let Some(forbidden) = plan.forbidden_method_regex() {
        let method = format!("$http_access_control_request_method ~* {}", quoted_regex(forbidden));
        set_if(&mut out, &method, &refused);
    }
    let headers = quoted_regex(&format!("^{}$", plan.headers_regex()));
    set_if(&mut out, &format!("$http_access_control_request_headers !~* {headers}"), &refused);
    out += "set $cors_answer \"$cors_preflight $cors_verdict\";\n";

    let names: Vec<&str> =
        plan.names().into_iter().filter(|name| *name != "Access-Control-Allow-Origin").collect();
    out.push('\n');
    if let Some(vary) = plan.vary {
        let _ = writeln!(out, "set $cors_vary {vary};");
    } else {
        out += "set $cors_vary \"\";\n";
    }
    for name in &names {
        let _ = writeln!(out, "set ${} \"\";", variable(name));
    }
    set_if(&mut out, "$cors_origin != \"\"", &values(&plan.actual)?.as_pairs());
    out += "if ($cors_preflight != \"\") {\n";
    for name in &names {
        let _ = writeln!(out, "    set ${} \"\";", variable(name));
    }
    let _ = writeln!(out, "    set $cors_vary \"{}\";\n}}", plan.preflight_vary);
    let preflight: Vec<_> =
        plan.preflight.iter().filter(|(name, _)| name != PRIVATE_NETWORK).cloned().collect();
    set_if(&mut out, "$cors_answer = \"preflight allowed\"", &values(&preflight)?.as_pairs());
    set_if(&mut out, "$cors_answer = \"preflight refused\"", &[("origin", "\"\"")]);
    if plan.preflight.len() > preflight.len() {
        out += "set $cors_private \"$cors_answer $http_access_control_request_private_network\";\n";
        set_if(&mut out, "$cors_private = \"preflight allowed true\"", &[("allow_private_network", "true")]);
    }

    out += "\n# Only nginx says who may read: what the app sets is removed.\n";
    for name in OWNED {
        let _ = writeln!(out, "proxy_hide_header {name};");
    }
    out += "add_header Access-Control-Allow-Origin $cors_origin always;\n";
    for name in names {
        let _ = writeln!(out, "add_header {name} ${} always;", variable(name));
    }
    out += "add_header Vary $cors_vary always;\n\n";
    let status = match plan.policy.preflight_status() {
        204 => "204".to_owned(),
        status => format!("{status} \"\""),
    };
    let _ = writeln!(out, "if ($cors_answer = \"preflight allowed\") {{\n    return {status};\n}}");
    out += "if ($cors_answer = \"preflight refused\") {\n    return 403;\n}\n";
    if let Some(line) = out.lines().map(str::len).find(|length| *length > MAX_LINE) {
        return Err(Unsayable(format!(
            "one of its lists takes {line} bytes, and a parameter holds {MAX_LINE}"
        )));
    }
    Ok(out)
}

impl Plan<'_> {
    /// The names of all fields but `Vary`, each once.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.actual.iter().chain(&self.preflight) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}

/// `Access-Control-Max-Age` as `cors_max_age`.
fn variable(name: &str) -> String {
    let short = name.strip_prefix("Access-Control-").unwrap_or(name);
    format!("cors_{}", short.to_ascii_lowercase().replace('-', "_"))
}

struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn as_pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// Variables of fields, `Access-Control-Allow-Origin` aside, which has its value already.
fn values(fields: &[(String, Text)]) -> Result<Pairs, Unsayable> {
    let others = fields.iter().filter(|(name, _)| name != "Access-Control-Allow-Origin");
    let value = |(name, text): &(String, Text)| {
        let value = match text {
            Text::Fixed(text) => quoted(text)?,
            Text::Origin => "$cors_origin".into(),
            Text::Method => "$http_access_control_request_method".into(),
            Text::Headers => "$http_access_control_request_headers".into(),
        };
        Ok((variable(name).trim_start_matches("cors_").to_owned(), value))
    };
    others.map(value).collect::<Result<_, _>>().map(Pairs)
}

fn set_if(out: &mut String, condition: &str, settings: &[(&str, &str)]) {
    if settings.is_empty() {
        return;
    }
    let _ = writeln!(out, "if ({condition}) {{");
    for (name, value) in settings {
        let _ = writeln!(out, "    set $cors_{name} {value};");
    }
    out.push_str("}\n");
}

/// A string in which nothing is a variable.
fn quoted(text: &str) -> Result<String, Unsayable> {
    if text.contains('$') {
        return Err(Unsayable(format!("`{text}` contains a `$`, which begins a variable")));
    }
    Ok(format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")))
}

/// A regex; those of a plan have neither quotes nor doubled backslashes.
fn quoted_regex(regex: &str) -> String {
    format!("\"{regex}\"")
}
