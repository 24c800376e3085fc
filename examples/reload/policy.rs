//! The policy in the file.

use std::fs;
use std::path::Path;

use cors_actix::{Config, Mode, Policy};

pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The policy that the text describes, or all that is wrong with it.
pub(crate) fn compile(text: &str) -> Result<Policy, Box<dyn std::error::Error>> {
    let config: Config = toml::from_str(text)?;
    Ok(config.policy(Mode::Production)?)
}
