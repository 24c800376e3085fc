//! Runs a plan in the browser and tells where it and the prediction part.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use cors_engine::browser::{CheckFault, Engine, Failure};
use serde_json::{Value, json};

use super::driver::Browser;
use super::facts::{self, Gets};
use super::found;
use super::plan::{Case, Plan, Server};
use super::predict::{Expected, Places, Prediction};
use super::servers::{Asked, Listeners, Servers};

/// How long a message of the console may come after the call that it is about.
const CONSOLE_PATIENCE: Duration = Duration::from_secs(10);

/// Before the reason, in Chromium's console.
const BLOCKED: &str = " has been blocked by CORS policy: ";

/// What was compared.
#[derive(Debug, Default)]
pub struct Report {
    /// The browser's own name of itself.
    pub version: String,
    /// How many cases there were of each kind, and how many of each outcome was predicted.
    pub counts: BTreeMap<&'static str, usize>,
    /// A reproduction of each case that went otherwise than predicted.
    pub disagreements: Vec<String>,
}

impl Report {
    /// Tries `count` combinations made from `seed`, with servers and a profile of their own.
    pub(crate) fn add(&mut self, engine: Engine, browser: &mut dyn Browser, seed: u64, count: usize) {
        let listeners = Listeners::bind();
        let plan = Plan::new(seed, count, &listeners.origins);
        self.add_plan(
            engine,
            browser,
            listeners,
            &plan,
            &format!("CORS_BROWSER_SEED={seed} CORS_BROWSER_CASES={count}"),
        );
    }

    /// Tries what web-platform-tests ask.
    pub(crate) fn add_facts(&mut self, engine: Engine, browser: &mut dyn Browser) {
        let listeners = Listeners::bind();
        let (plan, gets) = facts::plan(&listeners.origins);
        let places = Places { origins: &listeners.origins, api_origins: &listeners.api_origins };
        for (case, (page, gets)) in plan.cases.iter().zip(gets) {
            let by_standard = case.predict(None, &plan, &places, false);
            let outcome = &by_standard.calls[0].outcome;
            let seen = match outcome.failure() {
                None => Gets::Answer,
                Some(failure) if failure.is_exception() => Gets::Exception,
                Some(_) => Gets::Nothing,
            };
            if seen != gets {
                let call = &case.calls[0];
                self.disagreements
                    .push(format!("{page}, case {}: {call:?}: {gets:?} is wanted: {outcome}\n", case.number));
            }
        }
        self.add_plan(engine, browser, listeners, &plan, "what web-platform-tests ask");
    }

    /// Tries what earlier runs found.
    pub(crate) fn add_found(&mut self, engine: Engine, browser: &mut dyn Browser) {
        self.add_plan(engine, browser, Listeners::bind(), &found::plan(), "what earlier runs found");
    }

    fn add_plan(
        &mut self,
        engine: Engine,
        browser: &mut dyn Browser,
        listeners: Listeners,
        plan: &Plan,
        name: &str,
    ) {
        let (origins, api_origins) = (listeners.origins.clone(), listeners.api_origins.clone());
        let urls = listeners.urls.clone();
        let places = Places { origins: &origins, api_origins: &api_origins };
        let predictions: Vec<_> =
            plan.cases.iter().map(|case| case.predict(Some(engine), plan, &places, false)).collect();
        let policies = plan.policies.iter().map(|written| written.cors()).collect();
        let raw = plan.cases.iter().filter_map(|case| match &case.server {
            Server::Raw(raw) => Some((case.number, raw.clone())),
            _ => None,
        });
        let redirects = plan.cases.iter().map(|case| (case.number, case.redirects(&places)));
        let servers = Servers::start(listeners, policies, raw.collect(), redirects.collect());

        browser.renew();
        let results = run(browser, plan, &places, &urls);
        let console = console(browser, plan, &predictions);
        let log = servers.log();

        for (case, prediction) in plan.cases.iter().zip(&predictions) {
            for count in [case.kind()].into_iter().chain(prediction.calls.iter().flat_map(Expected::kinds)) {
                *self.counts.entry(count).or_default() += 1;
            }
            let seen = Seen {
                results: &results[case.number],
                console: console
                    .as_ref()
                    .map(|console| console.get(&case.number).map_or(&[][..], Vec::as_slice)),
                log: log.get(&case.number).map_or(&[][..], Vec::as_slice),
            };
            let mut faults = seen.faults(engine, case, prediction);
            // "Cache entries may be removed before that moment arrives": Firefox does so whenever it looks up the
            // server's address for another connection.
            if engine == Engine::Firefox && prediction.calls.iter().any(|call| call.remembered) {
                let forgets = case.predict(Some(engine), plan, &places, true);
                if faults.is_empty() {
                    *self.counts.entry("preflight really remembered").or_default() += 1;
                } else {
                    faults = seen.faults(engine, case, &forgets);
                }
            }
            if !faults.is_empty() {
                let text = case.reproduction(plan, &places, prediction, &seen, &faults);
                let engine = engine.to_string().to_lowercase();
                let text = format!("CORS_BROWSER={engine} {name}, {text}");
                self.disagreements.push(text);
            }
        }
    }
}

