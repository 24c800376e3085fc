//! What the compiler says: mistakes that must not compile, with every word of the message, and
//! policies that look suspicious and are right.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.pass("ui/pass/*.rs");
}
