//! `cors diff`

use crate::program::cors;

#[test]
fn what_is_printed() {
    for (name, arguments) in [
        ("diff_wider", &["diff", "policy.toml", "policy_next.toml"][..]),
        ("diff_narrower", &["diff", "policy_next.toml", "policy.toml"]),
        ("diff_same", &["diff", "policy.toml", "policy.toml"]),
        ("diff_markdown", &["diff", "policy.toml", "policy_next.toml", "--format", "markdown"]),
        ("diff_json", &["diff", "policy.toml", "policy_next.toml", "--format", "json"]),
        ("diff_broken", &["diff", "policy.toml", "broken.toml"]),
    ] {
        cors(arguments).is_as_expected(name);
    }
}
