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
        &["help"],
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
        &["help", "chek"],
        &["help", "file", "check"],
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
fn help_is_about_commands_and_the_file() {
    let file = cors(&["help", "file"]);
    assert_eq!((file.code, file.out.as_str()), (Some(0), cors_engine::file_format::TEXT));
    for command in [&[][..], &["check"], &["import"], &["import", "django"]] {
        let help = cors(&[&["help"], command].concat());
        let asked = cors(&[command, &["--help"]].concat());
        assert_eq!((help.code, help.out), (Some(0), asked.out), "{command:?}");
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

/// Every example of every help, run where its files are; those that call other machines are read alone.
#[test]
fn examples_of_the_help_work_when_pasted() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pasted");
    std::fs::create_dir_all(folder.join("policies")).expect("the folder is there");
    std::fs::create_dir_all(folder.join("src")).expect("the folder is there");
    let here = crate::program::folder();
    for (from, to) in [
        ("policy.toml", "policy.toml"),
        ("policy.toml", "policies/one.toml"),
        ("policy_next.toml", "policy_next.toml"),
        ("django.json", "settings.json"),
    ] {
        std::fs::copy(here.join(from), folder.join(to)).expect("it is copied");
    }
    std::fs::write(folder.join("policy.yaml"), "origins: [https://app.example]\n").expect("it is written");
    let source = "fn main() { Cors::default().allowed_origin(\"https://app.example\"); }\n";
    std::fs::write(folder.join("src/main.rs"), source).expect("it is written");
    let nginx = "server { location / { add_header Access-Control-Allow-Origin https://app.example always; add_header Vary Origin always; } }";
    std::fs::write(folder.join("nginx.conf"), nginx).expect("it is written");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_cors")).parent().expect("a folder").to_owned();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    for command in ["check", "explain", "diff", "export", "import"] {
        let help = cors(&[command, "--help"]).out.replace("\\\n      ", "");
        let examples = help
            .split("Examples:\n")
            .nth(1)
            .unwrap_or_default()
            .lines()
            .take_while(|line| line.starts_with("  "));
        let mut count = 0;
        for example in examples {
            // What stands behind two blanks explains.
            let line = example.trim_start();
            let line = line.split("   ").next().unwrap_or(line).trim();
            if line.starts_with("git ") || line.contains("settings.json") {
                continue;
            }
            count += 1;
            let mut shell = std::process::Command::new("sh");
            let run =
                shell.args(["-c", line]).current_dir(&folder).env("PATH", &path).output().expect("sh runs");
            let code = run.status.code();
            assert!(matches!(code, Some(0 | 1)), "{line}: {code:?} {}", String::from_utf8_lossy(&run.stderr));
        }
        assert!(count >= 1, "{command} has {count} examples");
    }
}
