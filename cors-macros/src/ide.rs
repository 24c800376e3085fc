//! Documentation for editors: the expansion names a documented item for each word of the policy, with
//! the span of that word.

use cors_core::{Key, Rule};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::ast::{Block, Declaration, Entry, Settings, Value};

/// Imports of the items behind the words.
pub(crate) fn imports(declaration: &Declaration) -> TokenStream {
    let krate = &declaration.krate;
    let words = words(&declaration.settings);
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private::words::{#(#words as _),*};
        };
    }
}

/// The paths of the items, below the module of words.
fn words(settings: &Settings) -> Vec<TokenStream> {
    let blocks = || settings.production.iter().chain(&settings.development);
    let entries = settings.outer.iter().chain(blocks().flat_map(|block| &block.entries));
    let modes = blocks().map(|Block { keyword, .. }| quote!(modes::#keyword));
    modes.chain(entries.flat_map(entry)).collect()
}

fn entry(entry: &Entry) -> Vec<TokenStream> {
    let Entry { key, value } = entry;
    if Key::from_name(&key.to_string()).is_none() {
        return Vec::new();
    }
    let mut words = vec![quote!(keys::#key)];
    match &value.node {
        Value::Word(word) => words.extend(value_word(word)),
        Value::List(elements) => {
            let calls = elements.iter().filter_map(|element| match &element.node {
                Value::Call { name, .. } => Some(name),
                _ => None,
            });
            words.extend(calls.filter_map(value_word));
        }
        Value::Call { arguments, .. } => {
            for argument in arguments {
                words.extend(argument.name.as_ref().and_then(value_word));
                if let Value::Word(rule) = &argument.value.node {
                    words.extend(rule_word(rule));
                }
            }
        }
        _ => {}
    }
    words
}

fn value_word(word: &Ident) -> Option<TokenStream> {
    let known = ["any", "regex", "file", "reason"];
    known.iter().any(|known| word == known).then(|| quote!(values::#word))
}

fn rule_word(word: &Ident) -> Option<TokenStream> {
    Rule::from_name(&word.to_string()).map(|_| quote!(rules::#word).into_token_stream())
}
