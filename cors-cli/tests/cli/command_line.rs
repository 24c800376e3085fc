//! Help, completions, colors and exit codes.

use crate::program::{cors, cors_with};
use crate::server::{Answer, serve};

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
fn colors_are_for_those_who_see_them() {
    for (name, arguments, environment, colored) in [
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
            assert_eq!(run.out.contains('\u{1b}'), colored, "{name}: {}", run.out);
        }
    }
}

/// Every example of every help, run where its files are. Where one calls another machine, a server on loopback stands in.
#[test]
fn examples_of_the_help_work_when_pasted() {
    let server = serve(|_| Answer(200, Vec::new()));
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_cors")).parent().expect("a folder").to_owned();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    for command in [
        "cors check",
        "cors explain",
        "cors diff",
        "cors probe",
        "cors export",
        "cors import",
        "cors import django",
        "cors completions",
        "cors help",
        "cargo-cors cors audit",
    ] {
        let folder = pasted(command);
        let run = |line: &str| {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", line]).current_dir(&folder).env("PATH", &path).env("HOME", &folder);
            shell.output().expect("sh runs")
        };
        let help = run(&format!("{command} --help")).stdout;
        let help = String::from_utf8(help).expect("it prints UTF-8").replace("\\\n      ", "");
        let examples = help.split("Examples:\n").nth(1).unwrap_or_default().lines();
        let mut count = 0;
        for example in examples.take_while(|line| line.starts_with("  ")) {
            // What stands behind two blanks explains.
            let line = example.trim_start().split("   ").next().unwrap_or_default();
            let line = ["https://api.github.com/repos/rust-lang/rust", "http://localhost:8080/tasks"]
                .iter()
                .fold(line.to_owned(), |line, url| line.replace(url, &server.url("/")));
            let run = run(&line);
            let code = run.status.code();
            assert!(matches!(code, Some(0 | 1)), "{line}: {code:?} {}", String::from_utf8_lossy(&run.stderr));
            assert!(!run.stderr.starts_with(b"sh:"), "{line}: {}", String::from_utf8_lossy(&run.stderr));
            count += 1;
        }
        assert!(count >= 2, "{command} has {count} examples");
    }
}

/// The commands of the page about deployment, one after another in one folder.
#[test]
fn commands_of_the_page_about_deployment_work() {
    let server = serve(|_| Answer(200, Vec::new()));
    let folder = pasted("deployment");
    let page = include_str!("../../deployment.md");
    let commands: Vec<_> = page.lines().filter(|line| line.starts_with("cors ")).collect();
    for command in &commands {
        let arguments = command.strip_prefix("cors").expect("it is a command of ours");
        let line = format!("{}{arguments}", env!("CARGO_BIN_EXE_cors"));
        let line = line.replace("https://api.example/tasks", &server.url("/tasks"));
        let run = std::process::Command::new("sh").args(["-c", &line]).current_dir(&folder).output();
        let run = run.expect("sh runs");
        // A server without CORS is what the probe is asked about here.
        let wanted = if command.starts_with("cors probe") { 1 } else { 0 };
        assert_eq!(run.status.code(), Some(wanted), "{line}: {}", String::from_utf8_lossy(&run.stderr));
    }
    assert_eq!(commands.len(), 4);
    let file = folder.join("cors.conf");
    std::fs::write(&file, "# by hand\n").expect("it is written");
    let differs =
        cors(&["export", "nginx", &path(&folder, "policy.toml"), "--check", &path(&folder, "cors.conf")]);
    assert_eq!(differs.code, Some(1), "{}", differs.err);
}

fn path(folder: &std::path::Path, name: &str) -> String {
    folder.join(name).to_str().expect("the path is UTF-8").to_owned()
}

/// A folder with the files that examples name.
fn pasted(command: &str) -> std::path::PathBuf {
    let folder =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pasted").join(command.replace(' ', "_"));
    let _ = std::fs::remove_dir_all(&folder);
    for inner in ["policies", "src", ".local/share/bash-completion/completions", ".config/fish/completions"] {
        std::fs::create_dir_all(folder.join(inner)).expect("the folder is there");
    }
    let here = crate::program::folder();
    for (from, to) in [
        ("policy.toml", "policy.toml"),
        ("policy.toml", "policies/one.toml"),
        ("policy_next.toml", "policy_next.toml"),
        ("django.json", "settings.json"),
    ] {
        std::fs::copy(here.join(from), folder.join(to)).expect("it is copied");
    }
    let nginx = "server { location / { add_header Access-Control-Allow-Origin https://app.example always; add_header Vary Origin always; } }";
    for (name, text) in [
        ("policy.yaml", "origins: [https://app.example]\n"),
        ("src/main.rs", "fn main() { Cors::default().allowed_origin(\"https://app.example\"); }\n"),
        ("nginx.conf", nginx),
    ] {
        std::fs::write(folder.join(name), text).expect("it is written");
    }
    // A history of two commits, for what is compared with the one before.
    let git = "git init -q && git add policy.toml && for n in 1 2; do \
               git -c user.name=a -c user.email=a@a.example commit -q --allow-empty -m $n; done";
    let made = std::process::Command::new("sh").args(["-c", git]).current_dir(&folder).status();
    assert!(made.expect("sh runs").success(), "git makes a history");
    folder
}