/// What the pages say, by the case's number.
fn run(browser: &mut dyn Browser, plan: &Plan, places: &Places<'_>, urls: &[String]) -> Vec<Value> {
    let tabs: Vec<_> = urls.iter().map(|url| browser.open(url)).collect();
    let running: Vec<_> = tabs
        .iter()
        .enumerate()
        .map(|(page, tab)| {
            let cases: Vec<_> = plan.cases.iter().filter(|case| case.page == page).collect();
            let calls: Vec<_> = cases.iter().map(|case| case.script(places)).collect();
            (cases, browser.begin(tab, &format!("run({})", json!(calls))))
        })
        .collect();
    let mut seen = vec![Value::Null; plan.cases.len()];
    for (cases, running) in running {
        let Value::Array(results) = browser.finish(running) else { panic!("a page does not answer") };
        for (case, result) in cases.into_iter().zip(results) {
            seen[case.number] = result;
        }
    }
    seen
}

/// The reasons that Chromium's console gives, by the case's number; `None` of another console.
fn console(
    browser: &mut dyn Browser,
    plan: &Plan,
    predictions: &[Prediction],
) -> Option<HashMap<usize, Vec<String>>> {
    let expected = predictions.iter().flat_map(|prediction| &prediction.calls);
    let expected = expected.filter(|call| !call.reasons.is_empty()).count();
    let blocked = |line: &&String| line.contains(BLOCKED);
    let lines =
        browser.console(CONSOLE_PATIENCE, &|lines| lines.iter().filter(blocked).count() >= expected)?;
    let mut reasons: HashMap<usize, Vec<String>> = HashMap::new();
    for line in lines.iter().filter(blocked) {
        let (about, reason) = line.split_once(BLOCKED).expect("it was looked for");
        let url = about.split('\'').nth(1).unwrap_or_default();
        let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
        match number {
            Some(number) if number < plan.cases.len() => {
                reasons.entry(number).or_default().push(reason.to_owned());
            }
            _ => panic!("the console speaks of something else: {line}"),
        }
    }
    Some(reasons)
}

