//! Help, completions, colours and exit codes.

use crate::program::{cors, cors_with};

#[test]
fn every_command_has_examples_in_its_help() {
    for command in [
        &[][..],
        &["check"],
        &["explain"],
        &["diff"],
        &["probe"],
        &["import"],
        &["import", "django"],
        &["completions"],
    ] {
        let run = cors(&[command, &["--help"]].concat());
        let example = format!("\n  cors {}", command.join(" "));
        assert_eq!(run.code, Some(0), "{command:?}");
        assert!(run.out.contains("Examples:\n") && run.out.contains(&example), "{command:?}: {}", run.out);
        assert!(run.out.contains("Exit codes: ") || matches!(command, ["completions"]), "{command:?}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        &[][..],
        &["chek"],
        &["check"],
        &["check", "policy.toml", "--mode", "test"],
        &["explain", "policy.toml"],
        &["import", "actix-corse"],
        &["completions", "tcsh"],
        &["probe", "api.example", "--origin", "https://app.example"],
        &["probe", "https://api.example", "--origin", "https://app.example", "--preflight-only"],
        &["probe", "http://127.0.0.1:9", "--origin", "https://app.example", "--timeout", "0"],
        &[
            "probe",
            "http://127.0.0.1:9",
            "--origin",
            "https://app.example",
            "--timeout",
            "18446744073709551615",
        ],
    ] {
        let run = cors(arguments);
        assert!(run.code == Some(2) && run.out.is_empty() && !run.err.is_empty(), "{arguments:?}: {run:?}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = cors(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{shell}");
        for word in ["explain", "probe", "django", "preflight-only"] {
            assert!(run.out.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn colours_are_for_those_who_see_them() {
    for (name, arguments, environment, coloured) in [
        ("a pipe", &[][..], &[][..], false),
        ("asked for", &["--color", "always"], &[], true),
        ("asked for in the environment", &[], &[("CLICOLOR_FORCE", "1")], true),
        ("not wanted", &[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        ("never", &["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        for command in
            [&["check", "broken.toml"][..], &["explain", "policy.toml", "--origin", "https://a.example"]]
        {
            let run = cors_with(&[command, arguments].concat(), environment, "");
            assert_eq!(run.out.contains('\u{1b}'), coloured, "{name}: {}", run.out);
        }
    }
}
