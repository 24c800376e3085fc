//! Documentation and completion for editors: the expansion names a documented item for each word of the
//! policy, with the span of that word.

use cors_engine::{Key, Mode, Rule};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::expand::ast::{Argument, Declaration, Entry, Expect, Settings, Value};

/// The words that occur in values, besides the rules.
const VALUES: [&str; 4] = ["any", "file", "reason", "regex"];

/// Mentions the items behind the words. A word that is not an item, because it is wrong or still being typed, is only mentioned
/// for rust-analyzer, which then completes it.
pub(crate) fn mentions(declaration: &Declaration) -> TokenStream {
    let krate = &declaration.krate;
    let mut words = Words { path: quote!(#krate::__private::words), known: Vec::new(), unknown: Vec::new() };
    words.settings(&declaration.settings);
    let Words { known, unknown, .. } = words;
    let completed = (!unknown.is_empty()).then(|| {
        quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #[cfg(rust_analyzer)]
                let _ = (#(#unknown,)*);
            };
        }
    });
    quote! {
        const _: () = { let _ = (#(#known,)*); };
        #completed
    }
}

/// The paths of the items.
struct Words {
    /// The module of words.
    path: TokenStream,
    known: Vec<TokenStream>,
    unknown: Vec<TokenStream>,
}

impl Words {
    fn settings(&mut self, settings: &Settings) {
        let Settings { outer, production, development, loose, .. } = settings;
        loose.iter().for_each(|word| self.key(word));
        outer.iter().for_each(|entry| self.entry(entry));
        for block in production.iter().chain(development) {
            self.key(&block.keyword);
            block.entries.iter().for_each(|entry| self.entry(entry));
        }
    }

    fn entry(&mut self, entry: &Entry) {
        self.expects(&entry.expects);
        self.key(&entry.key);
        match &entry.value.node {
            Value::Word(word) => self.value(word),
            Value::List(elements) => {
                for element in elements {
                    self.expects(&element.expects);
                    if let Value::Call { name, .. } = &element.value.node {
                        self.value(name);
                    }
                }
            }
            Value::Call { arguments, .. } => arguments.iter().for_each(|argument| self.argument(argument)),
            _ => {}
        }
    }

    fn expects(&mut self, expects: &[Expect]) {
        for Expect { word, arguments } in expects {
            self.key(word);
            arguments.iter().for_each(|argument| self.argument(argument));
        }
    }

    fn argument(&mut self, argument: &Argument) {
        if let Some(name) = &argument.name {
            self.value(name);
        } else if let Value::Word(rule) = &argument.value.node {
            let known = Rule::from_name(&rule.to_string()).is_some();
            self.add(known, quote!(rules::#rule));
        }
    }

    fn key(&mut self, word: &Ident) {
        let name = word.to_string();
        let known = Mode::from_name(&name).is_some() || Key::from_name(&name).is_some();
        self.add(known, quote!(keys::#word));
    }

    fn value(&mut self, word: &Ident) {
        let known = VALUES.iter().any(|known| word == known);
        self.add(known, quote!(values::#word));
    }

    fn add(&mut self, known: bool, path: TokenStream) {
        let words = &self.path;
        let path = quote!(#words::#path);
        if known { self.known.push(path) } else { self.unknown.push(path) }
    }
}
