//! The grammar of origin and host patterns: text to pattern, or what is wrong and where.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::placeholder;
use crate::engine::origin::{self, MAX_HOST, MAX_LABEL, MAX_ORIGIN, Parts};
use crate::engine::standard;
use crate::engine::table::origins::Pattern;

/// An entry of `origins` that follows the grammar. Its text is its canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OriginPattern {
    text: String,
}

/// The opaque origin's serialization. https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
pub(crate) const NULL: &str = "null";

/// What Electron and Android WebViews send for pages from files.
pub(crate) const FILE: &str = "file://";

/// The host that Electron apps use in custom schemes.
const DOT_HOST: &str = ".";

impl OriginPattern {
    /// Reads an ASCII-serialized origin, which may have a `*.` before its host and a `:*` after it.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        if text != NULL && text != FILE {
            check_origin(text)?;
        }
        Ok(Self { text: text.into() })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether unrelated pages share this origin: `null`, and the similar `file://`.
    pub(crate) fn is_opaque(&self) -> bool {
        self.text == NULL || self.text == FILE
    }

    /// Returns whether the pattern stands for exactly one origin.
    pub(crate) fn is_exact(&self) -> bool {
        let parts = self.parts();
        !parts.subdomains && parts.port != Some(b"*")
    }

    pub(crate) fn parts(&self) -> Pattern<'_> {
        Pattern::read(self.text.as_bytes())
    }

    pub(crate) fn scheme(&self) -> &str {
        self.text.split_once("://").map_or("", |(scheme, _)| scheme)
    }

    /// The host without `*.`.
    pub(crate) fn host(&self) -> &str {
        core::str::from_utf8(self.parts().host).unwrap_or_default()
    }

    /// Returns whether it accepts this origin.
    pub(crate) fn accepts(&self, origin: &[u8]) -> bool {
        match self.is_exact() {
            true => self.text.as_bytes() == origin,
            false => Parts::split(origin).is_some_and(|parts| self.parts().matches(&parts)),
        }
    }

    /// Some of the origins that it accepts, as different as possible. For an exact origin or `null`: itself.
    pub(crate) fn samples(&self) -> Vec<String> {
        let sample = |labels: &str, port: &str| {
            self.text.replacen("://*.", &alloc::format!("://{labels}."), 1).replacen(":*", port, 1)
        };
        match self.is_exact() {
            true => alloc::vec![self.text.clone()],
            false => alloc::vec![sample("a", ""), sample("-_.0", ":1")],
        }
    }

    /// Returns whether it is on the user's own machine: see [`is_loopback_host`].
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }
}

pub(crate) use origin::is_loopback_host;

/// Why a text is not a pattern: what is wrong, and the bytes at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) bytes: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Empty,
    Space,
    /// `any`, `*` or something else that looks like "everything".
    AnyWord,
    /// `${ORIGIN}`, `undefined`: a placeholder that should have been filled in.
    Unfilled,
    /// `self`, as in a Content Security Policy.
    OwnOrigin,
    /// `none`, as in a Content Security Policy.
    NoneWord,
    Several,
    NoScheme,
    /// `https:/a.com`, `https//a.com`
    Slashes,
    Scheme,
    TwoSchemes,
    /// `about:blank`
    NoOrigin,
    File,
    UpperCase,
    Unicode,
    Userinfo,
    Path,
    Query,
    Fragment,
    NoHost,
    EmptyLabel,
    LongLabel,
    LongHost,
    LongOrigin,
    HostByte,
    Ipv4,
    Ipv6,
    Wildcard,
    WildcardAddress,
    Port,
    Ports,
    DefaultPort,
}

