//! The stand-in for a policy with mistakes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::expand::ast::Declaration;

/// A static with the right name and type, so that code that uses the policy causes no further errors. It allows nothing.
pub(crate) fn item(declaration: &Declaration) -> TokenStream {
    let Declaration { krate, attributes, visibility, name, further, .. } = declaration;
    let stub = |attributes: &TokenStream, visibility: &TokenStream, name: &Ident| {
        quote! {
            #attributes
            #visibility static #name: #krate::PolicySet = #krate::__private::nothing();
        }
    };
    let first = name.iter().map(|name| stub(attributes, visibility, name));
    let others = further.iter().map(|other| stub(&other.attributes, &other.visibility, &other.name));
    first.chain(others).collect()
}
