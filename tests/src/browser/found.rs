//! What runs with many seeds found, each as the smallest call that shows it: chance draws these too seldom for a run of CI.

use cors_properties::engine;
use cors_properties::reference::Settings;

use super::plan::{At, Call, Case, Hop, Leads, Plan, Server, Written};

/// The page whose host is that of the API, on another port.
const NEIGHBOR: usize = 1;

struct Found {
    page: usize,
    call: Call,
    at: At,
    /// Status and target of each redirect.
    hops: Vec<(u16, At)>,
}

fn call(method: &str, headers: &[(&str, &str)]) -> Call {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (credentials, mode, redirect) = ("same-origin", "cors", "follow");
    Call { method: method.into(), headers, credentials, mode, redirect, watched: false, after: 0 }
}

fn found() -> Vec<Found> {
    let (page, api, other) = (At::Page, At::Api(0), At::Api(1));
    let mut all = Vec::new();
    let mut add =
        |page, call, at, hops: &[(u16, At)]| all.push(Found { page, call, at, hops: hops.to_vec() });

    // `OwnCredentialsStay`: seeds 2106 and 2307, cases 497 and 249.
    for method in ["GET", "PUT"] {
        for credentials in ["same-origin", "omit"] {
            let call = || Call { credentials, ..call(method, &[]) };
            add(0, call(), page, &[(307, api), (307, api)]);
            add(0, call(), page, &[(307, api), (307, other)]);
            add(0, call(), page, &[(307, api), (307, page)]);
            add(0, call(), page, &[(307, page), (307, api), (307, api), (307, api)]);
            add(0, call(), api, &[(307, api), (307, other)]);
        }
    }
    // `NoCorsCredentialsStay`: seed 2107, case 382.
    for method in ["GET", "POST"] {
        for credentials in ["same-origin", "omit", "include"] {
            let call = || Call { credentials, mode: "no-cors", ..call(method, &[]) };
            add(NEIGHBOR, call(), page, &[(308, api)]);
            add(NEIGHBOR, call(), page, &[(308, page), (308, api), (308, other)]);
            add(NEIGHBOR, call(), api, &[(308, other)]);
            add(NEIGHBOR, call(), api, &[(308, page)]);
            add(0, call(), page, &[(308, api)]);
        }
    }
    // `HeadersComeBack`: seed 8, case 116.
    for hops in [
        &[(303, page), (307, page)][..],
        &[(303, page), (307, api)],
        &[(303, page), (307, page), (307, api), (307, api)],
        &[(303, api), (307, api)],
    ] {
        for method in ["PUT", "POST"] {
            add(0, call(method, &[("Content-Language", "de"), ("Content-Type", "text/plain")]), page, hops);
        }
    }
    for (at, hops) in [
        (page, &[(303, page), (307, page), (307, page)][..]),
        (page, &[(303, page), (307, api), (307, api)]),
        (api, &[(303, api), (307, api)]),
        (api, &[(303, other), (307, other)]),
    ] {
        let headers = [("Content-Language", "de"), ("Content-Type", "text/plain")];
        add(0, Call { mode: "no-cors", ..call("POST", &headers) }, at, hops);
    }
    for (at, hops) in [
        (api, &[(307, other)][..]),
        (api, &[(307, other), (307, other)]),
        (api, &[(307, other), (307, api)]),
        (page, &[(307, api), (307, api)]),
        (page, &[(307, api), (307, page), (307, page)]),
    ] {
        let call = call("GET", &[("Authorization", "Bearer token"), ("X-Debug", "1")]);
        add(0, call, at, hops);
    }
    all
}

/// A plan of what was found, behind a policy that allows every page without credentials.
pub(crate) fn plan() -> Plan {
    let settings = Settings { expose: Some(Vec::new()), preflight_status: 204, ..Settings::default() };
    let policy = engine::compile(&settings).expect("it keeps the rules");
    let policies = vec![Written { settings, policy, diagnostics: false }];
    let case = |(number, found): (usize, Found)| {
        let hops = found.hops.into_iter();
        let hops = hops.map(|(status, to)| Hop { policy: 0, status, leads: Leads::Absolute(to) }).collect();
        let (server, calls) = (Server::Chain { hops, last: 0 }, vec![found.call]);
        Case { number, page: found.page, at: found.at, server, calls }
    };
    Plan { policies, cases: found().into_iter().enumerate().map(case).collect() }
}
