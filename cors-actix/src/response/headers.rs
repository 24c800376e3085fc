//! The response fields of a policy, baked once per worker, and how a response gets them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use cors_engine::adapter::{Field, Fields, Value, requested_names};
use cors_engine::{Decision, Mode, Policy, Request};

use crate::held::Held;
use crate::request::lines;

/// A policy, and each value that it can put on a response.
pub(crate) struct Answers {
    policy: Held,
    /// Indexed by [`Field`]. `None` if the policy never sends the field, or takes its value from the request. The origin is
    /// here if the policy lists a single one, unless the origin of this request is vouched for.
    values: [Option<HeaderValue>; Field::ALL.len()],
    /// The status of the answer to an allowed preflight.
    status: StatusCode,
    /// Whether this is for one request, whose origin the app's own source allows.
    vouches: bool,
}

impl Answers {
    pub(crate) fn bake(policy: Held) -> Self {
        let values = Field::ALL.map(|field| match (&policy, field.fixed()) {
            // Static text is never copied, neither here nor when a response gets it.
            (_, Some(text)) => Some(HeaderValue::from_static(text)),
            (Held::Static(policy, _), None) => fixed(policy, field).map(HeaderValue::from_static),
            (Held::Shared(policy), None) => fixed(policy, field).map(shared),
        });
        let status = StatusCode::from_u16(policy.preflight_status()).unwrap_or(StatusCode::NO_CONTENT);
        Self { policy, values, status, vouches: false }
    }

    /// A copy for one request, whose origin the app's own source allows.
    pub(crate) fn vouching(&self) -> Self {
        let (policy, mut values) = (self.policy.clone(), self.values.clone());
        if policy.only_origin().is_some() {
            // The origin of this request is not the listed one: it is taken from the request.
            values[Field::AllowOrigin as usize] = None;
            values[Field::TimingAllowOrigin as usize] = None;
        }
        Self { policy, values, status: self.status, vouches: true }
    }

