//! Requests that are answered without calling the app.

pub(crate) mod actual;
pub(crate) mod answer;
pub(crate) mod diagnostics;
pub(crate) mod preflight;
pub(crate) mod same_origin;
