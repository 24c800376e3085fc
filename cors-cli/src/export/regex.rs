//! Regexes in the words that PCRE and RE2 have in common.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The most that RE2 counts to.
const MAX_COUNT: u32 = 1000;

/// A text as a regex that matches only it. Characters with a meaning in any configuration file are written as numbers.
pub(super) fn escape(text: &str) -> String {
    text.bytes().map(byte).collect()
}

fn byte(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'/' | b':' | b'@' | b',' => {
            char::from(byte).into()
        }
        b'.' => r"\.".into(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// The text that was [escaped](escape); `None` if this is more than a text.
pub(super) fn unescape(regex: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = regex;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        if first != '\\' {
            text.push(first);
        } else if let Some(more) = rest.strip_prefix('x') {
            text.push(char::from(u8::from_str_radix(more.get(..2)?, 16).ok()?));
            rest = &more[2..];
        } else {
            rest = rest.strip_prefix('.')?;
            text.push('.');
        }
    }
    Some(text)
}

/// A regex of a policy, which matches whole origins, anchored and in the common words; or why there are none.
pub(super) fn portable(text: &str) -> Result<String, String> {
    // As the engine reads it: an origin is ASCII.
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(text);
    let hir = parsed.map_err(|_| "has no form without Unicode".to_owned())?;
    let mut out = String::new();
    write(&hir, &mut out)?;
    let inner = out.strip_prefix('^').unwrap_or(&out);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    Ok(match hir.kind() {
        HirKind::Alternation(_) => format!("^({out})$"),
        _ => format!("^{inner}$"),
    })
}

/// What is between the anchors.
pub(super) fn inner(anchored: &str) -> String {
    let inner = anchored.strip_prefix('^').unwrap_or(anchored);
    inner.strip_suffix('$').unwrap_or(inner).into()
}

fn write(hir: &Hir, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|&found| *out += &byte(found)),
        HirKind::Class(class) => *out += &set(class)?,
        HirKind::Look(Look::Start | Look::StartLF) => out.push('^'),
        HirKind::Look(Look::End | Look::EndLF) => out.push('$'),
        HirKind::Look(Look::WordAscii) => *out += r"\b",
        HirKind::Look(Look::WordAsciiNegate) => *out += r"\B",
        HirKind::Look(_) => return Err("has a word boundary that gateways do not know".into()),
        HirKind::Repetition(repetition) => {
            if repetition.min.max(repetition.max.unwrap_or(0)) > MAX_COUNT {
                return Err(format!("counts to more than {MAX_COUNT}"));
            }
            let mut inner = String::new();
            write(&repetition.sub, &mut inner)?;
            let is_one = matches!(repetition.sub.kind(), HirKind::Class(_) | HirKind::Capture(_))
                || matches!(repetition.sub.kind(), HirKind::Literal(literal) if literal.0.len() == 1);
            *out += &if is_one { inner } else { format!("({inner})") };
            *out += &match (repetition.min, repetition.max) {
                (0, None) => "*".into(),
                (1, None) => "+".into(),
                (0, Some(1)) => "?".into(),
                (min, None) => format!("{{{min},}}"),
                (min, Some(max)) if min == max => format!("{{{min}}}"),
                (min, Some(max)) => format!("{{{min},{max}}}"),
            };
        }
        HirKind::Capture(capture) => {
            out.push('(');
            write(&capture.sub, out)?;
            out.push(')');
        }
        HirKind::Concat(parts) => {
            for part in parts {
                match part.kind() {
                    HirKind::Alternation(_) => {
                        out.push('(');
                        write(part, out)?;
                        out.push(')');
                    }
                    _ => write(part, out)?,
                }
            }
        }
        HirKind::Alternation(branches) => {
            for (index, branch) in branches.iter().enumerate() {
                if index > 0 {
                    out.push('|');
                }
                write(branch, out)?;
            }
        }
    }
    Ok(())
}

/// A class of bytes, of which those of ASCII can stand in an origin.
fn set(class: &Class) -> Result<String, String> {
    let Class::Bytes(class) = class else { return Err("has a Unicode class".into()) };
    let ranges: Vec<(u8, u8)> = class
        .iter()
        .filter(|range| range.start() <= b'~' && range.end() >= b'!')
        .map(|range| (range.start().max(b'!'), range.end().min(b'~')))
        .collect();
    let one = |(start, end): &(u8, u8)| {
        let plain = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        if start == end { plain(*start) } else { format!("{}-{}", plain(*start), plain(*end)) }
    };
    let inside: String = ranges.iter().map(one).collect();
    match (ranges.as_slice(), inside.is_empty()) {
        ([(b'!', b'~')], _) => Ok(".".into()),
        (_, true) => Err("has a class without a character of ASCII".into()),
        // `-` reads best at the end, where it needs no sign.
        _ => Ok(match inside.strip_prefix("\\x2d") {
            Some(rest) => format!("[{rest}-]"),
            None => format!("[{inside}]"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regexes_keep_their_meaning_and_mostly_their_looks() {
        for (regex, expected) in [
            (r"^https://pr-\d+\.myapp\.com$", r"^https://pr-[0-9]+\.myapp\.com$"),
            (r"https://(?:shop|blog)\.a\.com", r"^https://(shop|blog)\.a\.com$"),
            (r"^https://a\.com$|^https://b\.com$", r"^(https://a\.com$|https://b\.com$)$"),
            (r"https://.*\.a\.com(:\d{1,5})?", r"^https://.*\.a\.com(:[0-9]{1,5})?$"),
            (r"https://[a-z0-9-]{2,}\.a\.com", r"^https://[0-9a-z-]{2,}\.a\.com$"),
            (r"(?i)https://x[a-c&&[^b]]\.a\.com", r"^[Hh][Tt][Tt][Pp][Ss]://[Xx][ACac]\.[Aa]\.[Cc][Oo][Mm]$"),
        ] {
            let portable = portable(regex).unwrap_or_else(|why| panic!("{regex} {why}"));
            assert_eq!(portable, expected, "{regex}");
        }
        assert!(portable(r"https://\b{start}a\.com").is_err());
        assert_eq!(escape("x-a'$.b"), r"x-a\x27\x24\.b");
    }
}
