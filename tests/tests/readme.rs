//! The README says what the compiler says.

#[test]
fn the_messages_are_the_compilers_own() {
    let readme = include_str!("../../README.md");
    let printed = include_str!("../ui/fail/reference_service.stderr");
    let quoted = readme.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let quoted = quoted.expect("the README quotes the compiler");
    for line in quoted.lines().filter(|line| !line.is_empty()) {
        assert!(printed.lines().any(|printed| printed == line), "the compiler does not say: {line}");
    }
}

#[test]
fn the_number_of_rules_is_right() {
    let count = cors_core::Rule::all().len();
    assert!(include_str!("../../README.md").contains(&format!("There are {count} such rules")));
}
