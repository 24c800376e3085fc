//! SARIF 2.1.0, which code scanning reads.

use cors_engine::Rule;
use serde_json::{Value, json};

use crate::judge::FileViolation;
use crate::policy_file::Region;

/// A log of one run.
pub(crate) fn log<'f>(findings: impl Iterator<Item = &'f FileViolation>) -> Value {
    let rule = |rule: Rule| {
        json!({
            "id": rule.name(),
            "helpUri": rule.url(),
            "shortDescription": { "text": rule.name().replace('_', " ") },
        })
    };
    let rules: Vec<Value> = Rule::all().map(rule).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cors",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            // Columns are counted in characters, as people count them.
            "columnKind": "unicodeCodePoints",
            "results": findings.map(result).collect::<Vec<_>>(),
        }],
    })
}

fn result(finding: &FileViolation) -> Value {
    let rule = finding.violation.rule();
    let mut place = json!({ "artifactLocation": { "uri": uri(&finding.file) } });
    if let Some(Region { start, end }) = finding.region {
        place["region"] = json!({
            "startLine": start.0,
            "startColumn": start.1,
            "endLine": end.0,
            "endColumn": end.1,
        });
    }
    json!({
        "ruleId": rule.name(),
        "ruleIndex": Rule::all().position(|known| known == rule),
        "level": "error",
        "message": { "text": finding.violation.to_string() },
        "locations": [{
            "physicalLocation": place,
            "logicalLocations": [{ "fullyQualifiedName": finding.place }],
        }],
    })
}

/// A path as a relative reference: `\` of Windows is no separator there.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let write = |byte: u8| match byte {
        b'\\' => "/".to_owned(),
        byte if plain(byte) => char::from(byte).into(),
        byte => format!("%{byte:02X}"),
    };
    path.bytes().map(write).collect()
}