impl Expected {
    /// What the call is an example of.
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let outcome = match self.outcome.failure() {
            None if self.outcome.is_opaque() => "opaque",
            None if self.outcome.was_preflighted() => "read after a preflight",
            None => "read",
            Some(failure) if failure.is_exception() => "exception",
            Some(Failure::ForeignServer | Failure::NoCorsRedirect) => "mode that forbids it",
            Some(Failure::RedirectForbidden) => "redirect that is not wanted",
            Some(Failure::Redirect { .. }) => "redirect that is not followed",
            Some(Failure::Check { preflight: true, .. }) => "preflight without consent",
            Some(Failure::Check { .. }) => "answer without consent",
            Some(Failure::Status { redirect: true, .. }) => "preflight redirected",
            Some(Failure::Status { .. }) => "preflight's status",
            Some(Failure::Unparsable { .. }) => "list that is none",
            Some(Failure::Method { .. }) => "method not listed",
            Some(Failure::Header { .. }) => "header not listed",
            Some(other) => panic!("a failure that nobody counts: {other}"),
        };
        [outcome].into_iter().chain(self.remembered.then_some("preflight remembered"))
    }

    /// What the page gets to see.
    fn text(&self) -> String {
        let Some(answer) = self.outcome.answer() else {
            return match self.outcome.failure() {
                Some(failure) if failure.is_exception() => "an exception".into(),
                Some(_) => "blocked".into(),
                None => "opaque".into(),
            };
        };
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        // Which the server adds.
        let length = ("content-length".to_string(), self.body.len().to_string());
        let date = ("date".to_string(), "…".to_string());
        for (name, value) in answer.fields.iter().chain([&length, &date]) {
            if self.outcome.can_read(name) {
                let value = value.trim();
                let joined = fields.entry(name.to_ascii_lowercase());
                joined.and_modify(|all| *all = format!("{all}, {value}")).or_insert_with(|| value.to_owned());
            }
        }
        read_text(answer.status, fields, if self.is_head { "" } else { self.body })
    }
}

fn read_text(status: u16, fields: BTreeMap<String, String>, body: &str) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{status} with {} and {body:?}", fields.join("; "))
}

/// What came of a case.
struct Seen<'a> {
    results: &'a Value,
    console: Option<&'a [String]>,
    log: &'a [Asked],
}

impl Seen<'_> {
    fn faults(&self, engine: Engine, case: &Case, prediction: &Prediction) -> Vec<String> {
        let mut faults = Vec::new();
        let mut differ = |what: &str, predicted: String, seen: String| {
            if predicted != seen {
                faults.push(format!("{what}\n    predicted: {predicted}\n    seen:      {seen}"));
            }
        };

        let mut log = self.log.to_vec();
        for (seen, predicted) in log.iter_mut().zip(&prediction.asked) {
            if predicted.cookie.is_none() {
                seen.cookie = None;
            }
        }
        differ("requests", requests(&prediction.asked), requests(&log));
        for (at, expected) in prediction.calls.iter().enumerate() {
            let result = &self.results[at];
            differ("outcome", expected.text(), outcome_text(result));
            if let (Engine::Chromium, false, Some(failure)) =
                (engine, case.calls[at].watched, expected.outcome.failure())
                && matches!(
                    failure,
                    Failure::ForbiddenMethod { .. }
                        | Failure::InvalidMethod { .. }
                        | Failure::NoCorsMethod { .. }
                )
            {
                // `Failed to construct 'Request': ` is about the script.
                let said = result["refused"].as_str().unwrap_or_default();
                let said = said.split_once("': ").map_or(said, |(_, reason)| reason);
                differ("exception", failure.to_string(), said.to_owned());
            }
            // Whether credentials are included is what no server gets to know, nor its policy.
            let unknown = matches!(
                expected.outcome.failure(),
                Some(Failure::Check { fault: CheckFault::Wildcard | CheckFault::NoCredentials { .. }, .. })
            );
            let failure = expected.outcome.failure().map(ToString::to_string).unwrap_or_default();
            if let Some(explained) = &expected.explained
                && !unknown
                && !failure.starts_with(explained)
            {
                differ("the policy's explanation", explained.clone(), failure);
            }
        }
        let Some(console) = self.console.filter(|_| engine == Engine::Chromium) else { return faults };
        let blocked: Vec<_> = prediction.calls.iter().filter(|call| !call.reasons.is_empty()).collect();
        // Of the others it says nothing about CORS, or something that is about the page.
        let others =
            prediction.calls.iter().any(|call| call.reasons.is_empty() && call.outcome.failure().is_some());
        for at in 0..blocked.len().max(if others { 0 } else { console.len() }) {
            let reasons = blocked.get(at).map_or(&[][..], |call| call.reasons.as_slice());
            let said = console.get(at).map_or("nothing", String::as_str);
            let reason = reasons.iter().find(|reason| *reason == said).or(reasons.first());
            differ("console", reason.map_or("nothing".into(), String::clone), said.to_owned());
        }
        faults
    }
}

