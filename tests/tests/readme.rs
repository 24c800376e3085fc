//! The README, and the guide for users of Django, say what the compiler says.

#[test]
fn the_messages_are_the_compilers_own() {
    let printed = include_str!("../ui/fail/reference_service.stderr");
    for (page, text) in [
        ("README.md", include_str!("../../README.md")),
        ("guide/django.md", include_str!("../../cors-actix/src/guide/django.md")),
    ] {
        let quoted = text.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
        let quoted = quoted.unwrap_or_else(|| panic!("{page} does not quote the compiler"));
        for line in quoted.lines().filter(|line| !line.is_empty()) {
            assert!(
                printed.lines().any(|printed| printed == line),
                "{page}: the compiler does not say: {line}"
            );
        }
    }
}

#[test]
fn the_output_of_the_command_is_its_own() {
    let readme = include_str!("../../cors-cli/README.md");
    // What the command's own tests hold it to.
    let printed = include_str!("../../cors-cli/tests/cli/expected/probe_unauthorized.txt");
    let quoted = readme.split("```console\n$ cors probe ").nth(1).and_then(|rest| rest.split("\n```").next());
    let quoted = quoted.expect("the README quotes the command");
    for line in quoted.lines().skip(1).filter(|line| !line.is_empty()) {
        assert!(printed.lines().any(|printed| printed == line), "the command does not say: {line}");
    }
}

#[test]
fn the_figures_are_those_of_the_benches() {
    let measured = include_str!("../../cors-actix/benches/README.md");
    let row = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let quoted = include_str!("../../README.md").split("| | cors-actix | actix-cors 0.7 |").nth(1);
    let quoted = quoted.expect("the README has a table of figures").lines().skip(2);
    let mut rows = 0;
    for line in quoted.take_while(|line| line.starts_with('|')) {
        let quoted = row(line);
        let found = measured.lines().map(row).find(|row| row.get(1) == quoted.get(1) && row.len() > 8);
        let found = found.unwrap_or_else(|| panic!("no such case was measured: {line}"));
        assert_eq!(&quoted[2..5], [&*found[4], &*found[7], &*found[8]], "{}", quoted[1]);
        rows += 1;
    }
    assert_eq!(rows, 5);
}

#[test]
fn the_number_of_rules_is_right() {
    let said = format!("There are {} such rules", cors_engine::Rule::all().len());
    assert!(include_str!("../../README.md").contains(&said), "the README does not say: {said}");
}

#[test]
fn the_number_of_combinations_is_the_one_of_ci() {
    let count = cors_tests::browser::CASES_IN_CI;
    let [first, second, third] = cors_engine::browser::Engine::ALL;
    let said = format!(
        "{count} combinations of a policy and a call are checked in CI in each of {first}, {second} and {third}"
    );
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&said), "the README does not say: {said}");
}
