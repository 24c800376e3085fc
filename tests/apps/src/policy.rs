//! The policies of the apps, each written twice: for the macro, and for the naive reference.

use std::sync::LazyLock;

use cors_actix::{PolicySet, cors_policy};
use cors_properties::reference::Settings;

/// A policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they have no meaning but to differ in every setting")]
pub enum Policy {
    A,
    B,
    Public,
    App,
    Scope,
}

cors_policy! {
    /// The policy of routes that are to be told from the layers around them.
    pub static A;
    origins: ["https://a.example", "https://ab.example"],
    credentials: true,
    methods: [GET, PUT, POST, DELETE],
    headers: ["x-a"],
    expose: ["x-seen-by-a"],
}

cors_policy! {
    pub(crate) static B;
    origins: ["https://b.example", "https://ab.example"],
    methods: [GET, PUT, POST],
    headers: ["x-a", "x-b"],
    expose: ["x-seen-by-b"],
    max_age: 60,
}

cors_policy! {
    pub(crate) static PUBLIC;
    origins: any,
    methods: any,
    headers: any,
    expose: any,
    expect(any_origin, reason = "the loosest policy there is"),
}

cors_policy! {
    static APP;
    origins: ["https://app.example", "https://ab.example"],
    credentials: true,
    methods: [GET, POST, PUT],
    headers: ["x-a"],
    expose: ["x-seen-by-app"],
}

cors_policy! {
    static SCOPE;
    origins: ["https://scope.example", "https://app.example"],
    methods: any,
    timing: true,
    preflight_status: 200,
}

fn settings(origins: &[&str], methods: &[&str], headers: &[&str], expose: &[&str]) -> Settings {
    let list = |entries: &[&str]| Some(entries.iter().map(|&entry| entry.to_owned()).collect());
    Settings {
        origins: list(origins),
        methods: list(methods),
        headers: list(headers),
        expose: list(expose),
        preflight_status: 204,
        ..Settings::default()
    }
}

static SETTINGS: LazyLock<[Settings; 5]> = LazyLock::new(|| {
    [
        Settings {
            credentials: true,
            ..settings(
                &["https://a.example", "https://ab.example"],
                &["GET", "HEAD", "PUT", "POST", "DELETE"],
                &["x-a"],
                &["x-seen-by-a"],
            )
        },
        Settings {
            max_age: Some(60),
            ..settings(
                &["https://b.example", "https://ab.example"],
                &["GET", "HEAD", "PUT", "POST"],
                &["x-a", "x-b"],
                &["x-seen-by-b"],
            )
        },
        Settings { preflight_status: 204, ..Settings::default() },
        Settings {
            credentials: true,
            ..settings(
                &["https://app.example", "https://ab.example"],
                &["GET", "HEAD", "POST", "PUT"],
                &["x-a"],
                &["x-seen-by-app"],
            )
        },
        Settings {
            methods: None,
            timing: true,
            preflight_status: 200,
            ..settings(&["https://scope.example", "https://app.example"], &[], &[], &[])
        },
    ]
});

impl Policy {
    /// As an app has it.
    pub fn set(self) -> &'static PolicySet {
        match self {
            Self::A => &A,
            Self::B => &B,
            Self::Public => &PUBLIC,
            Self::App => &APP,
            Self::Scope => &SCOPE,
        }
    }

    /// As the reference has it.
    pub fn settings(self) -> &'static Settings {
        &SETTINGS[self as usize]
    }
}

/// The origins that requests come from: each lets one policy or two in, or none but the public one.
pub const ORIGINS: [&str; 7] = [
    "https://a.example",
    "https://b.example",
    "https://ab.example",
    "https://app.example",
    "https://scope.example",
    "https://evil.example",
    "null",
];
