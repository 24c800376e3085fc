//! Routes with their own policies, as a layer around them sees them: which may take a request, and which has answered it.

pub(crate) mod around;
pub(crate) mod guarded;
pub(crate) mod inside;
pub(crate) mod log;
pub(crate) mod map;
pub(crate) mod place;
pub(crate) mod registry;
pub(crate) mod resolve;
pub(crate) mod response;