impl FaultKind {
    /// Completes "`…` is not an origin: ".
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Empty => "it is empty",
            Self::Space => "it contains white space",
            Self::AnyWord => "it stands for everything",
            Self::Unfilled => "it is a placeholder that was not filled in",
            Self::OwnOrigin => "it stands for the service's own origin",
            Self::NoneWord => "it stands for none",
            Self::Several => "it is several origins in one string",
            Self::NoScheme => "it has no scheme",
            Self::Slashes => "`://` is missing after its scheme",
            Self::Scheme => "its scheme is malformed",
            Self::TwoSchemes => "it has two schemes",
            Self::NoOrigin => "a page at such an address has no origin of its own",
            Self::File => "what comes from a file has the origin `file://`, and no host",
            Self::UpperCase => "it has upper-case letters",
            Self::Unicode => "it has characters outside ASCII",
            Self::Userinfo => "it has a user name or password",
            Self::Path => "it has a path",
            Self::Query => "it has a query",
            Self::Fragment => "it has a fragment",
            Self::NoHost => "it has no host",
            Self::EmptyLabel => "its host has an empty label",
            Self::LongLabel => "its host has a label of more than 63 bytes",
            Self::LongHost => "its host has more than 253 bytes",
            Self::LongOrigin => "it has more than 300 bytes",
            Self::HostByte => "its host has a character that is not allowed in a host",
            Self::Ipv4 => "its host ends in a number, but is not an IPv4 address as browsers write it",
            Self::Ipv6 => "its host is not an IPv6 address as browsers write it",
            Self::Wildcard => "`*` may stand only as a whole first label, `*.`, or as the port, `:*`",
            Self::WildcardAddress => "an IP address has no subdomains",
            Self::Port => "its port is not a number from 1 to 65535 without leading zeros",
            Self::Ports => "it has more than one port",
            Self::DefaultPort => "it has the default port of its scheme",
        }
    }

    /// Why that never works, or who gets in.
    pub(crate) const fn why(self) -> &'static str {
        match self {
            Self::AnyWord => "An entry of the list is one origin or pattern; `any` replaces the whole list.",
            Self::Unfilled => {
                "The text is used as it is: nothing replaces variables in it, so the entry never matches."
            }
            Self::OwnOrigin => "A page of the same origin needs no CORS, so it needs no entry.",
            Self::NoneWord => "Without CORS, pages of other origins are kept out already.",
            Self::Several => {
                "An entry is compared as a whole with one origin; as one string these never match."
            }
            Self::NoOrigin => {
                "Browsers give it the origin of the page that made it, or an opaque one; the entry never matches."
            }
            Self::NoScheme => {
                "A browser sends the scheme as well, and the same host over http is another origin; without one the entry never matches."
            }
            Self::File => {
                "Electron and Android WebViews send `file://` for pages from files, whatever the path; browsers send an opaque origin, as for every sandboxed frame on any site."
            }
            Self::UpperCase => "A browser sends scheme and host in lower case; this never matches.",
            Self::Unicode => "A browser sends the host in Punycode; this never matches.",
            Self::Path | Self::Query | Self::Fragment | Self::Userinfo => {
                "An origin is only scheme, host and port, the same for every page of a site. With more than that, the entry never matches."
            }
            Self::DefaultPort => "A browser leaves the default port out; this never matches.",
            Self::LongOrigin => "An `Origin` of more than 300 bytes is ignored; this never matches.",
            Self::Wildcard => {
                "A `*` inside a name is where other libraries let strangers in: `https://*app.com` would accept `https://evilapp.com`."
            }
            _ => "A browser never sends such an origin, so the entry never matches.",
        }
    }

    /// What to do about an entry of `origins` if nothing can be proposed for it.
    pub(crate) const fn help(self) -> &'static str {
        match self {
            Self::Empty => "write an origin, such as `https://app.example`, or take the entry out",
            Self::AnyWord => "list the origins of your front ends",
            Self::Unfilled => "write the origin itself, such as `https://app.example`",
            Self::OwnOrigin => "take the entry out",
            Self::NoneWord => {
                "list the origins of your front ends; a service that no other page may call needs no policy"
            }
            Self::Several => "write each origin as an entry of its own",
            Self::Space | Self::HostByte => {
                "copy the origin from the address bar of the page: a host has only letters, digits, `-`, `_` and dots"
            }
            Self::NoScheme | Self::TwoSchemes => {
                "write one scheme and the host of the page, such as `https://app.example`"
            }
            Self::Slashes => "write `://` between the scheme and the host, as in `https://app.example`",
            Self::Scheme => {
                "write the scheme as browsers send it in `Origin`: `https`, or that of an app in letters, digits, `+`, `-` and dots"
            }
            Self::NoOrigin => "list the origin of the page that makes it, such as `https://app.example`",
            Self::File => "serve the page from an origin of its own, and list that",
            Self::UpperCase => "write the scheme and the host in lower case",
            Self::Unicode => "write the host in Punycode, as browsers send it in `Origin`",
            Self::Userinfo | Self::Path | Self::Query | Self::Fragment => {
                "write only scheme, host and port of the page, as in `https://app.example:8443`"
            }
            Self::NoHost => "write the host of the page after `://`, as in `https://app.example`",
            Self::EmptyLabel => {
                "write exactly one dot between two labels of the host, as in `https://shop.app.example`"
            }
            Self::LongLabel | Self::LongHost | Self::LongOrigin => {
                "copy the origin from the address bar of the page: none is as long as this"
            }
            Self::Ipv4 => {
                "write an address as four decimal numbers from 0 to 255 without leading zeros, as in `https://192.0.2.1`, or a name that does not end in a number"
            }
            Self::Ipv6 => {
                "write the address in brackets, in lower case and shortened, as in `https://[2001:db8::1]`"
            }
            Self::Wildcard => {
                "list the origins one by one, or put `*.` before a whole domain that is yours, as in `https://*.app.example`"
            }
            Self::WildcardAddress => "list the addresses one by one, without `*.`",
            Self::Port => "write the port as a number from 1 to 65535, or leave it out with its colon",
            Self::Ports => "write one entry for each port",
            Self::DefaultPort => "leave the port out",
        }
    }
}

