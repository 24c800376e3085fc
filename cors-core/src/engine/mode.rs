//! Production or development: which policy of a set is in force.

use core::fmt;

use super::policy::Policy;

/// The environment variable that can ask for the production policy in a debug build.
#[cfg(feature = "std")]
const VARIABLE: &str = "CORS_MODE";

/// The two modes in which an app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// The deployed app. Every rule applies.
    Production,
    /// A developer's machine. Only settings that can never work are refused.
    Development,
}

impl Mode {
    /// `production` or `development`, as in a policy and in `CORS_MODE`.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Production => "production",
            Mode::Development => "development",
        }
    }

    /// Returns the mode with this name.
    ///
    /// ```
    /// use cors_engine::Mode;
    ///
    /// assert_eq!(Mode::from_name("production"), Some(Mode::Production));
    /// assert_eq!(Mode::from_name("prod"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Production, Self::Development].into_iter().find(|mode| mode.name() == name)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The policies of one `cors_policy!`: production, and development in a debug build.
///
/// ```
/// use cors_engine::{Mode, PolicySet};
///
/// fn limits(set: &'static PolicySet) -> bool {
///     set.get(Mode::Production).is_some_and(|policy| !policy.allows_any_origin())
/// }
/// ```
#[derive(Debug)]
pub struct PolicySet {
    production: Policy,
    development: Option<Policy>,
}

impl PolicySet {
    pub(crate) const fn new(production: Policy, development: Option<Policy>) -> Self {
        Self { production, development }
    }

    /// The policy for `mode`. `None` for development in a release build, or if the set has no `development` block.
    pub const fn get(&self, mode: Mode) -> Option<&Policy> {
        match mode {
            Mode::Production => Some(&self.production),
            Mode::Development => self.development.as_ref(),
        }
    }

    /// The production policy.
    pub const fn production(&self) -> &Policy {
        &self.production
    }

    /// The policy in force: in a debug build, the one from the `development` block if there is one; otherwise the production
    /// policy.
    ///
    /// With the feature `std`, `CORS_MODE=production` asks a debug build for the production policy.
    /// The environment can only make the policy stricter. A release build that is asked for `development`, and any build that is
    /// asked for an unknown mode, uses the production policy and logs one error-level event (feature `tracing`). An empty
    /// `CORS_MODE` counts as unset.
    ///
    /// Each call reads the environment: call it once, at start-up.
    pub fn active(&self) -> &Policy {
        #[cfg(feature = "std")]
        match Asked::read() {
            Asked::Nothing => {}
            Asked::Mode(Mode::Production) => return &self.production,
            Asked::Mode(Mode::Development) if self.development.is_some() || cfg!(debug_assertions) => {}
            Asked::Mode(Mode::Development) => {
                complain("CORS_MODE asks for development, but a release build has no development policy");
                return &self.production;
            }
            Asked::Unknown => {
                complain("CORS_MODE is neither `production` nor `development`");
                return &self.production;
            }
        }
        self.development.as_ref().unwrap_or(&self.production)
    }
}

/// The mode that the environment asks for.
#[cfg(feature = "std")]
enum Asked {
    Nothing,
    Mode(Mode),
    Unknown,
}

#[cfg(feature = "std")]
impl Asked {
    fn read() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Err(std::env::VarError::NotPresent) => Self::Nothing,
            // Shells and compose files often set a variable to nothing when they mean to leave it unset.
            Ok("") => Self::Nothing,
            Ok("production") => Self::Mode(Mode::Production),
            Ok("development") => Self::Mode(Mode::Development),
            Ok(_) | Err(std::env::VarError::NotUnicode(_)) => Self::Unknown,
        }
    }
}

/// Logs, once per process, that the variable is ignored.
#[cfg(feature = "std")]
fn complain(why: &str) {
    #[cfg(feature = "tracing")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| tracing::error!("{why}: the production policy is in force"));
    }
    #[cfg(not(feature = "tracing"))]
    let _ = why;
}
