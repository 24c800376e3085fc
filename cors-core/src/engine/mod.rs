//! The code that runs for each request. It allocates nothing, needs no `alloc`, and does not depend on how a policy was made.

pub(crate) mod decide;
pub(crate) mod decision;
pub(crate) mod field;
pub(crate) mod fingerprint;
pub(crate) mod fixed;
pub(crate) mod image;
pub(crate) mod mode;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod request;
mod shortcuts;
pub(crate) mod standard;
pub(crate) mod table;
