//! The CORS policy of the task API, and which of its two modes is served.

use cors_actix::{Mode, Policy, cors_policy};

cors_policy! {
    /// Who may call the task API from a browser.
    pub(crate) static TASKS;

    // Out here: the same in both modes.
    methods: [GET, POST, PUT, PATCH, DELETE],
    expose: ["x-total-count"],

    production {
        origins: [
            "https://myapp.com",
            "https://*.myapp.com",
            regex(r"^https://pr-\d+\.myapp-preview\.com$"),
            // The demo's own page. Any port, since it may be started on any; only the name
            // `localhost`, so that the page at `http://127.0.0.1:…` is a stranger.
            "http://localhost:*",
        ],
        credentials: true,
        headers: ["authorization", "content-type", "x-csrftoken", "x-requested-with"],
        max_age: 1h,
        // The loopback names are the demo's. Any other name that is made to lead here, as in DNS
        // rebinding, gets no further than a 400.
        hosts: ["localhost", "127.0.0.1", "[::1]", "api.myapp.com"],

        // A real service drops this line together with the origin it excuses: in production,
        // whatever a user happens to run on any local port would be trusted like the front end.
        expect(loopback_origin, reason = "the demo's page and its API run on one machine and listen on loopback only"),
    }

    development {
        // Any origin and credentials exclude each other: browsers refuse the pair.
        origins: any,
        credentials: false,
        headers: any,
        hosts: any,
    }
}

cors_policy! {
    /// Who may remove all tasks at once: the administrators' page, and no other of the origins above.
    /// A route's policy takes nothing over from the app's.
    pub(crate) static ADMINS;
    origins: ["https://admin.myapp.com"],
    credentials: true,
    methods: [DELETE],
    headers: ["authorization"],
}

pub(crate) struct Choice {
    pub(crate) mode: Mode,
    pub(crate) policy: &'static Policy,
    /// Said to the user when the mode is not the one asked for.
    pub(crate) note: Option<&'static str>,
}

/// Development only if it was asked for, nothing forbids it, and this build has it.
pub(crate) fn choose(wanted: Mode, production_is_forced: bool) -> Choice {
    let mut note = None;
    if matches!(wanted, Mode::Development) {
        if production_is_forced {
            note = Some("CORS_MODE=production overrules the request for the development policy");
        } else if let Some(policy) = TASKS.get(Mode::Development) {
            return Choice { mode: Mode::Development, policy, note };
        } else {
            note = Some(
                "a release build carries no development policy, so production is served; \
                 build without --release to get it",
            );
        }
    }
    let policy = TASKS.get(Mode::Production).expect("every policy has a production mode");
    Choice { mode: Mode::Production, policy, note }
}

pub(crate) fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Development => "development",
        _ => "production",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_is_served_only_if_asked_for_and_not_forbidden() {
        let mode = |wanted, forced| {
            let choice = choose(wanted, forced);
            (name(choice.mode), choice.note.is_some())
        };
        assert_eq!(mode(Mode::Production, false), ("production", false));
        assert_eq!(mode(Mode::Production, true), ("production", false));
        assert_eq!(mode(Mode::Development, true), ("production", true));
        let (served, noted) = mode(Mode::Development, false);
        assert_eq!(served, if cfg!(debug_assertions) { "development" } else { "production" });
        assert_eq!(noted, !cfg!(debug_assertions));
    }
}
