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
    assert!(output.contains("::cors_engine::__private::policy(b\"cor\\x"), "{output}");
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
            origins: [
                "null",
                #[expect(loopback_origin, reason = "…")]
                "https://localhost",
                regex("https://a\\.example"),
            ],
            headers: any,
            unheard: of,
            expect(null_origin, reason = "…"),
        }
    }));
    let (known, unknown) = output.split_once("#[cfg(rust_analyzer)]").expect("two words are unknown");
    for word in [
        "keys::production",
        "keys::origins",
        "values::any",
        "keys::expect",
        "rules::null_origin",
        "rules::loopback_origin",
        "values::reason",
        "values::regex",
    ] {
        assert!(known.contains(word), "{word} in {output}");
    }
    let words = "::cors_engine::__private::words";
    let guarded = format!("let_=({words}::keys::unheard,{words}::values::of,);");
    assert!(unknown.starts_with(&guarded), "{output}");
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
            "a duration is written without quotes",
            "expected `,` before `headers`",
            "a string is written in double quotes",
            "`production` inside `production`",
            "expected a setting, found `@`",
            "a second `production` block",
            "no block is called `staging`",
            "in production: `app.example` is not an origin: it has no scheme [invalid_origin]",
            "in production: an entry of `origins` is not `5` [wrong_type]",
            "in production: `credentials` takes `true` or `false`, not `yes` [wrong_type]",
        ]
    );
}

