//! What is to come of a case: the naive reference answers, and the model of the browser reads the answers.

use cors_engine::Policy;
use cors_engine::browser::{
    CheckFault, Deviation, Engine, Failure, Fetch, LocationFault, Outcome, PreflightCache, Response,
};
use cors_properties::reference::{self, Head};

use super::plan::{At, Case, Leads, Plan, Server, Written};
use super::servers::{APP_BODY, APP_FIELDS, Asked, RAW_BODY, Redirects, own_headers};

/// The requests that the servers see, in order, and what the page gets of each call.
#[derive(Debug)]
pub(crate) struct Prediction {
    pub(crate) asked: Vec<Asked>,
    pub(crate) calls: Vec<Expected>,
}

/// What is to come of a call.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) outcome: Outcome,
    /// What the server has for a body: all of it is read, but after `HEAD`.
    pub(crate) body: &'static str,
    pub(crate) is_head: bool,
    /// The reasons of which Chromium's console gives one, the standard's first; none if it says nothing about CORS.
    pub(crate) reasons: Vec<String>,
    /// What the policy's own explanation promises of Chromium's console.
    pub(crate) explained: Option<String>,
    /// Whether a remembered answer spared a preflight.
    pub(crate) remembered: bool,
}

/// Where everything is.
pub(crate) struct Places<'a> {
    pub(crate) origins: &'a [String],
    pub(crate) api_origins: &'a [String; 2],
}

/// What was asked last, and what was answered.
struct Last {
    fetch: Fetch,
    preflight: Option<Response>,
    body: &'static str,
}

