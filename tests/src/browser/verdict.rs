//! Runs a plan in the browser and tells where it and the prediction part.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use cors_engine::browser::{CheckFault, Failure, Outcome};
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::plan::{Case, Plan, Server};
use super::predict::{Places, Prediction};
use super::servers::{Asked, Listeners, Servers};

/// How long a message of the console may come after the call that it is about.
const CONSOLE_PATIENCE: Duration = Duration::from_secs(10);

/// Before the reason, in Chromium's console.
const BLOCKED: &str = " has been blocked by CORS policy: ";

/// What was compared.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases there were of each kind, and how many of each outcome was predicted.
    pub counts: BTreeMap<&'static str, usize>,
    /// A reproduction of each case that went otherwise than predicted.
    pub disagreements: Vec<String>,
}

impl Report {
    /// Tries `count` combinations made from `seed`, with servers and a profile of their own.
    ///
    /// # Panics
    ///
    /// If the browser or a server fails.
    pub fn add(&mut self, chromium: &mut Chromium, seed: u64, count: usize) {
        let listeners = Listeners::bind();
        let (origins, api_origins) = (listeners.origins.clone(), listeners.api_origins.clone());
        let urls = listeners.urls.clone();
        let places = Places { origins: &origins, api_origins: &api_origins };
        let plan = Plan::new(seed, count, &origins);
        let predictions: Vec<_> = plan.cases.iter().map(|case| case.predict(&plan, &places)).collect();
        let policies = plan.policies.iter().map(|written| written.cors()).collect();
        let raw = plan.cases.iter().filter_map(|case| match &case.server {
            Server::Raw(raw) => Some((case.number, raw.clone())),
            _ => None,
        });
        let servers = Servers::start(listeners, policies, raw.collect());

        chromium.renew();
        let results = run(chromium, &plan, &places, &urls);
        let console = console(chromium, &plan, &places, &predictions);
        let log = servers.log();

        for (case, prediction) in plan.cases.iter().zip(&predictions) {
            for count in [case.kind()].into_iter().chain(prediction.kinds()) {
                *self.counts.entry(count).or_default() += 1;
            }
            let seen = Seen {
                results: &results[case.number],
                console: console.get(&case.number).map_or(&[][..], Vec::as_slice),
                log: log.get(&case.number).map_or(&[][..], Vec::as_slice),
            };
            let faults = seen.faults(prediction);
            if !faults.is_empty() {
                let text = case.reproduction(&plan, &places, prediction, &seen, &faults);
                let text = format!("CORS_BROWSER_SEED={seed} CORS_BROWSER_CASES={count}, {text}");
                self.disagreements.push(text);
            }
        }
    }
}

/// What the pages say, by the case's number.
fn run(chromium: &mut Chromium, plan: &Plan, places: &Places<'_>, urls: &[String]) -> Vec<Value> {
    let tabs: Vec<_> = urls.iter().map(|url| chromium.open(url)).collect();
    let running: Vec<_> = tabs
        .iter()
        .enumerate()
        .map(|(page, tab)| {
            let cases: Vec<_> = plan.cases.iter().filter(|case| case.page == page).collect();
            let calls: Vec<_> = cases.iter().map(|case| case.script(places)).collect();
            (cases, chromium.begin(tab, &format!("run({})", json!(calls))))
        })
        .collect();
    let mut seen = vec![Value::Null; plan.cases.len()];
    for (cases, running) in running {
        let Value::Array(results) = chromium.finish(running) else { panic!("a page does not answer") };
        for (case, result) in cases.into_iter().zip(results) {
            seen[case.number] = result;
        }
    }
    seen
}

