//! Findings about strangers that are allowed: who can make use of that, and what the server has to compare instead.

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Response};

use super::{Dot, Kind, NOBODY, Seen, Stranger};
use crate::exchange::Exchange;
use crate::probe::finding::Finding;
use crate::probe::warnings::varies_by_origin;

/// The findings about all strangers.
pub(in crate::probe) fn of_strangers(fetch: &Fetch, exchange: &Exchange, seen: &Seen) -> Vec<Finding> {
    let mut findings = let_in(seen);
    findings.extend(unanswered(seen));
    findings.extend(not_asked(seen));
    findings.extend(errors(seen));
    // What was answered before any redirect: the strangers were not sent further.
    let own = exchange.legs.iter().find(|leg| !leg.sent.is_preflight).map(|leg| &leg.answer.response);
    if seen.by_call
        && let Some(own) = own
    {
        findings.extend(vary(fetch, own, seen));
    }
    findings
}

fn unanswered(seen: &Seen) -> Option<Finding> {
    let who = match seen.unanswered.as_slice() {
        [] => return None,
        [one, two, three, _, ..] => {
            format!("{one}, {two}, {three} and {} more", seen.unanswered.len() - 3)
        }
        few => few.join(", "),
    };
    Some(
        Finding::note("stranger_unanswered", format!("no answer to {who}"))
            .why("The call itself was answered. A server that hangs up on strangers lets none of them in, but it is not known what it would answer.")
            .help("look for a firewall or a rate limit in front of the server, and try again"),
    )
}

fn not_asked(seen: &Seen) -> Option<Finding> {
    let count = seen.not_asked;
    let finding = Finding::note(
        "strangers_not_asked",
        match seen.limit {
            Some(status) => {
                format!("the server limits the rate of requests ({status}): {count} origins were not tried")
            }
            None if count > 0 => format!("{count} origins were not tried: the probe stops at 60 requests"),
            None => return None,
        },
    );
    Some(
        finding.why("The findings say nothing about the origins that were not tried.").help(
            "probe again with a lower `--rate`; or with `--quick`, which tries the five that matter most",
        ),
    )
}

/// A check that throws for an origin that is not listed.
fn errors(seen: &Seen) -> Option<Finding> {
    let fails = |answer: &Response| answer.status >= 500;
    if seen.without_origin.as_ref().is_none_or(fails) || seen.strangers.is_empty() {
        return None;
    }
    let stranger =
        seen.strangers.iter().all(|stranger| fails(&stranger.answer)).then(|| &seen.strangers[0])?;
    Some(
        Finding::note("unlisted_origin_fails", format!("an origin that is not allowed is answered with an error ({})", stranger.answer.status))
            .why("No stranger gets in, but each of their requests counts as a fault of the server: logs and alarms blame the app.")
            .help("answer an origin that is not allowed without CORS headers, and do not throw"),
    )
}

/// The strangers that got in, one finding for each fault.
fn let_in(seen: &Seen) -> Vec<Finding> {
    let strangers: Vec<&Stranger> = seen.strangers.iter().filter(|stranger| stranger.is_let_in()).collect();
    // Reading with the user's cookies is worse, so it never counts as part of reading without them.
    let is_part = |stranger: &Stranger| {
        strangers.iter().any(|other| {
            stranger.kind.is_part_of(other.kind) && (other.with_credentials() || !stranger.with_credentials())
        })
    };
    let mut faults: Vec<Vec<&Stranger>> = Vec::new();
    for stranger in strangers.iter().copied().filter(|stranger| !is_part(stranger)) {
        let same = |fault: &&mut Vec<&Stranger>| {
            std::mem::discriminant(&fault[0].kind) == std::mem::discriminant(&stranger.kind)
        };
        match faults.iter_mut().find(same) {
            Some(fault) => fault.push(stranger),
            None => faults.push(vec![stranger]),
        }
    }
    faults.iter().map(|fault| of_fault(fault)).collect()
}

