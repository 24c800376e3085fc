//! A naive CORS server, written from the standard and the contract alone: no tables, no hashing, no
//! early exits. What the engine answers is held against it.

/// The settings of a policy, spelled out. `None` stands for `any`.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Origins and patterns.
    pub origins: Option<Vec<String>>,
    /// Whether credentials are allowed.
    pub credentials: bool,
    /// Methods, `HEAD` included.
    pub methods: Option<Vec<String>>,
    /// Request headers, lower case.
    pub headers: Option<Vec<String>>,
    /// Response headers, lower case.
    pub expose: Option<Vec<String>>,
    /// Seconds.
    pub max_age: Option<u32>,
    /// Whether private-network preflights are answered.
    pub private_network: bool,
    /// Whether timing is shared.
    pub timing: bool,
    /// The status of an allowed preflight.
    pub preflight_status: u16,
}

/// A request's head: each field with all of its lines.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The method.
    pub method: Vec<u8>,
    /// `Origin`
    pub origin: Vec<Vec<u8>>,
    /// `Access-Control-Request-Method`
    pub requested_method: Vec<Vec<u8>>,
    /// `Access-Control-Request-Headers`
    pub requested_headers: Vec<Vec<u8>>,
    /// `Access-Control-Request-Private-Network: true`
    pub private_network: bool,
}

/// What the server does: answer a preflight with this status, or let the app answer; and the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The preflight's status; `None` for an actual request.
    pub status: Option<u16>,
    /// Names in lower case, sorted.
    pub fields: Vec<(String, String)>,
}

/// The answer to a request.
pub fn answer(settings: &Settings, head: &Head) -> Answer {
    let preflight = head.method == b"OPTIONS" && !head.origin.is_empty() && !head.requested_method.is_empty();
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    let origin_ok = match &settings.origins {
        None => true,
        Some(listed) => head.origin.len() == 1 && listed.iter().any(|entry| accepts(entry, &head.origin[0])),
    };
    let allow_origin = match &settings.origins {
        None => "*".to_owned(),
        Some(_) => head.origin.first().map(|origin| text(origin)).unwrap_or_default(),
    };
    let status = if preflight {
        let method_ok =
            head.requested_method.len() == 1 && method_allowed(settings, &head.requested_method[0]);
        let headers_ok = headers_allowed(settings, &head.requested_headers);
        add("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers".into());
        let allowed = origin_ok && method_ok && headers_ok;
        if allowed {
            add("access-control-allow-origin", allow_origin);
            if settings.credentials {
                add("access-control-allow-credentials", "true".into());
            }
            match &settings.methods {
                Some(methods) => add("access-control-allow-methods", methods.join(", ")),
                None if settings.credentials => {
                    add("access-control-allow-methods", text(&head.requested_method[0]));
                }
                None => add("access-control-allow-methods", "*".into()),
            }
            match &settings.headers {
                Some(headers) if headers.is_empty() => {}
                Some(headers) if headers.iter().any(|entry| entry.ends_with("-*")) => {
                    add("access-control-allow-headers", names(&head.requested_headers).join(", "));
                }
                Some(headers) => add("access-control-allow-headers", headers.join(", ")),
                None if settings.credentials => {
                    add("access-control-allow-headers", names(&head.requested_headers).join(", "));
                }
                None => add("access-control-allow-headers", "*, authorization".into()),
            }
            if let Some(seconds) = settings.max_age {
                add("access-control-max-age", seconds.to_string());
            }
            if settings.private_network && head.private_network {
                add("access-control-allow-private-network", "true".into());
            }
        }
        Some(if allowed { settings.preflight_status } else { 403 })
    } else {
        if settings.origins.is_some() {
            add("vary", "Origin".into());
        }
        let shared = settings.origins.is_none() || !head.origin.is_empty() && origin_ok;
        if shared {
            add("access-control-allow-origin", allow_origin.clone());
            if settings.credentials {
                add("access-control-allow-credentials", "true".into());
            }
            match &settings.expose {
                Some(expose) if expose.is_empty() => {}
                Some(expose) => add("access-control-expose-headers", expose.join(", ")),
                None => add("access-control-expose-headers", "*".into()),
            }
            if settings.timing {
                add("timing-allow-origin", allow_origin);
            }
        }
        None
    };
    fields.sort();
    Answer { status, fields }
}

/// Does an entry of `origins` accept what the `Origin` field says?
pub fn accepts(entry: &str, origin: &[u8]) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return false };
    if origin.len() > 300 {
        return false;
    }
    if !entry.contains('*') {
        return entry == origin;
    }
    let Some((scheme, rest)) = entry.split_once("://") else { return false };
    let Some(sent) = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) else {
        return false;
    };
    let (host, port) = split_port(rest);
    let (sent_host, sent_port) = split_port(sent);
    let default = match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ => 0,
    };
    let port_ok = match (port, sent_port) {
        (Some("*"), None) => true,
        (Some("*"), Some(sent)) => {
            sent.parse::<u16>().is_ok_and(|port| port != 0 && port != default && port.to_string() == sent)
        }
        (port, sent) => port == sent,
    };
    let host_ok = match host.strip_prefix('*') {
        None => host == sent_host,
        Some(suffix) => sent_host.strip_suffix(suffix).is_some_and(|labels| {
            sent_host.len() <= 253
                && labels.split('.').all(|label| {
                    (1..=63).contains(&label.len())
                        && label.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_'))
                })
        }),
    };
    port_ok && host_ok
}

/// Host and port; the colons of an IPv6 address stand in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn method_allowed(settings: &Settings, method: &[u8]) -> bool {
    match &settings.methods {
        Some(listed) => listed.iter().any(|listed| listed.as_bytes() == method),
        None => {
            is_token(method) && !["CONNECT", "TRACE", "TRACK"].contains(&text(method).to_uppercase().as_str())
        }
    }
}

fn headers_allowed(settings: &Settings, lines: &[Vec<u8>]) -> bool {
    let empty = elements(lines).filter(|element| element.is_empty()).count();
    empty <= 16
        && elements(lines).filter(|name| !name.is_empty()).all(|name| match &settings.headers {
            Some(listed) => listed.iter().any(|entry| lists_header(entry, &name)),
            None => is_token(&name),
        })
}

/// Does an entry of `headers` list this name? A family, `x-app-*`, lists the names that begin so and go on.
fn lists_header(entry: &str, name: &[u8]) -> bool {
    let lower = text(name).to_lowercase();
    match entry.strip_suffix('*') {
        Some(beginning) if beginning.ends_with('-') => {
            lower.len() > beginning.len() && lower.starts_with(beginning) && is_token(name)
        }
        _ => entry == lower,
    }
}

fn names(lines: &[Vec<u8>]) -> Vec<String> {
    elements(lines).filter(|name| !name.is_empty()).map(|name| text(&name)).collect()
}

fn elements(lines: &[Vec<u8>]) -> impl Iterator<Item = Vec<u8>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    lines.iter().flat_map(|line| line.split(|byte| *byte == b',')).map(move |element| {
        let start = element.iter().position(|byte| !blank(byte)).unwrap_or(element.len());
        let end = element.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
        element[start..end].to_vec()
    })
}

fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
