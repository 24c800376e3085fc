//! The response fields of a policy, and their values.

/// The set of a response's fields, without their values. It is small and borrows neither the request nor the policy, so it
/// can be kept while the request moves into the app.
///
/// Iterate it for the [`Field`]s; [`Policy::value`](crate::Policy::value) returns the value of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fields(u16);

impl Fields {
    /// No field.
    pub const NONE: Self = Self(0);

    pub(crate) const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u16)
    }

    pub(crate) const fn with_if(self, condition: bool, field: Field) -> Self {
        if condition { self.with(field) } else { self }
    }

    /// The fields of both sets.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are also in `mask`.
    pub(crate) const fn only(self, mask: Self) -> Self {
        Self(self.0 & mask.0)
    }

    /// Returns whether `field` is among them.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u16 != 0
    }

    /// Returns whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl IntoIterator for Fields {
    type Item = Field;
    type IntoIter = FieldIter;

    fn into_iter(self) -> FieldIter {
        FieldIter(self)
    }
}

/// The fields of a response, one by one.
#[derive(Clone, Debug)]
pub struct FieldIter(Fields);

impl Iterator for FieldIter {
    type Item = Field;

    #[inline]
    fn next(&mut self) -> Option<Field> {
        let bits = self.0.0;
        let field = Field::ALL.get(bits.trailing_zeros() as usize)?;
        self.0.0 = bits & (bits - 1);
        Some(*field)
    }
}

/// A field that a policy can put on a response.
// https://fetch.spec.whatwg.org/#http-responses
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// `Access-Control-Allow-Origin`
    AllowOrigin,
    /// `Access-Control-Allow-Credentials`
    AllowCredentials,
    /// `Access-Control-Allow-Methods`
    AllowMethods,
    /// `Access-Control-Allow-Headers`
    AllowHeaders,
    /// `Access-Control-Max-Age`
    MaxAge,
    /// `Access-Control-Allow-Private-Network`
    AllowPrivateNetwork,
    /// `Access-Control-Expose-Headers`
    ExposeHeaders,
    /// `Timing-Allow-Origin`
    TimingAllowOrigin,
    /// `Vary` of an actual response, to be merged with the app's own.
    Vary,
    /// `Vary` of an answer to a preflight.
    PreflightVary,
}

impl Field {
    /// Every field, in the order in which a response carries them.
    pub const ALL: [Field; 10] = [
        Field::AllowOrigin,
        Field::AllowCredentials,
        Field::AllowMethods,
        Field::AllowHeaders,
        Field::MaxAge,
        Field::AllowPrivateNetwork,
        Field::ExposeHeaders,
        Field::TimingAllowOrigin,
        Field::Vary,
        Field::PreflightVary,
    ];

    /// The field's name, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Field::AllowOrigin => "access-control-allow-origin",
            Field::AllowCredentials => "access-control-allow-credentials",
            Field::AllowMethods => "access-control-allow-methods",
            Field::AllowHeaders => "access-control-allow-headers",
            Field::MaxAge => "access-control-max-age",
            Field::AllowPrivateNetwork => "access-control-allow-private-network",
            Field::ExposeHeaders => "access-control-expose-headers",
            Field::TimingAllowOrigin => "timing-allow-origin",
            Field::Vary | Field::PreflightVary => "vary",
        }
    }

    /// The value, if it is the same for every policy that sends the field.
    pub const fn fixed(self) -> Option<&'static str> {
        match self {
            Field::AllowCredentials | Field::AllowPrivateNetwork => Some("true"),
            // https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
            Field::Vary => Some("Origin"),
            // Everything that an answer depends on, except the field of the dropped private-network draft. Some caches can be
            // configured to store answers to `OPTIONS`.
            Field::PreflightVary => {
                Some("Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
            }
            _ => None,
        }
    }

    /// Returns whether only the policy may set the response field `name` (in lower case). An adapter removes such fields, if
    /// the app has set any, before it adds [`Decision::fields`](crate::Decision::fields): two lines of
    /// `Access-Control-Allow-Origin` fail the browser's check, and one that the app has set could allow an origin that the
    /// policy does not.
    #[inline]
    pub fn is_owned(name: &str) -> bool {
        name.starts_with("access-control-")
    }
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'p> {
    /// This text, whatever the request.
    Fixed(&'p str),
    /// The request's `Origin`.
    RequestOrigin,
    /// The request's `Access-Control-Request-Method`.
    RequestMethod,
    /// The names of the request's `Access-Control-Request-Headers`: see
    /// [`requested_names`](crate::adapter::requested_names).
    RequestHeaders,
}