/// One fault, by those who get in by it.
fn of_fault(strangers: &[&Stranger]) -> Finding {
    // The one that gets most, and that most can be.
    let rank = |stranger: &&&Stranger| {
        let dot = if let Kind::OpenDot(dot) = stranger.kind { dot as u8 } else { 0 };
        (!stranger.with_credentials(), dot)
    };
    let worst = strangers.iter().min_by_key(rank).unwrap_or(&strangers[0]);
    let origin = &worst.origin;
    let with_credentials = worst.with_credentials();
    let reads = if with_credentials { "reads answers as the user" } else { "reads answers without cookies" };
    let others = match strangers.len() {
        1 => String::new(),
        count => format!(" and {} alike", count - 1),
    };
    let what = format!("{origin}{others} {reads}");
    let warning = |name| Finding::warning(name, what.clone());
    match worst.kind {
        Kind::Foreign if with_credentials => {
            Finding::warning("origin_reflected", format!("every site reads answers as the user: {origin} was allowed"))
                .why("Any site can use it. Most likely, the server sends back the origin of any request, so any page that a user visits can read their data.")
                .help("compare the origin with a list, as a whole; never send back one that is not on it")
        }
        Kind::Foreign => Finding::warning("origin_reflected", format!("every origin is sent back: {origin} was allowed"))
            .why("Any site can use it. Without credentials, this is the same as `*`. It becomes a hole as soon as somebody adds them.")
            .help("compare the origin with a list, as a whole"),
        Kind::Null => Finding::warning("null_allowed", format!("the origin `null` {reads}"))
            .why("Any site can use it: every sandboxed frame has that origin, and `<iframe sandbox=\"allow-scripts\">` makes one.")
            .help("remove `null` from the list, and serve the page that needs it from its own origin"),
        Kind::Substring => warning("substring_match")
            .why("Anybody with a domain can use it: most likely, the server looks for the trusted name anywhere in the origin.")
            .help("compare the origin as a whole; a regex must begin with `^` and end with `$`"),
        Kind::Prefix => warning("prefix_match")
            .why("Anybody with a domain can use it: most likely, the server checks only how the origin begins, and a stranger's name can begin like that.")
            .help("compare the origin as a whole; a regex must end with `$`"),
        Kind::Punctuation(_) => punctuation(strangers, what),
        Kind::Suffix => warning("suffix_match")
            .why("Anybody who registers such a domain can use it: most likely, the server checks only how the origin ends, and does not ask for a dot there.")
            .help("compare the origin as a whole; for subdomains, check the dot before the domain, too"),
        Kind::OpenDot(dot) => warning("open_dot")
            .why(open_dot(dot))
            .help("escape each dot of the regex, `\\.`; or compare the origin as a whole"),
        Kind::OtherSuffix => warning("other_suffix")
            .why("Anybody who registers the name under another top-level domain can use it: most likely, the server leaves open what comes after the name.")
            .help("write out the whole name, or each of the names that are yours"),
        Kind::Neighbor => warning("neighbor_allowed")
            .why("Anybody who registers a name next to the trusted one can use it: most likely, the server trusts a part of the name that strangers can have, too.")
            .help("list the names that are yours; a pattern may be open only to the left of a domain that is yours"),
        Kind::Sibling => Finding::note("subdomains_allowed", what)
            .why("Whoever controls one subdomain can use it: with a script injected into an old site, or a DNS entry that points to an abandoned service.")
            .help("list the subdomains that call, unless all of them are maintained as well as the API"),
        Kind::PlainHttp => warning("plain_http_allowed")
            .why("Somebody on the user's network can use it: they serve a page at that name without encryption, and read through it.")
            .help("allow the origin only with https"),
        Kind::OtherPort => Finding::note("other_port_allowed", what)
            .why("Whoever runs a service on another port of that host can use it.")
            .help("write the exact port, or none"),
        Kind::Loopback => warning("loopback_allowed")
            .why("Any program that serves a page on the user's own machine can use it, such as a development server or something that the user installed.")
            .help("allow loopback only in development"),
        Kind::LoopbackPrefix => warning("loopback_prefix")
            .why("Anybody with a domain can use it: most likely, the server looks for `localhost` at the beginning.")
            .help("compare the whole host with `localhost`, and only in development"),
        Kind::SharedDomain => warning("shared_domain_allowed")
            .why("Anybody with an account there can use it: they publish a page of their own under that domain.")
            .help("list the one name that is yours"),
    }
}

fn open_dot(dot: Dot) -> &'static str {
    match dot {
        Dot::Edge | Dot::Within => {
            "Anybody who registers that name can use it: most likely, a dot of the server's regex stands for any character."
        }
        Dot::Left => {
            "Whoever controls that subdomain can use it: most likely, a dot of the server's regex stands for any character."
        }
        Dot::Last => {
            "Nobody can register that name today, but a network may answer for it: most likely, a dot of the server's regex stands for any character."
        }
    }
}

/// Which browsers have a page at such a name (as of 2026-11): <https://chromestatus.com/feature/5074885224693760>.
fn punctuation(strangers: &[&Stranger], what: String) -> Finding {
    let letters: Vec<char> = strangers
        .iter()
        .filter_map(|stranger| match stranger.kind {
            Kind::Punctuation(letter) => Some(letter),
            _ => None,
        })
        .collect();
    let shown = letters.iter().map(|letter| format!("`{letter}`")).collect::<Vec<_>>().join(" ");
    let who = match letters.as_slice() {
        letters if letters.contains(&'_') => "in any browser",
        ['*'] => "in Safari",
        letters if letters.iter().any(|letter| "$+".contains(*letter)) => {
            "in Safari, Firefox, and Chromium since 119"
        }
        _ => "in Safari, and Chromium since 119",
    };
    Finding::warning("punctuation_match", what)
        .why(format!("Anybody with a domain can use it, {who}: a subdomain may have such characters, and most likely, the server takes {shown} for the end of the name."))
        .help("compare the origin as a whole; a regex must end with `$`")
}

/// Returns a finding if what a cache keeps for one does not fit another.
/// <https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches>
fn vary(fetch: &Fetch, own: &Response, seen: &Seen) -> Option<Finding> {
    let allow_origin = |answer: &Response| answer.get(Field::AllowOrigin);
    let others = seen.strangers.iter().map(|stranger| (stranger.origin.as_str(), &stranger.answer));
    let others = others.chain(seen.without_origin.iter().map(|answer| (NOBODY, answer)));
    let mut answers = vec![(fetch.origin(), own)];
    answers.extend(others);
    if answers.iter().all(|(_, answer)| allow_origin(answer) == allow_origin(own)) {
        return None;
    }
    let (whose, _) = answers.into_iter().find(|(_, answer)| !varies_by_origin(answer))?;
    Some(
        Finding::warning("vary_missing", format!("access-control-allow-origin depends on the origin, but the answer to {whose} has no `vary: Origin`"))
            .why("A cache gives one origin the answer made for another: pages are locked out at random, or a stranger's origin is served to all.")
            .help("send `vary: Origin` with every answer of this URL: to allowed origins, to others, and to requests without one"),
    )
}
