//! `cors explain`: what a policy answers to a page's call, and why.

mod matrix;

use cors_engine::browser::{Fetch, Response, safelisted_response_headers};
use cors_engine::{Policy, Violations};

use crate::args::{ExplainArgs, Format};
use crate::call::Call;
use crate::exchange::{Answer, Exchange, Next, Sent, Server};
use crate::policy_file::PolicyFile;
use crate::report::{Problem, Report, Severity, Verdict, message_at};

use matrix::Matrix;

/// How a compiled policy becomes a file.
const EXAMPLE: &str = include_str!("example.txt");

pub(crate) fn run(args: &ExplainArgs) -> Result<Report, Problem> {
    let Some(path) = &args.policy else { return Ok(Report::good(EXAMPLE.into())) };
    let file = PolicyFile::read(path)?;
    let call = if args.matrix { None } else { Some(Call::new(&args.call)?) };
    let mut policy = match file.config.policy(args.mode.mode()) {
        Ok(policy) => policy,
        Err(violations) => return Ok(no_policy(&file, &violations)),
    };
    let Some(call) = call else {
        let matrix = Matrix::new(&policy);
        return Ok(Report::good(if args.html { matrix.html(&file.name) } else { matrix.text() }));
    };
    let exchange = Exchange::run(&call.fetch, &mut policy, false)?;
    let out = match args.format {
        Format::Json => json(&exchange, &call, &policy),
        Format::Text => {
            let end = if exchange.is_allowed() { readable(&policy) } else { in_the_way(&call, &policy) };
            format!("{}{}{end}", exchange.text(&call), exchange.verdict())
        }
    };
    Ok(Report { out, err: String::new(), verdict: Verdict::of(exchange.is_allowed()) })
}

/// A policy that breaks a rule answers nobody.
pub(crate) fn no_policy(file: &PolicyFile, violations: &Violations) -> Report {
    let mut err = String::new();
    for violation in violations {
        err += &message_at(Severity::Error, &violation.to_string(), file.place(violation));
        err += "\n\n";
    }
    err += &format!("{} cannot be used until it keeps the rules\n", file.name);
    Report { out: String::new(), err, verdict: Verdict::None }
}

impl Server for Policy {
    fn target(&self) -> String {
        "the server".into()
    }

    /// A policy redirects nobody.
    fn follow(&mut self, _: &Fetch, _: &Response) -> Next {
        Next::Done
    }

    fn answer(&mut self, fetch: &Fetch, sent: &Sent) -> Result<Answer, Problem> {
        let lines: Vec<String> = fetch.requested_headers().into_iter().collect();
        let request = if sent.is_preflight { fetch.preflight_request(&lines) } else { fetch.request() };
        let decision = self.decide(&request);
        let explanation = Some(decision.explain().to_string());
        Ok(Answer { response: Response::of(&decision, fetch), explanation })
    }
}

/// Which headers of the app's answer the page sees.
fn readable(policy: &Policy) -> String {
    let safelisted: Vec<&str> = safelisted_response_headers().collect();
    let exposed: Vec<&str> = policy.exposed().collect();
    let exposed = match exposed.as_slice() {
        [] => "no other, since `expose` lists none".into(),
        ["*"] => "every other but set-cookie, by `expose: any`".into(),
        names => format!("{}, by `expose`", names.join(", ")),
    };
    format!("of its headers: {}; {exposed}\n", safelisted.join(", "))
}

/// Every check that the call fails, all at once: a browser names only the first.
fn in_the_way(call: &Call, policy: &Policy) -> String {
    let fetch = &call.fetch;
    let mut reasons = Vec::new();
    if !policy.allows_origin(fetch.origin().as_bytes()) {
        reasons.push(format!("`origins` does not list {}", fetch.origin()));
    }
    if fetch.needs_preflight() {
        // A preflight for a safelisted method alone does not fail by it, though a policy that lists no `GET` refuses it.
        if !policy.allows_method(fetch.sent_method().as_bytes()) {
            reasons.push(format!("`methods` does not list {}", fetch.sent_method()));
        }
        let names = fetch.requested_headers().unwrap_or_default();
        let refused =
            names.split(',').filter(|name| !name.is_empty() && !policy.allows_header(name.as_bytes()));
        reasons.extend(refused.map(|name| format!("`headers` does not list {name}")));
    }
    if fetch.includes_credentials() && !policy.credentials() {
        reasons.push("the page calls with credentials, but the policy has no `credentials = true`".into());
    }
    match reasons.as_slice() {
        [] => String::new(),
        [only] if only.starts_with("the page") => format!("{only}\n"),
        [_] => String::new(),
        several => format!(
            "everything that blocks it:\n{}",
            several.iter().map(|reason| format!("  {reason}\n")).collect::<String>()
        ),
    }
}

fn json(exchange: &Exchange, call: &Call, policy: &Policy) -> String {
    let mut readable: Vec<serde_json::Value> = Vec::new();
    if exchange.is_allowed() {
        readable.extend(safelisted_response_headers().map(Into::into));
        readable.extend(policy.exposed().map(Into::into));
    }
    let mut value = exchange.json(call);
    value["readable"] = readable.into();
    format!("{value:#}\n")
}
