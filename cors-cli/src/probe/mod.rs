//! `cors probe`: a page's call, sent to a live server of any make.
//!
//! ```text
//!            ┌─ surroundings   where page and server are
//! call ──────┼─ exchange ──┬─ faults ──┬─ answerer   who answered in place of a CORS layer
//!            │             │           ├─ cache      a shared cache did
//!            │             │           └─ refusals   no word about CORS: narrow asks for less
//!            │             ├─ readable   which headers the page reads
//!            │             └─ warnings   values that mean nothing
//!            ├─ strangers    who else is let in
//!            └─ fix          a policy in the words of the server's software
//! ```

mod answerer;
mod cache;
mod client;
mod faults;
mod finding;
mod fix;
mod http;
mod narrow;
mod place;
mod readable;
mod redirect;
mod refusals;
mod strangers;
mod surroundings;
mod warnings;

use std::rc::Rc;

use crate::args::{Format, ProbeArgs};
use crate::call::Call;
use crate::exchange::Exchange;
use crate::report::{Problem, Report, Severity, Verdict};

use client::Client;
use finding::Finding;
use fix::Fix;
use http::Http;
use place::{Place, Space};

pub(crate) use client::Wire;

pub(crate) fn run(args: &ProbeArgs) -> Result<Report, Problem> {
    over(Rc::new(Http::new(args.timeout)), args)
}

/// The same, over another wire.
pub(crate) fn over(wire: Rc<dyn Wire>, args: &ProbeArgs) -> Result<Report, Problem> {
    let place = Place::parse(&args.url)?;
    let call = Call::new(&args.call)?;
    let is_same_origin = call.fetch.origin() == place.origin;
    if args.preflight_only && (is_same_origin || !call.fetch.needs_preflight()) {
        let reason = match is_same_origin {
            true => "page and server have the same origin".into(),
            false => call.preflight_reason(),
        };
        return Err(Problem::new(format!(
            "this call has no preflight: {reason}\nhelp: remove --preflight-only, or give the method and the headers that the page uses"
        )));
    }
    let mut client = Client::new(wire, place.clone(), args.rate);
    let exchange = Exchange::run(&call.fetch, &mut client, args.preflight_only)?;
    let (page, server) = (Space::of(call.fetch.origin()), Space::of(&place.origin));
    let mut findings = surroundings::of_the_call(&call.fetch, &place, page, server);
    findings.extend(faults::of_exchange(&exchange, &client));
    findings.extend(readable::of_exchange(&exchange, &args.read));
    findings.extend(warnings::of_legs(&call.fetch, &exchange));
    // A server that limits how often it is asked has said so already.
    let is_limited = exchange.legs.iter().any(|leg| answerer::is_limit(leg.answer.response.status));
    if call.fetch.refused_by_browser().is_none() && !is_limited {
        let client = client.at(place);
        let seen = strangers::ask(&call.fetch, &client, args.quick);
        findings.extend(strangers::of_strangers(&call.fetch, &exchange, &seen));
        if exchange.is_allowed() {
            findings.extend(cache::of_strangers(&call.fetch, &seen, &client));
        }
    }
    // A cache that hands on answers for other origins already shows that `Vary` is missing.
    if findings.iter().any(|finding| finding.name == "cached_answer") {
        findings.retain(|finding| finding.name != "vary_missing");
    }
    findings.sort_by_key(|finding| (finding.severity, finding.name));
    // Preflight and call may show the same.
    findings.dedup();
    let is_bad = |severity| severity == Severity::Error || args.strict && severity == Severity::Warning;
    let is_good = exchange.is_allowed() && !findings.iter().any(|finding| is_bad(finding.severity));
    let fix = fix::of(&exchange, &call, &args.read, &findings, args.server);
    let out = match args.format {
        Format::Text => text(&exchange, &call, &findings, fix.as_ref()),
        Format::Json => {
            let mut value = exchange.json(&call);
            value["url"] = args.url.as_str().into();
            value["requests"] = client.sent().into();
            value["readable"] = readable::names(&exchange).into();
            value["findings"] = findings.iter().map(Finding::json).collect();
            value["configuration"] = fix.as_ref().map(Fix::json).into();
            format!("{value:#}\n")
        }
    };
    Ok(Report { out, err: String::new(), verdict: Verdict::of(is_good) })
}

fn text(exchange: &Exchange, call: &Call, findings: &[Finding], fix: Option<&Fix>) -> String {
    let mut out = exchange.text(call) + &exchange.verdict();
    let readable = readable::names(exchange);
    if !readable.is_empty() {
        out += &format!("of its headers: {}\n", readable.join(", "));
    }
    for finding in findings {
        out += &format!("\n{}\n", finding.text());
    }
    if let Some(fix) = fix {
        out += &format!("\n{}", fix.text());
    }
    out
}