/// The reasons that the console gives, by the case's number.
fn console(
    chromium: &mut Chromium,
    plan: &Plan,
    places: &Places<'_>,
    predictions: &[Prediction],
) -> HashMap<usize, Vec<String>> {
    let expected: usize = predictions.iter().map(|prediction| prediction.reasons.len()).sum();
    let blocked = |line: &&String| line.contains(BLOCKED);
    let lines = chromium.console(CONSOLE_PATIENCE, |lines| lines.iter().filter(blocked).count() >= expected);
    let mut reasons: HashMap<usize, Vec<String>> = HashMap::new();
    for line in lines.iter().filter(blocked) {
        let (about, reason) = line.split_once(BLOCKED).expect("it was looked for");
        let url = about.split('\'').nth(1).unwrap_or_default();
        let ours = places.api_origins.iter().any(|origin| url.starts_with(origin.as_str()));
        let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
        match number {
            Some(number) if ours && number < plan.cases.len() => {
                reasons.entry(number).or_default().push(reason.to_owned());
            }
            _ => panic!("the console speaks of something else: {line}"),
        }
    }
    reasons
}

impl Prediction {
    /// What the case is an example of.
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let outcome = |outcome: &Outcome| match outcome.failure() {
            None if outcome.was_preflighted() => "read after a preflight",
            None => "read",
            Some(Failure::ForbiddenMethod { .. }) => "forbidden method",
            Some(Failure::Check { preflight: true, .. }) => "preflight without consent",
            Some(Failure::Check { .. }) => "answer without consent",
            Some(Failure::Status { redirect: true, .. }) => "preflight redirected",
            Some(Failure::Status { .. }) => "preflight's status",
            Some(Failure::Unparsable { .. }) => "list that is none",
            Some(Failure::Method { .. }) => "method not listed",
            Some(Failure::Header { .. }) => "header not listed",
            Some(other) => panic!("a failure that nobody counts: {other}"),
        };
        self.outcomes.iter().map(outcome).chain(self.remembered.then_some("preflight remembered"))
    }
}

/// What came of a case.
struct Seen<'a> {
    results: &'a Value,
    console: &'a [String],
    log: &'a [(Asked, Vec<String>)],
}

impl Seen<'_> {
    fn faults(&self, prediction: &Prediction) -> Vec<String> {
        let mut faults = Vec::new();
        let mut differ = |what: &str, predicted: String, seen: String| {
            if predicted != seen {
                faults.push(format!("{what}\n    predicted: {predicted}\n    seen:      {seen}"));
            }
        };

        // Only preflights must go without credentials; what else goes along is not this test's matter.
        let asked: Vec<Asked> = self.log.iter().map(|(asked, _)| asked.without_own_credentials()).collect();
        differ("requests", requests(&prediction.asked), requests(&asked));

        let answers: Vec<_> = self.log.iter().filter(|(asked, _)| !asked.preflight).collect();
        for (at, outcome) in prediction.outcomes.iter().enumerate() {
            let predicted = match outcome.failure() {
                None => {
                    // With one answer too few the requests differ, and have been noted.
                    let answer = match prediction.outcomes.len() {
                        1 => answers.last(),
                        _ => answers.get(at),
                    };
                    let Some((_, names)) = answer else { continue };
                    // Which the server adds after the log is written.
                    let sent = names.iter().map(String::as_str).chain(["content-length", "date"]);
                    let mut readable: Vec<_> = sent.filter(|name| outcome.can_read(name)).collect();
                    readable.sort_unstable();
                    readable.dedup();
                    format!("{} with {}", prediction.status, readable.join(" "))
                }
                Some(failure @ Failure::ForbiddenMethod { .. }) => format!("exception: {failure}"),
                Some(_) => "blocked".to_owned(),
            };
            differ("outcome", predicted, outcome_text(&self.results[at]));
        }
        for outcome in &prediction.outcomes {
            let explained = outcome.denial().and_then(promised).unwrap_or_default();
            // Whether credentials are included is what no server gets to know, nor its policy.
            let unknown = matches!(
                outcome.failure(),
                Some(Failure::Check { fault: CheckFault::Wildcard | CheckFault::NoCredentials { .. }, .. })
            );
            let failure = outcome.failure().map(ToString::to_string).unwrap_or_default();
            if !unknown && !failure.starts_with(explained) {
                differ("the policy's explanation", explained.to_owned(), failure);
            }
        }
        for at in 0..prediction.reasons.len().max(self.console.len()) {
            let reasons = prediction.reasons.get(at).map_or(&[][..], Vec::as_slice);
            let said = self.console.get(at).map_or("nothing", String::as_str);
            let reason = reasons.iter().find(|reason| *reason == said).or(reasons.first());
            differ("console", reason.map_or("nothing".into(), String::clone), said.to_owned());
        }
        faults
    }
}

