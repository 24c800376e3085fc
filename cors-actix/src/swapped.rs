//! A worker's view of policies that are swapped: baked again when another one is there.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cors_core::Policy;

use crate::cors::Policies;
use crate::reload::Reloadable;
use crate::service::Own;
use crate::source::Kind;

/// The policies of a layer of which one can be swapped, at least.
pub(crate) struct Swapped {
    reloadables: Vec<Reloadable>,
    bake: Box<dyn Fn() -> Own>,
    last: RefCell<Last>,
}

/// What was baked last, and from what.
struct Last {
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
        let bake = Box::new(move || policies.bake().0);
        let last = RefCell::new(Last::bake(&reloadables, &*bake));
        Some(Self { reloadables, bake, last })
    }

    /// The policies for a request that comes now.
    pub(crate) fn now(&self) -> Rc<Own> {
        let mut last = self.last.borrow_mut();
        // What is held here is not freed, so that no other policy can have come to lie at its place.
        let is_same = |(reloadable, last): (&Reloadable, _)| Arc::ptr_eq(&reloadable.load(), last);
        if !self.reloadables.iter().zip(&last.policies).all(is_same) {
            *last = Last::bake(&self.reloadables, &*self.bake);
        }
        Rc::clone(&last.own)
    }
}

impl Last {
    /// If another policy comes in between the two, what is baked is newer than what is noted, and the
    /// next request finds out.
    fn bake(reloadables: &[Reloadable], bake: &dyn Fn() -> Own) -> Self {
        let policies = reloadables.iter().map(Reloadable::current).collect();
        Self { policies, own: Rc::new(bake()) }
    }
}
