//! A policy that a layer holds, and where it came from.

use std::ops::Deref;
use std::sync::Arc;

use cors_engine::{Mode, Policy, PolicySet};

/// A policy that lives as long as its holder.
#[derive(Clone)]
pub(crate) enum Held {
    /// With the set that declares it and the mode that it is for, if `cors_policy!` declares it.
    Static(&'static Policy, Option<(Mode, &'static PolicySet)>),
    Shared(Arc<Policy>),
}

impl Held {
    /// The mode that `cors_policy!` declares it for.
    pub(crate) fn mode(&self) -> Option<Mode> {
        match self {
            Self::Static(_, declared) => declared.map(|(mode, _)| mode),
            Self::Shared(_) => None,
        }
    }

    /// Returns whether it is the `development` block of a `cors_policy!`.
    pub(crate) fn is_development(&self) -> bool {
        self.mode() == Some(Mode::Development)
    }

    /// The policy that holds in production, if this one is for development.
    pub(crate) fn production(&self) -> Option<&'static Policy> {
        match self {
            Self::Static(_, Some((Mode::Development, set))) => Some(set.production()),
            _ => None,
        }
    }
}

impl Deref for Held {
    type Target = Policy;

    #[inline]
    fn deref(&self) -> &Policy {
        match self {
            Self::Static(policy, _) => policy,
            Self::Shared(policy) => policy,
        }
    }
}
