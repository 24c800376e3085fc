//! `file("partners.txt")`: origins that somebody else maintains, one a line.

use std::path::PathBuf;
use std::{env, fs};

/// What a file of origins says.
pub(crate) struct OriginFile {
    /// Where it is, as an absolute path.
    pub(crate) path: String,
    /// The origins, and the line of each, counted from 1.
    pub(crate) origins: Vec<(usize, String)>,
}

/// Reads a file of origins, whose path starts at the manifest of the crate that is being built; or
/// says why it cannot.
pub(crate) fn read(path: &str) -> Result<OriginFile, String> {
    let base = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let whole = base.join(path);
    let text = fs::read_to_string(&whole).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let whole =
        whole.into_os_string().into_string().map_err(|_| format!("the path of `{path}` is not UTF-8"))?;
    Ok(OriginFile { path: whole, origins: origins(&text) })
}

/// What is not empty and no comment.
fn origins(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let numbered = lines.enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    numbered.filter(|(_, line)| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_origin_a_comment_or_nothing() {
        let text = "# partners\nhttps://a.example\n\n  https://*.b.example # since May\r\nnull";
        let origins = origins(text);
        let origins: Vec<_> = origins.iter().map(|(line, origin)| (*line, origin.as_str())).collect();
        assert_eq!(origins, [(2, "https://a.example"), (4, "https://*.b.example"), (5, "null")]);
    }
}
