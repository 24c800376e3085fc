//! What their server-side scripts answer, as far as the pages about CORS ask them. Each wants the fields that it wants, sound or not.

mod cors;
mod fetch;
mod xhr;

use super::answer::Answer;
use super::asked::Asked;
use super::stash::Stash;

pub(super) type Handler = fn(&Asked, &Stash) -> Answer;

/// The handler at a path.
pub(super) fn find(path: &str) -> Option<Handler> {
    let handlers = [
        ("/fetch/api/resources/", fetch::HANDLERS),
        ("/xhr/resources/", xhr::HANDLERS),
        ("/cors/resources/", cors::HANDLERS),
    ];
    let (name, handlers) =
        handlers.into_iter().find_map(|(folder, handlers)| Some((path.strip_prefix(folder)?, handlers)))?;
    handlers.iter().find(|(handler, _)| *handler == name).map(|(_, handler)| *handler)
}

/// The fields that let the page in that asks, and no other.
fn allows_asker(asked: &Asked) -> Answer {
    Answer::empty().with_some("Access-Control-Allow-Origin", asked.origin())
}

/// The same with credentials.
fn allows_asker_with_credentials(asked: &Asked) -> Answer {
    allows_asker(asked).with("Access-Control-Allow-Credentials", "true")
}

fn allows_all() -> Answer {
    Answer::empty().with("Access-Control-Allow-Origin", "*")
}

fn text(body: impl Into<Vec<u8>>) -> Answer {
    Answer::new(body).with("Content-Type", "text/plain")
}

/// A parameter that is a number.
fn number(asked: &Asked, key: &str) -> Option<u16> {
    asked.get(key)?.parse().ok()
}
