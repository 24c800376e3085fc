//! Where page and server are: what a browser decides only by that, whatever the headers say.

use cors_engine::browser::Fetch;

use super::finding::Finding;
use super::place::{Place, Space, host_of, is_loopback, split_origin};

/// What can be told without an answer. `server` is the address space that the server is in.
pub(super) fn of_the_call(fetch: &Fetch, place: &Place, page: Space, server: Space) -> Vec<Finding> {
    let mut findings = Vec::new();
    if fetch.origin() == place.origin {
        findings.push(
            Finding::note("same_origin", "the page and the server have the same origin")
                .why("Browsers apply no CORS between them: the page may read the answer, and no header changes that. If the console still blames CORS, the page's origin is not the one that you think: `location.origin` there shows it.")
                .help("probe with the origin of another page, not the server's own"),
        );
        return findings;
    }
    findings.extend(mixed_content(fetch.origin(), place));
    findings.extend(local_network(fetch.origin(), page, server));
    findings
}

pub(super) fn mixed_content(page: &str, place: &Place) -> Option<Finding> {
    let host = split_origin(&place.origin).map(|(_, authority)| host_of(authority)).unwrap_or_default();
    if !page.starts_with("https://") || !place.origin.starts_with("http://") || is_loopback(host) {
        return None;
    }
    let finding = Finding::warning("mixed_content", format!("an https page calls {}", place.origin));
    let finding = finding.why("Browsers block that as mixed content, before CORS applies.");
    Some(
        finding.help(
            "serve the API over https, and call it with https; if it redirects from there, make it redirect to https",
        ),
    )
}

/// Local Network Access (as of 2026-11): Chromium since 142, Firefox since 153 in part.
/// <https://wicg.github.io/local-network-access/>
fn local_network(page: &str, from: Space, to: Space) -> Option<Finding> {
    let space = match to {
        _ if to <= from => return None,
        Space::Loopback => "loopback",
        _ => "local",
    };
    let console = format!(
        "If it is refused, the console says \"blocked by CORS policy: Permission was denied for this request to access the `{space}` address space\", and no header of the server changes that."
    );
    // A page that is not a secure context may not even ask.
    if page.starts_with("http://") {
        return Some(
            Finding::warning("local_network", format!("a public page calls the user's {space} network, without https"))
                .why(format!("Browsers with Local Network Access block that: only a page served over https may ask the user. {console}"))
                .help("serve the page over https, and ask the user to allow it; or serve it from the same network as the API"),
        );
    }
    Some(
        Finding::note("local_network", format!("a public page calls the user's {space} network"))
            .why(format!("Browsers with Local Network Access ask the user first. {console}"))
            .help("ask the user to allow it; or serve the page from the same network as the API"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_and_the_origin_tell() {
        use Space::{Local, Loopback, Public};
        for (page, url, from, to, wanted) in [
            ("https://app.example", "https://api.example/", Public, Public, &[][..]),
            ("https://app.example", "https://app.example/tasks", Public, Public, &["same_origin"]),
            ("https://app.example", "https://app.example/tasks", Public, Local, &["same_origin"]),
            ("https://app.example", "https://app.example:8443/", Public, Public, &[]),
            ("https://app.example", "http://api.example/", Public, Public, &["mixed_content"]),
            ("https://app.example", "http://localhost:8080/", Public, Loopback, &["local_network"]),
            ("https://app.example", "https://nas.example/", Public, Local, &["local_network"]),
            ("http://nas.example", "http://localhost/", Local, Loopback, &["local_network"]),
            ("http://localhost", "https://nas.example/", Loopback, Local, &[]),
            ("http://app.example", "http://api.example/", Public, Public, &[]),
            ("null", "http://api.example/", Public, Public, &[]),
        ] {
            let place = Place::parse(url).unwrap_or_else(|_| panic!("{url}"));
            let findings = of_the_call(&Fetch::new(page), &place, from, to);
            let names: Vec<&str> = findings.iter().map(|finding| finding.name).collect();
            assert_eq!(names, wanted, "{page} calls {url}");
        }
    }
}