#[test]
fn what_could_not_be_read_is_not_called_missing() {
    let unreadable_list = errors(quote! { static CORS; origins: "https://app.example", });
    assert_eq!(
        unreadable_list,
        ["in production: `origins` takes a list or `any`, not `https://app.example` [wrong_type]"]
    );
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

/// A slip in a policy with `static CORS;` in front: the first line of each error and what its help says to write.
#[test]
fn a_slip_is_one_error_with_what_to_write() {
    let read = "origins: [\"https://app.example\"]";
    for (policy, message, help) in [
        ("@; methods: [GET]", "`;` between settings", "write `,`"),
        ("@, methods: [GET; PUT]", "`;` between entries", "write `,`"),
        ("@ methods: [GET]", "expected `,` before `methods`", "write `,` between settings"),
        ("@, methods: [GET PUT]", "expected `,` before `PUT`", "write `,` between entries"),
        ("@, methods = [GET]", "expected `:` after `methods`", "write `methods: …`"),
        (
            "@, production = { max_age: 1h }",
            "`production` is followed directly by its block",
            "write `production { … }`",
        ),
        (
            "@, static B; origins: [1]",
            "a second static, `B`: a `cors_policy!` declares one",
            "put it into a macro of its own: `cors_policy! { static B; … }`",
        ),
        (
            "@, /** b */ pub(crate) static B; orig",
            "a second static, `B`: a `cors_policy!` declares one",
            "put it into a macro of its own: `cors_policy! { static B; … }`",
        ),
        (
            "@, max_age: Duration::from_secs(60)",
            "a duration is a number with its unit",
            "write `max_age: 60s`",
        ),
        ("@, max_age: Duration::from_mins(5)", "a duration is a number with its unit", "write `max_age: 5m`"),
        (
            "@, methods: METHODS",
            "a macro sees the words `METHODS`, not the value behind them",
            "write the list, as in `methods: [PUT]`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, headers: HEADERS",
            "a macro sees the words `HEADERS`, not the value behind them",
            "write the list, as in `headers: [\"authorization\"]`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, hosts: HOSTS",
            "a macro sees the words `HOSTS`, not the value behind them",
            "write the list, as in `hosts: [\"api.example\"]`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, preflight_status: STATUS",
            "a macro sees the words `STATUS`, not the value behind them",
            "write the number, as in `preflight_status: 204`; what is only known when the app starts goes into a `Config`",
        ),
        ("@, headers: [X]", "a string is written in double quotes", "write `\"X\"`"),
        (
            "@, methods: [http::GET]",
            "a macro sees the words `http::GET`, not the value behind them",
            "write the value, as in `PUT`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, headers: [names::X_A]",
            "a macro sees the words `names::X_A`, not the value behind them",
            "write the value, as in `\"authorization\"`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, headers: [a::f(\"x-a\" 1)]",
            "a macro sees the words `a::f(\"x-a\" 1)`, not the value behind them",
            "write the value, as in `\"authorization\"`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, methods: [a::from_secs(1)]",
            "a macro sees the words `a::from_secs(1)`, not the value behind them",
            "write the value, as in `PUT`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "@, max_age: std::time::Duration::from_hours(1)",
            "a duration is a number with its unit",
            "write `max_age: 1h`",
        ),
        (
            "@, max_age: HOUR",
            "a macro sees the words `HOUR`, not the value behind them",
            "write the seconds, as in `max_age: 3600`; what is only known when the app starts goes into a `Config`",
        ),
        ("@, max_age: \"1h\"", "a duration is written without quotes", "write `max_age: 1h`"),
        (
            "@, methods: [Method::GET, PUT]",
            "a macro sees the words `Method::GET`, not the value behind them",
            "write `GET`",
        ),
        (
            "@, headers: [http::header::X_REQUESTED_WITH]",
            "a macro sees the words `http::header::X_REQUESTED_WITH`, not the value behind them",
            "write `\"x-requested-with\"`",
        ),
        (
            "@, headers: [HeaderName::from_static(\"x-a\")]",
            "a string is written here as it is",
            "write `\"x-a\"`",
        ),
        (
            "origins: [ORIGIN]",
            "a macro sees the words `ORIGIN`, not the value behind them",
            "write the value, as in `\"https://app.example\"`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "origins: [config::ORIGIN]",
            "a macro sees the words `config::ORIGIN`, not the value behind them",
            "write the value, as in `\"https://app.example\"`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "origins: ORIGINS",
            "a macro sees the words `ORIGINS`, not the value behind them",
            "write the list, as in `origins: [\"https://app.example\"]`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "origins: [origin()]",
            "in production: an entry of `origins` is not `origin(…)` [wrong_type]",
            "write a string, `\"https://app.example\"`",
        ),
        (
            "origins: [env!(\"ORIGIN\")]",
            "a macro sees `env!`, not its result",
            "write the value, as in `\"https://app.example\"`; `Config::from_env` reads the environment when the app starts",
        ),
        (
            "origins: [format!(\"https://{HOST}\")]",
            "a macro sees `format!`, not its result",
            "write the value, as in `\"https://app.example\"`; what is only known when the app starts goes into a `Config`",
        ),
        (
            "origins: [include_str!(\"a.txt\")]",
            "a macro sees `include_str!`, not its result",
            "write `file(\"partners.txt\")` for a file of origins",
        ),
        (
            "origins: [concat!(\"https://\", \"a.example\")]",
            "a macro sees `concat!`, not its result",
            "write `\"https://a.example\"`",
        ),
        (
            "origins: vec![\"https://a.example\"]",
            "a list is written in brackets, without `vec!`",
            "write `origins: [\"https://a.example\"]`",
        ),
        (
            "origins: &[\"https://a.example\"]",
            "a list is written in brackets, without `&`",
            "write `origins: [\"https://a.example\"]`",
        ),
        (
            "origins: [\"https://a.example\".into()]",
            "a string needs no method here",
            "write `\"https://a.example\"`",
        ),
        (
            "origins: [String::from(\"https://a.example\")]",
            "a string is written here as it is",
            "write `\"https://a.example\"`",
        ),
        ("@, headers: [b\"x-a\"]", "a string is written without `b`", "write `\"x-a\"`"),
        ("@, headers: [authorization]", "a string is written in double quotes", "write `\"authorization\"`"),
        ("@, headers: [Content Type]", "a string is written in double quotes", "write `\"content-type\"`"),
        (
            "@, headers: [X-Requested-With]",
            "a string is written in double quotes",
            "write `\"x-requested-with\"`",
        ),
        (
            "origins: [localhost]",
            "in production: `localhost` is not an origin: it has no scheme [invalid_origin]",
            "",
        ),
        ("@, headers: ['x]", "a string is written in double quotes", "write `\"x\"`"),
        ("@, headers: ['x']", "a string is written in double quotes", "write `\"x\"`"),
        (
            "origins: *",
            "in production: `origins` takes a list or `any`, not `*` [wrong_type]",
            "list the origins of your front ends, or for public data write `#[expect(any_origin, reason = \"why it is right here\")] origins: any`",
        ),
        (
            "origins: *, credentials: true",
            "in production: `origins` takes a list or `any`, not `*` [wrong_type]",
            "list the origins of your front ends, for example `origins: [\"https://app.example\"]`",
        ),
        (
            "@, hosts: *",
            "in production: `hosts` takes a list or `any`, not `*` [wrong_type]",
            "list the names by which the service is called, for example `hosts: [\"api.example\"]`",
        ),
        (
            "@, methods: *",
            "in production: `methods` takes a list or `any`, not `*` [wrong_type]",
            "write `methods: any`",
        ),
        (
            "@, methods: *, credentials: true",
            "in production: `methods` takes a list or `any`, not `*` [wrong_type]",
            "list the methods that your front end sends, for example `methods: [",
        ),
        (
            "@, timing: *",
            "in production: `timing` takes `true` or `false`, not `*` [wrong_type]",
            "write `timing: true` or `timing: false`",
        ),
        (
            "@, headers: [*]",
            "in production: `*` is not a header name [invalid_header]",
            "for every header, write `headers: any` instead of the list",
        ),
        (
            "@, development { origins: * }",
            "in development: `origins` takes a list or `any`, not `*` [wrong_type]",
            "list the origins of your front ends, or for public data write `origins: any`",
        ),
        ("@, methods: GET", "`methods` is a list", "write `methods: [GET]`"),
        (
            "@, methods: [GET | PUT]",
            "in production: an entry of `methods` is not `GET|PUT` [wrong_type]",
            "write \"GET\", \"PUT\"",
        ),
        ("@, methods: (GET, PUT)", "a list is written in brackets", "write `methods: [GET, PUT]`"),
        ("@, methods: [GET,, PUT]", "expected a value, found `,`", "take it out"),
        ("@,, methods: [GET]", "a separator with nothing before it", "take it out"),
        ("@, development { origins: any };", "a separator with nothing before it", "take it out"),
        ("@, methods => [GET]", "expected `:` after `methods`", "write `methods: …`"),
        ("@, methods == [GET]", "expected `:` after `methods`", "write `methods: …`"),
        (
            "origins(\"https://app.example\")",
            "expected `:` after `origins`",
            "write `origins: [\"https://app.example\"]`",
        ),
        ("@, max_age(3600)", "expected `:` after `max_age`", "write `max_age: 3600`"),
        ("@, credentials()", "expected `:` after `credentials`", "write `credentials: …`"),
        ("@, methods", "expected `:` after `methods`", "write `methods: …`"),
        ("@, methods:", "`methods` has no value", "write `methods: …`"),
        ("\"origins\": [\"https://app.example\"]", "a key is written without quotes", "write `origins`"),
        ("@, max-age: 60", "a key has no `-`: `max-age`", "write `max_age`"),
        ("@, Allow-Credentials: true", "a key has no `-`: `Allow-Credentials`", "write `credentials`"),
        (
            "policy = T, @",
            "in production: `policy` is not a key of a policy [unknown_key]",
            "the keys are origins",
        ),
        (
            "file = \"partners.txt\"",
            "a file of origins is an entry of `origins`",
            "write `origins: [file(\"partners.txt\")]`",
        ),
        (
            "origins: file = \"partners.txt\", methods: [GET]",
            "a file of origins is an entry of `origins`",
            "write `origins: [file(\"partners.txt\")]`",
        ),
        (
            "origins: [file = \"partners.txt\"]",
            "a file of origins is an entry of `origins`",
            "write `file(\"partners.txt\")`",
        ),
        (
            "origins: if cfg!(debug_assertions) { any } else { [\"https://app.example\"] }",
            "a macro sees the word `if`, not what it decides",
            "write `development { origins: any }` and `production { origins: [\"https://app.example\"] }`",
        ),
        (
            "@, credentials: if !cfg!(debug_assertions) { true } else { false }, max_age: 1h",
            "a macro sees the word `if`, not what it decides",
            "write `production { credentials: true }` and `development { credentials: false }`",
        ),
        (
            "if cfg!(not(debug_assertions)) { credentials: true, } else { origins: any } @",
            "a macro sees the word `if`, not what it decides",
            "write `production { credentials: true }` and `development { origins: any }`",
        ),
        (
            "@, timing: cfg!(debug_assertions)",
            "a macro sees `cfg!`, not its result",
            "write `development { timing: true }` and `production { timing: false }`",
        ),
        ("@, production:", "`production` has no value", "write `production { … }`"),
        (
            "@, timing: match x { _ => true }",
            "a macro sees the word `match`, not what it decides",
            "a policy is the same in every build",
        ),
        (
            "#[cfg(debug_assertions)] @",
            "`#[cfg]` has no meaning here",
            "write `development { origins: [\"https://app.example\"] }`",
        ),
        (
            "origins: [\"https://app.example\", #[cfg(debug_assertions)] \"http://localhost:3000\"]",
            "`#[cfg]` has no meaning here",
            "write `development { origins: [\"http://localhost:3000\"] }`, whose list holds there",
        ),
        (
            "@, #[cfg(feature = \"x\")] timing: true",
            "`#[cfg]` has no meaning here",
            "a policy is the same in every build",
        ),
        (
            "origins: [\"https://localhost\" #[expect(loopback_origin, reason = \"an app\")]]",
            "`#[expect]` goes before what it excuses",
            "write `#[expect (loopback_origin, reason = \"an app\")] \"https://localhost\"`",
        ),
        (
            "origins: [\"https://localhost\", #[expect(loopback_origin, reason = \"an app\")]]",
            "`#[expect]` goes before what it excuses",
            "write `#[expect (loopback_origin, reason = \"an app\")] \"https://localhost\"`",
        ),
        (
            "origins: [\"https://localhost\" expect(loopback_origin, reason = \"an app\"), \"https://a.example\"]",
            "`#[expect]` goes before what it excuses",
            "write `#[expect (loopback_origin, reason = \"an app\")] \"https://localhost\"`",
        ),
        (
            "origins: any #[expect(any_origin, reason = \"public\")]",
            "`#[expect]` goes before what it excuses",
            "write `#[expect (any_origin, reason = \"public\")] origins: any`",
        ),
        (
            "origins: regex(\"https://a\"), methods: [GET]",
            "a regex is an entry of a list",
            "write `origins: [regex(\"https://a\")]`",
        ),
        (
            "origins: [regex: r\"https://.*\\.a\\.example\"]",
            "a regex is written as `regex(…)` here",
            "write `regex(r\"https://.*\\.a\\.example\")`",
        ),
        (
            "origins: [{ regex = \"https://a\" }, \"https://b.example\"]",
            "a regex is written as `regex(…)` here",
            "write `regex(\"https://a\")`",
        ),
        ("@, max_age: Some(3600)", "a value stands without `Some`", "write `3600`"),
        ("@, max_age: None", "a key that is absent is not written", "take `max_age` out"),
        (
            "@, headers: [CONTENT_TYPE]",
            "a macro sees the words `CONTENT_TYPE`, not the value behind them",
            "write `\"content-type\"`",
        ),
        (
            "origins: |origin, _| origin.ends_with(\".example\"), methods: [GET]",
            "in production: `origins` takes a list or `any`, not `|origin,_|origin.ends_with(\".example\")` [wrong_type]",
            "for example `origins: [",
        ),
        ("prod: { @ }", "no block is called `prod`", "write `production { … }`"),
        ("dev = { origins: any }, @", "no block is called `dev`", "write `development { … }`"),
        ("[production] @", "a block is written in braces", "write `production { … }`"),
        ("let x = 1; @", "`let` is a word of Rust, and no setting", "take the statement out"),
        ("prod { @ }", "no block is called `prod`", "write `production { … }`"),
        ("dev { origins: any } @", "no block is called `dev`", "write `development { … }`"),
        ("staging { origins: any } @", "no block is called `staging`", "the blocks are"),
        ("@, headers: [X-App-*]", "a string is written in double quotes", "write `\"x-app-*\"`"),
        (
            "@, max_age: \"2 hours\"",
            "in production: `2 hours` is not a duration [invalid_max_age]",
            "write `max_age: 7200`",
        ),
        (
            "@, max_age: 60 * 60",
            "in production: `max_age` takes seconds or a duration, not `60*60` [wrong_type]",
            "write `max_age: 3600`",
        ),
        (
            "@, max_age: 1.5h",
            "in production: `1.5h` is not a duration [invalid_max_age]",
            "write `max_age: 5400`",
        ),
        (
            "@, max_age: 3600u32",
            "in production: `3600u32` is not a duration [invalid_max_age]",
            "write `max_age: 3600`",
        ),
        (
            "@, preflight_status: 200u16",
            "in production: `preflight_status` takes a number, not `200u16` [wrong_type]",
            "write `preflight_status: 200`",
        ),
        (
            "#[allow(x)] @",
            "the only attribute in a policy is `#[expect]`",
            "write `#[expect(rule, reason = \"…\")]`, or take it out",
        ),
        ("/** for all */ @", "a `///` comment documents only the static", "write `//`"),
        (
            "@, #[expect(any_host, reason = \"a\")] production { max_age: 1h }",
            "`#[expect]` on `production`, which is a block",
            "put it on the entry or the key that it excuses, or write `expect(…)` in the block",
        ),
        (
            "origins: [#[expect(null_origin, reason = \"a\")] file(\"Cargo.toml\")]",
            "`#[expect]` on a `file`, which has many entries",
            "write `expect(…)` beside `origins`",
        ),
        (
            "origins: [\"http://localhost\"], expect(\"loopback_origin\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"why it is right here\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(loopback_origin, \"the app\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"the app\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(loopback_origin, reason: \"the app\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"the app\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(loopback_origin, because = \"the app\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"the app\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(loopback-origin, reason = \"the app\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"the app\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(Rule::LoopbackOrigin, reason = \"the app\")",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"the app\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect(loopback_origin, reason = REASON)",
            "`expect` takes a rule and a reason",
            "write `expect(loopback_origin, reason = \"why it is right here\")`",
        ),
        (
            "origins: [\"http://localhost\"], expect: loopback_origin",
            "in production: `expect` takes a rule and a reason, not `loopback_origin` [wrong_type]",
            "write `expect(loopback_origin, reason = \"why it is right here\")`",
        ),
        (
            "origins: [#[expect(\"loopback_origin\")] \"http://localhost\"]",
            "`expect` takes a rule and a reason",
            "write `#[expect(loopback_origin, reason = \"why it is right here\")]`",
        ),
        (
            "origins: [#[allow(loopback_origin)] \"http://localhost\"]",
            "the only attribute in a policy is `#[expect]`",
            "write `#[expect(loopback_origin, reason = \"why it is right here\")]`",
        ),
        ("@, expect()", "`expect` takes a rule and a reason", "for example `expect(loopback_origin, "),
        (
            r#"#![expect(any_origin, reason = "public")] origins: any"#,
            "`#![expect]` is written as a setting here",
            r#"write `expect(any_origin, reason = "public"),`"#,
        ),
        (
            "production { #![expect(any_origin)] origins: any }",
            "`#![expect]` is written as a setting here",
            r#"write `expect(any_origin, reason = "why it is right here"),`"#,
        ),
        (
            r#"production { #![allow(loopback_origin)] origins: ["http://localhost"] }"#,
            "`#![allow]` is written as a setting here",
            r#"write `expect(loopback_origin, reason = "why it is right here"),`"#,
        ),
        ("#![deny(any_origin)] @", "`deny` has no effect: every rule is an error already", "take it out"),
        ("#![allow(unused)] @", "a policy has no attributes like `#![…]`", "take it out"),
        ("#[deny(any_origin)] @", "`deny` has no effect: every rule is an error already", "take it out"),
        ("production: [ @ ]", "a block is written in braces", "write `production { … }`"),
        ("production = [ @ ]", "a block is written in braces", "write `production { … }`"),
        ("production ( @ )", "a block is written in braces", "write `production { … }`"),
        ("production [ @ ], development { @ }", "a block is written in braces", "write `production { … }`"),
        ("production = { @ }", "`production` is followed directly by its block", "write `production { … }`"),
        ("production => { @ }", "`production` is followed directly by its block", "write `production { … }`"),
        ("prod: [ @ ]", "no block is called `prod`", "write `production { … }`"),
        ("prod ( @ )", "no block is called `prod`", "write `production { … }`"),
        (
            r#"@, development: ["https://a.example"]"#,
            "`development` is a block of settings",
            "write `development { … }`",
        ),
        (
            r#"origins: ["http://localhost"], allow(loopback_origin, reason = "the app")"#,
            "a rule is excused with `expect`, not `allow`",
            r#"write `expect(loopback_origin, reason = "the app")`"#,
        ),
        (
            r#"origins: ["http://localhost"], warn(loopback_origin, reason = "the app")"#,
            "a rule is excused with `expect`, not `warn`",
            r#"write `expect(loopback_origin, reason = "the app")`"#,
        ),
        (
            "@, allow(loopback-origin)",
            "a rule is excused with `expect`, not `allow`",
            r#"write `expect(loopback_origin, reason = "why it is right here")`"#,
        ),
        ("@, deny(loopback_origin)", "`deny` has no effect: every rule is an error already", "take it out"),
        (
            "@, forbid(loopback_origin)",
            "`forbid` has no effect: every rule is an error already",
            "take it out",
        ),
        (
            r#"@, allow("https://b.example")"#,
            "in production: `allow` is not a key of a policy [unknown_key]",
            "the keys are origins",
        ),
        (
            r#"origins: [expect(loopback_origin, reason = "the app") "http://localhost"]"#,
            "`expect` before an entry is the attribute `#[expect]`",
            r#"write `#[expect(loopback_origin, reason = "the app")]`"#,
        ),
        (
            r#"origins: [allow(loopback_origin) "http://localhost"]"#,
            "`allow` before an entry is the attribute `#[expect]`",
            r#"write `#[expect(loopback_origin, reason = "why it is right here")]`"#,
        ),
        (
            r#"origins: [["https://a.example", "https://b.example"], "https://c.example"]"#,
            "a list has no lists in it",
            r#"write `"https://a.example", "https://b.example"`"#,
        ),
        (
            r#"origins: [[["https://a.example"]], "https://c.example"]"#,
            "a list has no lists in it",
            r#"write `"https://a.example"`"#,
        ),
        (
            r#"origins: [[["https://a.example",], ("https://b.example")]]"#,
            "a list has no lists in it",
            r#"write `"https://a.example", "https://b.example"`"#,
        ),
        (
            r#"origins: [#[expect(loopback_origin, reason = "the app")] ["http://localhost"]]"#,
            "a list has no lists in it",
            r#"write `"http://localhost"`"#,
        ),
        (
            r#"origins: [#[expect(null_origin, reason = "the app")] ["https://a.example", "https://b.example"]]"#,
            "a list has no lists in it",
            r#"write `"https://a.example", "https://b.example"`"#,
        ),
        ("origins: [[]]", "a list has no lists in it", "take it out"),
        ("@, headers: (any)", "in production: `headers` takes a list or `any`, not `(any)` [wrong_type]", ""),
        (r#"prod: ["https://a.example"]"#, "no block is called `prod`", "write `production { … }`"),
        ("@, debug(true)", "in production: `debug` is not a key of a policy [unknown_key]", ""),
        (
            r#"origins: [("https://a.example", "https://b.example")]"#,
            "a list has no tuples in it",
            r#"write `"https://a.example", "https://b.example"`"#,
        ),
        (
            r#"origins: [{ name: "a", origin: "https://a.example" }]"#,
            "a list has no maps in it",
            r#"write `"https://a.example"`"#,
        ),
        (r#"@, headers: [{"x-a": true, "x-b": false}]"#, "a list has no maps in it", r#"write `"x-a"`"#),
        ("@, headers: [[]]", "a list has no lists in it", "take it out"),
        (
            r#"@, headers: [{"x-a": 5}]"#,
            r#"in production: an entry of `headers` is not `{ "x-a" : 5 }` [wrong_type]"#,
            "write a string",
        ),
        (
            r#"origins: {"a": "https://a.example"}"#,
            "a list is written in brackets",
            r#"write `origins: ["https://a.example"]`"#,
        ),
        (
            "origins: {}",
            "in production: `origins` takes a list or `any`, not `{ }` [wrong_type]",
            r#"for example `origins: ["https://app.example"]`"#,
        ),
        (
            r#"origins: [Regex::new(r"^https://[a-z]+\.app\.example$"), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex::Regex::new(r"^https://[a-z]+\.app\.example$").unwrap(), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex!(r"^https://[a-z]+\.app\.example$"), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex![r"^https://[a-z]+\.app\.example$"], "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [lazy_regex!(r"^https://[a-z]+\.app\.example$"), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [Regex(r"^https://[a-z]+\.app\.example$"), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex(r"^https://[a-z]+\.app\.example$").unwrap(), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex([r"^https://[a-z]+\.app\.example$"]), "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [regex r"^https://[a-z]+\.app\.example$", "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [Regex::new(r"^https://[a-z]+\.app\.example$")?, "https://b.example"]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex(r"^https://[a-z]+\.app\.example$")`"#,
        ),
        (
            r#"origins: [RegexSet::new(&["https://a", "https://b"])]"#,
            "a regex is written as `regex(…)` here",
            r#"write `regex("https://a"), regex("https://b")`"#,
        ),
        (
            r#"origins: Regex::new("https://a"), methods: [GET]"#,
            "a regex is written as `regex(…)` here",
            r#"write `origins: [regex("https://a")]`"#,
        ),
        (
            "origins: [Regex::new(PATTERN)]",
            "a macro sees the words `Regex::new(PATTERN)`, not the value behind them",
            "write the value",
        ),
    ] {
        let policy = format!("static CORS; {}", policy.replace('@', read));
        let tokens: TokenStream = policy.parse().unwrap_or_else(|error| panic!("{policy}: {error}"));
        let found = messages(expand(tokens));
        let is_of_the_file = |message: &&String| !message.contains("Cargo.toml:");
        let found: Vec<&String> = found.iter().filter(is_of_the_file).collect();
        assert_eq!(found.len(), 1, "{policy}: {found:#?}");
        assert_eq!(found[0].lines().next(), Some(message), "{policy}: {found:#?}");
        let helps = found[0].lines().filter_map(|line| line.strip_prefix("help: "));
        assert!(helps.clone().any(|line| line.starts_with(help)), "{policy}: {found:#?}");
    }
}

#[test]
fn after_a_slip_the_rest_is_judged() {
    for (slip, read) in [
        ("methods: [Method::CONNECT]", "`CONNECT`"),
        ("methods: vec![TRACE]", "`TRACE`"),
        ("max_age: Duration::from_secs(86401)", "`86401s`"),
        ("headers: [header::ORIGIN]", "`origin`"),
        ("headers: [\"cookie\".into()]", "`cookie`"),
        ("headers: []; expose: [\"set-cookie\"]", "`set-cookie`"),
    ] {
        let policy = format!("static CORS; origins: [\"https://app.example\"], {slip}");
        let found = messages(expand(policy.parse().expect("the policy has tokens")));
        assert_eq!(found.len(), 2, "{slip}: {found:#?}");
        assert!(found[1].contains(read), "{slip}: {found:#?}");
    }
}

#[test]
fn without_a_name_there_is_one_error_and_nothing_else() {
    let output = expand(quote! { origins: ["a.example"], credentials: yes });
    assert!(text(output.clone()).starts_with("::core::compile_error!{"), "{output}");
    assert_eq!(messages(output).len(), 1);
}

#[test]
fn statics_after_the_first_are_there_as_well() {
    let output =
        text(expand(quote! { static A; origins: ["https://a.example"], pub static B; origins: any }));
    assert!(output.contains("staticA:") && output.contains("pubstaticB:"), "{output}");
}

#[test]
fn an_expectation_on_an_entry_or_a_key_excuses_that_alone() {
    let excused = errors(quote! {
        static CORS;
        origins: [
            "https://app.example",
            #[expect(loopback_origin, reason = "the Android app's WebView")]
            "https://localhost",
            "http://localhost:8080",
        ],
        #[expect(private_network, reason = "printers")]
        private_network: true,
    });
    assert_eq!(excused.len(), 1, "{excused:?}");
    assert!(
        excused[0].contains("`http://localhost:8080`") && excused[0].contains("[loopback_origin]"),
        "{excused:?}"
    );
    let unfulfilled = errors(quote! {
        static CORS;
        origins: [#[expect(null_origin, reason = "a")] "https://app.example"],
        #[expect(no_such_rule, reason = "a")]
        credentials: true,
    });
    assert_eq!(unfulfilled.len(), 2, "{unfulfilled:?}");
    assert!(unfulfilled[0].ends_with("[unfulfilled_expectation]"), "{unfulfilled:?}");
    assert!(unfulfilled[1].ends_with("[unknown_rule]"), "{unfulfilled:?}");
}

#[test]
fn the_documentation_lists_what_is_excused_and_why() {
    let output = expand(quote! {
        static CORS;
        #[expect(private_network, reason = "printers")]
        private_network: true,
        production {
            origins: ["https://app.example", #[expect(loopback_origin, reason = "the app's\n  WebView")] "https://localhost"],
            hosts: any,
            expect(any_host, reason = "a proxy checks it"),
        }
    });
    let entry = expand(quote! {
        static CORS;
        origins: [#[expect(unbounded_regex, reason = "all theirs")] regex("https://.*partner[.]example")],
    });
    let listed = " - `regex(https://.*partner[.]example)` from `unbounded_regex`: all theirs\\n";
    assert!(entry.to_string().contains(listed), "{entry}");
    let list = "Excused from the rules:\\n\\n - `private_network` from `private_network`: printers\\n \
                - `https://localhost` from `loopback_origin`: the app's WebView\\n \
                - the policy from `any_host`: a proxy checks it\\n";
    assert!(output.to_string().contains(list), "{output}");
}

#[test]
fn the_bytes_at_fault_are_marked() {
    let found = messages(expand(quote! { static CORS; origins: ["https://app.example/shop"] }));
    let marked = "    https://app.example/shop\n                       ^^^^^";
    assert!(found[0].contains(marked), "{found:?}");
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
    use proc_macro2::TokenStream;

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
        assert!(output.contains("#[other]asyncfnupdate()->X{}"), "{output}");
        let wrapped = "::cors_actix::__private::wrap(theirs(),::cors_actix::__private::to(update))";
        assert!(output.contains("::register_wrapped(__config,&TASKS,"), "{output}");
        assert!(output.contains(wrapped), "{output}");
        assert!(output.starts_with("#[cfg(feature=\"x\")]#[doc=\"Mine.\"]"), "{output}");
        assert!(output.contains("pubstructupdate;#[cfg(feature=\"x\")]impl"), "{output}");
        assert!(output.contains(r#"pattern:"/a",name:"update",methods:&["PUT"]"#), "{output}");
        // Or its import would count as unused.
        assert!(output.contains("useputas_;"), "{output}");
        // The compiler evaluates it, and shows the message.
        let check =
            "if!::cors_actix::__core::__private::allows_method(TASKS.production(),\"PUT\"){::core::panic!(";
        assert!(output.contains(check), "{output}");
        assert!(output.contains("thepolicyof`update`doesnotallowPUT:everypreflight"), "{output}");
        assert!(output.contains("help:addPUTtothepolicy's`methods`"), "{output}");
    }

    #[test]
    fn what_a_route_macro_is_told_reaches_the_route() {
        let output = text(expand(
            quote!(TASKS),
            quote! {
                #[route("/a", method = "GET", method = "PURGE", name = "mine", guard = "only::mine", guard = "too")]
                async fn purge() -> X {}
            },
        ));
        assert!(output.contains(r#"pattern:"/a",name:"mine",methods:&["GET","PURGE"]"#), "{output}");
        for guard in ["only::mine", "too"] {
            assert!(output.contains(&format!("fn_guard({guard})")), "{output}");
        }
        assert!(!output.contains("compile_error"), "{output}");
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
        assert_eq!(output.matches("::register(__config,").count(), 4, "{output}");
        // `#[routes]` reads the others itself, so they count as used.
        assert!(output.contains("useroutesas_;") && !output.contains("usegetas_;"), "{output}");
        assert!(!output.contains("compile_error"), "{output}");
    }

    #[test]
    fn an_inline_policy_for_head_alone_has_no_get() {
        let output = text(expand(
            quote!(origins = ["https://app.example"]),
            quote!(
                #[head("/")]
                fn a() -> X {}
            ),
        ));
        assert!(output.contains("HEAD") && !output.contains("GET"), "{output}");
    }

    #[test]
    fn an_inline_policy_of_a_module_is_spread_as_it_is_written() {
        let module = quote! { mod m { #[get("/")] fn a() -> X {} } };
        let output = text(expand(quote!(origins = ["https://app.example"]), module));
        let spread =
            r##"#[::cors_actix::cors(crate=::cors_actix,origins=["https://app.example"])]#[get("/")]"##;
        assert!(output.contains(spread), "{output}");
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
        let handler = "#[get(\"/\")] async fn a() -> X {}";
        for (arguments, item, there) in [
            ("", handler, "async fn a ()"),
            (",", handler, "pub struct a ;"),
            ("origins", handler, "pub struct a ;"),
            ("TASKS TASKS", handler, "async fn a ()"),
            ("\"TASKS\"", handler, "async fn a ()"),
            ("&TASKS", handler, "async fn a ()"),
            ("TASKS", "async fn a() -> X {}", "async fn a ()"),
            ("TASKS", "#[get] async fn a() -> X {}", "pub struct a ;"),
            ("TASKS", "#[cors(B)] #[get(\"/\")] async fn a() -> X {}", "pub struct a ;"),
            ("TASKS", "struct a;", "struct a ;"),
            ("TASKS", "mod a;", "mod a;"),
            ("TASKS", "mod a {}", "mod a"),
            ("origins = any", "mod a { #[get(\"/\")] fn b() -> X {} }", "mod a"),
            ("TASKS", "", ""),
        ] {
            let case = format!("{arguments} on {item}");
            let tokens = |text: &str| text.parse().expect("a case has tokens");
            let output = expand(tokens(arguments), tokens(item));
            assert!(!messages(output.clone()).is_empty(), "{case}");
            let spaced = |tokens: TokenStream| tokens.to_string().split_whitespace().collect::<String>();
            let item = spaced(tokens(there));
            assert!(spaced(output.clone()).contains(&item), "{case}: {item} in {output}");
        }
    }

    #[test]
    fn a_policy_that_is_no_name_is_one_error_with_what_to_write() {
        for (arguments, message, help) in [
            ("", "`#[cors]` without a policy", "write `#[cors(TASKS)]` with the name of a policy"),
            ("\"TASKS\"", "`#[cors]` takes the name of a policy, not a string", "write `#[cors(TASKS)]`"),
            (
                "\"policies::OWN\"",
                "`#[cors]` takes the name of a policy, not a string",
                "write `#[cors(policies::OWN)]`",
            ),
            ("\"my tasks\"", "`#[cors]` takes the name of a policy, not a string", "write `#[cors(TASKS)]`"),
            ("\"\"", "`#[cors]` takes the name of a policy, not a string", "write `#[cors(TASKS)]`"),
            ("&TASKS", "`#[cors]` takes the name of a policy, without `&`", "write `#[cors(TASKS)]`"),
            (
                "&policies::TASKS",
                "`#[cors]` takes the name of a policy, without `&`",
                "write `#[cors(policies::TASKS)]`",
            ),
            (
                "TASKS.production()",
                "`#[cors]` takes the name of a policy and nothing after it",
                "write `#[cors(TASKS)]`",
            ),
            (
                "any",
                "`any` is not the name of a policy",
                "write `#[cors(origins = any, expect(any_origin, reason = \"…\"))]`",
            ),
            (
                "TASKS, max_age = 1h",
                "`#[cors]` takes a policy's name or settings, and not both",
                "a route's policy inherits nothing",
            ),
        ] {
            let item = quote! { #[get("/")] async fn a() -> X {} };
            let found = messages(expand(arguments.parse().expect("a case has tokens"), item));
            assert_eq!(found.len(), 1, "{arguments}: {found:?}");
            let mut lines = found[0].lines();
            assert_eq!(lines.next(), Some(message), "{arguments}: {found:?}");
            let help = format!("help: {help}");
            assert!(lines.any(|line| line.starts_with(&help)), "{arguments}: {found:?}");
        }
    }

    #[test]
    fn an_inline_policy_has_blocks_and_helps_in_its_own_spelling() {
        let item = || quote! { #[put("/")] async fn a() -> X {} };
        let output = expand(
            quote!(origins = ["https://app.example"], development { origins = any, headers = any }),
            item(),
        );
        assert!(messages(output.clone()).is_empty(), "{output}");
        assert!(text(output.clone()).contains("#[cfg(debug_assertions)]constDEVELOPMENT"), "{output}");
        for (arguments, help) in [
            ("origins = *", "`origins = any`"),
            ("origins: [\"https://app.example\"]", "`origins = …`"),
            ("origins = [\"https://app.example\"], max_age = Duration::from_secs(60)", "`max_age = 60s`"),
            ("origins = \"https://app.example\"", "`origins = [\"https://app.example\"]`"),
        ] {
            let found = messages(expand(arguments.parse().expect("a case has tokens"), item()));
            assert_eq!(found.len(), 1, "{arguments}: {found:?}");
            assert!(found[0].contains(help), "{arguments}: {found:?}");
        }
    }
}

/// The head with more than it takes, and what stands behind a misspelled key: the first lines of all errors, and a help of each.
#[test]
fn what_stands_behind_a_slip_is_judged_as_if_it_were_right() {
    for (input, wanted) in [
        (
            "static A: PolicySet = { origins: [\"https://a.example\"] };",
            &[("expected `;` right after `A`", "write `static A;`")][..],
        ),
        (
            "static A = { origins: [\"https://a.example\"] }",
            &[("expected `;` right after `A`", "write `static A;`")],
        ),
        (
            "static A { origins: [\"https://a.example\"] }",
            &[("expected `;` right after `A`", "write `static A;`")],
        ),
        (
            "static A: origins: [\"https://a.example\"]",
            &[("expected `;` right after `A`", "write `static A;`")],
        ),
        (
            "static A; orgins: [a.example]",
            &[
                ("in production: `orgins` is not a key of a policy [unknown_key]", "write `origins`"),
                (
                    "in production: `a.example` is not an origin: it has no scheme [invalid_origin]",
                    "write \"https://a.example\"",
                ),
            ],
        ),
        (
            "static A; allowed_origin(\"a.example\")",
            &[
                ("expected `:` after `allowed_origin`", "write `origins: [\"a.example\"]`"),
                ("in production: `allowed_origin` is not a key of a policy [unknown_key]", "write `origins`"),
                (
                    "in production: `a.example` is not an origin: it has no scheme [invalid_origin]",
                    "write \"https://a.example\"",
                ),
            ],
        ),
        (
            "static A; origin: \"a.example\"",
            &[
                ("in production: `origin` is not a key of a policy [unknown_key]", "write `origins`"),
                (
                    "in production: `origin`, read as `origins`, takes a list or `any`, not `a.example` [wrong_type]",
                    "write `origins: [\"https://a.example\"]`",
                ),
            ],
        ),
        (
            "static A; origins: [\"https://a.example\"], allowed_methods: vec![Method::GET, PUT]",
            &[
                ("a macro sees the words `Method::GET`, not the value behind them", "write `GET`"),
                ("a list is written in brackets, without `vec!`", "write `methods: ["),
                (
                    "in production: `allowed_methods` is not a key of a policy [unknown_key]",
                    "write `methods`",
                ),
            ],
        ),
        (
            "static A; origins: [\"https://a.example\"], maxAge: Duration::from_secs(60), exposedHeaders: [x-a]",
            &[
                ("a duration is a number with its unit", "write `max_age: 60s`"),
                ("a string is written in double quotes", "write `\"x-a\"`"),
                ("in production: `maxAge` is not a key of a policy [unknown_key]", "write `max_age`"),
                ("in production: `exposedHeaders` is not a key of a policy [unknown_key]", "write `expose`"),
            ],
        ),
    ] {
        let found = messages(expand(input.parse().unwrap_or_else(|error| panic!("{input}: {error}"))));
        let first = |message: &String| message.lines().next().unwrap_or_default().to_owned();
        let expected: Vec<&str> = wanted.iter().map(|(message, _)| *message).collect();
        assert_eq!(found.iter().map(first).collect::<Vec<_>>(), expected, "{input}: {found:#?}");
        for (message, (_, help)) in found.iter().zip(wanted) {
            assert!(message.contains(&format!("help: {help}")), "{input}: {found:#?}");
        }
    }
}
