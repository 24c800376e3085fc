//! In a debug build, logs once for each method and header that development allows and production will refuse.
//!
//! Any page can ask a development server for any name, so the number of names that are remembered and logged is bounded.

use std::collections::BTreeSet;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use cors_engine::adapter::{Escaped, RefusedName, refused_names};
use cors_engine::{Key, Policy, Request};

/// The most names that are logged for one policy.
const MOST_NAMES: usize = 64;
/// The longest name that is logged, in bytes. Those that pages send are far shorter.
const LONGEST_NAME: usize = 128;

/// Names, each with the key whose list lacks it.
type Names = BTreeSet<(Key, Vec<u8>)>;

/// The names that have been logged, by the address of the production policy.
static SAID: Mutex<Vec<(usize, Names)>> = Mutex::new(Vec::new());

/// Looks at a preflight that a development policy allows.
#[cold]
pub(crate) fn preflight(production: &Policy, request: &Request<'_>) {
    for refused in refused_names(production, request) {
        match note(production, &refused) {
            Noted::Known => {}
            Noted::New => tracing::warn!(
                key = refused.key().name(),
                name = display(Escaped(refused.name())),
                "allowed here, but not by the production policy: {refused}"
            ),
            Noted::TooMany => tracing::warn!(
                "the production policy refuses more than {MOST_NAMES} names that are allowed here: the rest are not logged"
            ),
        }
    }
}

enum Noted {
    Known,
    New,
    TooMany,
}

fn note(production: &Policy, refused: &RefusedName<'_>) -> Noted {
    if refused.name().len() > LONGEST_NAME {
        return Noted::Known;
    }
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let address = ptr::from_ref(production).addr();
    let position = said.iter().position(|(policy, _)| *policy == address).unwrap_or_else(|| {
        said.push((address, Names::new()));
        said.len() - 1
    });
    let names = &mut said[position].1;
    // One more than are logged, so that the end is logged once.
    if names.len() > MOST_NAMES {
        return Noted::Known;
    }
    let name = match refused.key() {
        Key::Headers => refused.name().to_ascii_lowercase(),
        _ => refused.name().to_vec(),
    };
    match names.insert((refused.key(), name)) {
        false => Noted::Known,
        true if names.len() > MOST_NAMES => Noted::TooMany,
        true => Noted::New,
    }
}
