//! A policy: its tables, and the questions that they answer.

use core::fmt;

use super::field::{Field, Fields, Value};
use super::origin::MAX_ORIGIN;
use super::request::Lines;
use super::shortcuts::{Matching, Shortcuts};
use super::table::families;
use super::table::hosts::{Host, Hosts};
use super::table::names::{self, InTurn, RefusedNames};
use super::table::origins::{self, ListedOrigins};
use super::table::set::Set;
use super::table::{self, Image};
use crate::engine::image::{Header, Section, filled, flag, slice};
use crate::engine::standard;

/// A checked policy, compiled to tables: by `cors_policy!` when the app is built, or by `Config::policy` while it runs. Both
/// are read by the same code.
///
/// Cloning is cheap: the tables are shared.
#[derive(Clone)]
pub struct Policy {
    image: Image,
    flags: u32,
    status: u16,
    /// Where each section begins, and where the last one ends.
    sections: [u32; Section::COUNT + 1],
    shortcuts: Shortcuts,
    pub(super) answers: Answers,
}

/// The fields of each kind of response. They only depend on the policy.
#[derive(Clone, Copy)]
pub(crate) struct Answers {
    /// An actual request whose origin is allowed.
    pub(super) allowed: Fields,
    /// One without an origin.
    pub(super) no_origin: Fields,
    /// One whose origin is refused.
    pub(super) refused: Fields,
    /// A preflight that is allowed, without [`Field::AllowPrivateNetwork`].
    pub(super) preflight: Fields,
    /// A preflight that is refused.
    pub(super) refused_preflight: Fields,
}

impl Answers {
    const fn new(flags: u32, sections: &[u32; Section::COUNT + 1]) -> Self {
        let any_origin = flags & flag::ANY_ORIGIN != 0;
        let credentials = flags & flag::CREDENTIALS != 0;
        let timing = flags & flag::TIMING != 0;

        let refused = Fields::NONE.with_if(!any_origin, Field::Vary);
        let refused_preflight = Fields::NONE.with(Field::PreflightVary);
        let allowed = refused
            .with(Field::AllowOrigin)
            .with_if(credentials, Field::AllowCredentials)
            .with_if(filled(sections, Section::Expose), Field::ExposeHeaders)
            .with_if(timing, Field::TimingAllowOrigin);
        let any_header = flags & flag::ANY_HEADER != 0;
        let preflight = refused_preflight
            .with(Field::AllowOrigin)
            .with_if(credentials, Field::AllowCredentials)
            .with(Field::AllowMethods)
            .with_if(any_header || filled(sections, Section::Headers), Field::AllowHeaders)
            .with_if(filled(sections, Section::MaxAge), Field::MaxAge);
        let no_origin = if any_origin { allowed } else { refused };
        Self { allowed, no_origin, refused, preflight, refused_preflight }
    }

    /// Returns whether any of them can carry `field`.
    fn send(&self, field: Field, private_network: bool) -> bool {
        let actual = self.allowed.and(self.refused);
        let preflight = self.preflight.and(self.refused_preflight);
        actual.and(preflight).with_if(private_network, Field::AllowPrivateNetwork).contains(field)
    }
}

impl Policy {
    /// A policy over an image in the binary.
    ///
    /// # Panics
    ///
    /// If the image has another layout, which means that macro and library have different versions. Compiled policies are made in
    /// const context, so for them this is a build error.
    pub(crate) const fn compiled(image: &'static [u8]) -> Self {
        Self::new(image, Image::Static(image))
    }

    /// A policy over an image on the heap.
    #[cfg(feature = "alloc")]
    pub(crate) fn loaded(image: alloc::vec::Vec<u8>) -> Self {
        let image: alloc::sync::Arc<[u8]> = image.into();
        Self::new(&image.clone(), Image::Heap(image))
    }

    const fn new(bytes: &[u8], image: Image) -> Self {
        let Header { flags, status, sections } = Header::read(bytes);
        let shortcuts = Shortcuts::new(bytes, flags, &sections);
        Self { image, flags, status, sections, shortcuts, answers: Answers::new(flags, &sections) }
    }

