//! What stands in for a policy with mistakes.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::ast::Declaration;

/// A static of the right name and type, beside the errors, so that whatever uses it is not an error
/// as well. It allows nothing.
pub(crate) fn item(declaration: &Declaration) -> TokenStream {
    let Declaration { krate, attributes, visibility, name, .. } = declaration;
    let Some(name) = name else { return TokenStream::new() };
    quote! {
        #attributes
        #visibility static #name: #krate::PolicySet = #krate::__private::nothing();
    }
}
