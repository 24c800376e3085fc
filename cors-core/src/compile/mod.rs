//! The code that runs when a policy is made, in the compiler or at start-up: settings, rules, tables.

#[cfg(feature = "regex")]
pub mod compare;
pub(crate) mod config;
#[cfg(feature = "std")]
mod env;
#[cfg(feature = "serde")]
pub(crate) mod file;
mod image;
pub(crate) mod language;
mod pattern;
pub(crate) mod perfect_hash;
pub(crate) mod placeholder;
pub(crate) mod public_suffix;
#[cfg(feature = "regex")]
pub(crate) mod regex;
pub(crate) mod rules;
mod shown;
mod suggest;
#[cfg(feature = "regex")]
mod to_toml;
pub(crate) mod written;

use crate::engine::mode::Mode;
use crate::engine::policy::Policy;
use config::Config;
use rules::violation::Violations;

impl Config {
    /// Checks and compiles the policy of a mode. Returns every rule that it breaks, if there are any.
    ///
    /// A configuration always has a production policy. Without a `development` block, development uses the same policy.
    ///
    /// # Errors
    ///
    /// Every violation of the rules, in the order of the settings.
    ///
    /// ```
    /// use cors_engine::{Block, Config, Mode, Rule};
    ///
    /// let config = Config::new(Block::new().origins(["app.example", "http://app.example"]));
    /// let violations = config.policy(Mode::Production).unwrap_err();
    /// let rules: Vec<Rule> = violations.iter().map(|violation| violation.rule()).collect();
    /// assert_eq!(rules, [Rule::InvalidOrigin, Rule::InsecureOrigin]);
    /// ```
    pub fn policy(&self, mode: Mode) -> Result<Policy, Violations> {
        rules::judge(self, mode).map(|checked| Policy::loaded(image::image(&checked)))
    }
}
