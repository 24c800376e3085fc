//! What handlers and layers note while a request passes.

use std::cell::RefCell;

use crate::app::Handler;

/// What a request met on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The `Cors` layers that it came through, the outermost first. Only noted where none of them decides.
    pub(crate) layers: Vec<u32>,
    /// The layer that answered in the app's stead.
    pub(crate) failed: Option<u32>,
    /// The handler that ran.
    pub(crate) ran: Option<Handler>,
}

thread_local! {
    static TRACE: RefCell<Trace> = RefCell::default();
}

/// Notes something.
pub(crate) fn note(what: impl FnOnce(&mut Trace)) {
    TRACE.with_borrow_mut(what);
}

/// What has been noted since the last call.
pub(crate) fn take() -> Trace {
    TRACE.take()
}
