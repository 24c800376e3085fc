//! Expansions and error messages, on tokens. What rustc makes of them is tested from outside.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::expand::policy::expand;

/// The messages of an expansion's errors, first lines only.
fn errors(input: TokenStream) -> Vec<String> {
    messages(expand(input)).iter().map(|message| message.lines().next().unwrap_or_default().into()).collect()
}

fn messages(output: TokenStream) -> Vec<String> {
    let mut messages = Vec::new();
    let mut tokens = output.into_iter();
    while let Some(token) = tokens.next() {
        let reports = matches!(&token, TokenTree::Ident(ident) if ident == "compile_error");
        if let Some(TokenTree::Group(group)) = reports.then(|| tokens.nth(1)).flatten() {
            let text = syn::parse2::<syn::LitStr>(group.stream()).expect("an error has one message");
            messages.push(text.value());
        }
    }
    messages
}

/// Without spaces, which token streams set as they like.
fn text(tokens: TokenStream) -> String {
    tokens.to_string().split_whitespace().collect()
}

#[test]
fn a_policy_becomes_a_static_with_its_tables_in_a_byte_string() {
    let output = text(expand(quote! {
        #[doc = " Mine."]
        pub(crate) static CORS;
        origins: ["https://app.example"],
    }));
    let expected = text(quote!(pub(crate) static CORS: ::cors_engine::PolicySet));
    assert!(output.starts_with("#[doc=\"Mine.\"]#[doc=\"\\n||production|"), "{output}");
    assert!(output.contains(&expected), "{output}");
    assert!(output.contains("::cors_engine::__private::policy(b\"cor\\x01"), "{output}");
    assert!(!output.contains("compile_error"), "{output}");
}

#[test]
fn the_development_policy_is_there_under_debug_assertions_alone() {
    let output = text(expand(quote! {
        static CORS;
        origins: ["https://app.example"],
        development { origins: ["https://dev.example"] }
    }));
    let table = output.find("https://dev.example").and_then(|doc| {
        // The first is in the documentation.
        output[doc + 1..].find("https://dev.example").map(|code| doc + 1 + code)
    });
    let table = table.expect("the table lists the origin");
    let guard = output[..table].rfind("#[").expect("an attribute stands before it");
    assert!(output[guard..].starts_with("#[cfg(debug_assertions)]const"), "{}", &output[guard..]);
    assert_eq!(output.matches("#[cfg(not(debug_assertions))]").count(), 1);
}

#[test]
fn the_engine_is_where_the_last_path_says() {
    let output = text(expand(quote! {
        crate = front::__core;
        crate = crate::engine;
        static CORS;
        origins: ["https://app.example"],
    }));
    assert!(output.contains("crate::engine::PolicySet"), "{output}");
    assert!(!output.contains("cors_engine") && !output.contains("front"), "{output}");
}

#[test]
fn words_are_mentioned_where_they_are_documented() {
    let output = text(expand(quote! {
        static CORS;
        production {
            origins: ["null"],
            headers: any,
            unheard: of,
            expect(null_origin, reason = "…"),
        }
    }));
    for word in [
        "keys::production",
        "keys::origins",
        "values::any",
        "keys::expect",
        "rules::null_origin",
        "values::reason",
    ] {
        assert!(output.contains(word), "{word} in {output}");
    }
    let guarded = "#[cfg(rust_analyzer)]let_=(::cors_engine::__private::words::keys::unheard,";
    assert!(output.contains(guarded), "{output}");
}

