//! Items that only adapters for a framework need: the fields of a response, their values, and the bytes of a
//! request.
//!
//! ```
//! use cors_engine::adapter::Value;
//! use cors_engine::{Policy, Request};
//!
//! /// Decides about a request, and returns the status and the fields of its response.
//! fn answer(policy: &Policy, method: &[u8], origin: Option<&[u8]>) -> (Option<u16>, Vec<(&'static str, String)>) {
//!     let mut request = Request::new(method);
//!     if let Some(origin) = origin {
//!         request = request.origin(origin);
//!     }
//!     let decision = policy.decide(&request);
//!     let fields = decision.fields().into_iter().filter_map(|field| {
//!         let value = match policy.value(field)? {
//!             Value::Fixed(text) => text.to_owned(),
//!             Value::RequestOrigin => String::from_utf8_lossy(origin?).into_owned(),
//!             // The requested method and headers: for preflights, which this sketch leaves out.
//!             _ => return None,
//!         };
//!         Some((field.name(), value))
//!     });
//!     // A preflight is answered with this status; any other request goes to the app.
//!     (decision.status(), fields.collect())
//! }
//! ```
//!
//! * Decide once, from the request as it arrived, before the app runs. The fields do not borrow the request, so you can keep
//!   them.
//! * Answer a preflight before any authentication: preflights carry no credentials.
//! * Before you add the fields, remove every `Access-Control-*` field that the app has set ([`Field::is_owned`]), and merge
//!   `Vary` with the app's own.
//! * Ask for a reason ([`Decision::denial`](crate::Decision::denial)) only if something reads it: that call computes it.

pub use crate::engine::field::{Field, FieldIter, Fields, Value};
pub use crate::engine::origin::is_page_origin;
pub use crate::engine::request::{Escaped, Lines};
pub use crate::engine::table::names::requested_names;
pub use crate::explain::refused::{RefusedName, refused_names};
