//! The automaton against a second opinion: what `regex-automata` says of the same regex.

use super::*;
use crate::engine::table::dfa::Dfa;
use alloc::format;
use alloc::string::String;
use proptest::prelude::*;
use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_automata::util::syntax;

fn automaton(pattern: &str) -> Automaton {
    Automaton::from_regex(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

#[test]
fn languages() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (r"https://a\.com", &["https://a.com"], &["https://a.com.", "xhttps://a.com", "", "https://a-com"]),
        (r"^https://a\.com$", &["https://a.com"], &["https://a.com\n"]),
        (r"\Ahttps://a\.com\z", &["https://a.com"], &["https://a.comx"]),
        (r"^ab$|^cd$", &["ab", "cd"], &["abcd", "abc", "acd"]),
        ("^ab|cd$", &["ab", "cd"], &["abx", "xcd"]),
        ("(?m)^ab$", &["ab"], &["x\nab", "ab\n"]),
        ("a^b", &[], &["ab", "a^b"]),
        ("a$b", &[], &["ab"]),
        ("(^|x)a", &["a", "xa"], &["xxa"]),
        (r"ab\b-c", &["ab-c"], &["abc"]),
        (r"ab\Bc", &["abc"], &["ab-c"]),
        (r"a\b", &["a"], &["a-"]),
        (r"a\B", &[], &["a"]),
        (r"-\b{start}a\b{end}", &["-a"], &["a"]),
        (r"\w", &["a", "Z", "_", "0"], &["-", "\u{e9}"]),
        (r"\W", &["-", "\n"], &["a", "\u{e9}"]),
        (r"[^a]", &["b"], &["a", "\u{e9}"]),
        (r"(?u)\w", &["a"], &["\u{e9}"]),
        (r"(?i)Ab", &["ab", "AB", "aB"], &["abc"]),
        (r"(?i:a)b", &["Ab", "ab"], &["aB"]),
        (r"(?:a(?i)b)c", &["aBc"], &["aBC", "ABc"]),
        (r"a(?i)b|c", &["aB", "C"], &["AB"]),
        (r"(?i)[^a]", &["b"], &["a", "A"]),
        (r"[^\x{17f}](?i)b", &["sb", "sB"], &["bc"]),
        (r"(?i)[[:upper:]]", &["a", "A"], &["-"]),
        (r"[a-\u{ff}]", &["a", "~"], &["A"]),
        (r"[a-z&&[^b]]", &["a", "c"], &["b"]),
        (r"[a-c--b]", &["a"], &["b"]),
        (r"[ab~~bc]", &["a", "c"], &["b"]),
        (r"(?x) a b # c", &["ab"], &["a b"]),
        (r"(?s).", &["\n"], &[]),
        (r".", &["a"], &["\n", "", "ab"]),
        (r"a{2,3}", &["aa", "aaa"], &["a", "aaaa"]),
        (r"a{2,}", &["aa", "aaaaa"], &["a"]),
        (r"a{0}b", &["b"], &["ab"]),
        (r"(a|b*)*c", &["c", "abac"], &["ab"]),
        (r"a+?", &["a", "aa"], &[""]),
        ("", &[""], &["a"]),
        ("(?-s)^*a", &["a"], &[]),
    ];
    for (pattern, accepted, refused) in cases {
        let automaton = automaton(pattern);
        let table = automaton.table().expect("a small table");
        let dfa = Dfa::new(&table).expect("a sound table");
        assert_eq!(table.len(), automaton.table_len(), "{pattern}: the size of the table");
        let all = accepted.iter().map(|word| (word, true));
        for (word, expected) in all.chain(refused.iter().map(|word| (word, false))) {
            assert_eq!(automaton.accepts(word.as_bytes()), expected, "{pattern} on {word:?}");
            assert_eq!(dfa.is_match(word.as_bytes()), expected, "the table of {pattern} on {word:?}");
        }
    }
}

#[test]
fn refusals() {
    use RegexErrorKind::{NonAscii, Syntax, TooBig};
    let cases = [
        ("https://(", Syntax, Some(8..9)),
        ("a**b{2", Syntax, Some(4..6)),
        ("(?=a)", Syntax, Some(0..3)),
        (r"(a)\1", Syntax, Some(3..5)),
        ("https://\u{e9}\\.fr", NonAscii, Some(8..10)),
        (r"https://\u{e9}\.fr", NonAscii, Some(8..14)),
        ("https://[\u{e9}\u{e8}]", NonAscii, Some(8..14)),
        // `\u{17f}` is a long s, and `\u{212a}` the sign for kelvins: under `(?i)` they are `s` and `k`.
        (r"(?i)[^\x{17f}]", NonAscii, Some(6..13)),
        (r"(?i)[^a-\x{17f}]", NonAscii, Some(6..15)),
        ("(?i)[^a\u{212a}]", NonAscii, Some(7..10)),
        (r"(?i)a[b-c&&[^\x{17f}]]", NonAscii, Some(13..20)),
        (r"\p{Greek}", NonAscii, Some(0..9)),
        (r"[\pL]", NonAscii, Some(1..4)),
        (r"a[^\x00-\x7f]", NonAscii, Some(1..13)),
        ("((a{1,1000}){1,1000}){1,1000}", TooBig, None),
        ("((((a{0,9}){0,99}){0,999}){0,9999}){0,99999}", TooBig, None),
        ("(((){1000}){1000}){1000}", TooBig, None),
        ("(||||||||||){60000}", TooBig, None),
        ("[ab]*a[ab]{30}", TooBig, None),
        (r"(\w{1,100}\.){1,1000}", TooBig, None),
    ];
    for (pattern, kind, span) in cases {
        let error = Automaton::from_regex(pattern).expect_err(pattern);
        assert_eq!((error.kind, error.span.clone()), (kind, span), "{pattern}: {error}");
        assert!(!error.message.contains('\n'), "{pattern}: {error}");
    }
}

