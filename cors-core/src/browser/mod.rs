//! A model of the browser: what it does with a policy's answers, for tests and tools.
//!
//! It follows the Fetch standard step by step, and is as strict as the standard where browsers are not. [`Fetch::in_engine`]
//! makes it as lax as Chromium, Firefox or WebKit, according to the table of [`Deviation`]. In a real browser, more than CORS can
//! stop a page: mixed content, a content security policy, the user's answer to a local-network prompt. Preflights of earlier
//! calls are only remembered with a [`PreflightCache`].
//!
//! ```
//! use cors_engine::browser::Fetch;
//! use cors_engine::{Block, Config, Mode};
//!
//! let policy = Config::new(Block::new().origins(["https://app.example"]).methods(["PUT"]).headers(["authorization"]))
//!     .policy(Mode::Production)?;
//! let put = Fetch::new("https://app.example").method("PUT").header("authorization", "Bearer token");
//! assert!(put.needs_preflight());
//! assert!(put.ask(&policy).is_allowed());
//! assert!(!put.method("DELETE").ask(&policy).is_allowed());
//! # Ok::<(), cors_engine::Violations>(())
//! ```

mod cache;
mod check;
mod deviation;
mod failure;
mod fetch;
mod outcome;
mod redirect;
mod safelist;
mod step;
mod url;

pub use cache::PreflightCache;
pub use check::Response;
pub use deviation::{Deviation, Engine};
pub use failure::{CheckFault, Failure, LocationFault};
pub use fetch::{Fetch, Redirect, RequestMode};
pub use outcome::{Outcome, safelisted_response_headers};
pub use step::{Check, Step};