    #[inline(always)]
    pub(crate) fn decide<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        self.policy.decide(&request.vouched(self.vouches))
    }

    pub(crate) fn is_development(&self) -> bool {
        self.policy.is_development()
    }

    /// The policy that holds in production, if this is for development.
    pub(crate) fn production(&self) -> Option<&'static Policy> {
        self.policy.production()
    }

    /// Returns whether it is the production policy of a `cors_policy!` or `#[cors]`.
    pub(crate) fn is_production(&self) -> bool {
        self.policy.mode() == Some(Mode::Production)
    }

    #[inline]
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The request's origin, if a response with `fields` repeats it.
    ///
    /// It is taken before the app runs: an inner layer may change the request's headers.
    #[inline]
    pub(crate) fn origin(&self, fields: Fields, lines: &[HeaderValue]) -> Option<HeaderValue> {
        let mirrored = fields.contains(Field::AllowOrigin) && self.value(Field::AllowOrigin).is_none();
        if mirrored { lines.first().cloned() } else { None }
    }

    /// The answer to a preflight with these `asked` headers that is allowed.
    #[inline(always)]
    pub(crate) fn permission(&self, fields: Fields, asked: &HeaderMap) -> HttpResponse {
        self.answer(self.status, fields, asked)
    }

    /// An answer to a preflight with these `asked` headers.
    #[inline(always)]
    pub(crate) fn answer(&self, status: StatusCode, fields: Fields, asked: &HeaderMap) -> HttpResponse {
        let mut response = HttpResponse::new(status);
        let headers = response.headers_mut();
        // The map is empty, so `append` needs no lookup. Each field is written out, so that its name is a constant.
        self.put(headers, fields, Field::AllowOrigin, || asked.get(header::ORIGIN).cloned());
        // An empty list has no value either. If it were taken for a list that repeats the request, an explained refusal, which
        // has these fields as well, would permit what it refuses.
        self.put(headers, fields, Field::AllowMethods, || match self.policy.value(Field::AllowMethods) {
            Some(Value::RequestMethod) => asked.get(header::ACCESS_CONTROL_REQUEST_METHOD).cloned(),
            _ => None,
        });
        self.put(headers, fields, Field::AllowHeaders, || match self.policy.value(Field::AllowHeaders) {
            Some(Value::RequestHeaders) => {
                mirrored_names(lines(asked, header::ACCESS_CONTROL_REQUEST_HEADERS))
            }
            _ => None,
        });
        self.put(headers, fields, Field::MaxAge, || None);
        if fields.contains(Field::AllowCredentials) {
            headers.append(name(Field::AllowCredentials), TRUE);
        }
        if fields.contains(Field::AllowPrivateNetwork) {
            headers.append(name(Field::AllowPrivateNetwork), TRUE);
        }
        if fields.contains(Field::PreflightVary) {
            headers.append(name(Field::PreflightVary), PREFLIGHT_VARY);
        }
        response
    }

    /// Edits the headers of an actual response: removes every field that only the policy may set, and adds `fields`.
    ///
    /// Doing it twice has no further effect: an error's response may be made twice.
    #[inline]
    pub(crate) fn edit(&self, headers: &mut HeaderMap, fields: Fields, origin: &mut Option<HeaderValue>) {
        let there = Present::scan(headers);
        if there.has(Present::OWNED) {
            remove_owned(headers);
        }
        // No other field but `Vary` comes without this one.
        if fields.contains(Field::AllowOrigin) {
            self.let_read(headers, fields, there, origin);
        }
        if fields.contains(Field::Vary) {
            if there.has(Present::VARY) {
                merge_vary(headers, &VARY);
            } else {
                headers.append(name(Field::Vary), VARY);
            }
        }
    }

    /// Adds the fields by which a page may read the response. Those that only the policy may set have been removed, so `append` needs
    /// no lookup.
    #[inline(always)]
    fn let_read(
        &self,
        headers: &mut HeaderMap,
        fields: Fields,
        there: Present,
        origin: &mut Option<HeaderValue>,
    ) {
        if fields.contains(Field::TimingAllowOrigin)
            && let Some(value) = self.value(Field::TimingAllowOrigin).or(origin.as_ref()).cloned()
        {
            if there.has(Present::TIMING) {
                merge_timing(headers, value);
            } else {
                headers.append(name(Field::TimingAllowOrigin), value);
            }
        }
        self.put(headers, fields, Field::AllowOrigin, || origin.take());
        if fields.contains(Field::AllowCredentials) {
            headers.append(name(Field::AllowCredentials), TRUE);
        }
        self.put(headers, fields, Field::ExposeHeaders, || None);
    }

    /// Edits the headers of a refusal that the app wrote.
    #[cold]
    pub(crate) fn edit_refusal(&self, headers: &mut HeaderMap, fields: Fields) {
        remove_owned(headers);
        for field in fields {
            if matches!(field, Field::Vary | Field::PreflightVary)
                && let Some(value) = self.value(field)
            {
                merge_vary(headers, value);
            }
        }
    }

    /// Appends a field whose value is the policy's, or else the request's own.
    #[inline(always)]
    fn put(
        &self,
        headers: &mut HeaderMap,
        fields: Fields,
        field: Field,
        mirrored: impl FnOnce() -> Option<HeaderValue>,
    ) {
        if !fields.contains(field) {
            return;
        }
        // Two calls of `append` instead of one after a `match`, because moving a value is not cheap.
        if let Some(value) = self.value(field) {
            headers.append(name(field), value.clone());
        } else if let Some(value) = mirrored() {
            headers.append(name(field), value);
        }
    }

    /// Returns whether both give these fields the same values.
    pub(crate) fn gives_the_same(&self, other: &Self, fields: Fields) -> bool {
        fields.into_iter().all(|field| self.value(field) == other.value(field))
    }

    #[inline]
    fn value(&self, field: Field) -> Option<&HeaderValue> {
        self.values[field as usize].as_ref()
    }
}

/// The answer to a request that is refused, without a reason.
#[inline]
pub(crate) fn refusal(fields: Fields) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::FORBIDDEN);
    if fields.contains(Field::PreflightVary) {
        response.headers_mut().append(name(Field::PreflightVary), PREFLIGHT_VARY);
    }
    if fields.contains(Field::Vary) {
        response.headers_mut().append(name(Field::Vary), VARY);
    }
    response
}

/// The answer to a preflight that no policy answers.
#[cold]
pub(crate) fn preflight_refusal() -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::FORBIDDEN);
    response.headers_mut().append(header::VARY, PREFLIGHT_VARY);
    response
}

/// The same under every policy, so a constant: creating it in place costs less than cloning it.
const VARY: HeaderValue = HeaderValue::from_static(Field::Vary.fixed().expect("no policy changes it"));
const PREFLIGHT_VARY: HeaderValue =
    HeaderValue::from_static(Field::PreflightVary.fixed().expect("no policy changes it"));
/// Added if the origin decides whether the app is called, or which policy answers.
pub(crate) static VARY_BY_ORIGIN: HeaderValue = VARY;
/// Added if `Sec-Fetch-Site` decides whether the app is called.
pub(crate) static VARY_BY_SITE: HeaderValue = HeaderValue::from_static("Sec-Fetch-Site");
/// Added if these three decide it.
pub(crate) static VARY_BY_FETCH: HeaderValue =
    HeaderValue::from_static("Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest");
const TRUE: HeaderValue =
    HeaderValue::from_static(Field::AllowCredentials.fixed().expect("no policy changes it"));

