//! Where a middleware gets its policy: what [`Cors::new`](crate::Cors::new) takes.

use std::fmt;
use std::ptr;
use std::sync::Arc;

use cors_engine::{Mode, Policy, PolicySet};

use crate::held::Held;
#[cfg(feature = "reload")]
use crate::policy::reload::Reloadable;

/// What [`Cors::new`](crate::Cors::new) and [`AllowedHosts::new`](crate::AllowedHosts::new) take.
///
/// | from | the policy is |
/// |---|---|
/// | `&'static PolicySet` | the one [in force](PolicySet::active): what `cors_policy!` declares |
/// | `&'static Policy` | that one, whatever the mode |
/// | `Policy`, `Arc<Policy>` | that one, made while the program runs |
/// | `Reloadable`, `&Reloadable` (feature `reload`) | the one that it holds when the request arrives |
///
/// You do not need to name this type: both take anything that converts into it.
#[derive(Clone)]
pub struct Source(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    Fixed(Held),
    #[cfg(feature = "reload")]
    Reloadable(Reloadable),
}

impl Source {
    fn fixed(held: Held) -> Self {
        Self(Kind::Fixed(held))
    }

    #[cfg(feature = "reload")]
    pub(crate) fn reloadable(&self) -> Option<&Reloadable> {
        match &self.0 {
            Kind::Fixed(_) => None,
            Kind::Reloadable(reloadable) => Some(reloadable),
        }
    }

    /// The policy as it is now.
    pub(crate) fn now(&self) -> Held {
        match &self.0 {
            Kind::Fixed(held) => held.clone(),
            #[cfg(feature = "reload")]
            Kind::Reloadable(reloadable) => Held::Shared(reloadable.current()),
        }
    }
}

impl From<&'static PolicySet> for Source {
    /// Takes [`PolicySet::active`], which reads the environment: once, here.
    fn from(set: &'static PolicySet) -> Self {
        let active = set.active();
        let is_development = set.get(Mode::Development).is_some_and(|policy| ptr::eq(policy, active));
        let mode = if is_development { Mode::Development } else { Mode::Production };
        Self::fixed(Held::Static(active, Some((mode, set))))
    }
}

impl From<&'static Policy> for Source {
    fn from(policy: &'static Policy) -> Self {
        Self::fixed(Held::Static(policy, None))
    }
}

impl From<Policy> for Source {
    fn from(policy: Policy) -> Self {
        Arc::new(policy).into()
    }
}

impl From<Arc<Policy>> for Source {
    fn from(policy: Arc<Policy>) -> Self {
        Self::fixed(Held::Shared(policy))
    }
}

#[cfg(feature = "reload")]
impl From<Reloadable> for Source {
    fn from(reloadable: Reloadable) -> Self {
        Self(Kind::Reloadable(reloadable))
    }
}

#[cfg(feature = "reload")]
impl From<&Reloadable> for Source {
    fn from(reloadable: &Reloadable) -> Self {
        reloadable.clone().into()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy: &Policy = &self.now();
        policy.fmt(f)
    }
}
