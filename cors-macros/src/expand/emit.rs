//! Turns policies into tokens: tables as byte strings, inside const constructors.

use cors_engine::Policy;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::expand::ast::Declaration;
use crate::expand::check::Policies;
use crate::expand::docs;

/// The static that the declaration asks for.
pub(crate) fn item(declaration: &Declaration, policies: &Policies) -> TokenStream {
    let Declaration { krate, attributes, visibility, name, settings, .. } = declaration;
    let table = docs::table(policies) + &docs::excuses(settings);
    let production = constructor(krate, &policies.production);
    let development = development(krate, policies.development.as_ref());
    quote! {
        #attributes
        #[doc = #table]
        #visibility static #name: #krate::PolicySet = {
            #development
            #krate::__private::policy_set(#production, DEVELOPMENT)
        };
    }
}

/// The development policy, if debug assertions are on. Without them, its tables are not compiled at all, so a release build
/// cannot contain them.
fn development(krate: &TokenStream, policy: Option<&Policy>) -> TokenStream {
    let type_ = quote!(::core::option::Option<#krate::Policy>);
    let none = quote!(const DEVELOPMENT: #type_ = ::core::option::Option::None;);
    let Some(policy) = policy else { return none };
    let policy = constructor(krate, policy);
    quote! {
        #[cfg(debug_assertions)]
        const DEVELOPMENT: #type_ = ::core::option::Option::Some(#policy);
        #[cfg(not(debug_assertions))]
        #none
    }
}

fn constructor(krate: &TokenStream, policy: &Policy) -> TokenStream {
    let image = Literal::byte_string(cors_engine::__private::image(policy));
    quote!(#krate::__private::policy(#image))
}

/// Makes the policy depend on the files that it was read from, so that it is rebuilt when one changes.
pub(crate) fn dependencies(files: &[String]) -> TokenStream {
    files
        .iter()
        .map(|file| {
            quote!(
                const _: &[::core::primitive::u8] = ::core::include_bytes!(#file);
            )
        })
        .collect()
}
