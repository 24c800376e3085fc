//! Families of request headers, such as `x-stainless-*`: all longer names with that prefix.
//!
//! The table is a sorted list of prefixes, none of which is a prefix of another. So a name can begin with only one of them:
//! the last that does not sort after the name.

use super::set::{Set, spare_order};
use crate::engine::standard;

/// Returns whether `name`, in any case, belongs to a family.
pub(crate) fn contain(beginnings: Set<'_>, name: &[u8]) -> bool {
    let (mut low, mut high) = (0, beginnings.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(beginning) = beginnings.entry(middle) else { return false };
        if spare_order(beginning.iter(), name.iter()).is_gt() {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let beginning = low.checked_sub(1).and_then(|last| beginnings.entry(last));
    beginning.is_some_and(|beginning| {
        name.len() > beginning.len()
            && name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
            && standard::is_token(name)
    })
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use crate::compile::perfect_hash;

    #[test]
    fn a_name_is_of_a_family_that_it_begins_with() {
        let bytes = perfect_hash::list(&["a-", "x-app-", "x-app2-", "x-b-", "x-stainless-"]);
        for (name, is_of_one) in [
            ("x-stainless-lang", true),
            ("X-Stainless-Lang", true),
            ("x-stainless-*", true),
            ("x-stainless-", false),
            ("x-stainless", false),
            ("x-stainlessa", false),
            ("x-stainless-a b", false),
            ("x-app-a", true),
            ("x-app2-a", true),
            ("x-app3-a", false),
            ("x-apq", false),
            ("a--", true),
            ("a-", false),
            ("", false),
            ("zz-a", false),
        ] {
            assert_eq!(contain(Set::new(&bytes), name.as_bytes()), is_of_one, "{name}");
        }
        assert!(!contain(Set::new(b""), b"x-app-a"));
        for cut in 0..bytes.len() {
            let _ = contain(Set::new(&bytes[..cut]), b"x-app-a");
        }
    }
}
