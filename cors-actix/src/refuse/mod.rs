//! What is answered in the app's stead.

pub(crate) mod actual;
pub(crate) mod answer;
pub(crate) mod diagnostics;
pub(crate) mod preflight;
pub(crate) mod same_origin;
