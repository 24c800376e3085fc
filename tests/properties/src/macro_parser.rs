//! Any tokens as the input of the macros: there is an item or an error, alike each time, and what comes out can be
//! read again.

use std::str::FromStr;

use cors_macros_modules::{cors, cors_policy};
use proc_macro2::TokenStream;

/// What stands between the arguments of `#[cors]` and its item.
const ITEM: &str = "\n---\n";

/// The property. The text is the input of `cors_policy!`, or arguments and item of `#[cors]`.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let Some(text) = crate::text(data) else { return };
    // A path that is made up may be that of a device.
    if text.contains("file") {
        return;
    }
    let Ok(parts) = text.splitn(2, ITEM).map(TokenStream::from_str).collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let expand = || match &parts[..] {
        [args, item] => cors(args.clone(), item.clone()),
        parts => cors_policy(parts.iter().cloned().collect()),
    };
    let output = expand().to_string();
    assert_eq!(output, expand().to_string(), "{text} becomes one thing and another");
    assert!(TokenStream::from_str(&output).is_ok(), "{text} becomes {output}");
    let says_something = output.contains("compile_error") || output.contains("static") || parts.len() > 1;
    assert!(says_something, "{text} becomes {output}");
}
