//! The rules, and the one function with which the macro and files run them.

mod expectations;
mod meant_names;
mod names;
mod origins;
mod proof;
pub(crate) mod proposal;
pub(crate) mod propose;
pub(crate) mod regexes;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod types;
pub(crate) mod values;
pub(crate) mod violation;

use alloc::string::String;
use alloc::vec::Vec;

use self::report::Report;
use self::settings::Settings;
use self::violation::{Violation, Violations};
use super::config::Config;
use crate::Key;
use crate::Mode;

pub(crate) use origins::Origins;
pub(crate) use values::HostCheck;

/// A policy that follows the rules, ready to be compiled. A list that is `None` stands for `any`.
pub(crate) struct Checked {
    pub(crate) origins: Option<Origins>,
    pub(crate) credentials: bool,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) headers: Option<Vec<String>>,
    pub(crate) expose: Option<Vec<String>>,
    /// Seconds.
    pub(crate) max_age: Option<u32>,
    pub(crate) private_network: bool,
    pub(crate) timing: bool,
    pub(crate) preflight_status: u16,
    pub(crate) hosts: HostCheck,
}

/// Checks the settings of a mode by every rule. A mode without a block of its own is the same as production.
pub(crate) fn judge(config: &Config, mode: Mode) -> Result<Checked, Violations> {
    let (checked, list) = check(config, mode);
    match list {
        list if list.is_empty() => Ok(checked),
        list => Err(proof::prove(config, mode, Violations { list })),
    }
}

/// The checked settings of a configuration, and its violations.
fn check(config: &Config, mode: Mode) -> (Checked, Vec<Violation>) {
    let mode = if config.has(mode) { mode } else { Mode::Production };
    let mut report = Report::new(mode, &config.writer);
    let settings = Settings::collect(config, mode, &mut report);
    let checked = Checked {
        origins: origins::judge(&settings, &mut report),
        credentials: settings.is_on(Key::Credentials),
        methods: names::methods(&settings, &mut report),
        headers: names::headers(&settings, &mut report),
        expose: names::exposed(&settings, &mut report),
        max_age: values::max_age(&settings, &mut report),
        private_network: values::private_network(&settings, &mut report),
        timing: settings.is_on(Key::Timing),
        preflight_status: values::preflight_status(&settings, &mut report),
        hosts: values::hosts(&settings, &mut report),
    };
    expectations::settle(&settings, mode, &mut report);
    (checked, report.finish())
}
