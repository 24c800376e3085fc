//! `cors_policy!`: CORS policies that are checked and compiled when the program is built.
//!
//! The macro is a translator. It reads tokens into the same configuration that the engine reads from files, checks it with the
//! same rules, reports each violation on the token at fault, and writes the tables of a valid policy into a `static`. It has no
//! rules and no lookup of its own.
//!
//! An app on Actix Web uses it as `cors_actix::cors_policy!`. An app on another framework depends on this crate and on
//! `cors-engine`.
//!
//! ```text
//!  cors_policy! { … }                    #[cors(…)] on a route or a module
//!        │ head, parse                         │ route
//!        ▼                                     ▼
//!  what was written, each word with its place in the source (ast)
//!        │ lower                                      │
//!        ▼                                            │ spans: the way back
//!  cors_engine::Config ── rules, in each mode (check) │
//!        │                      │                     ▼
//!        │                      └── Violations ──► compile errors, each on its token (report)
//!        ▼
//!  Policy ── emit, docs ──► a static with its tables, and its documentation
//! ```
//!
//! To read the source, start at the end of `lib.rs`: `expand` is this drawing in code. `route/mod.rs` is its counterpart for
//! `#[cors]`.

mod expand;

use proc_macro::TokenStream;

/// Declares a CORS policy as a `static`, checked and compiled when the program is built.
///
/// ```
/// use cors_engine::Mode;
/// use cors_macros::cors_policy;
///
/// cors_policy! {
///     /// Who may call the task API from a browser.
///     pub static TASKS;
///
///     // Keys out here hold in both modes; a mode's block overrides them.
///     methods: [GET, POST, PUT, PATCH, DELETE],
///
///     production {
///         origins: [
///             "https://myapp.com",
///             "https://*.myapp.com", // any subdomain at any depth, not myapp.com itself
///             "tauri://localhost",   // a custom scheme
///         ],
///         credentials: true,
///         headers: ["authorization", "content-type"],
///         expose: ["x-total-count"],
///         max_age: 1h,
///         hosts: ["api.myapp.com", ".internal.myapp.com"],
///     }
///
///     development {
///         origins: any,
///         headers: any,
///         hosts: any,
///     }
/// }
///
/// let policy = TASKS.production();
/// assert!(policy.allows_origin(b"https://shop.myapp.com"));
/// assert!(!policy.allows_origin(b"https://myapp.com.evil.example"));
/// ```
///
/// The static is a [`PolicySet`](cors_engine::PolicySet). It is built in const context, so nothing runs and nothing is allocated
/// at start-up. Its documentation shows the policy as a table, after your own text.
///
/// # Keys
///
/// | key | values | absent means |
/// |---|---|---|
/// | `origins` | a list of origins and patterns, or `any` | an error |
/// | `credentials` | `true`, `false` | `false` |
/// | `methods` | a list of names or strings, or `any` | `GET`, `HEAD`, `POST` |
/// | `headers` | a list of request headers, or `any`; `"x-stainless-*"` is every name with that prefix | none |
/// | `expose` | a list of response headers, or `any` | none |
/// | `max_age` | `3600`, `3600s`, `60m`, `1h`; `0` for no cache | the browser's 5 seconds |
/// | `private_network` | `true`, `false` | `false` |
/// | `timing` | `true`, `false` | `false` |
/// | `preflight_status` | 200 to 299 | 204 |
/// | `hosts` | a list of hosts, or `any` | no check |
///
/// [`Key`](cors_engine::Key) says more about each, and editors show it on the word.
///
/// Origins are written as browsers send them, `scheme://host[:port]`. An entry can also be
///
/// - `"https://*.app.example"` for every subdomain, `"http://localhost:*"` for every port;
/// - `"null"` for the opaque origin;
/// - `regex("…")` for the origins that a regular expression matches from end to end;
/// - `file("partners.txt")` for the origins in a file next to the crate's manifest: UTF-8, one per line, `#` for comments. The
///   policy is rebuilt when the file changes.
///
/// # Modes
///
/// `production { … }` and `development { … }` override the keys around them. A policy without blocks is a production policy. The
/// development policy only exists under `cfg(debug_assertions)`, so a release binary cannot contain it.
///
/// # Rules
///
/// A policy that cannot work does not compile, and neither does one that lets strangers in:
///
/// ```compile_fail
/// # use cors_macros::cors_policy;
/// cors_policy! {
///     static TASKS;
///     origins: ["app.example"], // no scheme: it would never match
///     credentials: yes,         // `true`
/// }
/// ```
///
/// All mistakes are reported at once, each on its own token, with the fix and the name of the [`Rule`](cors_engine::Rule). In
/// production, a rule that is broken on purpose has to be excused with a reason, on the entry or key that breaks it:
///
/// ```
/// # use cors_macros::cors_policy;
/// cors_policy! {
///     static TASKS;
///     origins: [
///         "https://app.example",
///         #[expect(loopback_origin, reason = "the Android app's WebView")]
///         "https://localhost",
///     ],
///     #[expect(private_network, reason = "the app finds printers")]
///     private_network: true,
/// }
/// # assert!(TASKS.production().allows_origin(b"https://localhost"));
/// ```
///
/// Written like a key, it applies to the whole policy or block:
///
/// ```
/// # use cors_macros::cors_policy;
/// cors_policy! {
///     static WEATHER;
///     origins: any,
///     expect(any_origin, reason = "public data"),
/// }
/// # assert!(WEATHER.production().allows_any_origin());
/// ```
///
/// The documentation of the static lists what is excused, with the reasons.
///
/// # Words, not values
///
/// A macro sees words, not their values: `Method::GET`, a constant or `env!("ORIGIN")` do not work here. Settings that are only
/// known when the app starts go into a [`Config`](cors_engine::Config), which is checked with the same rules.
///
/// # The engine
///
/// The expansion uses the path `::cors_engine`. If the crate has another name, put `crate = path;` first:
///
/// ```
/// mod web {
///     pub use cors_engine as engine;
/// }
///
/// cors_macros::cors_policy! {
///     crate = crate::web::engine;
///     static TASKS;
///     origins: ["https://app.example"],
/// }
/// # fn main() {}
/// ```
#[proc_macro]
pub fn cors_policy(input: TokenStream) -> TokenStream {
    expand::policy::expand(input.into()).into()
}

/// Gives a route its own policy, and registers the preflight for it.
///
/// Its documentation is where apps use it: `cors_actix::cors`.
#[proc_macro_attribute]
pub fn cors(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::route::expand(args.into(), item.into()).into()
}
