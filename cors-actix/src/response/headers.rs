//! The response fields of a policy, baked once per worker, and how a response gets them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use cors_engine::adapter::{Field, Fields, Value, requested_names};
use cors_engine::{Decision, Mode, Policy, Request};

use crate::policy::source::Held;
use crate::request::lines;

/// A policy, and each value that it can put on a response.
pub(crate) struct Answers {
    policy: Held,
    /// By [`Field`]; `None` for what this policy never sends, or takes from the request. The origin is here where there
    /// is only one, unless that of this request is vouched for.
    values: [Option<HeaderValue>; Field::ALL.len()],
    /// That of an allowed preflight's answer.
    status: StatusCode,
    /// The app's own source of origins allows that of the one request that this is for.
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

    /// The same for one request whose origin the app vouches for.
    pub(crate) fn vouching(&self) -> Self {
        let (policy, mut values) = (self.policy.clone(), self.values.clone());
        if policy.only_origin().is_some() {
            // It is another one for this request.
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

    /// Returns whether `cors_policy!` or `#[cors]` declares it, and it holds in both modes.
    pub(crate) fn is_production(&self) -> bool {
        self.policy.mode() == Some(Mode::Production)
    }

    #[inline]
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The request's origin, if a response with `fields` says it.
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
        // Nothing is there yet, so that each name can be appended unseen; written out, each is a constant.
        self.put(headers, fields, Field::AllowOrigin, || asked.get(header::ORIGIN).cloned());
        // An empty list has no value either. Taken for one that repeats the request, it would permit what is refused:
        // an explained refusal has these fields, too.
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

    /// Makes `headers` those of an actual response with `fields`, and with no other of the policy's.
    ///
    /// Doing it twice changes nothing more: an error's response may be made twice.
    #[inline]
    pub(crate) fn edit(&self, headers: &mut HeaderMap, fields: Fields, origin: &mut Option<HeaderValue>) {
        let there = Present::scan(headers);
        if there.has(Present::OWNED) {
            remove_owned(headers);
        }
        // The others come with this one or not at all.
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

    /// Adds the fields by which a page may read the response. Names of ours are not there, which `append` takes as it is
    /// and `insert` would look up.
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

    /// Makes `headers` those of a refusal that the app wrote.
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
        // Either is written where it is needed: a value is not small.
        if let Some(value) = self.value(field) {
            headers.append(name(field), value.clone());
        } else if let Some(value) = mirrored() {
            headers.append(name(field), value);
        }
    }

    /// Returns whether both put the same on a response with these fields.
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

/// The same under every policy, and so made when this is compiled: writing it down costs less than
/// cloning it.
const VARY: HeaderValue = HeaderValue::from_static(Field::Vary.fixed().expect("no policy changes it"));
const PREFLIGHT_VARY: HeaderValue =
    HeaderValue::from_static(Field::PreflightVary.fixed().expect("no policy changes it"));
/// What is added where it depends on the origin whose response it is.
pub(crate) static VARY_BY_ORIGIN: HeaderValue = VARY;
/// What is added where `Sec-Fetch-Site` decided.
pub(crate) static VARY_BY_SITE: HeaderValue = HeaderValue::from_static("Sec-Fetch-Site");
/// What is added where all of them decided.
pub(crate) static VARY_BY_FETCH: HeaderValue =
    HeaderValue::from_static("Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest");
const TRUE: HeaderValue =
    HeaderValue::from_static(Field::AllowCredentials.fixed().expect("no policy changes it"));

/// A constant for each name: parsing one is not for each request.
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

/// What a response has already that concerns a policy, as bits.
#[derive(Clone, Copy)]
struct Present(u8);

impl Present {
    /// A field that is the policy's alone.
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

/// Adds those names of `wanted` that no line of `Vary` has yet; what stands there stays.
///
/// RFC 9110, section 12.5.5: several lines are one list, and `*` says it all.
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

/// Does this line of `Vary` name `wanted`, or everything?
fn varies(line: &HeaderValue, wanted: &[u8]) -> bool {
    elements(line).any(|name| name == b"*" || name.eq_ignore_ascii_case(wanted))
}

/// Adds `value`, unless it stands there already: unlike `Access-Control-Allow-Origin` this field is
/// a list, and what the app says in it is about more than CORS.
///
/// Resource Timing, section "Timing-Allow-Origin Response Header".
#[cold]
fn merge_timing(headers: &mut HeaderMap, value: HeaderValue) {
    let present = lines(headers, HeaderName::from_static(Field::TimingAllowOrigin.name()));
    if !present.iter().flat_map(elements).any(|origin| origin == value.as_bytes()) {
        headers.append(HeaderName::from_static(Field::TimingAllowOrigin.name()), value);
    }
}

const SEPARATOR: &[u8] = b", ";

/// The elements of a list, without the white space round them. RFC 9110, section 5.6.1.
fn elements(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}

/// The requested names as one value: the request's own if that is what a browser sends, one list
/// without white space and empty elements.
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
    // The first clone allocates what makes the bytes shareable; clones of it have no more to do.
    value.clone()
}
