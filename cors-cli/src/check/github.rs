//! Annotations of a GitHub workflow: a line for each finding, which the pull request shows beside the file's.

use crate::judge::FileViolation;
use crate::policy_file::Region;

pub(super) fn annotation(finding: &FileViolation) -> String {
    let mut properties = format!("file={}", property(&finding.file));
    if let Some(Region { start, end }) = finding.region {
        properties += &format!(",line={},col={},endLine={},endColumn={}", start.0, start.1, end.0, end.1);
    }
    let title = format!("cors: {}", finding.violation.rule());
    let text = format!("{}\n{}", finding.violation, finding.violation.rule().url());
    format!("::error {properties},title={}::{}\n", property(&title), data(&text))
}

/// The text of a command: `%` and what ends a line are written as numbers.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: so are its separators.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
