//! Additions that only a few responses get, besides the policy's fields.

use std::ops::BitOr;

use actix_web::http::header::HeaderMap;

use crate::response::headers::{VARY_BY_FETCH, VARY_BY_ORIGIN, VARY_BY_SITE, isolate, merge_vary};

/// A set, one bit each: the many responses that get none cost one comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras(u8);

impl Extras {
    pub(crate) const NONE: Self = Self(0);
    /// Pages of other origins can only load the response with CORS.
    pub(crate) const ISOLATED: Self = Self(1);
    /// The origin decides whether the app is called, or which policy answers.
    pub(crate) const VARY_BY_ORIGIN: Self = Self(2);
    /// `Sec-Fetch-Site` decides whether the app is called.
    pub(crate) const VARY_BY_SITE: Self = Self(4);
    /// Three fields of Fetch Metadata decide it.
    pub(crate) const VARY_BY_FETCH: Self = Self(8);

    pub(crate) fn given(self, holds: bool) -> Self {
        if holds { self } else { Self::NONE }
    }

    /// The additions that a response gets even if another policy answers.
    pub(crate) fn of_any_policy(self) -> Self {
        Self(self.0 & Self::ISOLATED.0)
    }

    /// Puts them on a response. Doing it twice has no further effect.
    #[cold]
    #[inline(never)]
    pub(crate) fn put(self, headers: &mut HeaderMap) {
        if self.has(Self::ISOLATED) {
            isolate(headers);
        }
        let names = [
            (Self::VARY_BY_ORIGIN, &VARY_BY_ORIGIN),
            (Self::VARY_BY_SITE, &VARY_BY_SITE),
            (Self::VARY_BY_FETCH, &VARY_BY_FETCH),
        ];
        for (extra, names) in names {
            if self.has(extra) {
                merge_vary(headers, names);
            }
        }
    }

    fn has(self, extra: Self) -> bool {
        self.0 & extra.0 != 0
    }
}

impl BitOr for Extras {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
