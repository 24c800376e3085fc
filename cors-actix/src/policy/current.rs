//! A worker's view of policies that are swapped: baked again when another one is there.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cors_engine::Policy;

use crate::policy::baked::{Own, Policies};
use crate::policy::reload::Reloadable;
use crate::policy::source::{Held, Kind};

/// The policies of a layer of which one can be swapped, at least.
pub(crate) struct Swapped {
    reloadables: Vec<Reloadable>,
    bake: Box<dyn Fn() -> Last>,
    last: RefCell<Last>,
}

/// What was baked last, and from what.
struct Last {
    /// Those that can be swapped, in the order of `reloadables`.
    policies: Vec<Arc<Policy>>,
    own: Rc<Own>,
}

impl Swapped {
    /// `None` if none of them can be swapped.
    pub(crate) fn new(policies: &impl Policies) -> Option<Self> {
        let reloadables: Vec<_> = policies
            .sources()
            .into_iter()
            .filter_map(|source| match &source.0 {
                Kind::Reloadable(reloadable) => Some(reloadable.clone()),
                Kind::Fixed(_) => None,
            })
            .collect();
        if reloadables.is_empty() {
            return None;
        }
        let policies = policies.clone();
        let bake = Box::new(move || Last::bake(&policies));
        let last = RefCell::new(bake());
        Some(Self { reloadables, bake, last })
    }

    /// The policies for a request that comes now.
    pub(crate) fn now(&self) -> Rc<Own> {
        let mut last = self.last.borrow_mut();
        // What is held here is not freed, so that no other policy can have come to lie at its place.
        let is_same = |(reloadable, last): (&Reloadable, _)| Arc::ptr_eq(&reloadable.load(), last);
        if !self.reloadables.iter().zip(&last.policies).all(is_same) {
            *last = (self.bake)();
        }
        Rc::clone(&last.own)
    }
}

impl Last {
    /// What is noted is what is baked. Were they read one after the other, a policy that comes in between and goes
    /// again, as on a rollback, would stay for good.
    fn bake(policies: &impl Policies) -> Self {
        let mut noted = Vec::new();
        let own = policies.bake_from(&mut |source| {
            let now = source.now();
            if let (Kind::Reloadable(_), Held::Shared(policy)) = (&source.0, &now) {
                noted.push(Arc::clone(policy));
            }
            now
        });
        Self { policies: noted, own: Rc::new(own.0) }
    }
}

#[cfg(test)]
mod tests {
    use cors_engine::{Block, Config, Mode};

    use super::*;
    use crate::policy::baked::Baked;
    use crate::policy::source::Source;

    /// Another policy comes while this one is baked.
    #[derive(Clone)]
    struct Racing {
        source: Source,
        swap: Rc<dyn Fn()>,
    }

    impl Policies for Racing {
        fn sources(&self) -> Vec<&Source> {
            vec![&self.source]
        }

        fn bake_from(&self, now: &mut dyn FnMut(&Source) -> Held) -> Baked {
            (self.swap)();
            let baked = self.source.bake_from(now);
            (self.swap)();
            baked
        }
    }

    #[test]
    fn a_policy_that_comes_and_goes_meanwhile_does_not_stay() {
        let policy = |origin: &str| {
            let config = Config::new(Block::new().origins([origin]));
            Arc::new(config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}")))
        };
        let (old, new) = (policy("https://old.example"), policy("https://new.example"));
        let reloadable = Reloadable::new(Arc::clone(&old));
        let swap = {
            let (reloadable, old, new) = (reloadable.clone(), Arc::clone(&old), Arc::clone(&new));
            move || {
                let next = if Arc::ptr_eq(&reloadable.current(), &old) { &new } else { &old };
                reloadable.swap(Arc::clone(next));
            }
        };
        let racing = Racing { source: Source::from(&reloadable), swap: Rc::new(swap) };
        let swapped = Swapped::new(&racing).expect("it can be swapped");
        assert!(Arc::ptr_eq(&reloadable.current(), &old));
        // The first look finds out, if need be; the swaps stop there.
        let quiet = Racing { swap: Rc::new(|| ()), ..racing };
        let swapped = Swapped { bake: Box::new(move || Last::bake(&quiet)), ..swapped };
        let Own::One(answers) = &*swapped.now() else { panic!("it is one policy") };
        assert!(answers.policy().allows_origin(b"https://old.example"), "{:?}", answers.policy());
    }
}
