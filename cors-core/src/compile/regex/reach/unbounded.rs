//! What `unbounded_regex` says: the verdict on a regex, put into words.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use crate::Rule;
use crate::compile::regex::origin_language::Origins;
use crate::compile::regex::reach::Verdict;
use crate::compile::rules::report::Finding;

/// The registrable domains of a regex, or what is wrong with it.
pub(crate) fn judge(text: &str, origins: &Origins) -> Result<BTreeSet<String>, Finding> {
    match super::judge(text, origins) {
        Ok(Verdict::Bounded { domains }) => Ok(domains),
        Ok(Verdict::Unbounded(witness)) => Err(words::finding(text, &witness)),
        Err(error) => {
            let why = "Whom a regex lets in must be decided before it is trusted.";
            Err(Finding::new(Rule::UnboundedRegex, error.message, why).help(error.help))
        }
    }
}

mod words {
    use super::*;
    use crate::compile::regex::reach::{MAX_DOMAINS, Reason, RepairKind, Witness};

    pub(super) fn finding(text: &str, witness: &Witness) -> Finding {
        let origin = &witness.origin;
        let message = match witness.reason {
            Reason::Scheme => format!("the regex accepts `{origin}`, which is not encrypted"),
            Reason::TooManyDomains => {
                format!("the regex accepts origins of more than {MAX_DOMAINS} domains, `{origin}` among them")
            }
            _ => format!("the regex accepts `{origin}`, which a stranger could have"),
        };
        Finding::new(Rule::UnboundedRegex, message, why(&witness.reason)).help(help(text, witness))
    }

    fn why(reason: &Reason) -> String {
        match reason {
            Reason::OpenDomain { domain } => {
                format!("The regex does not spell out the registrable domain: whoever registers `{domain}` is let in.")
            }
            Reason::PublicSuffix { suffix } => {
                format!("Anyone can have a name under `{suffix}`, which is a public suffix (publicsuffix.org).")
            }
            Reason::SharedSuffix { under } => {
                format!("Every name under `{under}` is a public suffix (publicsuffix.org): whoever has another one is let in.")
            }
            Reason::UnlistedSuffix { suffix } => {
                format!("`{suffix}` is not on the public suffix list, so that nobody knows who can have a name there.")
            }
            Reason::OpenAddress => "The regex does not spell out the address: whoever has another one is let in.".into(),
            Reason::TooManyDomains => "So many domains are no list that anybody has looked through.".into(),
            Reason::Scheme => {
                "Whoever is between the user and that page can put a script into it, and read through it what this service answers.".into()
            }
        }
    }

    fn help(text: &str, witness: &Witness) -> String {
        let Some(repair) = &witness.repair else {
            return match &witness.reason {
                Reason::PublicSuffix { suffix } => format!("name your own domain under `{suffix}`"),
                Reason::SharedSuffix { under } => format!("name your own host under `{under}`"),
                Reason::TooManyDomains => "list the origins instead".into(),
                Reason::OpenAddress => "spell out the addresses".into(),
                Reason::Scheme => {
                    "begin the regex with `https://`; an origin of another scheme is an entry of its own, not a regex".into()
                }
                _ => format!(
                    "spell out the registrable domain with its dots escaped, and let only what stands left of it vary: not `{text}`"
                ),
            };
        };
        let slips = repair.kinds.iter().map(|kind| match kind {
            RepairKind::Https => "the scheme must be https",
            RepairKind::EscapeDot => "an unescaped dot is any byte",
            RepairKind::SeparateLabel => "a dot is missing before the domain",
            RepairKind::GroupAlternation => "the alternatives need a group",
            RepairKind::SpellOut => "the domain must be spelt out",
        });
        let slips: alloc::vec::Vec<_> = slips.collect();
        format!("{}: write regex(r\"{}\")", slips.join(", "), repair.pattern)
    }
}
