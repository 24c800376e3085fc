//! What a gateway has to do for a policy, whatever the gateway.

use cors_engine::Policy;
use cors_engine::adapter::{Field, Value};

use super::Unsayable;
use super::regex::{self, escape, unescape};

/// A policy taken apart for a gateway.
pub(super) struct Plan<'p> {
    pub(super) policy: &'p Policy,
    /// `None` stands for `any`.
    pub(super) origins: Option<Vec<Origin>>,
    /// Fields of a response to an allowed actual request, without `Vary`.
    pub(super) actual: Vec<(String, Text)>,
    /// Fields of the answer to an allowed preflight, without `Vary`.
    pub(super) preflight: Vec<(String, Text)>,
    /// `Vary` of a response to an actual request.
    pub(super) vary: Option<&'static str>,
    /// `Vary` of an answer to a preflight.
    pub(super) preflight_vary: &'static str,
}

/// An entry of `origins`.
pub(super) enum Origin {
    Exact(String),
    /// Matches the whole of an origin; anchored.
    Regex(String),
}

impl Origin {
    /// The entry as an anchored regex.
    pub(super) fn regex(&self) -> String {
        match self {
            Self::Exact(origin) => format!("^{}$", escape(origin)),
            Self::Regex(regex) => regex.clone(),
        }
    }
}

/// What a field carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Fixed(String),
    /// The request's `Origin`.
    Origin,
    /// The request's `Access-Control-Request-Method`.
    Method,
    /// The request's `Access-Control-Request-Headers`.
    Headers,
}

/// The fields that only the gateway may set, so that what an app behind it sets is taken off.
pub(super) const OWNED: [&str; 7] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Private-Network",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
];

/// The response field of a draft that browsers dropped.
pub(super) const PRIVATE_NETWORK: &str = "Access-Control-Allow-Private-Network";

/// The form of an origin that a browser sends, for a regex of a policy says nothing about that: scheme, labels or an IPv6
/// address, port. https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
///
/// What is left out (a default port, an address written in another way) no browser sends.
const ORIGIN_FORM: &str = concat!(
    r"^(null|file://|[a-z][a-z0-9+.-]*://(\.|\[[0-9a-f:]+\]",
    r"|([\x21-\x22\x24\x26-\x2d0-9\x3b\x3d_-\x7b\x7d-\x7e]{1,63}\.)*[\x21-\x22\x24\x26-\x2d0-9\x3b\x3d_-\x7b\x7d-\x7e]{1,63}\.?)(:[1-9][0-9]{0,4})?)$",
);

/// A host has 253 bytes at most, which neither a pattern nor a regex of a policy says: so long is a name of DNS.
const HOST_FORM: &str = r"^(null|file://|[^:/]+://(\[[0-9a-f:]+\]|[^:/]{1,253})(:[0-9]+)?)$";

/// A method that a page can send: a token. Fetch, "Methods".
const TOKEN: &str = r"[0-9A-Za-z!\x23\x24%&\x27*+.^_\x60|~-]+";

impl<'p> Plan<'p> {
    pub(super) fn new(policy: &'p Policy) -> Result<Self, Unsayable> {
        let fields = |fields: &[Field]| -> Vec<(String, Text)> {
            fields
                .iter()
                .filter_map(|field| Some((title_case(field.name()), text(policy.value(*field)?)?)))
                .collect()
        };
        let actual = fields(&[
            Field::AllowOrigin,
            Field::AllowCredentials,
            Field::ExposeHeaders,
            Field::TimingAllowOrigin,
        ]);
        let preflight = fields(&[
            Field::AllowOrigin,
            Field::AllowCredentials,
            Field::AllowMethods,
            Field::AllowHeaders,
            Field::MaxAge,
            Field::AllowPrivateNetwork,
        ]);
        Ok(Self {
            policy,
            origins: origins(policy)?,
            actual,
            preflight,
            vary: Field::Vary.fixed().filter(|_| !policy.allows_any_origin()),
            preflight_vary: Field::PreflightVary.fixed().unwrap_or_default(),
        })
    }

    /// The anchored regexes that an origin has to match, each of them; none if any is allowed.
    pub(super) fn origin_regexes(&self) -> Vec<String> {
        let Some(origins) = &self.origins else { return Vec::new() };
        let inner: Vec<String> = origins.iter().map(|origin| regex::inner(&origin.regex())).collect();
        let listed = format!("^({})$", inner.join("|"));
        [listed].into_iter().chain(self.origin_forms().into_iter().map(String::from)).collect()
    }