/// Returns whether an entry of a list was meant as `any`.
pub(crate) fn is_any(entry: &str) -> bool {
    entry == "*" || entry.eq_ignore_ascii_case("any")
}

fn check_origin(text: &str) -> Result<(), Fault> {
    let fault = |kind, bytes| Err(Fault { kind, bytes });
    let whole = 0..text.len();
    if text.is_empty() {
        return fault(FaultKind::Empty, whole);
    }
    if stands_for_everything(text) {
        return fault(FaultKind::AnyWord, whole);
    }
    if let Some(bytes) = placeholder::find(text) {
        return fault(FaultKind::Unfilled, bytes);
    }
    if matches!(text.trim_matches(['\'', '"']), "self" | "same-origin") {
        return fault(FaultKind::OwnOrigin, whole);
    }
    if stands_for_nothing(text) {
        return fault(FaultKind::NoneWord, whole);
    }
    if are_several(text) {
        return fault(FaultKind::Several, whole);
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        return fault(FaultKind::Space, at..at + c.len_utf8());
    }
    if let Some(bytes) = no_origin(text) {
        return fault(FaultKind::NoOrigin, bytes);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return match wrong_mark(text) {
            Some(bytes) => fault(FaultKind::Slashes, bytes),
            None => fault(FaultKind::NoScheme, whole),
        };
    };
    check_scheme(scheme)?;
    let start = scheme.len() + "://".len();
    if rest.starts_with("https://") || rest.starts_with("http://") {
        return fault(FaultKind::TwoSchemes, 0..start);
    }
    let authority_len = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_len);
    if let Some(at) = authority.find('@') {
        return fault(FaultKind::Userinfo, start..start + at + 1);
    }
    check_authority(scheme, authority, start)?;
    let kind = match tail.as_bytes().first() {
        None => return check_length(text),
        Some(b'?') => FaultKind::Query,
        Some(b'#') => FaultKind::Fragment,
        Some(_) => FaultKind::Path,
    };
    fault(kind, start + authority_len..text.len())
}

/// Returns whether a word in lower case means "all of them", in any list.
pub(crate) fn is_word_for_all(word: &str) -> bool {
    matches!(word, "any" | "anyone" | "anything" | "all" | "every" | "everyone" | "everything")
}

/// Returns whether an entry stands for every origin or host, in the notation of some tool.
pub(crate) fn stands_for_everything(text: &str) -> bool {
    let around = |c: char| c.is_whitespace() || "\"'`[](),;^$".contains(c);
    let text = text.trim_matches(around);
    let text = ["re:", "regex:", "~"].iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    let text = text.trim_matches(around).to_ascii_lowercase();
    let host = match text.split_once("://") {
        Some(("http" | "https" | "*" | "http*" | "https?" | "http?" | "http(s)" | "http(s)?", host)) => host,
        Some(_) => return false,
        None => &*text,
    };
    is_word_for_all(&text)
        || matches!(&*text, "0.0.0.0/0" | "::/0")
        || (host.contains('*') || host.contains(".+")) && host.bytes().all(|byte| b"*+.:/?".contains(&byte))
}

