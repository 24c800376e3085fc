//! The engine's answer, rendered as the reference renders its own.

use cors_engine::adapter::{Field, Lines, Value, requested_names};
use cors_engine::{Block, Config, Entry, Mode, Policy, Request, Violations};

use crate::reference::{Answer, Head, Settings};

/// Compiles settings at run time, in development so that only the impossible is refused.
///
/// # Errors
///
/// What is wrong with them.
pub fn compile(settings: &Settings) -> Result<Policy, Violations> {
    compile_origins(settings, settings.origins.iter().flatten().map(|origin| origin.as_str().into()))
}

/// The same, where the origins are written in another way: by a regex, which the reference does not know.
///
/// # Errors
///
/// What is wrong with them.
pub fn compile_origins(
    settings: &Settings,
    origins: impl IntoIterator<Item = Entry>,
) -> Result<Policy, Violations> {
    let block = match &settings.origins {
        Some(_) => Block::new().origins(origins),
        None => Block::new().any_origin(),
    };
    let block = match &settings.methods {
        Some(methods) => block.methods(methods),
        None => block.any_method(),
    };
    let block = match &settings.headers {
        Some(headers) => block.headers(headers),
        None => block.any_header(),
    };
    let block = match &settings.expose {
        Some(headers) => block.expose(headers),
        None => block.expose_any(),
    };
    let mut block = block
        .credentials(settings.credentials)
        .private_network(settings.private_network)
        .timing(settings.timing)
        .preflight_status(settings.preflight_status);
    if let Some(seconds) = settings.max_age {
        block = block.max_age(seconds);
    }
    Config::default().development(block).policy(Mode::Development)
}

/// What the policy answers.
///
/// # Panics
///
/// If what it says of the request is at odds with itself.
pub fn answer(policy: &Policy, head: &Head) -> Answer {
    let lines: &dyn Lines = &head.requested_headers;
    let mut request =
        Request::new(&head.method).requested_headers(lines).private_network(head.private_network);
    for origin in &head.origin {
        request = request.origin(origin);
    }
    for method in &head.requested_method {
        request = request.requested_method(method);
    }
    let decision = policy.decide(&request);
    assert_eq!(decision.is_preflight(), decision.status().is_some(), "{head:?}");
    assert_eq!(decision.is_allowed(), decision.denial().is_none(), "{head:?}");
    if let (Some(only), true, [origin]) =
        (policy.only_origin(), decision.is_allowed(), head.origin.as_slice())
    {
        assert_eq!(only.as_bytes(), origin, "{head:?}");
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut fields: Vec<(String, String)> = decision
        .fields()
        .into_iter()
        .map(|field: Field| {
            let value = match policy.value(field) {
                Some(Value::Fixed(value)) => value.to_owned(),
                Some(Value::RequestOrigin) => text(&head.origin[0]),
                Some(Value::RequestMethod) => text(&head.requested_method[0]),
                Some(Value::RequestHeaders) => {
                    requested_names(lines).map(text).collect::<Vec<_>>().join(", ")
                }
                other => panic!("{field:?} is announced without a value: {other:?}"),
            };
            (field.name().to_owned(), value)
        })
        .collect();
    fields.sort();
    Answer { status: decision.status(), fields }
}
