//! Any text as a file of settings, TOML or JSON: it is read and judged without a panic, alike each time,
//! and a policy that comes of it is one whichever format it went through.

use cors_engine::{Config, Mode, Policy, Violations};

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let Some(text) = crate::text(data) else { return };
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        // What `Value` forgets, the order of keys and those that stand twice, is the text's alone.
        let (direct, through) = (serde_json::from_str(text), serde_json::from_value(value));
        agree(direct.ok(), through.ok());
    }
    if let Ok(value) = toml::from_str::<toml::Value>(text) {
        agree(toml::from_str(text).ok(), value.try_into().ok());
    }
}

/// Judges the settings as they were read at once, and as they were read through the format's own values.
fn agree(direct: Option<Config>, through: Option<Config>) {
    for mode in [Mode::Production, Mode::Development] {
        let direct = direct.as_ref().map(|config| judge(config, mode));
        let through = through.as_ref().map(|config| judge(config, mode));
        if let (Some(Ok(direct)), Some(Ok(through))) = (direct, through) {
            assert_eq!(direct, through, "{mode:?}");
        }
    }
}

fn judge(config: &Config, mode: Mode) -> Result<Policy, Violations> {
    let (once, again) = (config.policy(mode), config.policy(mode));
    assert_eq!(once, again, "{config:?} is judged one way and another");
    match &once {
        Ok(policy) => sound(policy),
        Err(violations) => complete(violations),
    }
    once
}

/// The lists of a policy and its answers go together.
fn sound(policy: &Policy) {
    for origin in policy.origins().filter(|origin| !origin.contains('*')) {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin} is listed in {policy:?}");
    }
    for method in policy.methods().filter(|method| *method != "*") {
        assert!(policy.allows_method(method.as_bytes()), "{method} is listed in {policy:?}");
    }
    for header in policy.headers().filter(|header| *header != "*") {
        assert!(policy.allows_header(header.as_bytes()), "{header} is listed in {policy:?}");
    }
    for host in policy.hosts() {
        let host = host.strip_prefix('.').unwrap_or(host);
        assert!(policy.allows_host(host.as_bytes()), "{host} is listed in {policy:?}");
    }
    assert!(!(policy.allows_any_origin() && policy.credentials()), "{policy:?}");
    assert!((200..300).contains(&policy.preflight_status()), "{policy:?}");
    assert!(policy.max_age().is_none_or(|seconds| seconds <= 86_400), "{policy:?}");
}

/// Whoever reads them finds what is wrong, and programs find the same.
fn complete(violations: &Violations) {
    let text = format!("{violations:#}");
    let json = serde_json::to_value(violations).expect("violations have a form in JSON");
    let listed = json.as_array().expect("they are a list");
    assert_eq!(listed.len(), violations.len(), "{text}");
    for (violation, json) in violations.iter().zip(listed) {
        assert_eq!(json["rule"], violation.rule().name(), "{text}");
        assert!(!violation.message().is_empty() && !violation.why().is_empty(), "{violation:?}");
        assert!(text.contains(violation.message()), "{violation:?} is missing from {text}");
    }
}
