//! The keys of a policy: their names, and what each of them sets.

use core::fmt;

/// The keys of a policy. Editors show the documentation of each variant on the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Key {
    /// Who may read responses: a list of origins and patterns, or `any`.
    ///
    /// `"https://app.example"` allows only that origin; `"https://*.app.example"` allows every subdomain, at any depth, but not
    /// `app.example` itself; `"http://localhost:*"` allows any port; `regex("…")` has to match the whole origin.
    Origins,
    /// Whether pages may send cookies and read the response: `Access-Control-Allow-Credentials`.
    Credentials,
    /// The methods that a preflight may ask for, or `any`. Absent: `GET`, `HEAD`, `POST`.
    Methods,
    /// The request headers that a preflight may ask for, or `any`. Absent: none.
    Headers,
    /// The response headers that pages may read besides the safelisted ones, or `any`.
    Expose,
    /// How long a browser may remember a preflight's answer: seconds, or `30s`, `10m`, `1h`; at most 86400 s. Absent: the
    /// browser's 5 s. `0`: not at all.
    MaxAge,
    /// Whether public pages may call private addresses: `Access-Control-Allow-Private-Network`.
    PrivateNetwork,
    /// Whether actual responses carry `Timing-Allow-Origin`.
    Timing,
    /// The status of an allowed preflight's answer: 200 to 299. Absent: 204.
    PreflightStatus,
    /// The allowed values of `Host`: `"api.example"`, `".example"` to include every subdomain, or `any`. Absent: no check.
    ///
    /// A health check that calls a machine by its address, as a Kubernetes probe does, sends `Host: 10.1.2.3:8080` and is
    /// refused. Set the probe's `Host` field to a listed name, list the address, or register the health check outside the host
    /// check.
    Hosts,
    /// `expect(rule, reason = "…")`: a rule that fires here on purpose.
    Expect,
}

impl Key {
    /// Every key.
    pub const ALL: [Key; 11] = [
        Key::Origins,
        Key::Credentials,
        Key::Methods,
        Key::Headers,
        Key::Expose,
        Key::MaxAge,
        Key::PrivateNetwork,
        Key::Timing,
        Key::PreflightStatus,
        Key::Hosts,
        Key::Expect,
    ];

    /// The key's name in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Key::Origins => "origins",
            Key::Credentials => "credentials",
            Key::Methods => "methods",
            Key::Headers => "headers",
            Key::Expose => "expose",
            Key::MaxAge => "max_age",
            Key::PrivateNetwork => "private_network",
            Key::Timing => "timing",
            Key::PreflightStatus => "preflight_status",
            Key::Hosts => "hosts",
            Key::Expect => "expect",
        }
    }

    /// The key with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
