//! Why a request is refused, for the person who has to find out.

use core::fmt;

use super::policy::Policy;
use super::request::Escaped;

/// Why a policy refuses a request. Its `Display` says what was asked and what the policy has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Denial<'a> {
    /// The origin is not one of the policy's.
    #[non_exhaustive]
    OriginNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The value of `Origin`; `None` if the field came more than once.
        origin: Option<&'a [u8]>,
    },
    /// The requested method is not one of the policy's, or is no method at all.
    #[non_exhaustive]
    MethodNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The value of `Access-Control-Request-Method`; `None` if the field came more than once.
        method: Option<&'a [u8]>,
    },
    /// A requested header is not one of the policy's, or is no field name at all.
    #[non_exhaustive]
    HeaderNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The first such name.
        name: &'a [u8],
    },
    /// `Access-Control-Request-Headers` has more than 16 empty elements, which no browser sends.
    #[non_exhaustive]
    TooManyEmptyNames {
        /// The policy that refuses.
        policy: &'a Policy,
    },
}
