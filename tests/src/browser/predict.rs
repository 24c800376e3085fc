//! What is to come of a case, by the Fetch standard.

use cors_engine::Policy;
use cors_engine::browser::{CheckFault, Failure, Fetch, Outcome, Response};
use cors_properties::engine;
use cors_properties::reference::Head;

use super::deviations;
use super::plan::{Call, Case, Plan, Server};
use super::servers::Asked;

/// The requests that the API sees, in order, and what the page gets of each call.
#[derive(Debug)]
pub(crate) struct Prediction {
    pub(crate) asked: Vec<Asked>,
    pub(crate) outcomes: Vec<Outcome>,
    /// For each call that is blocked, the reasons of which the console gives one, the standard's first.
    pub(crate) reasons: Vec<Vec<String>>,
    /// Did a remembered answer spare a preflight?
    pub(crate) remembered: bool,
    /// The status of an answer that can be read.
    pub(crate) status: u16,
}

/// Where everything is.
pub(crate) struct Places<'a> {
    pub(crate) origins: &'a [String],
    pub(crate) api_origins: &'a [String; 2],
}

impl Case {
    /// The URL that the page calls.
    pub(crate) fn url(&self, places: &Places<'_>) -> String {
        let api = &places.api_origins[0];
        let number = self.number;
        match &self.server {
            Server::App { policy, route } => format!("{api}/p/{policy}/{route}/{number}"),
            Server::Redirect { policy, status, elsewhere, to } => {
                format!("{api}/p/{policy}/to/{status}/{}/{to}/{number}", u8::from(*elsewhere))
            }
            Server::Raw(_) => format!("{api}/raw/{number}"),
        }
    }

    pub(crate) fn predict(&self, plan: &Plan, places: &Places<'_>) -> Prediction {
        let url = self.url(places);
        let origin = &places.origins[self.page];
        let written = |index: usize| &plan.policies[index];
        let fetch = self.calls[0].fetch(origin);
        let mut asked = Vec::new();
        let mut remembered = false;
        let (outcomes, status) = match &self.server {
            Server::Raw(raw) => {
                let outcome = fetch.judge(&deviations::preflight(&fetch, &raw.preflight), &raw.actual);
                note(&mut asked, &fetch, &url, &outcome);
                (vec![outcome], raw.actual.status)
            }
            Server::App { policy: index, route } => {
                let written = written(*index);
                let policy = &written.policy;
                let outcome = written.ask(&fetch);
                note(&mut asked, &fetch, &url, &outcome);
                let mut outcomes = vec![outcome];
                if let Some(call) = self.calls.get(1) {
                    let second = call.fetch(origin);
                    remembered = is_remembered(policy, &fetch, &outcomes[0], call, &second);
                    let outcome = if remembered {
                        second.judge(&preflight(policy, &fetch), &actual(policy, &second))
                    } else {
                        written.ask(&second)
                    };
                    let from = asked.len();
                    note(&mut asked, &second, &url, &outcome);
                    if remembered {
                        asked.remove(from);
                    }
                    outcomes.push(outcome);
                }
                let status = match *route {
                    "missing" | "nowhere" => 404,
                    "broken" => 500,
                    _ => 200,
                };
                (outcomes, status)
            }
            Server::Redirect { policy: index, status, elsewhere, to } => {
                let mut outcome = written(*index).ask(&fetch);
                note(&mut asked, &fetch, &url, &outcome);
                if outcome.is_allowed() {
                    let next = redirected(&self.calls[0], origin, *status, *elsewhere);
                    outcome = written(*to).ask(&next);
                    let api = &places.api_origins[usize::from(*elsewhere)];
                    note(&mut asked, &next, &format!("{api}/p/{to}/fine/{}", self.number), &outcome);
                }
                (vec![outcome], 200)
            }
        };
        let failures = outcomes.iter().zip(&self.calls);
        let failures = failures.filter_map(|(outcome, call)| Some((outcome.failure()?, call)));
        // What never gets as far as the network is an exception to the script, and no matter of CORS.
        let failures = failures.filter(|(failure, _)| !matches!(failure, Failure::ForbiddenMethod { .. }));
        let reasons = failures.map(|(failure, call)| {
            let failures = match &self.server {
                Server::Raw(raw) => {
                    deviations::reasons(&fetch, &deviations::preflight(&fetch, &raw.preflight), failure)
                }
                _ => vec![failure.clone()],
            };
            let words = if call.watched { said_of_request } else { ToString::to_string };
            failures.iter().map(words).collect()
        });
        Prediction { asked, reasons: reasons.collect(), outcomes, remembered, status }
    }
}

