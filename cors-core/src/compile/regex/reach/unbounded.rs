//! The text of `unbounded_regex`: the verdict on a regex, in words.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{MAX_DOMAINS, Reason, RepairKind, Verdict, Witness, registrable};
use crate::Rule;
use crate::compile::regex::automaton::Automaton;
use crate::compile::regex::origin_language::BrowserOrigins;
use crate::compile::rules::report::Finding;

/// The registrable domains of a regex, or what is wrong with it. The caller, who knows what was meant, adds what to do.
pub(crate) fn judge(
    text: &str,
    language: &Automaton,
    origins: &BrowserOrigins,
) -> Result<BTreeSet<String>, Box<(Finding, Option<Reason>)>> {
    match super::decide(text, language, origins) {
        Ok(Verdict::Bounded { domains }) => Ok(domains),
        Ok(Verdict::Unbounded(witness)) => Err(Box::new((finding(&witness), Some(witness.reason)))),
        Err(error) => {
            let why = "A regex is only trusted once it is decided which origins it accepts.";
            Err(Box::new((Finding::new(Rule::UnboundedRegex, error.message, why).help(error.help), None)))
        }
    }
}

fn finding(witness: &Witness) -> Finding {
    let origin = &witness.origin;
    let message = match witness.reason {
        Reason::Scheme => format!("the regex accepts `{origin}`, which is not encrypted"),
        Reason::LocalNetwork => {
            format!("the regex accepts `{origin}`, which is in a local network and not encrypted")
        }
        Reason::LocalAddress => {
            format!("the regex accepts `{origin}`, which is an address of a local network")
        }
        Reason::Extension => format!("the regex accepts `{origin}`, which is an extension of the browser"),
        Reason::OtherScheme => format!("the regex accepts `{origin}`, which is no page of the web"),
        Reason::TooManyDomains => {
            format!("the regex accepts origins of more than {MAX_DOMAINS} domains, `{origin}` among them")
        }
        _ => format!("the regex accepts `{origin}`, which a stranger could have"),
    };
    Finding::new(Rule::UnboundedRegex, message, why(&witness.reason)).witness(origin)
}

fn why(reason: &Reason) -> String {
    match reason {
        Reason::OpenDomain { domain } => {
            format!("The regex does not spell out the registrable domain: whoever registers `{domain}` is let in.")
        }
        Reason::PublicSuffix { suffix } => {
            format!("Anyone can have a name under `{suffix}`: whoever takes one that the regex accepts is let in.")
        }
        Reason::SharedSuffix { under } => {
            format!("Every name under `{under}` is a public suffix (publicsuffix.org): whoever has another one is let in.")
        }
        Reason::UnlistedSuffix { suffix } => {
            format!("`{suffix}` is on no list of names that are registered, so nobody knows who can have a name there.")
        }
        Reason::OpenAddress => "The regex does not spell out the address: whoever has another one is let in.".into(),
        Reason::TooManyDomains => "So many domains are no list that anybody has looked through.".into(),
        Reason::Scheme => {
            "Anyone between the user and that page can put a script into it, and read through it what this service answers.".into()
        }
        Reason::LocalNetwork | Reason::LocalAddress => {
            "Every local network has such addresses: wherever a user goes, a device there is let in.".into()
        }
        Reason::Extension => {
            "An extension has another id in each installation, or one for each author, so this stands for all of them: whoever gets a user to install one is let in.".into()
        }
        Reason::OtherScheme => {
            "A regex stands for pages of the web. An app with a scheme of its own has one origin, which is an entry of its own.".into()
        }
    }
}

/// What to do if no other text is known.
pub(crate) fn help(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::PublicSuffix { suffix } => {
            format!("list the origins under `{suffix}` that are yours, one by one")
        }
        Reason::SharedSuffix { under } => {
            format!("list the hosts under `{under}` that are yours, one by one")
        }
        Reason::TooManyDomains => "list the origins instead".into(),
        Reason::OpenAddress => "spell out the addresses".into(),
        Reason::Scheme => "begin the regex with `https://`".into(),
        Reason::LocalNetwork | Reason::LocalAddress => "list the addresses that are yours, one by one".into(),
        Reason::OtherScheme => "list the app's origin as an entry, in quotes and without `^` and `$`".into(),
        Reason::Extension => return None,
        _ => {
            "spell out the registrable domain with its dots escaped, and let only what stands left of it vary"
                .into()
        }
    })
}

/// What was fixed, to put before the text to write.
pub(crate) fn slips(kinds: &[RepairKind]) -> String {
    let slips = kinds.iter().map(|kind| match kind {
        RepairKind::Https => "the scheme must be https",
        RepairKind::EscapeDot => "an unescaped dot is any byte",
        RepairKind::SeparateLabel => "a dot is missing before the domain",
        RepairKind::GroupAlternation => "the alternatives need a group",
        RepairKind::SpellOut => "the domain must be spelled out",
    });
    let slips: Vec<_> = slips.collect();
    if slips.is_empty() { String::new() } else { format!("{}: ", slips.join(", ")) }
}

/// The finding with the domain as its reason instead of the public suffix: if it can be fixed, the suffix is not at fault.
pub(crate) fn reword(finding: Finding, witness: &str) -> Finding {
    match registrable(super::witness::host(witness)) {
        Some(found) => finding.because(why(&Reason::OpenDomain { domain: found.domain })),
        None => finding,
    }
}
