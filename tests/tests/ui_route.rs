//! What the compiler says about `#[cors]`: mistakes, with every word of the message, and what looks odd
//! and is right.

#[test]
fn ui_route() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui_route/fail/*.rs");
    cases.pass("ui_route/pass/*.rs");
}
