//! What `cors import django` writes is one policy, whichever way it is spelled.

use std::path::Path;
use std::process::Command;

use cors_engine::{Config, Mode};
use cors_tests::example::{Profile, build};

/// As the command wrote it.
mod policy {
    include!("../import/django_right.rs");
}

#[test]
fn the_block_compiles_and_is_the_policy_of_the_file() {
    let cors = build("cors", Profile::Debug);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cors-cli/tests/cli");
    let import = |emit| {
        let mut command = Command::new(&cors);
        command.current_dir(&folder).args(["import", "django", "django_right.json", "--emit", emit]);
        let output = command.output().expect("cors runs");
        assert!(output.status.success(), "{emit}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("cors prints UTF-8")
    };
    assert_eq!(import("rust"), include_str!("../import/django_right.rs"), "tests/import is out of date");
    let config: Config = toml::from_str(&import("toml")).expect("it is TOML");
    let policy = config.policy(Mode::Production).expect("it keeps the rules");
    assert_eq!(policy, *policy::CORS.production());
}