    /// What an origin has to match as well, if there are regexes or subdomains.
    pub(super) fn origin_forms(&self) -> Vec<&'static str> {
        let has_regexes = self.policy.origin_regexes().next().is_some();
        let has_subdomains = self.policy.origins().any(|origin| origin.contains("://*."));
        let forms = [(has_regexes, ORIGIN_FORM), (has_regexes || has_subdomains, HOST_FORM)];
        forms.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, form)| form).collect()
    }

    /// What a requested method has to match.
    pub(super) fn method_regex(&self) -> String {
        match self.policy.allows_any_method() {
            true => format!("^{TOKEN}$"),
            false => {
                let methods: Vec<String> = self.policy.methods().map(escape).collect();
                one_of(&methods)
            }
        }
    }

    /// What a requested method must not match, in any case: with `methods: any`, what no script can send.
    pub(super) fn forbidden_method_regex(&self) -> Option<&'static str> {
        self.policy.allows_any_method().then_some(FORBIDDEN_METHODS)
    }

    /// What the list of requested headers has to match, whatever the case; without anchors.
    ///
    /// Blanks and empty elements are tolerated, since proxies make them. A comma ends each element, so that a matcher
    /// that backtracks has one way to read a list.
    pub(super) fn headers_regex(&self) -> String {
        let names: Vec<String> = match self.policy.allows_any_header() {
            true => vec![TOKEN.into()],
            false => self.policy.headers().map(name_regex).collect(),
        };
        list_of(&names)
    }
}

/// What no script can send.
const FORBIDDEN_METHODS: &str = "^(CONNECT|TRACE|TRACK)$";

fn one_of(methods: &[String]) -> String {
    format!("^({})$", methods.join("|"))
}

fn list_of(names: &[String]) -> String {
    if names.is_empty() {
        return "[ \\t,]*".into();
    }
    let element = format!("[ \\t]*(({})[ \\t]*)?", names.join("|"));
    format!("{element}(,{element})*")
}

/// The methods that a regex over the requested one was made from, `*` for any; `None` if it says something else.
pub(crate) fn methods_of(regex: &str) -> Option<Vec<String>> {
    if regex == format!("^{TOKEN}$") {
        return Some(vec!["*".into()]);
    }
    let methods = regex.strip_prefix("^(")?.strip_suffix(")$")?;
    let methods: Vec<String> = methods.split('|').map(unescape).collect::<Option<_>>()?;
    let again: Vec<String> = methods.iter().map(|method| escape(method)).collect();
    (one_of(&again) == regex).then_some(methods)
}

/// Returns whether a regex over the requested method takes out what no script can send.
pub(crate) fn is_forbidden_methods(regex: &str) -> bool {
    regex == FORBIDDEN_METHODS
}

/// The same of the regex over the requested headers: names, families, and `*` for any.
pub(crate) fn headers_of(regex: &str) -> Option<Vec<String>> {
    // A quoted string may have been read as nginx reads one, with the tab itself.
    let regex = regex.replace('\t', "\\t");
    let list = regex.strip_prefix('^')?.strip_suffix('$')?;
    if list == list_of(&[]) {
        return Some(Vec::new());
    }
    let names = list.strip_prefix("[ \\t]*((")?;
    let (names, _) = names.split_once(")[ \\t]*)?")?;
    // A star and a bar of a name are written in hex digits.
    let names: Vec<String> = names.replace(TOKEN, "*").split('|').map(unescape).collect::<Option<_>>()?;
    let again = |name: &String| if name == "*" { TOKEN.into() } else { name_regex(name) };
    let again: Vec<String> = names.iter().map(again).collect();
    (list_of(&again) == list).then_some(names)
}

/// A header's name as a regex; one that ends in `-*` is a family.
fn name_regex(name: &str) -> String {
    match name.strip_suffix('*') {
        Some(start) => format!("{}{TOKEN}", escape(start)),
        None => escape(name),
    }
}

fn origins(policy: &Policy) -> Result<Option<Vec<Origin>>, Unsayable> {
    if policy.allows_any_origin() {
        return Ok(None);
    }
    let mut origins: Vec<Origin> = policy.origins().map(pattern).collect();
    for text in policy.origin_regexes() {
        let said = regex::portable(text).map_err(|why| Unsayable(format!("the regex `{text}` {why}")))?;
        origins.push(Origin::Regex(said));
    }
    Ok(Some(origins))
}

/// An origin, or a pattern as a regex.
fn pattern(entry: &str) -> Origin {
    let (scheme, rest) = entry.split_once("://").unwrap_or(("", entry));
    let subdomains = rest.strip_prefix("*.");
    let (host, any_port) = match subdomains.unwrap_or(rest) {
        host if host.ends_with(":*") => (host.trim_end_matches(":*"), true),
        host => (host, false),
    };
    if subdomains.is_none() && !any_port {
        return Origin::Exact(entry.into());
    }
    // As many labels as there are, each of the length that DNS carries.
    let labels = if subdomains.is_some() { r"([a-z0-9_-]{1,63}\.)+" } else { "" };
    let port = if any_port { "(:[1-9][0-9]{0,4})?" } else { "" };
    Origin::Regex(format!("^{}://{labels}{}{port}$", escape(scheme), escape(host)))
}

fn text(value: Value<'_>) -> Option<Text> {
    match value {
        Value::Fixed(text) => Some(Text::Fixed(text.into())),
        Value::RequestOrigin => Some(Text::Origin),
        Value::RequestMethod => Some(Text::Method),
        Value::RequestHeaders => Some(Text::Headers),
        _ => None,
    }
}

/// `access-control-max-age` as `Access-Control-Max-Age`.
fn title_case(name: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}
