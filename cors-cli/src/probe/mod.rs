//! `cors probe`: a page's call, sent to a live server of any make.

mod client;
mod faults;
mod finding;
mod narrow;
mod place;
mod redirect;
mod strangers;
mod warnings;

use crate::args::{Format, ProbeArgs};
use crate::call::Call;
use crate::exchange::Exchange;
use crate::report::{Problem, Report, Verdict};

use client::Client;
use finding::Finding;
use place::Place;

pub(crate) fn run(args: &ProbeArgs) -> Result<Report, Problem> {
    let place = Place::parse(&args.url)?;
    let call = Call::new(&args.call)?;
    if args.preflight_only && !call.fetch.needs_preflight() {
        return Err(Problem(format!(
            "this call has no preflight: {}\nhelp: take --preflight-only out, or name the method and the headers that the page uses",
            call.preflight_reason()
        )));
    }
    let mut client = Client::new(place.clone(), args.timeout);
    let exchange = Exchange::run(&call.fetch, &mut client, args.preflight_only)?;
    let mut findings = warnings::of_the_call(&call.fetch, &place);
    for leg in &exchange.legs {
        findings.extend(faults::of_leg(leg, &client));
    }
    findings.extend(warnings::of_legs(&call.fetch, &exchange));
    if call.fetch.refused_by_browser().is_none() {
        let seen = strangers::ask(&call.fetch, &Client::new(place, args.timeout));
        findings.extend(warnings::of_strangers(&call.fetch, &exchange, &seen));
    }
    findings.sort_by_key(|finding| (finding.severity, finding.name));
    // Preflight and call may show the same.
    findings.dedup();
    let verdict = Verdict::of(exchange.is_allowed());
    let out = match args.format {
        Format::Json => json(&exchange, &call, &args.url, &findings),
        Format::Text => text(&exchange, &call, &findings),
    };
    Ok(Report { out, err: String::new(), verdict })
}

fn text(exchange: &Exchange, call: &Call, findings: &[Finding]) -> String {
    let mut out = exchange.text(call) + &exchange.verdict();
    let readable = readable(exchange);
    if !readable.is_empty() {
        out += &format!("of its headers: {}\n", readable.join(", "));
    }
    for finding in findings {
        out += &format!("\n{}\n", finding.text());
    }
    out
}

fn json(exchange: &Exchange, call: &Call, url: &str, findings: &[Finding]) -> String {
    let mut value = exchange.json(call);
    value["url"] = url.into();
    value["readable"] = readable(exchange).into();
    value["findings"] = findings.iter().map(Finding::json).collect();
    format!("{value:#}\n")
}

/// Those of the answer's headers that the page sees.
fn readable(exchange: &Exchange) -> Vec<&str> {
    let (Some(leg), Some(outcome)) = (exchange.legs.last(), &exchange.outcome) else { return Vec::new() };
    let names = leg.answer.response.fields.iter().map(|(name, _)| name.as_str());
    let mut names: Vec<&str> = names.filter(|name| outcome.can_read(name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}
