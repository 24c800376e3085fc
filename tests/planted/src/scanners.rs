//! What the payload lists of other scanners find, as data: the origins that each tries, and when it reports one.
//!
//! As of 2026-11: projectdiscovery/nuclei-templates `http/vulnerabilities/generic/cors-misconfig.yaml` (29 payloads),
//! s0md3v/Corsy `core/tests.py` (8), chenjj/CORScanner `common/corscheck.py` (8). Only the lists are judged, not the
//! programs. Each makes its payloads from the name of the *server*; here they get the page's name instead, as if page and
//! server shared it, which finds more.

use std::net::SocketAddr;

use crate::server::{Answer, get};

/// A scanner's list.
#[derive(Clone, Copy, Debug)]
pub struct Scanner {
    /// What it is called.
    pub name: &'static str,
    /// The origins that it tries. `{}` stands for the host, `<>` for the registrable domain.
    payloads: &'static [&'static str],
    /// Does it report an origin only if credentials are allowed as well?
    wants_credentials: bool,
}

/// All of them.
pub const SCANNERS: [Scanner; 3] = [
    Scanner {
        name: "nuclei",
        payloads: &[
            "https://qwert<>",
            "http://qwert<>",
            "https://qwert.com",
            "https://{}.qwert.com",
            "https://{}qwert.com",
            "https://localhost.qwert.com",
            "http://localhost.qwert.com",
            "http://s<>",
            "https://{}_.qwert.com",
            "https://{}%60.qwert.com",
            "https://{}.$.qwert.com",
            "https://{}.~.qwert.com",
            "https://{}.=.qwert.com",
            "https://{}.+.qwert.com",
            "https://{}.&.qwert.com",
            "https://{}.*.qwert.com",
            "https://{}.).qwert.com",
            "https://{}.(.qwert.com",
            "https://{}.'.qwert.com",
            "https://{}.!.qwert.com",
            "https://{}.;.qwert.com",
            "https://{}.,.qwert.com",
            "https://{}.-.qwert.com",
            "https://{}._.qwert.com",
            "null",
            "https://qwert.<>",
            "http://qwert.<>",
            "https://{.a}",
            "http://{.a}",
        ],
        wants_credentials: true,
    },
    Scanner {
        name: "Corsy",
        payloads: &[
            "https://example.com",
            "https://{}.example.com",
            "https://d3v{}",
            "null",
            "https://{}_.example.com",
            "https://{}%60.example.com",
            "https://{.x}",
            "http://{}",
        ],
        wants_credentials: false,
    },
    Scanner {
        name: "CORScanner",
        payloads: &[
            "https://evil.com",
            "https://{}.evil.com",
            "https://evil<>",
            "null",
            "https://<-1>",
            "https://{:a}",
            "http://{}",
            "https://evil.{}",
        ],
        wants_credentials: false,
    },
];

impl Scanner {
    /// How many origins it tries.
    pub const fn count(&self) -> usize {
        self.payloads.len()
    }

    /// Returns whether it reports the server.
    pub fn finds(&self, address: SocketAddr, page: &str) -> bool {
        let host = page.split_once("://").map_or(page, |(_, authority)| authority);
        let host = host.split(':').next().unwrap_or(host);
        let payloads = self.payloads.iter().map(|payload| origin(payload, host));
        payloads
            .filter(|origin| origin != page)
            .any(|origin| get(address, &origin).is_ok_and(|answer| self.reports(&origin, &answer)))
    }

    fn reports(&self, origin: &str, answer: &Answer) -> bool {
        answer.field("access-control-allow-origin") == origin
            && (!self.wants_credentials || answer.field("access-control-allow-credentials") == "true")
    }
}

fn origin(payload: &str, host: &str) -> String {
    // As far as the pages of the bench go: two labels, three under `co.uk` and shared domains.
    let labels: Vec<&str> = host.split('.').collect();
    let count =
        if [".co.uk", ".github.io", ".vercel.app"].iter().any(|end| host.ends_with(end)) { 3 } else { 2 };
    let domain = labels[labels.len().saturating_sub(count)..].join(".");
    let last_dot =
        host.rfind('.').map_or(host.to_owned(), |dot| format!("{}a{}", &host[..dot], &host[dot + 1..]));
    // Corsy replaces the first dot, and none of a name that has but one.
    let first_dot = if labels.len() > 2 { host.replacen('.', "x", 1) } else { format!("{host}.invalid") };
    payload
        .replace("{.a}", &host.replace('.', "a"))
        .replace("{.x}", &first_dot)
        .replace("{:a}", &last_dot)
        .replace("<-1>", domain.get(1..).unwrap_or_default())
        .replace("{}", host)
        .replace("<>", &domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_of_a_host() {
        for (payload, wanted) in [
            ("https://qwert<>", "https://qwertmyapp.com"),
            ("https://{}_.qwert.com", "https://shop.myapp.com_.qwert.com"),
            ("https://{.a}", "https://shopamyappacom"),
            ("https://{.x}", "https://shopxmyapp.com"),
            ("https://{:a}", "https://shop.myappacom"),
            ("https://<-1>", "https://yapp.com"),
        ] {
            assert_eq!(origin(payload, "shop.myapp.com"), wanted, "{payload}");
        }
        assert_eq!(SCANNERS.map(|scanner| scanner.count()), [29, 8, 8]);
    }
}
