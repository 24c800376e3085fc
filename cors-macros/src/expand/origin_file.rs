//! `file("partners.txt")`: origins that somebody else maintains, one per line.

use std::path::PathBuf;
use std::{env, fs};

/// The content of a file of origins.
pub(crate) struct OriginFile {
    /// Where it is, as an absolute path.
    pub(crate) path: String,
    /// The origins, and the line of each, counted from 1.
    pub(crate) origins: Vec<(usize, String)>,
}

/// Why a file of origins cannot be read, and what to do about it.
pub(crate) struct UnreadableFile {
    pub(crate) why: String,
    pub(crate) help: &'static str,
}

/// Reads a file of origins. The path is relative to the manifest of the crate that is being built.
pub(crate) fn read(path: &str) -> Result<OriginFile, UnreadableFile> {
    let unreadable = |why, help| UnreadableFile { why, help };
    let base = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let whole = base.join(path);
    let bytes = fs::read(&whole).map_err(|error| {
        let help = "the path starts in the folder of the crate's Cargo.toml";
        unreadable(format!("cannot read `{path}`: {error}"), help)
    })?;
    let text = utf8(&bytes).map_err(|line| {
        unreadable(format!("{path}:{line}: the line is not UTF-8"), "save the file as UTF-8")
    })?;
    let whole = whole.into_os_string().into_string().map_err(|_| {
        unreadable(format!("the path of `{path}` is not UTF-8"), "rename the folder that is not")
    })?;
    Ok(OriginFile { path: whole, origins: origins(text) })
}

/// Returns the text without a byte order mark, or the number of the line that is not UTF-8.
fn utf8(bytes: &[u8]) -> Result<&str, usize> {
    let text = str::from_utf8(bytes)
        .map_err(|error| 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The lines that are neither empty nor comments.
fn origins(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let numbered = lines.enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    numbered.filter(|(_, line)| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_utf8_with_or_without_its_mark() {
        for (name, bytes, text) in [
            ("empty", &b""[..], Ok("")),
            ("plain", b"https://a.example", Ok("https://a.example")),
            ("marked", b"\xef\xbb\xbfhttps://a.example\r\n", Ok("https://a.example\r\n")),
            ("latin-1", b"# one\nhttps://a.example\n# M\xfcller\n", Err(3)),
            ("UTF-16", b"\xff\xfeh\0", Err(1)),
        ] {
            assert_eq!(utf8(bytes), text, "{name}");
        }
    }

    #[test]
    fn a_line_is_an_origin_a_comment_or_nothing() {
        let text = "# partners\nhttps://a.example\n\n  https://*.b.example # since May\r\nnull";
        let origins = origins(text);
        let origins: Vec<_> = origins.iter().map(|(line, origin)| (*line, origin.as_str())).collect();
        assert_eq!(origins, [(2, "https://a.example"), (4, "https://*.b.example"), (5, "null")]);
    }
}