/// Writes down what the API sees of a call.
fn note(asked: &mut Vec<Asked>, fetch: &Fetch, url: &str, outcome: &Outcome) {
    if fetch.refused_by_browser().is_some() {
        return;
    }
    let request = |preflight| Asked {
        preflight,
        url: url.to_owned(),
        origin: Some(fetch.origin().to_owned()),
        method: fetch.sent_method().to_owned(),
        headers: preflight.then(|| fetch.requested_headers()).flatten(),
        credentials: false,
    };
    if outcome.was_preflighted() {
        asked.push(request(true));
    }
    if matches!(outcome.failure(), None | Some(Failure::Check { preflight: false, .. })) {
        asked.push(request(false));
    }
}

/// What the console says of an `XMLHttpRequest`: the same, with another hint at the end.
fn said_of_request(failure: &Failure) -> String {
    let text = failure.to_string();
    let text = text.strip_suffix(" Have the server send the header with a valid value.").unwrap_or(&text);
    let hint = match failure {
        Failure::Check { fault: CheckFault::Wildcard | CheckFault::NoCredentials { .. }, .. } => {
            " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute."
        }
        _ => "",
    };
    format!("{text}{hint}")
}

/// Does the preflight of the first call cover the second? Fetch, "CORS-preflight cache": entries are
/// made for what the answer lists, not for what was asked, and one that was made with credentials
/// holds for all.
fn is_remembered(policy: &Policy, first: &Fetch, outcome: &Outcome, call: &Call, second: &Fetch) -> bool {
    let kept =
        !matches!(policy.max_age(), Some(0)) && call.after == 0 && deviations::looks_for_remembered(second);
    let covers = first.includes_credentials() || !second.includes_credentials();
    // By the standard, a call that fails after its preflight takes the entries along.
    let made = outcome.was_preflighted() && outcome.is_allowed();
    if !(kept && covers && made && second.needs_preflight()) || second.refused_by_browser().is_some() {
        return false;
    }
    // The answer names the origin and carries credentials alike for both, so what is left of the
    // checks is whether the lists suffice.
    deviations::as_remembered(first, second).check_preflight(&preflight(policy, first)).is_ok()
}

/// What the policy answers to a call's preflight.
fn preflight(policy: &Policy, fetch: &Fetch) -> Response {
    answer(
        policy,
        &Head {
            method: b"OPTIONS".into(),
            origin: vec![fetch.origin().into()],
            requested_method: vec![fetch.sent_method().into()],
            requested_headers: fetch.requested_headers().map(Into::into).into_iter().collect(),
            private_network: false,
        },
    )
}

/// What it adds to the app's answer.
fn actual(policy: &Policy, fetch: &Fetch) -> Response {
    let origin = vec![fetch.origin().into()];
    answer(policy, &Head { method: fetch.sent_method().into(), origin, ..Head::default() })
}

fn answer(policy: &Policy, head: &Head) -> Response {
    let answer = engine::answer(policy, head);
    Response { status: answer.status.unwrap_or(200), fields: answer.fields }
}

/// The request that follows a redirect. Fetch, "HTTP-redirect fetch".
fn redirected(call: &Call, origin: &str, status: u16, elsewhere: bool) -> Fetch {
    /// *Request-body-header names*
    const OF_THE_BODY: [&str; 4] =
        ["content-encoding", "content-language", "content-location", "content-type"];

    let fetch = call.fetch(origin);
    let method = fetch.sent_method();
    let becomes_get = match status {
        301 | 302 => method == "POST",
        303 => !matches!(method, "GET" | "HEAD"),
        _ => false,
    };
    // From one foreign origin to another, nobody can say any more who asked.
    let next = Fetch::new(if elsewhere { "null" } else { origin })
        .method(if becomes_get { "GET" } else { method })
        .credentials(fetch.includes_credentials())
        .force_preflight(deviations::forces_preflight(call));
    let lost =
        |name: &str| becomes_get && OF_THE_BODY.contains(&name) || elsewhere && name == "authorization";
    let kept = fetch.sent_headers().filter(|(name, _)| !lost(name));
    kept.fold(next, |next, (name, value)| next.header(name, value))
}
