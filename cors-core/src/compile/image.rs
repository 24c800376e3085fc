//! Turns a checked policy into an image: the only code that writes what `engine` reads.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::pattern::OriginPattern;
use super::rules::regexes::Regexes;
use super::rules::{Checked, HostCheck};
use crate::compile::perfect_hash;
use crate::engine::image::{FORMAT, HEADER, Section, flag};
use crate::engine::standard;
use crate::engine::table::names::SEPARATOR;
use crate::engine::table::origins::Pattern;
use crate::engine::table::{hosts, set};

/// The image of a policy.
pub(crate) fn image(checked: &Checked) -> Vec<u8> {
    let sections: [Vec<u8>; Section::COUNT] = ALL.map(|section| write(section, checked));
    let mut words = Vec::with_capacity(HEADER);
    words.extend([FORMAT, flags(checked), checked.preflight_status.into()]);
    let mut end = HEADER * 4;
    for section in &sections {
        end += section.len();
        words.push(end as u32);
    }
    let mut image: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    image.extend(sections.into_iter().flatten());
    image
}

/// The sections in their order.
const ALL: [Section; Section::COUNT] = [
    Section::Methods,
    Section::Headers,
    Section::Expose,
    Section::MaxAge,
    Section::Names,
    Section::Families,
    Section::Exact,
    Section::Patterns,
    Section::Dfa,
    Section::Regexes,
    Section::Domains,
    Section::Hosts,
];

fn write(section: Section, checked: &Checked) -> Vec<u8> {
    match section {
        Section::Methods => joined(&checked.methods, "*").into_bytes(),
        Section::Headers => joined(&checked.headers, &any_header()).into_bytes(),
        Section::Expose => joined(&checked.expose, "*").into_bytes(),
        Section::MaxAge => {
            checked.max_age.map(|seconds| seconds.to_string()).unwrap_or_default().into_bytes()
        }
        Section::Names => {
            let mut names: Vec<&str> =
                headers(checked).filter(|name| standard::family(name).is_none()).collect();
            // As browsers ask for them: see `names::InTurn`.
            names.sort_unstable();
            perfect_hash::set(&names, set::hash)
        }
        Section::Families => perfect_hash::list(&families(checked)),
        Section::Exact => perfect_hash::set(&origins(checked, true), set::hash),
        Section::Patterns => {
            perfect_hash::set(&origins(checked, false), |key, text| Pattern::read(text).hash(key))
        }
        Section::Dfa => regexes(checked).map(|regexes| regexes.table.clone()).unwrap_or_default(),
        Section::Regexes => perfect_hash::list(regexes(checked).map_or(&[], |regexes| &regexes.texts)),
        Section::Domains => {
            regexes(checked).map_or(String::new(), |regexes| regexes.domains.join(SEPARATOR)).into_bytes()
        }
        Section::Hosts => match &checked.hosts {
            HostCheck::Listed(listed) => perfect_hash::set(listed, hosts::hash_entry),
            HostCheck::None | HostCheck::Any => Vec::new(),
        },
    }
}

/// The standard's `*` leaves one name out. Here, `any` really means any.
fn any_header() -> String {
    format!("*{SEPARATOR}{}", standard::NON_WILDCARD_HEADER)
}

fn joined(names: &Option<Vec<String>>, any: &str) -> String {
    names.as_ref().map_or_else(|| any.into(), |names| names.join(SEPARATOR))
}

fn headers(checked: &Checked) -> impl Iterator<Item = &str> {
    checked.headers.iter().flatten().map(String::as_str)
}

/// The prefixes of the families, sorted. A prefix of another prefix stands for both.
fn families(checked: &Checked) -> Vec<&str> {
    let mut beginnings: Vec<&str> = headers(checked).filter_map(standard::family).collect();
    beginnings.sort_unstable();
    beginnings.dedup_by(|next, kept| next.starts_with(*kept));
    beginnings
}

fn regexes(checked: &Checked) -> Option<&Regexes> {
    checked.origins.as_ref().map(|origins| &origins.regexes).filter(|regexes| !regexes.texts.is_empty())
}

fn origins(checked: &Checked, exact: bool) -> Vec<&str> {
    let listed = checked.origins.iter().flat_map(|origins| &origins.patterns);
    listed.filter(|pattern| pattern.is_exact() == exact).map(OriginPattern::text).collect()
}

fn flags(checked: &Checked) -> u32 {
    [
        (checked.credentials, flag::CREDENTIALS),
        (checked.origins.is_none(), flag::ANY_ORIGIN),
        (checked.methods.is_none(), flag::ANY_METHOD),
        (checked.headers.is_none(), flag::ANY_HEADER),
        (checked.private_network, flag::PRIVATE_NETWORK),
        (checked.timing, flag::TIMING),
        (checked.hosts != HostCheck::None, flag::CHECKS_HOST),
        (checked.hosts == HostCheck::Any, flag::ANY_HOST),
    ]
    .into_iter()
    .filter(|(on, _)| *on)
    .fold(0, |flags, (_, flag)| flags | flag)
}