/// What a denial says that Chromium's console says.
fn promised(denial: &str) -> Option<&str> {
    denial.lines().find_map(|line| line.strip_prefix("Chromium: blocked by CORS policy: "))
}

/// What the page says of a call.
fn outcome_text(result: &Value) -> String {
    let read = &result["read"];
    if let Some(status) = read["status"].as_u64() {
        let headers = read["headers"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // Of one connection, and there or not as the server likes.
        let headers = headers.filter(|name| *name != "connection");
        return format!("{status} with {}", headers.collect::<Vec<_>>().join(" "));
    }
    match result["error"].as_str() {
        Some("Failed to fetch") => "blocked".to_owned(),
        // `Failed to execute 'fetch' on 'Window': ` is about the script.
        Some(error) => format!("exception: {}", error.split_once("': ").map_or(error, |(_, reason)| reason)),
        None => format!("{result}"),
    }
}

fn requests(asked: &[Asked]) -> String {
    let one = |asked: &Asked| {
        let preflight = if asked.preflight { "preflight for " } else { "" };
        let headers = asked.headers.as_ref().map(|names| format!(" [{names}]")).unwrap_or_default();
        let credentials = if asked.credentials { " with credentials" } else { "" };
        let origin = asked.origin.as_deref().unwrap_or("nobody");
        format!("{preflight}{} {}{headers} of {origin}{credentials}", asked.method, asked.url)
    };
    let all: Vec<_> = asked.iter().map(one).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

impl Asked {
    fn without_own_credentials(&self) -> Self {
        Self { credentials: self.credentials && self.preflight, ..self.clone() }
    }
}

impl Case {
    fn kind(&self) -> &'static str {
        match &self.server {
            Server::Raw(_) => "wrong server",
            Server::Redirect { .. } => "redirect",
            Server::App { .. } if self.calls.len() > 1 => "remembered preflight",
            Server::App { .. } => "policy",
        }
    }

    fn script(&self, places: &Places<'_>) -> Value {
        let url = self.url(places);
        let calls = self.calls.iter().map(|call| {
            json!({
                "url": url, "method": call.method, "headers": call.headers, "credentials": call.credentials,
                "watched": call.watched, "after": call.after,
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
            });
            let watched =
                if call.watched { "  // as XMLHttpRequest with a listener on its upload" } else { "" };
            let _ = writeln!(text, "  await fetch({:?}, {options}){watched}", self.url(places));
        }
        let mut policy = |index: usize| {
            let lines = plan.policies[index].toml.lines().map(|line| format!("    {line}\n"));
            let _ = write!(text, "  policy {index}:\n{}", lines.collect::<String>());
        };
        match &self.server {
            Server::App { policy: index, .. } => policy(*index),
            Server::Redirect { policy: index, to, .. } => {
                policy(*index);
                policy(*to);
            }
            Server::Raw(raw) => {
                let _ = writeln!(text, "  preflight: {:?}\n  answer: {:?}", raw.preflight, raw.actual);
            }
        }
        for outcome in &prediction.outcomes {
            let _ = writeln!(text, "  predicted {}", outcome.to_string().replace('\n', "\n    "));
        }
        let _ = writeln!(text, "  seen {}", seen.results);
        for fault in faults {
            let _ = writeln!(text, "  {fault}");
        }
        text
    }
}