#[test]
fn a_table_over_the_limit_is_refused_with_its_size() {
    let automaton = automaton("[ab]{10000}c{5000}");
    assert_eq!(automaton.table(), Err(TooBig::Table(automaton.table_len())));
    let error = RegexError::from(TooBig::Table(automaton.table_len()));
    assert!(error.message.contains("90268 bytes"), "{error}");
}

#[test]
fn equal_languages_are_equal_values() {
    let cases = [
        ("a|b", "[ab]"),
        ("aa*", "a+"),
        ("(a|b)*", "(a*b*)*"),
        ("abc|abd", "ab[cd]"),
        ("^a$", "a"),
        ("[^a]", "[^a&&[:ascii:]]"),
        ("a^b", "a$b"),
    ];
    for (left, right) in cases {
        let (left, right) = (automaton(left), automaton(right));
        assert_eq!(left, right);
        assert_eq!(left.table(), right.table());
    }
    assert_eq!(automaton("a^b"), Automaton::empty());
}

#[test]
fn shortest_then_first() {
    let cases = [("a|b|", Some("")), ("[b-y]x|b[x-z]|ccc", Some("bx")), ("a^b", None), ("z|aa", Some("z"))];
    for (pattern, expected) in cases {
        let found = automaton(pattern).shortest();
        assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{pattern}");
    }
}

#[test]
fn a_dead_state_ends_the_run() {
    let pattern = automaton(r"https://\w+\.example\.com");
    let table = pattern.table().expect("a small table");
    assert!(!Dfa::new(&table).expect("a sound table").is_match(&[b'h'; 65536]));
}

/// A regex from a small grammar over an alphabet in which words meet often.
fn regex() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => "[ab.:-]".prop_map(|byte| regex_syntax::escape(&byte)),
        4 => proptest::sample::select(&[
            ".", r"\w", r"\W", r"\d", "[a-c]", "[^a]", "[a.]", "[[:^alpha:]]", "(?i:A)", "(?i)",
            "^", "$", r"\b", r"\B", r"\b{start}", r"\b{end-half}", "",
        ][..]).prop_map(String::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            proptest::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (inner, proptest::sample::select(&["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"][..]))
                .prop_map(|(expr, times)| format!("(?:{expr}){times}")),
        ]
    })
}

fn second_opinion(pattern: &str) -> PikeVM {
    PikeVM::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(&format!(r"\A(?:{pattern})\z"))
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn means_what_the_regex_crate_means(
        pattern in regex(),
        words in proptest::collection::vec("[abA0.:\n-]{0,6}", 40),
    ) {
        let (automaton, vm) = (automaton(&pattern), second_opinion(&pattern));
        let table = automaton.table().expect("a small table");
        let dfa = Dfa::new(&table).expect("a sound table");
        let mut cache = vm.create_cache();
        for word in &words {
            let expected = vm.is_match(&mut cache, word.as_str());
            prop_assert_eq!(automaton.accepts(word.as_bytes()), expected, "{} on {:?}", pattern, word);
            prop_assert_eq!(dfa.is_match(word.as_bytes()), expected, "table of {} on {:?}", pattern, word);
        }
        if let Some(word) = automaton.shortest() {
            prop_assert!(vm.is_match(&mut cache, &word), "{} on its shortest {:?}", pattern, word);
            prop_assert!(words.iter().all(|other| {
                !automaton.accepts(other.as_bytes()) || (other.len(), other.as_bytes()) >= (word.len(), &word)
            }), "{}: not the shortest: {:?}", pattern, word);
        }
    }

    #[test]
    fn operations_are_those_of_sets(
        left in regex(),
        right in regex(),
        words in proptest::collection::vec("[ab.:-]{0,5}", 40),
    ) {
        let (l, r) = (automaton(&left), automaton(&right));
        let union = l.union(&r).expect("small");
        let intersection = l.intersection(&r).expect("small");
        let difference = l.difference(&r).expect("small");
        prop_assert_eq!(&union, &automaton(&format!("(?:{left})|(?:{right})")));
        prop_assert_eq!(&union.intersection(&l).expect("small"), &l);
        prop_assert!(l.is_subset_of(&union).expect("small"));
        prop_assert!(difference.intersection(&r).expect("small").is_empty());
        for word in words.iter().map(|word| word.as_bytes()) {
            let (in_left, in_right) = (l.accepts(word), r.accepts(word));
            prop_assert_eq!(intersection.accepts(word), in_left && in_right);
            prop_assert_eq!(difference.accepts(word), in_left && !in_right);
        }
    }
}
