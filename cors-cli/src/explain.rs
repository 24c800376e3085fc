//! `cors explain`: what a policy answers to a page's call, and why.

use cors_engine::browser::{Fetch, Response, safelisted_response_headers};
use cors_engine::{Policy, Violations};

use crate::args::{ExplainArgs, Format};
use crate::call::Call;
use crate::exchange::{Answer, Exchange, Next, Sent, Server};
use crate::policy_file::PolicyFile;
use crate::report::{Problem, Report, Severity, Verdict, message_at};

pub(crate) fn run(args: &ExplainArgs) -> Result<Report, Problem> {
    let file = PolicyFile::read(&args.policy)?;
    let call = Call::new(&args.call)?;
    let mut policy = match file.config.policy(args.mode.mode()) {
        Ok(policy) => policy,
        Err(violations) => return Ok(no_policy(&file, &violations)),
    };
    let exchange = Exchange::run(&call.fetch, &mut policy, false)?;
    let out = match args.format {
        Format::Json => json(&exchange, &call, &policy),
        Format::Text => {
            let end = if exchange.is_allowed() { readable(&policy) } else { no_credentials(&call, &policy) };
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
    err += &format!("{} is no policy until its rules are kept: nothing to explain\n", file.name);
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

/// The one thing that a policy refuses without knowing: it cannot see whether cookies came along on purpose.
fn no_credentials(call: &Call, policy: &Policy) -> String {
    if !call.fetch.includes_credentials() || policy.credentials() {
        return String::new();
    }
    "the page calls with credentials, and the policy has no `credentials = true`\n".into()
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