/// Returns whether an entry stands for no origin or host, in the notation of some tool.
fn stands_for_nothing(text: &str) -> bool {
    let word = text.trim_matches(|c: char| c.is_whitespace() || "\"'`[]".contains(c));
    ["none", "nobody", "nothing"].iter().any(|nothing| word.eq_ignore_ascii_case(nothing))
}

/// Returns whether a text is a list of origins, or a comma-separated list of names without schemes.
fn are_several(text: &str) -> bool {
    let is_whole = |part: &&str| part.contains("://");
    let spaced: Vec<&str> = parts_between(text, |c| c.is_whitespace() || ",;|".contains(c));
    let listed: Vec<&str> = parts_between(text, |c| ",;".contains(c));
    let is_name = |part: &&str| part.contains('.') && !part.contains(char::is_whitespace);
    // `https://a.comhttps://b.com`
    let is_glued = text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.len() > "https:".len() && (authority.ends_with("https:") || authority.ends_with("http:"))
    });
    is_glued
        || spaced.len() > 1 && spaced.iter().all(is_whole)
        || listed.len() > 1 && !listed.iter().any(is_whole) && listed.iter().all(is_name)
}

/// The parts with something in them, without quotes and brackets.
fn parts_between(text: &str, is_between: impl Fn(char) -> bool) -> Vec<&str> {
    let around = |c: char| c.is_whitespace() || "\"'`[]".contains(c);
    text.split(is_between).map(|part| part.trim_matches(around)).filter(|part| !part.is_empty()).collect()
}

/// Schemes whose pages have the origin of the page that made them, or an opaque one.
const WITHOUT_ORIGIN: [&str; 8] =
    ["about:", "blob:", "data:", "filesystem:", "javascript:", "mailto:", "urn:", "view-source:"];

/// The first of the schemes that a text begins with, in any case.
fn first_of<'s>(schemes: &[&'s str], text: &str) -> Option<&'s str> {
    let begins =
        |scheme: &&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    schemes.iter().copied().find(begins)
}

/// The scheme of an address that has no origin of its own.
fn no_origin(text: &str) -> Option<Range<usize>> {
    let scheme = first_of(&WITHOUT_ORIGIN, text)?;
    // `data:8080` is a host with its port.
    let is_port = origin::parse_port(&text.as_bytes()[scheme.len()..]).is_some();
    (!is_port && !text[scheme.len()..].starts_with("//")).then_some(0..scheme.len())
}

/// The text after a known scheme that should be `://`.
fn wrong_mark(text: &str) -> Option<Range<usize>> {
    let scheme = first_of(&["https", "http", "wss", "ws"], text)?;
    let rest = &text[scheme.len()..];
    let mark = &rest[..rest.len() - rest.trim_start_matches([':', ';', '.', ',', '/', '\\']).len()];
    let is_mark = mark == ":" || mark.len() > 1 && mark.contains(['/', '\\']);
    is_mark.then_some(scheme.len()..scheme.len() + mark.len())
}

/// Returns whether it matches an origin that is short enough. The shortest label takes as much room as the `*` of `*.`,
/// and the default port of `:*` takes none.
fn check_length(text: &str) -> Result<(), Fault> {
    if text.strip_suffix(":*").unwrap_or(text).len() > MAX_ORIGIN {
        return Err(Fault { kind: FaultKind::LongOrigin, bytes: 0..text.len() });
    }
    Ok(())
}

fn check_scheme(scheme: &str) -> Result<(), Fault> {
    // Where there is none, what should follow it is marked.
    let end = if scheme.is_empty() { "://".len() } else { scheme.len() };
    let fault = |kind| Err(Fault { kind, bytes: 0..end });
    if scheme.contains('*') {
        return fault(FaultKind::Wildcard);
    }
    if !origin::is_scheme(scheme.to_ascii_lowercase().as_bytes()) {
        return fault(FaultKind::Scheme);
    }
    if scheme.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return fault(FaultKind::UpperCase);
    }
    if scheme == "file" {
        return fault(FaultKind::File);
    }
    Ok(())
}

