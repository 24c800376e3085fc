//! What runs for each request: it allocates nothing, needs no `alloc`, and never looks at how a
//! policy was built.

pub(crate) mod console;
mod decide;
pub(crate) mod decision;
pub(crate) mod denial;
pub(crate) mod diagnostic;
pub(crate) mod explanation;
pub(crate) mod fetch;
pub(crate) mod field;
pub(crate) mod fixed;
pub(crate) mod layout;
pub(crate) mod mode;
pub(crate) mod nearest;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod request;
mod shortcuts;
pub(crate) mod table;
mod vouched;
