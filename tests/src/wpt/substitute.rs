//! `{{…}}` in a file: names and ports of the servers.

use super::server::{HOST, NO_PORT};

/// The text with what is known put in, and the first expression that is not known.
pub(super) fn substitute(text: &str, ports: [u16; 2]) -> (String, Option<String>) {
    let (mut written, mut unknown) = (String::new(), None);
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("{{") {
        written.push_str(before);
        let Some((expression, after)) = inside.split_once("}}") else {
            written.push_str("{{");
            rest = inside;
            continue;
        };
        match value(expression, ports) {
            Some(value) => written.push_str(&value),
            None => unknown = unknown.or_else(|| Some(expression.to_owned())),
        }
        rest = after;
    }
    written.push_str(rest);
    (written, unknown)
}

fn value(expression: &str, ports: [u16; 2]) -> Option<String> {
    let (name, index) = expression.split_once('[').unwrap_or((expression, ""));
    match (name, index) {
        ("host", "") | ("hosts", "][]") | ("domains", "]") => Some(HOST.to_owned()),
        ("ports", "http][0]") => Some(ports[0].to_string()),
        ("ports", "http][1]") => Some(ports[1].to_string()),
        ("ports", "https][0]" | "https][1]" | "h2][0]") => Some(NO_PORT.to_string()),
        ("domains", label) => Some(format!("{}.{HOST}", label.strip_suffix(']')?)),
        ("hosts", index) => Some(format!("{}.{HOST}", index.strip_prefix("][")?.strip_suffix(']')?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::substitute;

    #[test]
    fn names_and_ports() {
        for (text, expected, unknown) in [
            ("a {{host}}:{{ports[http][1]}} b", "a wpt.localhost:2 b", None),
            ("{{domains[www1]}}", "www1.wpt.localhost", None),
            ("{{hosts[][www]}}", "www.wpt.localhost", None),
            ("{{hosts[][]}}", "wpt.localhost", None),
            ("{{ports[https][0]}}", "1", None),
            ("{{ nobody", "{{ nobody", None),
            ("x{{uuid()}}y", "xy", Some("uuid()")),
        ] {
            let (written, left) = substitute(text, [1, 2]);
            assert_eq!((written.as_str(), left.as_deref()), (expected, unknown), "{text}");
        }
    }
}