    /// Looks for the first requested header that is not allowed.
    pub(super) fn scan_headers<'r>(&self, lines: &'r dyn Lines) -> Result<(), RefusedNames<'r>> {
        if self.has(flag::ANY_HEADER) {
            return names::scan(lines, standard::is_token);
        }
        let mut names = InTurn::new(self.names());
        names::scan(lines, |name| names.contains(name) || self.has_family_of(name))
    }

    #[inline]
    fn has_family_of(&self, name: &[u8]) -> bool {
        self.has_families() && families::contain(Set::new(self.section(Section::Families)), name)
    }

    /// Returns whether `headers` lists a family. The answer then lists the requested names, because browsers do not understand
    /// families.
    const fn has_families(&self) -> bool {
        filled(&self.sections, Section::Families)
    }

    #[inline(always)]
    pub(super) fn lists_origin(&self, origin: &[u8]) -> bool {
        match self.shortcuts.matching {
            Matching::Any => false,
            Matching::Sole { start, end } => self.text_of(start, end) == Some(origin),
            Matching::SolePattern { start, end } => self.is_of_pattern(start, end, origin),
            Matching::Exact | Matching::Wide => self.lists_among_others(origin),
        }
    }

    #[inline]
    fn text_of(&self, start: u32, end: u32) -> Option<&[u8]> {
        self.image.bytes().get(start as usize..end as usize)
    }

    // Separate functions, so that none pays for the registers that another needs.
    #[inline(never)]
    fn is_of_pattern(&self, start: u32, end: u32, origin: &[u8]) -> bool {
        origin.len() <= MAX_ORIGIN
            && self.text_of(start, end).is_some_and(|pattern| origins::accepts(pattern, origin))
    }

    #[inline(never)]
    fn lists_among_others(&self, origin: &[u8]) -> bool {
        origin.len() <= MAX_ORIGIN
            && (self.exact().find(origin).is_some()
                || matches!(self.shortcuts.matching, Matching::Wide) && self.lists_widely(origin))
    }

    #[inline]
    fn exact(&self) -> Set<'_> {
        Set::with(self.shortcuts.exact, self.section(Section::Exact))
    }

    #[inline]
    fn names(&self) -> Set<'_> {
        Set::with(self.shortcuts.names, self.section(Section::Names))
    }

    /// Reads only the parts of the image that matter for the decision.
    #[inline(never)]
    fn lists_widely(&self, origin: &[u8]) -> bool {
        origins::find_pattern(Set::new(self.section(Section::Patterns)), origin).is_some()
            || filled(&self.sections, Section::Dfa) && self.listed_origins().find_regex(origin).is_some()
    }

    #[inline]
    pub(super) fn lists_method(&self, method: &[u8]) -> bool {
        match standard::standard_method(method) {
            Some(index) => self.shortcuts.standard_methods & 1 << index != 0,
            None => self.lists_other_method(method),
        }
    }

    #[inline(never)]
    fn lists_other_method(&self, method: &[u8]) -> bool {
        if self.has(flag::ANY_METHOD) {
            standard::is_token(method) && !standard::is_forbidden_method(method)
        } else {
            names::contains(self.section(Section::Methods), method)
        }
    }

    fn lists_header(&self, name: &[u8]) -> bool {
        if self.has(flag::ANY_HEADER) {
            standard::is_token(name)
        } else {
            names::contains_name(self.names(), name) || self.has_family_of(name)
        }
    }

    /// Returns whether a page at `origin` may read responses. `origin` is the value of the `Origin` field.
    pub fn allows_origin(&self, origin: &[u8]) -> bool {
        self.allows_any_origin() || self.lists_origin(origin)
    }

    /// The only origin, if `origins` lists exactly one and no pattern. It is then the value of [`Value::RequestOrigin`] for every
    /// allowed request, unless the app [vouches](crate::Request::vouched) for another.
    ///
    /// An adapter can keep this value instead of copying the request's each time.
    pub fn only_origin(&self) -> Option<&str> {
        match self.shortcuts.matching {
            Matching::Sole { start, end } => self.text_of(start, end).map(table::text),
            _ => None,
        }
    }

    /// The entry of `origins` that accepts `origin`; the text `a regex` if it is one of several regexes. `None` if no entry does,
    /// or if every origin is allowed.
    pub fn origin_entry(&self, origin: &[u8]) -> Option<&str> {
        self.listed_origins().find(origin).map(table::text)
    }

    /// Returns whether a preflight may ask for `method`. Methods are compared byte for byte.
    pub fn allows_method(&self, method: &[u8]) -> bool {
        self.lists_method(method)
    }

    /// Returns whether a preflight may ask for the header `name`. Header names are case-insensitive.
    pub fn allows_header(&self, name: &[u8]) -> bool {
        self.lists_header(name)
    }

    /// Returns whether `hosts` lists this `Host` value or authority. A port and one trailing dot are ignored, and a malformed
    /// value is refused. Always `true` for a policy without `hosts`.
    pub fn allows_host(&self, host: &[u8]) -> bool {
        if !self.checks_host() {
            return true;
        }
        let Some(host) = Host::parse(host) else { return false };
        self.has(flag::ANY_HOST) || Hosts { listed: Set::new(self.section(Section::Hosts)) }.contains(&host)
    }

    /// The value of the field `field` of a response. `None` if this policy never sends it.
    pub fn value(&self, field: Field) -> Option<Value<'_>> {
        if !self.answers.send(field, self.private_network()) {
            return None;
        }
        let credentials = self.credentials();
        let text = match field {
            Field::AllowOrigin | Field::TimingAllowOrigin if self.allows_any_origin() => ANY,
            Field::AllowOrigin | Field::TimingAllowOrigin => return Some(Value::RequestOrigin),
            Field::AllowMethods if self.has(flag::ANY_METHOD) && credentials => {
                return Some(Value::RequestMethod);
            }
            Field::AllowHeaders if self.has_families() || self.has(flag::ANY_HEADER) && credentials => {
                return Some(Value::RequestHeaders);
            }
            Field::AllowMethods => self.text(Section::Methods),
            Field::AllowHeaders => self.text(Section::Headers),
            Field::MaxAge => self.text(Section::MaxAge),
            Field::ExposeHeaders => self.text(Section::Expose),
            fixed => fixed.fixed()?,
        };
        (!text.is_empty()).then_some(Value::Fixed(text))
    }

    /// The listed origins and patterns as they were written, exact ones first; empty if any origin is allowed.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        let ListedOrigins { exact, patterns, .. } = self.listed_origins();
        exact.iter().chain(patterns.iter()).map(table::text)
    }

    /// The listed regexes as they were written.
    pub fn origin_regexes(&self) -> impl Iterator<Item = &str> {
        self.listed_origins().regexes.iter().map(table::text)
    }

    /// The registrable domains and addresses of the origins that the regexes accept.
    ///
    /// This is the whole list only for a production policy in which no `expect` excuses a regex from the rule `unbounded_regex`.
    /// Such a regex adds no domain here, but it is still among [`origin_regexes`](Self::origin_regexes). The names of the user's own
    /// machine, such as `localhost`, are nobody's domain and are not listed either.
    /// The policy of a `development` block lists no domains at all.
    pub fn regex_domains(&self) -> impl Iterator<Item = &str> {
        names::elements(self.text(Section::Domains))
    }

    /// The listed methods; `*` if any is allowed.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        names::elements(self.text(Section::Methods))
    }

    /// The listed request headers, families as `x-app-*`; `*` and `authorization` if any is allowed.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        names::elements(self.text(Section::Headers))
    }

    /// The response headers that pages may read besides the safelisted ones; `*` for all.
    pub fn exposed(&self) -> impl Iterator<Item = &str> {
        names::elements(self.text(Section::Expose))
    }

    /// The listed hosts; empty if any host is allowed, or if `Host` is not checked.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        Set::new(self.section(Section::Hosts)).iter().map(table::text)
    }

    /// Returns whether every origin is allowed.
    pub const fn allows_any_origin(&self) -> bool {
        self.has(flag::ANY_ORIGIN)
    }

    /// Returns whether the policy has `hosts: any`. A policy without `hosts` checks no host.
    pub(crate) const fn allows_any_host(&self) -> bool {
        self.has(flag::ANY_HOST)
    }

    /// Returns whether every method that a browser can send is allowed.
    pub const fn allows_any_method(&self) -> bool {
        self.has(flag::ANY_METHOD)
    }

    /// Returns whether every request header is allowed.
    pub const fn allows_any_header(&self) -> bool {
        self.has(flag::ANY_HEADER)
    }

    /// Returns whether answers carry `Access-Control-Allow-Credentials`.
    pub const fn credentials(&self) -> bool {
        self.has(flag::CREDENTIALS)
    }

    /// Returns whether `Access-Control-Request-Private-Network` is answered.
    pub const fn private_network(&self) -> bool {
        self.has(flag::PRIVATE_NETWORK)
    }

    /// Returns whether actual responses carry `Timing-Allow-Origin`.
    pub const fn timing(&self) -> bool {
        self.has(flag::TIMING)
    }

    /// Returns whether `Host` is checked.
    pub const fn checks_host(&self) -> bool {
        self.has(flag::CHECKS_HOST)
    }

    /// How long a browser may remember an answer to a preflight, in seconds; `None` if the policy leaves it to the browser (5
    /// seconds).
    pub fn max_age(&self) -> Option<u32> {
        self.text(Section::MaxAge).parse().ok()
    }

    /// The status of an allowed preflight's answer, 200 to 299.
    pub const fn preflight_status(&self) -> u16 {
        self.status
    }

    /// The size of the policy's tables, in bytes.
    pub fn table_size(&self) -> usize {
        self.image.bytes().len()
    }

    /// The bytes that `cors_policy!` puts into the binary.
    pub(crate) fn image(&self) -> &[u8] {
        self.image.bytes()
    }

    /// [`allows_method`](Self::allows_method) for compiled policies, in const context.
    pub(crate) const fn compiled_allows_method(&self, method: &str) -> bool {
        match &self.image {
            Image::Static(image) if !self.has(flag::ANY_METHOD) && !self.stands_in() => {
                names::lists(slice(image, &self.sections, Section::Methods), method.as_bytes())
            }
            _ => true,
        }
    }

    /// Returns whether it is [`NOTHING`](super::image::NOTHING), which stands in for a policy with mistakes. The mistakes have been
    /// reported, so their consequences need not be.
    const fn stands_in(&self) -> bool {
        self.flags == 0 && self.sections[0] == self.sections[Section::COUNT]
    }

    const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn listed_origins(&self) -> ListedOrigins<'_> {
        ListedOrigins {
            exact: self.exact(),
            patterns: Set::new(self.section(Section::Patterns)),
            dfa: self.section(Section::Dfa),
            regexes: Set::new(self.section(Section::Regexes)),
        }
    }

    #[inline]
    fn section(&self, section: Section) -> &[u8] {
        slice(self.image.bytes(), &self.sections, section)
    }

    fn text(&self, section: Section) -> &str {
        table::text(self.section(section))
    }
}

/// Policies are equal if they were compiled from the same settings, wherever their tables are stored.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.image() == other.image()
    }
}

impl Eq for Policy {}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("any_origin", &self.allows_any_origin())
            .field("origins", &Shortened(|| self.origins()))
            .field("credentials", &self.credentials())
            .field("methods", &self.text(Section::Methods))
            .field("headers", &self.text(Section::Headers))
            .field("expose", &self.text(Section::Expose))
            .field("max_age", &self.max_age())
            .finish_non_exhaustive()
    }
}

/// The most entries of a list that `Debug` shows.
const SHOWN: usize = 8;

struct Shortened<F>(F);

impl<'p, I: Iterator<Item = &'p str>, F: Fn() -> I> fmt::Debug for Shortened<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries = (self.0)();
        let mut list = f.debug_list();
        list.entries(entries.by_ref().take(SHOWN));
        match entries.count() {
            0 => list.finish(),
            _ => list.finish_non_exhaustive(),
        }
    }
}

const ANY: &str = "*";
