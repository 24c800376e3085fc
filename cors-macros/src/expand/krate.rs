//! Which crate the expansion names.

use proc_macro2::TokenStream;
use quote::quote;

/// The engine, for crates that depend on it directly. `crate = path;` names another path; `cors_actix::cors_policy!` passes
/// its own, so renaming and re-exporting it works.
pub(crate) fn default_path() -> TokenStream {
    quote!(::cors_engine)
}