fn check_authority(scheme: &str, authority: &str, start: usize) -> Result<(), Fault> {
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => (&authority[..colon], Some(&authority[colon + 1..])),
        _ => (authority, None),
    };
    let (name, wildcard) = match host.strip_prefix("*.") {
        Some(name) => (name, true),
        None => (host, false),
    };
    let at = start + host.len() - name.len();
    if name == DOT_HOST && !wildcard && standard::default_port(scheme.as_bytes()).is_none() {
        return if port.is_none() {
            Ok(())
        } else {
            Err(Fault { kind: FaultKind::Port, bytes: start..start + authority.len() })
        };
    }
    if name.is_empty() {
        return Err(Fault { kind: FaultKind::NoHost, bytes: start - "://".len()..start + host.len() });
    }
    if let Some(bytes) = ports(&authority[at - start..]) {
        let bytes = at + bytes.start..at + bytes.end;
        return Err(Fault { kind: FaultKind::Ports, bytes });
    }
    check_host(name, wildcard).map_err(|fault| fault.shifted(at))?;
    // With the shortest label instead of the `*`.
    if wildcard && host.len() > MAX_HOST {
        return Err(Fault { kind: FaultKind::LongHost, bytes: start..start + host.len() });
    }
    if let Some(port) = port.filter(|port| *port != "*") {
        let bytes = start + host.len()..start + authority.len();
        let Some(number) = origin::parse_port(port.as_bytes()) else {
            let kind = if port.contains('*') { FaultKind::Wildcard } else { FaultKind::Port };
            return Err(Fault { kind, bytes });
        };
        if standard::default_port(scheme.as_bytes()) == Some(number) {
            return Err(Fault { kind: FaultKind::DefaultPort, bytes });
        }
    }
    Ok(())
}

/// What follows a host as several ports: `:443:443`, `:3000,3001`. An IPv6 address without brackets has none.
fn ports(authority: &str) -> Option<Range<usize>> {
    let colon = authority.find(':').filter(|_| !authority.starts_with('['))?;
    let ports = &authority[colon + 1..];
    let is_address = authority.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
        && (authority.contains("::") || ports.matches(':').count() > 5);
    let is_number = |port: &str| !port.is_empty() && origin_digits(port);
    let are_numbers = ports.contains([',', '-', '|']) && ports.split([',', '-', '|']).all(is_number);
    let is_list = ports.contains(':') || ports.starts_with('[') || are_numbers;
    (!is_address && is_list).then_some(colon..authority.len())
}

impl Fault {
    fn shifted(self, by: usize) -> Self {
        Self { bytes: self.bytes.start + by..self.bytes.end + by, ..self }
    }
}

