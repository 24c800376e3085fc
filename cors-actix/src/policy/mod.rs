//! Which policy applies to a request.

pub(crate) mod baked;
pub(crate) mod current;
#[cfg(all(feature = "config", feature = "reload"))]
pub(crate) mod feed;
pub(crate) mod origin_source;
pub(crate) mod paths;
#[cfg(feature = "reload")]
pub(crate) mod reload;
pub(crate) mod source;
