//! Envoy: routes of a virtual host. Its CORS filter cannot express a policy: it sends no `Vary`, lets foreign preflights
//! through, and leaves what the app set.

use std::fmt::Write as _;

use super::plan::{OWNED, PRIVATE_NETWORK, Plan, Text};
use super::{Title, Unsayable};

pub(super) fn write(plan: &Plan<'_>, title: &Title, cluster: &str) -> Result<String, Unsayable> {
    let mut out = title.comment(&[
        "The `routes` of a virtual host. Routes of your own take the place of the last two: each needs both, with a",
        "`match` of its own. By default, Envoy accepts only small regexes; the bootstrap needs",
        "  layered_runtime: { layers: [ { name: cors, static_layer: { re2.max_program_size.error_level: 100000 } } ] }",
    ]);
    out += "routes:\n";
    let preflight = [
        "- name: \":method\"\n  string_match: { exact: OPTIONS }",
        "- name: origin\n  present_match: true",
        "- name: access-control-request-method\n  present_match: true",
    ];
    let origin: Vec<String> = plan.origin_regexes().iter().map(|regex| matching("origin", regex)).collect();
    let mut allowed: Vec<String> = preflight.iter().map(|text| (*text).to_owned()).collect();
    allowed.extend(origin.clone());
    allowed.push(matching("access-control-request-method", &plan.method_regex()));
    if let Some(forbidden) = plan.forbidden_method_regex() {
        allowed.push(
            matching("access-control-request-method", &format!("(?i){forbidden}")) + "\n  invert_match: true",
        );
    }
    let headers = matching("access-control-request-headers", &format!("(?i)^{}$", plan.headers_regex()));
    allowed.push(headers + "\n  treat_missing_header_as_empty: true");

    let (private, plain): (Vec<_>, Vec<_>) =
        plan.preflight.iter().cloned().partition(|(name, _)| name == PRIVATE_NETWORK);
    let vary = ("Vary".to_owned(), Text::Fixed(plan.preflight_vary.into()));
    let status = plan.policy.preflight_status();
    if !private.is_empty() {
        let mut asking = allowed.clone();
        asking.push(
            "- name: access-control-request-private-network\n  string_match: { exact: \"true\" }".into(),
        );
        let fields: Vec<_> = plan.preflight.iter().cloned().chain([vary.clone()]).collect();
        route(&mut out, &asking, &format!("direct_response: {{ status: {status} }}"), &fields, false);
    }
    let fields: Vec<_> = plain.into_iter().chain([vary.clone()]).collect();
    route(&mut out, &allowed, &format!("direct_response: {{ status: {status} }}"), &fields, false);
    route(&mut out, &preflight.map(String::from), "direct_response: { status: 403 }", &[vary], false);
    let to_app = format!("route: {{ cluster: '{}' }}", cluster.replace('\'', "''"));
    let vary = plan.vary.map(|vary| ("Vary".to_owned(), Text::Fixed(vary.into())));
    let fields: Vec<_> = plan.actual.iter().cloned().chain(vary.clone()).collect();
    if !origin.is_empty() {
        route(&mut out, &origin, &to_app, &fields, true);
        route(&mut out, &[], &to_app, &vary.into_iter().collect::<Vec<_>>(), true);
    } else {
        route(&mut out, &[], &to_app, &fields, true);
    }
    Ok(out)
}

fn matching(name: &str, regex: &str) -> String {
    format!("- name: {name}\n  string_match: {{ safe_regex: {{ regex: '{regex}' }} }}")
}

fn route(out: &mut String, headers: &[String], action: &str, fields: &[(String, Text)], is_of_app: bool) {
    out.push_str("- match:\n    prefix: /\n");
    if !headers.is_empty() {
        out.push_str("    headers:\n");
    }
    for line in headers.iter().flat_map(|header| header.lines()) {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "  {action}");
    if is_of_app {
        out.push_str("  response_headers_to_remove:\n");
        for name in OWNED {
            let _ = writeln!(out, "  - {}", name.to_ascii_lowercase());
        }
    }
    if !fields.is_empty() {
        out.push_str("  response_headers_to_add:\n");
    }
    for (name, text) in fields {
        let value = match text {
            Text::Fixed(text) => text.replace('%', "%%").replace('\'', "''"),
            Text::Origin => "%REQ(origin)%".into(),
            Text::Method => "%REQ(access-control-request-method)%".into(),
            Text::Headers => "%REQ(access-control-request-headers)%".into(),
        };
        let action = if name == "Vary" && is_of_app {
            "APPEND_IF_EXISTS_OR_ADD"
        } else {
            "OVERWRITE_IF_EXISTS_OR_ADD"
        };
        let _ = writeln!(
            out,
            "  - header: {{ key: {}, value: '{value}' }}\n    append_action: {action}",
            name.to_ascii_lowercase()
        );
    }
}
