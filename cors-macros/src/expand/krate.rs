//! Which crate the expansion names.

use proc_macro2::TokenStream;
use quote::quote;

/// The engine, for those who depend on it themselves. Others say `crate = path;`, or go through a
/// front that does: `cors_actix::cors_policy!` passes its own path, so that renaming and
/// re-exporting it just works.
pub(crate) fn default_path() -> TokenStream {
    quote!(::cors_engine)
}
