//! `cors_policy!` for apps that depend only on this crate.

/// Declares a CORS policy as a `static`, checked and compiled when the program is built.
///
/// ```
/// use cors_actix::cors_policy;
///
/// cors_policy! {
///     /// Who may call the task API from a browser.
///     pub static TASKS;
///
///     // Keys out here hold in both modes; a mode's block overrides them.
///     methods: [GET, POST, PUT, PATCH, DELETE],
///
///     production {
///         origins: ["https://myapp.com", "https://*.myapp.com"],
///         credentials: true,
///         headers: ["authorization", "content-type"],
///         max_age: 1h,
///         hosts: ["api.myapp.com"],
///     }
///
///     development {
///         origins: any,
///         headers: any,
///         hosts: any,
///     }
/// }
/// ```
///
/// A policy that cannot work, or lets strangers in, does not compile:
///
/// ```compile_fail
/// # use cors_actix::cors_policy;
/// cors_policy! {
///     static TASKS;
///     origins: any,
///     credentials: true,
/// }
/// ```
///
/// The keys and their values are described at [`cors_macros::cors_policy!`], the rules at
/// [`Rule`](cors_engine::Rule).
#[macro_export]
macro_rules! cors_policy {
    // The path to the engine goes through this crate, which the app may have renamed.
    ($($policy:tt)*) => {
        $crate::__cors_policy! { crate = $crate::__core; $($policy)* }
    };
}