/// The field's name. Those of most fields are constants of `http`, which need no check of the text.
#[inline]
fn name(field: Field) -> HeaderName {
    match field {
        Field::AllowOrigin => header::ACCESS_CONTROL_ALLOW_ORIGIN,
        Field::AllowCredentials => header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        Field::AllowMethods => header::ACCESS_CONTROL_ALLOW_METHODS,
        Field::AllowHeaders => header::ACCESS_CONTROL_ALLOW_HEADERS,
        Field::MaxAge => header::ACCESS_CONTROL_MAX_AGE,
        Field::ExposeHeaders => header::ACCESS_CONTROL_EXPOSE_HEADERS,
        Field::Vary | Field::PreflightVary => header::VARY,
        other => HeaderName::from_static(other.name()),
    }
}

/// Which fields that concern a policy a response already has, as bits.
#[derive(Clone, Copy)]
struct Present(u8);

impl Present {
    /// A field that only the policy may set.
    const OWNED: u8 = 1;
    const VARY: u8 = 2;
    const TIMING: u8 = 4;

    /// One walk over the few names that a response has costs less than looking ours up.
    #[inline]
    fn scan(headers: &HeaderMap) -> Self {
        let mut found = 0;
        for name in headers.keys() {
            found |= Self::of(name.as_str());
        }
        Self(found)
    }

    #[inline]
    fn of(name: &str) -> u8 {
        // Most names begin with another letter.
        match name.as_bytes() {
            [b'a', ..] if Field::is_owned(name) => Self::OWNED,
            [b'v', ..] if name == Field::Vary.name() => Self::VARY,
            [b't', ..] if name == Field::TimingAllowOrigin.name() => Self::TIMING,
            _ => 0,
        }
    }

    #[inline]
    fn has(self, what: u8) -> bool {
        self.0 & what != 0
    }
}

/// Keeps pages elsewhere from loading a response without CORS, unless the app has said who may.
// https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header
#[cold]
pub(crate) fn isolate(headers: &mut HeaderMap) {
    if !headers.contains_key(&CROSS_ORIGIN_RESOURCE_POLICY) {
        headers.append(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

#[cold]
fn remove_owned(headers: &mut HeaderMap) {
    headers.retain(|name, _| !Field::is_owned(name.as_str()));
}

/// Adds those names of `wanted` that no line of `Vary` has yet. What is there stays.
///
/// Several lines are one list, and `*` stands for every name: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5>.
#[cold]
pub(crate) fn merge_vary(headers: &mut HeaderMap, wanted: &HeaderValue) {
    let present = lines(headers, header::VARY);
    let missing = |name: &&[u8]| !present.iter().any(|line| varies(line, name));
    let missing: Vec<_> = elements(wanted).filter(missing).collect();
    if missing.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_bytes(&missing.join(SEPARATOR)) {
        headers.append(header::VARY, value);
    }
}

/// Returns whether this line of `Vary` names `wanted`, or has a `*`.
fn varies(line: &HeaderValue, wanted: &[u8]) -> bool {
    elements(line).any(|name| name == b"*" || name.eq_ignore_ascii_case(wanted))
}

/// Adds `value` to `Timing-Allow-Origin`, unless it is there already: unlike `Access-Control-Allow-Origin` this field is a list, and the
/// app may name more origins in it than the policy allows.
// https://w3c.github.io/resource-timing/#sec-timing-allow-origin
#[cold]
fn merge_timing(headers: &mut HeaderMap, value: HeaderValue) {
    let present = lines(headers, HeaderName::from_static(Field::TimingAllowOrigin.name()));
    if !present.iter().flat_map(elements).any(|origin| origin == value.as_bytes()) {
        headers.append(HeaderName::from_static(Field::TimingAllowOrigin.name()), value);
    }
}

const SEPARATOR: &[u8] = b", ";

/// The elements of a list, without the whitespace around them: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1>.
fn elements(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}

/// The requested names as one value. This is the request's own value if it is as a browser sends it: one list without whitespace and
/// empty elements.
fn mirrored_names(requested: &[HeaderValue]) -> Option<HeaderValue> {
    if let [line] = requested
        && elements(line).all(|name| !name.is_empty())
        && !line.as_bytes().iter().any(|byte| byte.is_ascii_whitespace())
    {
        return Some(line.clone());
    }
    let names: Vec<_> = requested_names(&requested).collect();
    if names.is_empty() {
        return None;
    }
    HeaderValue::from_bytes(&names.join(SEPARATOR)).ok()
}

/// The text of a value that is the same for each request that gets it.
fn fixed(policy: &Policy, field: Field) -> Option<&str> {
    match policy.value(field)? {
        Value::Fixed(text) => Some(text),
        Value::RequestOrigin => policy.only_origin(),
        _ => None,
    }
}

/// A value whose clones share its bytes.
fn shared(text: &str) -> HeaderValue {
    let value =
        HeaderValue::from_str(text).expect("tables hold tokens, numbers and origins, which are legal values");
    // The first clone allocates, to make the bytes shareable. Clones of that clone do not.
    value.clone()
}