/// What the page says of a call.
fn outcome_text(result: &Value) -> String {
    if result["refused"].is_string() {
        return "an exception".into();
    }
    if result["blocked"].is_string() {
        return "blocked".into();
    }
    match (result["type"].as_str(), result["status"].as_u64()) {
        (Some("opaque" | "opaqueredirect"), Some(0)) => "opaque".into(),
        (Some(_), Some(status)) => {
            let fields = result["headers"].as_array().into_iter().flatten();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            // Of one connection, and there or not as the server likes.
            let fields = fields.filter(|field| field[0] != "connection");
            let fields = fields.map(|field| match text(&field[0]).as_str() {
                "date" => ("date".to_owned(), "…".to_owned()),
                name => (name.to_owned(), text(&field[1])),
            });
            let status = u16::try_from(status).unwrap_or_default();
            read_text(status, fields.collect(), result["body"].as_str().unwrap_or_default())
        }
        _ => format!("{result}"),
    }
}

fn requests(asked: &[Asked]) -> String {
    let one = |asked: &Asked| {
        let preflight = if asked.preflight { "preflight for " } else { "" };
        let headers = asked.headers.as_ref().map(|names| format!(" [{names}]")).unwrap_or_default();
        let cookie = match asked.cookie {
            Some(true) => " with a cookie",
            Some(false) => "",
            None => " with or without a cookie",
        };
        let origin = asked.origin.as_deref().unwrap_or("nobody");
        let sent = if asked.sent.is_empty() { String::new() } else { format!(" {:?}", asked.sent) };
        format!("{preflight}{} {}{headers} of {origin}{cookie}{sent}", asked.method, asked.url)
    };
    let all: Vec<_> = asked.iter().map(one).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

impl Case {
    fn kind(&self) -> &'static str {
        match &self.server {
            Server::Raw(_) => "wrong server",
            Server::Chain { .. } => "redirect",
            Server::App { .. } if self.calls.len() > 1 => "second call",
            Server::App { .. } => "policy",
        }
    }

    fn script(&self, places: &Places<'_>) -> Value {
        let url = self.url(places);
        let calls = self.calls.iter().map(|call| {
            json!({
                "url": url, "method": call.method, "headers": call.headers, "credentials": call.credentials,
                "mode": call.mode, "redirect": call.redirect, "watched": call.watched, "after": call.after,
            })
        });
        calls.collect()
    }

    fn reproduction(
        &self,
        plan: &Plan,
        places: &Places<'_>,
        prediction: &Prediction,
        seen: &Seen<'_>,
        faults: &[String],
    ) -> String {
        let mut text =
            format!("case {} ({}), a page of {}\n", self.number, self.kind(), places.origins[self.page]);
        for call in &self.calls {
            let options = json!({
                "method": call.method, "headers": call.headers, "credentials": call.credentials,
                "mode": call.mode, "redirect": call.redirect,
            });
            let watched =
                if call.watched { "  // as XMLHttpRequest with a listener on its upload" } else { "" };
            let _ = writeln!(text, "  await fetch({:?}, {options}){watched}", self.url(places));
        }
        let mut policy = |index: usize| {
            let written = &plan.policies[index];
            let _ = writeln!(
                text,
                "  policy {index}, diagnostics {}: {:?}",
                written.diagnostics, written.settings
            );
        };
        match &self.server {
            Server::App { policy: index, .. } => policy(*index),
            Server::Chain { hops, last } => {
                hops.iter().for_each(|hop| policy(hop.policy));
                policy(*last);
                let _ = writeln!(text, "  redirects: {:?}", self.redirects(places));
            }
            Server::Raw(raw) => {
                let _ = writeln!(text, "  preflight: {:?}\n  answer: {:?}", raw.preflight, raw.actual);
            }
        }
        for call in &prediction.calls {
            let _ = writeln!(text, "  predicted {}", call.outcome.to_string().replace('\n', "\n    "));
        }
        let _ = writeln!(text, "  seen {}", seen.results);
        for fault in faults {
            let _ = writeln!(text, "  {fault}");
        }
        text
    }
}