#[test]
fn a_mistake_leaves_a_static_of_the_right_type() {
    for input in [
        quote! { #[doc = " Mine."] pub static CORS; },
        quote! { #[doc = " Mine."] pub static CORS; orig },
        quote! { #[doc = " Mine."] pub static CORS; origins: },
        quote! { #[doc = " Mine."] pub static CORS; origins: [,] },
        quote! { #[doc = " Mine."] pub static CORS; origins: any },
    ] {
        let shown = input.to_string();
        let output = text(expand(input));
        let stub = "pubstaticCORS:::cors_engine::PolicySet=::cors_engine::__private::nothing();";
        assert!(output.starts_with(&format!("#[doc=\"Mine.\"]{stub}")), "{shown} became {output}");
        assert_eq!(output.matches("compile_error").count(), 1, "{shown} became {output}");
    }
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let errors = errors(quote! {
        static CORS;
        origins: ["app.example", 5],
        credentials = yes,
        max_age: "1h"
        headers: [content-type],
        production { production { } }
        @
        production { }
        staging { }
    });
    assert_eq!(
        errors,
        [
            "expected `:` after `credentials`",
            "expected `,` before `headers`",
            "`production` inside `production`",
            "expected a setting, found `@`",
            "a second `production` block",
            "no block is called `staging`",
            "an entry of `origins` is a string, `regex(\"…\")` or `file(\"…\")`",
            "`credentials` takes `true` or `false`",
            "`max_age` takes seconds or a duration",
            "an entry of `headers` is a string",
            "in production: `app.example` is not an origin: it has no scheme [invalid_origin]",
        ]
    );
}

#[test]
fn what_could_not_be_read_is_not_called_missing() {
    let unreadable_list = errors(quote! { static CORS; origins: "https://app.example", });
    assert_eq!(unreadable_list, ["`origins` takes a list of origins, or `any`"]);
    let unreadable_entry = errors(quote! { static CORS; origins: [5], });
    assert_eq!(unreadable_entry.len(), 1, "{unreadable_entry:?}");
    let unreadable_cause = errors(quote! {
        static CORS;
        origins: ["https://app.example", null],
        expect(null_origin, reason = "a sandboxed frame"),
    });
    assert_eq!(unreadable_cause.len(), 1, "{unreadable_cause:?}");
    let unrelated = errors(quote! { static CORS; credentials: yes, });
    assert_eq!(unrelated.len(), 2, "{unrelated:?}");
}

#[test]
fn what_holds_in_both_modes_is_reported_once_and_as_productions() {
    let errors = errors(quote! {
        static CORS;
        methods: [TRACE],
        origins: ["https://app.example"],
        development { max_age: 2d }
    });
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("in production: `TRACE`"), "{errors:?}");
    assert!(errors[1].starts_with("in development: `2d`"), "{errors:?}");
}

#[test]
fn a_file_of_origins_is_reported_by_line() {
    let path = std::env::temp_dir().join(format!("partners-{}.txt", std::process::id()));
    let path = path.to_str().expect("the path of temporary files is UTF-8");
    std::fs::write(path, "# partners\n\nhttps://a.example\nb.example # no scheme\n").unwrap();
    let policy = quote! { static CORS; origins: ["https://app.example", file(#path), "c.example"] };
    let output = expand(policy);
    std::fs::remove_file(path).unwrap();
    assert!(text(output.clone()).contains(&format!("include_bytes!({path:?})")), "{output}");
    let messages = messages(output);
    assert!(messages[0].starts_with(&format!("{path}:4: in production: `b.example`")), "{messages:?}");
    assert!(messages[1].starts_with("in production: `c.example`"), "{messages:?}");
}

#[test]
fn a_duration_has_one_meaning_in_every_unit() {
    let tables = |age: TokenStream| {
        text(expand(quote! { static CORS; origins: ["https://app.example"], max_age: #age }))
    };
    let hour = tables(quote!(1h));
    assert!(!hour.contains("compile_error"), "{hour}");
    for same in [quote!(3600), quote!(3600s), quote!(3_600), quote!(60m)] {
        assert_eq!(tables(same.clone()), hour, "{same}");
    }
}

#[test]
fn no_input_is_too_broken() {
    let broken = [
        quote! {},
        quote! { , },
        quote! { static },
        quote! { static; },
        quote! { static _; },
        quote! { static fn; },
        quote! { static mut CORS; },
        quote! { pub(crate) },
        quote! { #[doc] },
        quote! { #![doc] static CORS; },
        quote! { crate = },
        quote! { crate = x },
        quote! { static CORS; {} },
        quote! { static CORS; () [] {} },
        quote! { static CORS; : },
        quote! { static CORS; origins: : },
        quote! { static CORS; origins: [[], [[,]], (), {}, -, -"x", - 1 2] },
        quote! { static CORS; origins: [a: b, c(d: e), f(=), g(h = ), i(,)] },
        quote! { static CORS; expect(=) expect(,) expect(a = b) expect(a b c) },
        quote! { static CORS; production production production },
        quote! { static CORS; production { , , development { static X; } } },
        quote! { static CORS; max_age: 99999999999999999999999999, preflight_status: 99999999999999999999 },
        quote! { static CORS; max_age: -99999999999999999999h, preflight_status: -1 },
        quote! { static CORS; methods: [r#type, self, crate, GET.PUT, 'a', 'b: c] },
    ];
    for input in broken {
        let shown = input.to_string();
        assert!(!messages(expand(input)).is_empty(), "{shown}");
    }
}

mod route {
    use super::messages;
    use super::quote;
    use super::text;
    use crate::expand::route::expand;

    #[test]
    fn a_handler_keeps_its_attributes_and_gets_one_more_wrap() {
        let output = text(expand(
            quote!(TASKS),
            quote! {
                #[doc = " Mine."]
                #[cfg(feature = "x")]
                #[put("/a", wrap = "theirs()")]
                #[other]
                pub async fn update() -> X {}
            },
        ));
        let wrapped =
            r#"#[put("/a",wrap="theirs()",wrap="::cors_actix::__private::layer()")]#[other]asyncfnupdate"#;
        assert!(output.contains(wrapped), "{output}");
        assert!(output.starts_with("#[cfg(feature=\"x\")]#[doc=\"Mine.\"]"), "{output}");
        assert!(output.contains("pubstructupdate;#[cfg(feature=\"x\")]impl"), "{output}");
        assert!(output.contains(r#"pattern:"/a",name:"update",methods:&["PUT"]"#), "{output}");
    }

    #[test]
    fn an_inline_policy_has_the_methods_of_the_route() {
        let output = text(expand(
            quote!(origins = ["https://app.example"]),
            quote!(
                #[routes]
                #[get("/a")]
                #[head("/a")]
                #[delete("/b")]
                #[get("/b")]
                async fn a() -> X {}
            ),
        ));
        assert!(output.contains("static__CORS"), "{output}");
        assert!(output.contains("GET,HEAD,DELETE"), "{output}");
        assert_eq!(output.matches("wrap=").count(), 4, "{output}");
        assert!(!output.contains("compile_error"), "{output}");
    }

    #[test]
    fn the_crate_is_where_the_path_says() {
        for arguments in [quote!(TASKS, crate = crate::web), quote!(crate = crate::web, TASKS)] {
            let output = text(expand(
                arguments,
                quote!(
                    #[get("/")]
                    fn a() -> X {}
                ),
            ));
            assert!(output.contains("crate::web::__private::register"), "{output}");
            assert!(!output.contains("cors_actix"), "{output}");
        }
    }

    #[test]
    fn a_module_spreads_it_to_routes_without_their_own() {
        let output = text(expand(
            quote!(TASKS),
            quote! {
                #[scope("/m")]
                pub mod m {
                    #![allow(unused)]
                    use x::{y, z};
                    #[doc = "a"]
                    #[get("/a")]
                    async fn a() -> X {}
                    #[cors(OWN)]
                    #[get("/b")]
                    async fn b() -> X {}
                    mod inner { #[put("/c")] async fn c() -> X {} }
                    #[test]
                    fn no_route() {}
                }
            },
        ));
        assert!(output.contains("useTASKSas__cors_m;"), "{output}");
        let of_a = r#"#[doc="a"]#[::cors_actix::cors(crate=::cors_actix,super::__cors_m)]#[get("/a")]"#;
        assert!(output.contains(of_a), "{output}");
        let of_c = r#"{#[::cors_actix::cors(crate=::cors_actix,super::super::__cors_m)]#[put("/c")]"#;
        assert!(output.contains(of_c), "{output}");
        assert_eq!(output.matches("::cors_actix::cors(").count(), 2, "{output}");
    }

    #[test]
    fn whatever_is_wrong_the_item_is_still_there() {
        for (arguments, item) in [
            (
                quote!(),
                quote!(
                    #[get("/")]
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(,),
                quote!(
                    #[get("/")]
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(origins),
                quote!(
                    #[get("/")]
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(TASKS TASKS),
                quote!(
                    #[get("/")]
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(TASKS),
                quote!(
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(TASKS),
                quote!(
                    #[cors(B)]
                    #[get("/")]
                    async fn a() -> X {}
                ),
            ),
            (
                quote!(TASKS),
                quote!(
                    struct a;
                ),
            ),
            (
                quote!(TASKS),
                quote!(
                    mod a;
                ),
            ),
            (
                quote!(TASKS),
                quote!(
                    mod a {}
                ),
            ),
            (
                quote!(origins = any),
                quote!(
                    mod a {
                        #[get("/")]
                        fn b() -> X {}
                    }
                ),
            ),
            (quote!(TASKS), quote!()),
        ] {
            let shown = format!("{arguments} on {item}");
            let output = expand(arguments, item.clone());
            let is_there = item.is_empty() || text(output.clone()).contains("a");
            assert!(is_there && !messages(output).is_empty(), "{shown}");
        }
    }
}
