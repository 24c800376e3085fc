//! Counts the transitions of automata, for tests that limit the work of judging a regex. Time would differ between machines.

use core::cell::Cell;

std::thread_local! {
    static DONE: Cell<usize> = const { Cell::new(0) };
}

pub(crate) fn add(transitions: usize) {
    DONE.set(DONE.get() + transitions);
}

/// How many transitions this thread has gone through while `task` ran.
pub(crate) fn of<T>(task: impl FnOnce() -> T) -> usize {
    let before = DONE.get();
    task();
    DONE.get() - before
}
