//! Row 44 of the advisories: `#[cors]` never drops its policy. A route that it cannot read is an error.

use std::str::FromStr;

use cors_macros_modules::cors;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What becomes of a route: it is registered with the policy, as often as said, or an error names it.
enum Outcome {
    Read(usize),
    Refused(&'static str),
}
use Outcome::{Read, Refused};

/// Syntax of routes on a function. `INVISIBLE { … }` stands for what a `macro_rules!` macro passes on as a fragment.
const ON_A_FUNCTION: &[(&str, &str, Outcome)] = &[
    ("parentheses", r#"#[get("/x")] async fn x() -> X {}"#, Read(1)),
    ("brackets", r#"#[get["/x"]] async fn x() -> X {}"#, Read(1)),
    ("braces", r#"#[get{"/x"}] async fn x() -> X {}"#, Read(1)),
    ("a path", r#"#[actix_web::get("/x")] async fn x() -> X {}"#, Read(1)),
    ("a raw name", r#"#[r#get("/x")] async fn x() -> X {}"#, Read(1)),
    ("a trailing comma", r#"#[get("/x",)] async fn x() -> X {}"#, Read(1)),
    ("a raw string", r##"#[get(r#"/x"#)] async fn x() -> X {}"##, Read(1)),
    ("$m:meta", r#"#[INVISIBLE { get("/x") }] async fn x() -> X {}"#, Read(1)),
    ("$p:path", r#"#[INVISIBLE { actix_web::get }("/x")] async fn x() -> X {}"#, Read(1)),
    ("$p:path and brackets", r#"#[INVISIBLE { get }["/x"]] async fn x() -> X {}"#, Read(1)),
    ("$l:literal", r#"#[get(INVISIBLE { "/x" })] async fn x() -> X {}"#, Read(1)),
    ("$i:item", r#"INVISIBLE { #[get("/x")] async fn x() -> X {} }"#, Read(1)),
    ("a fragment in a fragment", r#"#[INVISIBLE { INVISIBLE { get }("/x") }] async fn x() -> X {}"#, Read(1)),
    ("$v:vis", r#"#[get("/x")] INVISIBLE { pub } async fn x() -> X {}"#, Read(1)),
    ("routes", r#"#[routes] #[get["/x"]] #[post{"/x"}] async fn x() -> X {}"#, Read(2)),
    ("a macro below", r#"#[get("/x")] #[instrument] async fn x() -> X {}"#, Read(1)),
    ("an unknown macro below", r#"#[get("/x")] #[unknown(1)] async fn x() -> X {}"#, Read(1)),
    ("allow in cfg_attr", r#"#[cfg_attr(all(), allow(unused))] #[get("/x")] async fn x() -> X {}"#, Read(1)),
    ("another name", r#"#[fetch("/x")] async fn x() -> X {}"#, Refused("`fetch`")),
    ("cfg_attr", r#"#[cfg_attr(all(), get("/x"))] async fn x() -> X {}"#, Refused("`get`")),
    ("a raw cfg_attr", r##"#[r#cfg_attr(all(), get("/x"))] async fn x() -> X {}"##, Refused("`get`")),
    (
        "cfg_attr in a fragment",
        r#"#[INVISIBLE { cfg_attr(all(), get("/x")) }] async fn x() -> X {}"#,
        Refused("`get`"),
    ),
    (
        "cfg_attr in cfg_attr",
        r#"#[cfg_attr(a, cold, cfg_attr(b, get("/x")))] async fn x() -> X {}"#,
        Refused("`get`"),
    ),
    (
        "cfg_attr beside a route",
        r#"#[routes] #[get("/x")] #[cfg_attr(all(), post("/x"))] async fn x() -> X {}"#,
        Refused("`post`"),
    ),
    ("an alias in cfg_attr", r#"#[cfg_attr(all(), fetch("/x"))] async fn x() -> X {}"#, Refused("`fetch`")),
    ("no route macro", r"async fn x() -> X {}", Refused("no route macro")),
    ("nothing but a built-in", r"#[inline] async fn x() -> X {}", Refused("no route macro")),
    ("no arguments", r"#[get] async fn x() -> X {}", Refused("no path")),
    ("no path", r"#[get()] async fn x() -> X {}", Refused("a string")),
    ("an equals sign", r#"#[get = "/x"] async fn x() -> X {}"#, Refused("no path")),
    ("a constant", r"#[get(PATH)] async fn x() -> X {}", Refused("a string")),
    ("concat", r#"#[get(concat!("/", "x"))] async fn x() -> X {}"#, Refused("a string")),
    ("bytes", r#"#[get(b"/x")] async fn x() -> X {}"#, Refused("a string")),
    ("two paths", r#"#[get("/x", "/y")] async fn x() -> X {}"#, Refused("does not take")),
    ("no comma", r#"#[get("/x" "/y")] async fn x() -> X {}"#, Refused("expected `,`")),
    ("an unknown key", r#"#[get("/x", methods = "GET")] async fn x() -> X {}"#, Refused("`methods`")),
    ("a raw key", r#"#[get("/x", r#guard = "g")] async fn x() -> X {}"#, Refused("guard")),
    ("a path as guard", r#"#[get("/x", guard = g)] async fn x() -> X {}"#, Refused("`guard` takes a string")),
    ("a method of one", r#"#[get("/x", method = "PUT")] async fn x() -> X {}"#, Refused("`method`")),
    ("no method", r#"#[route("/x")] async fn x() -> X {}"#, Refused("no method")),
    ("lower case", r#"#[route("/x", method = "get")] async fn x() -> X {}"#, Refused("upper case")),
    ("routes without one", r"#[routes] async fn x() -> X {}", Refused("no route")),
    ("no response", r#"#[get("/x")] async fn x() {}"#, Refused("no response")),
    ("a struct", r#"#[get("/x")] struct x;"#, Refused("belongs on a route")),
    ("$i:item of another kind", r"INVISIBLE { static X: u8 = 0; }", Refused("belongs on a route")),
];

/// What stands in a module, between a route that is read and another one. The first has the policy in any case.
const IN_A_MODULE: &[(&str, &str, Outcome)] = &[
    ("brackets", r#"#[get["/x"]] async fn x() -> X {}"#, Read(1)),
    ("braces", r#"#[get{"/x"}] async fn x() -> X {}"#, Read(1)),
    ("a raw name", r#"#[r#get("/x")] async fn x() -> X {}"#, Read(1)),
    ("$m:meta", r#"#[INVISIBLE { get("/x") }] async fn x() -> X {}"#, Read(1)),
    ("$p:path", r#"#[INVISIBLE { get }("/x")] async fn x() -> X {}"#, Read(1)),
    ("$i:item", r#"INVISIBLE { #[get("/x")] async fn x() -> X {} }"#, Read(1)),
    ("$v:vis", r#"#[get("/x")] INVISIBLE {} async fn x() -> X {}"#, Read(1)),
    ("a module", r#"mod m { mod n { #[get("/x")] async fn x() -> X {} } }"#, Read(1)),
    ("its own policy", r#"#[cors(OWN)] #[get("/x")] async fn x() -> X {}"#, Read(0)),
    ("its own in a function", r#"fn f() { #[cors(OWN)] #[get("/x")] async fn x() -> X {} }"#, Read(0)),
    (
        "items that are none",
        r"use a::b; const N: u8 = { 1 }; struct S { #[serde(a)] f: u8 } impl S { fn f(&self) -> u8 { 1 } }",
        Read(0),
    ),
    ("built-in attributes", r"#[inline] #[must_use] #[cfg(test)] #[rustfmt::skip] fn x() -> X {}", Read(0)),
    ("tests", r"#[actix_web::test] async fn x() -> X {} #[test] fn y() {}", Read(0)),
    ("a macro on what returns nothing", r"#[unknown] fn x() {}", Read(0)),
    ("a macro beside a call", r#"fn x() -> X { let a = f(1); sql!("select") }"#, Read(0)),
    ("an attribute on what is no function", r"fn f() { #[unknown] type F = fn() -> u8; }", Read(0)),
    ("its own policy on a module", r#"#[cors(OWN)] mod m { #[get("/x")] async fn x() -> X {} }"#, Read(0)),
    ("its own policy on a file", r"#[cors(OWN)] mod m;", Read(0)),
    ("methods", r"impl S { #[unknown] fn x(&self) -> X {} }", Read(0)),
    ("macros in values", r#"static X: u8 = make!(); fn x() -> X { sql!("select") }"#, Read(0)),
    ("known macros", r"thread_local! { static X: u8 = 0; } cors_policy! { static Y; }", Read(0)),
    ("a rule without routes", r"macro_rules! m { ($e:expr) => { f($e) } }", Read(0)),
    (
        "another name",
        r#"use actix_web::get as fetch; #[fetch("/x")] async fn x() -> X {}"#,
        Refused("`fetch`"),
    ),
    ("another name in a module", r#"mod m { #[fetch("/x")] async fn x() -> X {} }"#, Refused("`fetch`")),
    ("another name with a path", r#"#[my::fetch("/x")] async fn x() -> X {}"#, Refused("`fetch`")),
    ("a built-in name with a path", r#"#[my::inline("/x")] async fn x() -> X {}"#, Refused("`inline`")),
    ("no arguments", r"#[fetch] async fn x() -> X {}", Refused("`fetch`")),
    ("cfg_attr", r#"#[cfg_attr(all(), get("/x"))] async fn x() -> X {}"#, Refused("`get`")),
    ("a raw cfg_attr", r##"#[r#cfg_attr(all(), get("/x"))] async fn x() -> X {}"##, Refused("`get`")),
    ("another macro of that name", r#"#[my::cfg_attr("/x")] async fn x() -> X {}"#, Refused("`cfg_attr`")),
    (
        "cfg_attr with another name",
        r#"#[cfg_attr(all(), fetch("/x"))] async fn x() -> X {}"#,
        Refused("`fetch`"),
    ),
    (
        "cfg_attr with its own",
        r#"#[cfg_attr(a, cors(OWN))] #[get("/x")] async fn x() -> X {}"#,
        Refused("`cors`"),
    ),
    ("a macro", r"make! { x }", Refused("`make!`")),
    ("a macro in parentheses", r#"make!("/x", x);"#, Refused("`make!`")),
    ("a macro with a path", r"crate::make! { x }", Refused("`make!`")),
    ("a macro with an attribute", r"#[cfg(all())] make! { x }", Refused("`make!`")),
    ("include", r#"include!("routes.rs");"#, Refused("`include!`")),
    ("a macro in a module", r"mod m { make! { x } }", Refused("`make!`")),
    (
        "a rule with a route",
        r#"macro_rules! m { ($n:ident) => { #[get("/x")] async fn $n() -> X {} } }"#,
        Refused("does not reach"),
    ),
    (
        "a rule with $m:meta",
        r"macro_rules! m { ($m:meta) => { #[$m] async fn x() -> X {} } }",
        Refused("`#[cors]` cannot tell"),
    ),
    (
        "a rule with $i:item",
        r#"macro_rules! m { ($i:item) => { #[get("/x")] $i } }"#,
        Refused("does not reach"),
    ),
    ("a function", r#"fn f() { #[get("/x")] async fn x() -> X {} }"#, Refused("does not reach")),
    (
        "a function of a function",
        r#"fn f() { if a { fn g() { #[get["/x"]] async fn x() -> X {} } } }"#,
        Refused("does not reach"),
    ),
    (
        "a handler",
        r#"#[get("/y")] async fn y() -> X { #[post("/x")] async fn x() -> X {} }"#,
        Refused("does not reach"),
    ),
    (
        "an impl",
        r#"impl F for S { fn register(self, c: &mut AppService) { #[get("/x")] async fn x() -> X {} } }"#,
        Refused("does not reach"),
    ),
    ("a constant", r#"const _: () = { #[get("/x")] async fn x() -> X {} };"#, Refused("does not reach")),
    ("another name in a function", r#"fn f() { #[fetch("/x")] async fn x() -> X {} }"#, Refused("`fetch`")),
    (
        "cfg_attr in a function",
        r#"fn f() { #[cfg_attr(a, get("/x"))] async fn x() -> X {} }"#,
        Refused("`get`"),
    ),
    ("a macro that registers", r"fn f(c: &mut web::ServiceConfig) { make!(c); }", Refused("`make!`")),
    ("a macro among what is registered", r"fn f() { app.service(make!(x)); }", Refused("`make!`")),
    ("a file", r"mod m;", Refused("another file")),
    ("a file in a module", r"mod m { pub(crate) mod n; }", Refused("another file")),
];

fn tokens(text: &str) -> TokenStream {
    invisible(TokenStream::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// Makes groups without delimiters of `INVISIBLE { … }`.
fn invisible(stream: TokenStream) -> TokenStream {
    let mut output = TokenStream::new();
    let mut hides = false;
    for token in stream {
        match token {
            TokenTree::Ident(ident) if ident == "INVISIBLE" => hides = true,
            TokenTree::Group(group) => {
                let delimiter = if hides { Delimiter::None } else { group.delimiter() };
                hides = false;
                output.extend([TokenTree::from(Group::new(delimiter, invisible(group.stream())))]);
            }
            token => output.extend([token]),
        }
    }
    output
}

fn check(case: &str, output: &str, registration: &str, found: usize, outcome: &Outcome) {
    let errors = output.matches("compile_error").count();
    match outcome {
        Read(count) => {
            assert_eq!(errors, 0, "{case}: {output}");
            assert_eq!(found, *count, "{case}: routes with `{registration}` in {output}");
        }
        Refused(words) => {
            assert_eq!(errors, 1, "{case}: errors in {output}");
            let message = output.split("compile_error").nth(1).unwrap_or_default();
            let message = message.split("\\nhelp").next().unwrap_or_default();
            assert!(message.contains(words), "{case}: {words} in {message}");
        }
    }
}

#[test]
fn t44_no_route_on_a_function_loses_its_policy() {
    for (case, item, outcome) in ON_A_FUNCTION {
        let output = cors(tokens("TASKS"), tokens(item)).to_string();
        let route = ":: cors_actix :: __private :: RouteParts {";
        check(case, &output, route, output.matches(route).count(), outcome);
        let is_registered = [":: register (__config , & TASKS", ":: register_wrapped (__config , & TASKS"];
        let is_registered = is_registered.iter().any(|call| output.contains(call));
        assert!(matches!(outcome, Refused(_)) || is_registered, "{case}: {output}");
    }
}

#[test]
fn t44_no_route_in_a_module_loses_its_policy() {
    for (case, items, outcome) in IN_A_MODULE {
        let module = format!(
            "mod routes {{ #[get(\"/a\")] async fn a() -> X {{}} {items} #[get(\"/b\")] async fn b() -> X {{}} }}"
        );
        let output = cors(tokens("TASKS"), tokens(&module)).to_string();
        let attribute = ":: cors (crate";
        check(case, &output, attribute, output.matches(attribute).count().saturating_sub(2), outcome);
    }
}

#[test]
fn every_mistake_of_a_module_is_reported_at_once() {
    let module = r#"mod routes { #[fetch("/a")] async fn a() -> X {} make! { b } mod c; fn d() { #[get("/d")] fn e() -> X {} } }"#;
    let output = cors(tokens("TASKS"), tokens(module)).to_string();
    assert_eq!(output.matches("compile_error").count(), 4, "{output}");
}
