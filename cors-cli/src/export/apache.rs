//! Apache: mod_setenvif, mod_rewrite and mod_headers in a virtual host.

use std::fmt::Write as _;

use super::plan::{OWNED, PRIVATE_NETWORK, Plan, Text};
use super::{Title, Unsayable};

pub(super) fn write(plan: &Plan<'_>, title: &Title) -> Result<String, Unsayable> {
    let mut out = title
        .comment(&["Include it in a `<VirtualHost>`. It needs the modules setenvif, rewrite and headers."]);
    out.push('\n');
    match &plan.origins {
        None => out += "SetEnvIf Request_URI \"^\" cors_origin=*\n",
        Some(origins) => {
            for origin in origins {
                let _ = writeln!(out, "SetEnvIf Origin \"{}\" cors_origin=$0", origin.regex());
            }
            for form in plan.origin_forms() {
                let _ = writeln!(out, "SetEnvIf Origin \"^(?!{form})\" !cors_origin");
            }
        }
    }
    out += "\n# Preflights are answered here; the app does not see them.\n";
    let asked = "req_novary('Access-Control-Request-Method')";
    let _ = writeln!(
        out,
        "SetEnvIfExpr \"%{{REQUEST_METHOD}} == 'OPTIONS' && -n req_novary('Origin') && -n {asked}\" cors_preflight=refused"
    );
    let _ = writeln!(out, "SetEnvIf Access-Control-Request-Method \"{}\" cors_method", plan.method_regex());
    if let Some(forbidden) = plan.forbidden_method_regex() {
        let _ = writeln!(out, "SetEnvIfNoCase Access-Control-Request-Method \"{forbidden}\" !cors_method");
    }
    let _ = writeln!(
        out,
        "SetEnvIfNoCase Access-Control-Request-Headers \"^{}$\" cors_headers",
        plan.headers_regex()
    );
    out += "SetEnvIfExpr \"-n reqenv('cors_preflight') && -n reqenv('cors_origin') && -n reqenv('cors_method') && -n reqenv('cors_headers')\" cors_preflight=allowed\n";
    out += "RewriteEngine On\n";
    let status = plan.policy.preflight_status();
    if status != 204 {
        return Err(Unsayable(format!(
            "`preflight_status` is {status}, but a rule that answers by itself sends an error page with any status except 204"
        )));
    }
    out += "RewriteCond %{ENV:cors_preflight} =allowed\nRewriteRule ^ - [R=204,L]\n";
    out += "RewriteCond %{ENV:cors_preflight} =refused\nRewriteRule ^ - [F]\n";

    out += "\n# Only Apache says who may read: what the app sets is removed.\n";
    for name in OWNED {
        let _ = writeln!(out, "Header unset {name}\nHeader always unset {name}");
    }
    let is_actual = "\"expr=-n reqenv('cors_origin') && -z reqenv('cors_preflight')\"";
    let is_allowed = "\"expr=reqenv('cors_preflight') == 'allowed'\"";
    let is_private = "\"expr=reqenv('cors_preflight') == 'allowed' && req_novary('Access-Control-Request-Private-Network') == 'true'\"";
    for (name, text) in &plan.actual {
        let _ = writeln!(out, "Header always set {name} {} {is_actual}", value(text)?);
    }
    for (name, text) in &plan.preflight {
        let when = if name == PRIVATE_NETWORK { is_private } else { is_allowed };
        let _ = writeln!(out, "Header always set {name} {} {when}", value(text)?);
    }
    if let Some(vary) = plan.vary {
        let _ = writeln!(out, "Header always merge Vary {vary} \"expr=-z reqenv('cors_preflight')\"");
    }
    let _ = writeln!(
        out,
        "Header always set Vary \"{}\" \"expr=-n reqenv('cors_preflight')\"",
        plan.preflight_vary
    );
    Ok(out)
}

/// A value, in which `%` begins a variable.
fn value(text: &Text) -> Result<String, Unsayable> {
    Ok(match text {
        Text::Fixed(text) if text.contains(['"', '\\', '$']) => {
            return Err(Unsayable(format!("`{text}` contains a character with a special meaning there")));
        }
        Text::Fixed(text) => format!("\"{}\"", text.replace('%', "%%")),
        Text::Origin => "\"%{cors_origin}e\"".into(),
        Text::Method => "\"expr=%{req_novary:Access-Control-Request-Method}\"".into(),
        Text::Headers => "\"expr=%{req_novary:Access-Control-Request-Headers}\"".into(),
    })
}
