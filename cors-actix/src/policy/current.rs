//! A worker's policies: baked once, and again when one of them is swapped.

#[cfg(feature = "reload")]
use std::cell::RefCell;
use std::rc::Rc;
#[cfg(feature = "reload")]
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
#[cfg(feature = "reload")]
use cors_engine::Policy;

#[cfg(feature = "reload")]
use crate::held::Held;
use crate::policy::baked::Baked;
use crate::policy::paths::Paths;
#[cfg(feature = "reload")]
use crate::policy::reload::Reloadable;
#[cfg(feature = "reload")]
use crate::policy::source::Kind;
use crate::policy::source::Source;

/// The policies of a layer in one worker.
pub(crate) enum Current {
    Fixed(Rc<Baked>),
    #[cfg(feature = "reload")]
    Swapped {
        paths: Paths,
        reloadables: Vec<Reloadable>,
        last: RefCell<Last>,
    },
}

/// The policies that were prepared last, and what was prepared from them.
#[cfg(feature = "reload")]
pub(crate) struct Last {
    /// Those that can be swapped, in the order of `reloadables`.
    policies: Vec<Arc<Policy>>,
    baked: Rc<Baked>,
}

impl Current {
    pub(crate) fn new(paths: &Paths) -> Self {
        #[cfg(feature = "reload")]
        {
            let reloadables: Vec<_> = paths.sources().filter_map(Source::reloadable).cloned().collect();
            if !reloadables.is_empty() {
                let last = RefCell::new(Last::bake(paths, Reloadable::current));
                return Self::Swapped { paths: paths.clone(), reloadables, last };
            }
        }
        Self::Fixed(Rc::new(Baked::new(paths, Source::now)))
    }

    /// The policies, if none of them can be swapped.
    pub(crate) fn fixed(&self) -> Option<&Rc<Baked>> {
        match self {
            Self::Fixed(baked) => Some(baked),
            #[cfg(feature = "reload")]
            Self::Swapped { .. } => None,
        }
    }

    /// The policies for this request. If the host was checked by a policy that can be swapped, the same one is used here.
    #[cfg_attr(not(feature = "reload"), expect(unused_variables, reason = "nothing can be swapped"))]
    pub(crate) fn of(&self, request: &ServiceRequest) -> Rc<Baked> {
        match self {
            Self::Fixed(baked) => Rc::clone(baked),
            #[cfg(feature = "reload")]
            Self::Swapped { paths, reloadables, last } => {
                let now = |reloadable: &Reloadable| reloadable.of(request);
                let mut last = last.borrow_mut();
                // The held `Arc` keeps the address from being reused, so `ptr_eq` is sound.
                let is_same = |(reloadable, last): (&Reloadable, _)| reloadable.holds(request, last);
                if !reloadables.iter().zip(&last.policies).all(is_same) {
                    *last = Last::bake(paths, now);
                }
                Rc::clone(&last.baked)
            }
        }
    }
}

#[cfg(feature = "reload")]
impl Last {
    /// Each policy is read once, and both noted and prepared. With two reads, a policy that is swapped in and out again
    /// between them, as on a rollback, would be prepared and then stay for good.
    fn bake(paths: &Paths, now: impl Fn(&Reloadable) -> Arc<Policy>) -> Self {
        let mut policies = Vec::new();
        let baked = Baked::new(paths, |source| match &source.0 {
            Kind::Fixed(held) => held.clone(),
            Kind::Reloadable(reloadable) => {
                let policy = now(reloadable);
                policies.push(Arc::clone(&policy));
                Held::Shared(policy)
            }
        });
        Self { policies, baked: Rc::new(baked) }
    }
}

#[cfg(all(test, feature = "reload", feature = "config"))]
mod tests {
    use cors_engine::{Block, Config, Mode};

    use super::*;
    use crate::path::normalize::Spelling;

    #[test]
    fn a_policy_that_comes_and_goes_meanwhile_does_not_stay() {
        let policy = |origin: &str| {
            let config = Config::new(Block::new().origins([origin]));
            Arc::new(config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}")))
        };
        let (old, new) = (policy("https://old.example"), policy("https://new.example"));
        let reloadable = Reloadable::new(Arc::clone(&old));
        let paths = Paths::everywhere(Source::from(&reloadable));
        // The new one is there while this is baked, and gone again afterwards.
        let racing = Last::bake(&paths, |reloadable| {
            reloadable.swap(Arc::clone(&new));
            let seen = reloadable.current();
            reloadable.swap(Arc::clone(&old));
            seen
        });
        assert!(Arc::ptr_eq(&reloadable.current(), &old));
        let current = Current::Swapped { paths, reloadables: vec![reloadable], last: RefCell::new(racing) };
        let request = actix_web::test::TestRequest::default().to_srv_request();
        let baked = current.of(&request);
        let answers = baked.choose("/", Spelling::Kept).expect("it is one policy");
        assert!(answers.policy().allows_origin(b"https://old.example"), "{:?}", answers.policy());
    }
}