impl Case {
    fn origin<'a>(&self, at: At, places: &Places<'a>) -> &'a str {
        match at {
            At::Api(index) => &places.api_origins[index],
            // A sandboxed frame comes from the first.
            At::Page if self.page_in_sandbox(places) => &places.origins[0],
            At::Page => &places.origins[self.page],
        }
    }

    /// The URL that the page calls.
    pub(crate) fn url(&self, places: &Places<'_>) -> String {
        format!("{}{}", self.origin(self.at, places), self.path(0))
    }

    /// The path after so many redirects.
    fn path(&self, hop: usize) -> String {
        let number = self.number;
        match &self.server {
            Server::App { policy, route } => format!("/p/{policy}/{route}/{number}"),
            Server::Chain { hops, last } => match hops.get(hop) {
                Some(redirect) => format!("/p/{}/hop/{hop}/{number}", redirect.policy),
                None => format!("/p/{last}/fine/{number}"),
            },
            Server::Raw(_) => format!("/raw/{number}"),
        }
    }

    /// The answers of its redirects.
    pub(crate) fn redirects(&self, places: &Places<'_>) -> Vec<(u16, Option<String>)> {
        let Server::Chain { hops, .. } = &self.server else { return Vec::new() };
        let location = |hop: usize, leads| {
            let path = self.path(hop + 1);
            let origin = |at| self.origin(at, places);
            match leads {
                Leads::Absolute(at) => Some(format!("{}{path}", origin(at))),
                Leads::Relative => Some(path),
                Leads::WithPassword(at) => {
                    Some(format!("{}{path}", origin(at).replace("//", "//user:secret@")))
                }
                Leads::OtherScheme => Some(format!("ftp://127.0.0.1/{}", self.number)),
                Leads::Malformed => Some(format!("http://a b/{}", self.number)),
                Leads::Nowhere => None,
            }
        };
        hops.iter()
            .enumerate()
            .map(|(hop, redirect)| (redirect.status, location(hop, redirect.leads)))
            .collect()
    }

    /// What is to come of it; with `forgets`, if each preflight is forgotten at once.
    pub(crate) fn predict(
        &self,
        engine: Option<Engine>,
        plan: &Plan,
        places: &Places<'_>,
        forgets: bool,
    ) -> Prediction {
        let redirects: Redirects = [(self.number, self.redirects(places))].into();
        let mut cache = PreflightCache::new();
        let (mut asked, mut calls, mut now) = (Vec::new(), Vec::new(), 0);
        for call in &self.calls {
            now += u64::from(call.after.div_ceil(1000));
            if forgets {
                cache = PreflightCache::new();
            }
            let fetch = call.fetch(&places.origins[self.page], engine).to(&self.url(places));
            let mut last = Last { fetch: fetch.clone(), preflight: None, body: "" };
            let (mut foreign_site, mut storage_access) = (false, false);
            let outcome = fetch.run(&mut cache, now, |fetch, preflight| {
                let url = fetch.url().expect("it was said");
                let is_own = self.is_own_site(&url, places);
                foreign_site |= !is_own;
                let cookie = match preflight {
                    true => Some(false),
                    // Whether a site is still one's own after a way through another, browsers disagree; and whether
                    // a sandboxed frame is of the site of the page around it.
                    false if is_own && foreign_site => None,
                    false if self.page_in_sandbox(places) && url.starts_with(&places.origins[0]) => None,
                    false => Some(is_own && fetch.sends_credentials()),
                };
                asked.push(Asked {
                    preflight,
                    origin: match preflight {
                        true => Some(fetch.preflight_origin().to_owned()),
                        false => {
                            let is_told = self.storage_access(engine, fetch, places);
                            storage_access = is_told
                                || storage_access && deviates(engine, Deviation::StorageAccessOriginStays);
                            let has_origin = fetch.sends_origin() || storage_access;
                            has_origin.then(|| fetch.origin().to_owned())
                        }
                    },
                    method: fetch.sent_method().to_owned(),
                    headers: preflight.then(|| fetch.requested_headers()).flatten(),
                    cookie,
                    sent: if preflight { Vec::new() } else { sent(engine, fetch) },
                    url,
                });
                let (answer, body) = self.answer(plan, &redirects, fetch, preflight);
                last.body = body;
                if preflight {
                    last.preflight = Some(answer.clone());
                } else if last.fetch != *fetch {
                    last.preflight = None;
                }
                last.fetch = fetch.clone();
                answer
            });
            let remembered =
                fetch.needs_preflight() && outcome.failure().is_none() && !outcome.was_preflighted();
            let explained = match &self.server {
                Server::App { policy, .. } if !remembered && fetch.is_cors() => {
                    let written = &plan.policies[*policy];
                    let by_engine = written.ask(&fetch);
                    assert_eq!(
                        by_engine.is_allowed() || by_engine.is_opaque(),
                        outcome.is_allowed() || outcome.is_opaque(),
                        "the engine and the reference part: {fetch:?} {:?}: {by_engine}, {outcome}",
                        written.settings
                    );
                    by_engine.denial().and_then(promised).map(str::to_owned)
                }
                _ => None,
            };
            let reasons =
                if call.mode == "cors" { reasons(&last, &outcome, call.watched) } else { Vec::new() };
            let is_head = last.fetch.sent_method() == "HEAD";
            calls.push(Expected { outcome, body: last.body, is_head, reasons, explained, remembered });
        }
        Prediction { asked, calls }
    }

    /// Returns whether the browser tells the server that the frame could ask for access to its cookies.
    fn storage_access(&self, engine: Option<Engine>, fetch: &Fetch, places: &Places<'_>) -> bool {
        deviates(engine, Deviation::StorageAccessTellsOrigin)
            && self.page_in_sandbox(places)
            && fetch.includes_credentials()
            && fetch.url().is_some_and(|url| url.starts_with(&places.origins[0]))
    }

    fn page_in_sandbox(&self, places: &Places<'_>) -> bool {
        places.origins[self.page] == "null"
    }

    /// Returns whether cookies of the site go along: the host is the page's own.
    fn is_own_site(&self, url: &str, places: &Places<'_>) -> bool {
        let host = |url: &str| {
            url.split("//").nth(1).and_then(|rest| rest.rsplit_once(':')).map(|(host, _)| host.to_owned())
        };
        let page = &places.origins[self.page];
        host(page).is_some() && host(page) == host(url)
    }

    /// The answer by the naive reference, and the body.
    fn answer(
        &self,
        plan: &Plan,
        redirects: &Redirects,
        fetch: &Fetch,
        preflight: bool,
    ) -> (Response, &'static str) {
        let url = fetch.url().expect("it was said");
        let mut path = url.split('/').skip(3);
        let (response, body) = match (path.next(), &self.server) {
            (_, Server::Raw(raw)) => {
                (if preflight { raw.preflight.clone() } else { raw.actual.clone() }, RAW_BODY)
            }
            _ => {
                let policy: usize = path.next().and_then(|index| index.parse().ok()).expect("an index");
                let written = &plan.policies[policy];
                let mut response = written.answer(fetch, preflight);
                if preflight {
                    return (response, "");
                }
                let body = match (path.next(), path.next()) {
                    (Some("hop"), Some(hop)) => {
                        let (status, location) =
                            &redirects[&self.number][hop.parse::<usize>().expect("a number")];
                        response.status = *status;
                        response.fields.extend(location.iter().map(|to| ("location".into(), to.clone())));
                        ""
                    }
                    (Some("nowhere"), _) => {
                        response.status = 404;
                        ""
                    }
                    (Some("broken"), _) => {
                        response.status = 500;
                        response.fields.push(("content-type".into(), "text/plain; charset=utf-8".into()));
                        "broken"
                    }
                    (Some(route), _) => {
                        response.status = if route == "missing" { 404 } else { 200 };
                        response.fields.extend(APP_FIELDS.map(|(name, value)| (name.into(), value.into())));
                        response.fields.push(("content-type".into(), "text/plain".into()));
                        APP_BODY
                    }
                    _ => panic!("no such route: {url}"),
                };
                (response, body)
            }
        };
        (response, body)
    }
}