/// A host as the URL parser leaves it: the part that origins and `hosts` have in common.
fn check_host(host: &str, wildcard: bool) -> Result<(), Fault> {
    let fault = |kind| Err(Fault { kind, bytes: 0..host.len() });
    if host.is_empty() {
        return fault(FaultKind::NoHost);
    }
    if !host.is_ascii() {
        return fault(FaultKind::Unicode);
    }
    if let Some(at) = host.find('*') {
        return Err(Fault { kind: FaultKind::Wildcard, bytes: at..at + 1 });
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return fault(FaultKind::UpperCase);
    }
    if host.starts_with('[') || host.contains(':') {
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        return match inner {
            Some(inner) if origin::is_ipv6(inner.as_bytes()) => address(wildcard, host),
            _ => fault(FaultKind::Ipv6),
        };
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() > MAX_HOST {
        return fault(FaultKind::LongHost);
    }
    let mut start = 0_usize;
    for label in name.split('.') {
        // An empty one has no bytes: the dots around it are marked.
        let bytes = match label.len() {
            0 => start.saturating_sub(1)..(start + 1).min(host.len()),
            len => start..start + len,
        };
        let next = start + label.len() + 1;
        let kind = match label.len() {
            0 => Some(FaultKind::EmptyLabel),
            1..=MAX_LABEL => {
                label.bytes().any(|byte| !standard::is_label_byte(byte)).then_some(FaultKind::HostByte)
            }
            _ => Some(FaultKind::LongLabel),
        };
        if let Some(kind) = kind {
            return Err(Fault { kind, bytes });
        }
        start = next;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    if !origin::is_number(last.as_bytes()) {
        return Ok(());
    }
    if origin::is_ipv4(host.as_bytes()) { address(wildcard, host) } else { fault(FaultKind::Ipv4) }
}

fn address(wildcard: bool, host: &str) -> Result<(), Fault> {
    if wildcard {
        return Err(Fault { kind: FaultKind::WildcardAddress, bytes: 0..host.len() });
    }
    Ok(())
}

/// An entry of `hosts` in its canonical form: lower case, and without a trailing dot.
///
/// `example.com`, `.example.com` (it and every subdomain), `127.0.0.1`, `[::1]`.
pub(crate) fn parse_host(text: &str) -> Result<String, HostFault> {
    if text.is_empty() {
        return Err(HostFault::Name(FaultKind::Empty));
    }
    if text.contains("://") {
        return Err(HostFault::Scheme);
    }
    if text.contains('*') {
        return Err(HostFault::Wildcard);
    }
    if stands_for_everything(text) {
        return Err(HostFault::Name(FaultKind::AnyWord));
    }
    if stands_for_nothing(text) {
        return Err(HostFault::Name(FaultKind::NoneWord));
    }
    let lower = text.to_ascii_lowercase();
    let (name, dotted) = match lower.strip_prefix('.') {
        Some(name) => (name, true),
        None => (lower.as_str(), false),
    };
    let bare = if name.ends_with(']') { name } else { name.split(':').next().unwrap_or_default() };
    if bare.len() < name.len() && !bare.is_empty() && origin_digits(&name[bare.len() + 1..])
        || name.contains("]:")
    {
        return Err(HostFault::Port);
    }
    check_host(name, dotted).map_err(|fault| HostFault::Name(fault.kind))?;
    let name = name.strip_suffix('.').unwrap_or(name);
    Ok(if dotted { alloc::format!(".{name}") } else { name.into() })
}

fn origin_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a text is not a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostFault {
    Scheme,
    Port,
    Wildcard,
    Name(FaultKind),
}

impl HostFault {
    /// Completes "`…` is not a host: ".
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Scheme => "it has a scheme",
            Self::Port => "it has a port",
            Self::Wildcard => "`*` has no meaning here",
            Self::Name(kind) => kind.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let longest_host =
            alloc::format!("https://*.{}", "abc.".repeat(63).strip_suffix(".").unwrap_or_default());
        let longest_name = alloc::format!("https://{}a.", "abc.".repeat(63));
        let longest_origin = alloc::format!("{}://a.com:*", "a".repeat(292));
        for text in [
            "https://myapp.com",
            "https://*.myapp.com",
            "http://localhost:*",
            "https://*.myapp.com:8443",
            "https://*.myapp.com:*",
            "tauri://localhost",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "https://a_b.myapp.com",
            "https://-a.myapp.com",
            "https://myapp.com.",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "https://xn--fa-hia.de",
            "app://x:80",
            "null",
            "file://",
            "app://.",
            longest_host.as_str(),
            longest_name.as_str(),
            longest_origin.as_str(),
        ] {
            assert!(OriginPattern::parse(text).is_ok(), "{text}: {:?}", OriginPattern::parse(text));
        }
    }

    #[test]
    fn faults() {
        use FaultKind::*;
        let long_label = alloc::format!("https://{}.com", "a".repeat(64));
        let long_host = alloc::format!("https://{}com", "abc.".repeat(63));
        let no_room = alloc::format!("https://*.{}", "abc.".repeat(63));
        let long_origin = alloc::format!("{}://a.com", "a".repeat(296));
        for (text, kind) in [
            ("", Empty),
            ("*", AnyWord),
            ("any", AnyWord),
            ("ANY", AnyWord),
            ("https://*", AnyWord),
            (".*", AnyWord),
            ("[*]", AnyWord),
            ("ALL", AnyWord),
            ("**", AnyWord),
            ("*:*", AnyWord),
            ("*.*", AnyWord),
            ("https://*.*", AnyWord),
            ("https://*.", AnyWord),
            ("*://*/*", AnyWord),
            ("https?://.*", AnyWord),
            ("\"*\"", AnyWord),
            ("'*'", AnyWord),
            ("^.*$", AnyWord),
            ("0.0.0.0/0", AnyWord),
            ("${ORIGIN}", Unfilled),
            ("https://$HOST", Unfilled),
            ("undefined", Unfilled),
            ("process.env.ORIGIN", Unfilled),
            ("http://a:1,http://b:2", Several),
            ("https://a.com https://b.com/", Several),
            ("['https://a.com', 'https://b.com']", Several),
            ("a.com, b.com", Several),
            ("https://a.comhttps://b.com", Several),
            ("https://https://a.com", TwoSchemes),
            ("https:a.com", Slashes),
            ("https:/a.com", Slashes),
            ("https//a.com", Slashes),
            ("HTTPS:\\\\a.com", Slashes),
            ("httpbin.org", NoScheme),
            ("about:blank", NoOrigin),
            ("javascript:alert(1)", NoOrigin),
            ("blob:https://a.com/1", NoOrigin),
            ("data:8080", NoScheme),
            ("https://shop.my,app.com", HostByte),
            ("https://shop.my app.com", Space),
            ("https://a.com ", Space),
            ("myapp.com", NoScheme),
            ("localhost:3000", NoScheme),
            ("//myapp.com", NoScheme),
            ("1https://a.com", Scheme),
            ("HTTPS://a.com", UpperCase),
            ("https://A.com", UpperCase),
            ("file:///index.html", File),
            ("https://b\u{fc}cher.example", Unicode),
            ("https://u:p@a.com", Userinfo),
            ("https://a.com/", Path),
            ("https://a.com/x", Path),
            ("https://a.com?x", Query),
            ("https://a.com#x", Fragment),
            ("https://", NoHost),
            ("https://:8080", NoHost),
            ("https://.a.com", EmptyLabel),
            ("https://a..com", EmptyLabel),
            (long_label.as_str(), LongLabel),
            (long_host.as_str(), LongHost),
            (no_room.as_str(), LongHost),
            (long_origin.as_str(), LongOrigin),
            ("https://a!b.com", HostByte),
            ("https://1.2.3", Ipv4),
            ("https://01.2.3.4", Ipv4),
            ("https://a.0x1", Ipv4),
            ("https://1.2.3.4.", Ipv4),
            ("http://[::1", Ipv6),
            ("http://[0:0:0:0:0:0:0:1]", Ipv6),
            ("http://::1", Ipv6),
            ("https://*a.com", Wildcard),
            ("https://a.*.com", Wildcard),
            ("https://a.com*", Wildcard),
            ("http://localhost*", Wildcard),
            ("*://a.com", Wildcard),
            ("https://a.com:80*", Wildcard),
            ("http://*.127.0.0.1", WildcardAddress),
            ("http://*.[::1]", WildcardAddress),
            ("https://a.com:0", Port),
            ("https://a.com:08", Port),
            ("https://a.com:65536", Port),
            ("https://a.com:", Port),
            ("https://a.com:x", Port),
            ("https://a.com:443:443", Ports),
            ("https://a.com:3000,3001", Ports),
            ("https://a.com:3000-3010", Ports),
            ("https://a.com::3000", Ports),
            ("https://a.com:3000:", Ports),
            ("http://localhost:[3000,8080]", Ports),
            ("self", OwnOrigin),
            ("'self'", OwnOrigin),
            ("same-origin", OwnOrigin),
            ("none", NoneWord),
            ("'none'", NoneWord),
            ("https://a.com:443", DefaultPort),
            ("http://a.com:80", DefaultPort),
            ("ws://a.com:80", DefaultPort),
            ("wss://a.com:443", DefaultPort),
            ("ftp://a.com:21", DefaultPort),
        ] {
            let fault = OriginPattern::parse(text).expect_err(text);
            assert_eq!(fault.kind, kind, "{text}");
            assert!(text.get(fault.bytes.clone()).is_some(), "{text}");
            assert!(text.is_empty() || !fault.bytes.is_empty(), "{text}: nothing is marked");
        }
    }

    #[test]
    fn a_fault_is_at_the_bytes_that_are_wrong() {
        for (text, wrong) in [
            ("https://a.com\u{a0}", "\u{a0}"),
            ("https://a.com :80", " "),
            ("HTTPS://a.com", "HTTPS"),
            ("https://a.com@b.com", "a.com@"),
            ("https://A.com:80", "A.com"),
            ("https://*.A.com", "A.com"),
            ("https://a.*.com", "*"),
            ("https://*a.com", "*"),
            ("https://a.b!.c!.com", "b!"),
            ("https://*.a.b.c!", "c!"),
            ("https://a.com:443", ":443"),
            ("https://*.a.com:0", ":0"),
            ("https://a.com:80/x?y", "/x?y"),
            ("https://a..com", ".."),
            ("https://.a.com", "."),
            ("https://a.com..", ".."),
            ("://a.com", "://"),
            ("https://:80", "://"),
            ("https:/a.com", ":/"),
            ("https://https://a.com", "https://"),
            ("https://a.com:443:443", ":443:443"),
            ("https://${HOST}:80", "${HOST}"),
            ("myapp.com", "myapp.com"),
        ] {
            let fault = OriginPattern::parse(text).expect_err(text);
            assert_eq!(text.get(fault.bytes), Some(wrong), "{text}");
        }
    }

    #[test]
    fn a_fault_says_what_is_wrong_and_why() {
        use FaultKind::*;
        for (kind, text, why) in [
            (AnyWord, "everything", "the whole list"),
            (NoScheme, "no scheme", "the same host over http"),
            (File, "from a file", "every sandboxed frame"),
            (UpperCase, "upper-case", "in lower case"),
            (Unicode, "outside ASCII", "in Punycode"),
            (Userinfo, "user name", "only scheme, host and port"),
            (Path, "a path", "only scheme, host and port"),
            (Query, "a query", "only scheme, host and port"),
            (Fragment, "a fragment", "only scheme, host and port"),
            (DefaultPort, "the default port", "leaves the default port out"),
            (LongOrigin, "300 bytes", "is ignored"),
            (Wildcard, "`*.`", "let strangers in"),
            (HostByte, "a character", "never sends such an origin"),
        ] {
            assert!(kind.text().contains(text), "{kind:?}: {}", kind.text());
            assert!(kind.why().contains(why), "{kind:?}: {}", kind.why());
        }
    }

    #[test]
    fn hosts() {
        for (text, canonical) in [
            ("API.myapp.com", "api.myapp.com"),
            (".internal.myapp.com", ".internal.myapp.com"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("localhost", "localhost"),
            ("backend", "backend"),
            ("all.example", "all.example"),
            ("allhosts", "allhosts"),
            (".any", ".any"),
        ] {
            assert_eq!(parse_host(text).as_deref(), Ok(canonical), "{text}");
        }
        for (text, fault) in [
            ("api.myapp.com:8080", HostFault::Port),
            ("[::1]:8080", HostFault::Port),
            ("api.myapp.com:http", HostFault::Name(FaultKind::Ipv6)),
            ("https://api.myapp.com", HostFault::Scheme),
            ("*.myapp.com", HostFault::Wildcard),
            ("*", HostFault::Wildcard),
            ("any", HostFault::Name(FaultKind::AnyWord)),
            ("Any", HostFault::Name(FaultKind::AnyWord)),
            ("all", HostFault::Name(FaultKind::AnyWord)),
            ("ALL", HostFault::Name(FaultKind::AnyWord)),
            ("every", HostFault::Name(FaultKind::AnyWord)),
            ("everyone", HostFault::Name(FaultKind::AnyWord)),
            ("anything", HostFault::Name(FaultKind::AnyWord)),
            ("'all'", HostFault::Name(FaultKind::AnyWord)),
            ("0.0.0.0/0", HostFault::Name(FaultKind::AnyWord)),
            ("none", HostFault::Name(FaultKind::NoneWord)),
            ("localhost:*", HostFault::Wildcard),
            ("", HostFault::Name(FaultKind::Empty)),
            (".", HostFault::Name(FaultKind::NoHost)),
            ("b\u{fc}cher.example", HostFault::Name(FaultKind::Unicode)),
            ("a..b", HostFault::Name(FaultKind::EmptyLabel)),
            ("::1", HostFault::Name(FaultKind::Ipv6)),
            (".127.0.0.1", HostFault::Name(FaultKind::WildcardAddress)),
        ] {
            assert_eq!(parse_host(text), Err(fault), "{text}");
        }
    }
}
