//! Items that the expansions of the macros use. They are not part of the public interface.

use crate::Policy;
use crate::PolicySet;
use crate::engine::image::NOTHING;

/// The compiled policy behind an image.
pub const fn policy(image: &'static [u8]) -> Policy {
    Policy::compiled(image)
}

/// The static that `cors_policy!` declares.
pub const fn policy_set(production: Policy, development: Option<Policy>) -> PolicySet {
    PolicySet::new(production, development)
}

/// Stands in for a policy with mistakes, so that the code that uses the policy does not cause further errors.
pub const fn nothing() -> PolicySet {
    policy_set(policy(&NOTHING), None)
}

/// Returns whether a compiled policy allows this method: used to check a route against its policy.
pub const fn allows_method(policy: &Policy, method: &str) -> bool {
    policy.compiled_allows_method(method)
}

/// The bytes that `cors_policy!` puts into the binary for a policy.
#[cfg(feature = "alloc")]
pub fn image(policy: &Policy) -> &[u8] {
    policy.image()
}

/// Settings as a macro reads them, before their types are checked.
#[cfg(feature = "alloc")]
pub mod build {
    pub use crate::compile::language::REASON;
    pub use crate::compile::rules::settings::{meant_key, meant_mode, meant_rule};
    pub use crate::compile::rules::types::is_list;
    pub use crate::compile::written::{Expected, Written, push};

    /// The registrable domains of a regex that breaks no rule on its own. `None` if it lets in more than domains can say.
    #[cfg(feature = "regex")]
    pub fn regex_domains(regex: &str) -> Option<alloc::collections::BTreeSet<alloc::string::String>> {
        crate::compile::regex::advice::Prover::default().domains(regex)
    }

    /// Returns whether `name` is the name of a header that is known to the rules.
    pub fn is_known_header(name: &str) -> bool {
        crate::explain::misspelled::is_known_header(name)
    }
}

/// The words of a policy, as items of the same names. An expansion mentions each with the user's span, so that editors find the
/// documentation.
pub mod words {
    /// The keys, and the blocks.
    pub mod keys {
        pub use crate::Key::{
            Credentials as credentials, Expect as expect, Expose as expose, Headers as headers,
            Hosts as hosts, MaxAge as max_age, Methods as methods, Origins as origins,
            PreflightStatus as preflight_status, PrivateNetwork as private_network, Timing as timing,
        };
        pub use crate::Mode::{Development as development, Production as production};
    }

    /// The rules, as `expect` names them.
    pub mod rules {
        pub use crate::Rule::{
            AnyExposeWithCredentials as any_expose_with_credentials,
            AnyHeaderWithCredentials as any_header_with_credentials, AnyHost as any_host,
            AnyMethodWithCredentials as any_method_with_credentials, AnyOrigin as any_origin,
            AnyOriginWithCredentials as any_origin_with_credentials, DuplicateEntry as duplicate_entry,
            EmptyOrigins as empty_origins, ForbiddenMethod as forbidden_method,
            HeaderFamily as header_family, InertEntry as inert_entry, InsecureOrigin as insecure_origin,
            InvalidHeader as invalid_header, InvalidHost as invalid_host, InvalidMaxAge as invalid_max_age,
            InvalidMethod as invalid_method, InvalidOrigin as invalid_origin, InvalidRegex as invalid_regex,
            InvalidStatus as invalid_status, LoopbackOrigin as loopback_origin,
            MisspelledName as misspelled_name, NullOrigin as null_origin, PrivateNetwork as private_network,
            PublicSuffix as public_suffix, RedundantOrigin as redundant_origin,
            UnboundedRegex as unbounded_regex, UnfulfilledExpectation as unfulfilled_expectation,
            UnknownKey as unknown_key, UnknownRule as unknown_rule, WrongHeader as wrong_header,
            WrongType as wrong_type,
        };
    }

    /// The words that occur in values.
    #[expect(non_upper_case_globals, reason = "they are spelled as a policy spells them")]
    pub mod values {
        /// Everything, instead of a list: `origins: any`. With credentials, it is refused where it would give users' data to
        /// strangers.
        pub const any: () = ();
        /// `regex("…")`: the origins that a regular expression matches from end to end.
        pub const regex: () = ();
        /// `file("partners.txt")`: origins from a file next to the manifest, one per line, `#` for comments. The policy is
        /// rebuilt when the file changes.
        pub const file: () = ();
        /// `reason = "…"`: why a rule may fire here. The next reader of the policy will want to know.
        pub const reason: () = ();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "alloc")]
    fn every_key_and_every_rule_is_a_word() {
        let source = include_str!("__private.rs");
        let names = crate::Key::ALL.into_iter().map(crate::Key::name);
        for name in names.chain(crate::Rule::all().map(crate::Rule::name)) {
            let mut ends = [",", "}", ";", "\n"].into_iter().map(|end| alloc::format!(" as {name}{end}"));
            assert!(ends.any(|word| source.contains(&word)), "`{name}` is not among the words");
        }
    }

    #[test]
    fn nothing_allows_nothing() {
        let set = nothing();
        let policy = set.production();
        assert!(!policy.allows_origin(b"null") && !policy.allows_origin(b"https://app.example"));
        assert!(!policy.allows_method(b"GET") && !policy.allows_header(b"accept"));
        assert!(set.get(crate::Mode::Development).is_none());
    }
}