impl Written {
    fn answer(&self, fetch: &Fetch, preflight: bool) -> Response {
        let origin = match preflight {
            true => Some(fetch.preflight_origin().into()),
            false => fetch.sends_origin().then(|| fetch.origin().into()),
        };
        let mut head = Head { origin: origin.into_iter().collect(), ..Head::default() };
        if preflight {
            head.method = b"OPTIONS".into();
            head.requested_method = vec![fetch.sent_method().into()];
            head.requested_headers = fetch.requested_headers().map(Into::into).into_iter().collect();
        } else {
            head.method = fetch.sent_method().into();
        }
        let answer = reference::answer(&self.settings, &head);
        let refused = answer.status == Some(403);
        if preflight && refused && self.diagnostics {
            // Of which the reference knows nothing but that it is a refusal.
            return diagnostic(&self.policy, fetch);
        }
        Response { status: answer.status.unwrap_or(200), fields: answer.fields }
    }
}

/// The headers of the page, a byte of them as a letter.
fn sent(engine: Option<Engine>, fetch: &Fetch) -> Vec<String> {
    let mut sent = own_headers(fetch.sent_headers());
    if engine.is_some_and(|engine| Deviation::HeadersInUtf8.engines().contains(&engine)) {
        for field in &mut sent {
            *field = field.bytes().map(char::from).collect();
        }
    }
    sent
}

fn diagnostic(policy: &Policy, fetch: &Fetch) -> Response {
    let lines: Vec<String> = fetch.requested_headers().into_iter().collect();
    Response::of(&policy.decide(&fetch.preflight_request(&lines)).diagnostic(), fetch)
}

/// What a denial says that Chromium's console says.
fn promised(denial: &str) -> Option<&str> {
    denial.lines().find_map(|line| line.strip_prefix("Chromium: blocked by CORS policy: "))
}

/// What the console may name as the reason.
fn reasons(last: &Last, outcome: &Outcome, watched: bool) -> Vec<String> {
    let Some(failure) = outcome.failure() else { return Vec::new() };
    let failures = match failure {
        Failure::Header { .. } if Deviation::HeadersInAnyOrder.engines().contains(&Engine::Chromium) => {
            let answer = last.preflight.as_ref().expect("it failed");
            let steps = last.fetch.preflight_steps(answer);
            let failures = steps.iter().filter_map(|step| step.failure().cloned());
            failures.filter(|failure| matches!(failure, Failure::Header { .. })).collect()
        }
        // Of the page's own origin the console says nothing.
        Failure::Redirect { location, .. } if !last.fetch.is_foreign() && is_of(location, &last.fetch) => {
            return Vec::new();
        }
        Failure::Check { .. }
        | Failure::Status { .. }
        | Failure::Unparsable { .. }
        | Failure::Method { .. }
        | Failure::Redirect { fault: LocationFault::Credentials, .. } => vec![failure.clone()],
        // What does not get as far as the network, or no further, is no matter of CORS.
        _ => return Vec::new(),
    };
    let words = if watched { said_of_request } else { ToString::to_string };
    failures.iter().map(words).collect()
}

/// Returns whether a `Location` with a password leads to the page's own origin.
fn is_of(location: &str, fetch: &Fetch) -> bool {
    let own = fetch.origin().split("//").nth(1);
    location.split('@').nth(1).and_then(|rest| rest.split('/').next()) == own
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

fn deviates(engine: Option<Engine>, deviation: Deviation) -> bool {
    engine.is_some_and(|engine| deviation.engines().contains(&engine))
}
