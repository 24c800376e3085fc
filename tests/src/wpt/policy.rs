//! From the `Access-Control-*` fields that somebody wants to send to a policy that sends them.

use cors_engine::{Block, Config, Mode, Policy, Violations};

use super::answer::Answer;
use super::asked::Asked;

/// An origin that no page here has: who allows nobody allows this one.
const NOBODY: &str = "https://nobody.example";

/// Methods that need nobody's permission, and so belong to any list as a browser reads it.
const SAFELISTED: [&str; 3] = ["GET", "HEAD", "POST"];

/// The policy that answers this request with these fields, or with others that mean the same to a browser; else why there is none.
pub(super) fn policy(asked: &Asked, answer: &Answer) -> Result<Policy, String> {
    if let Some(field) = answer.unsendable() {
        return Err(format!("a value that no field can have: `{field}` is not sent at all"));
    }
    let block = origins(answer)?;
    let credentials = credentials(answer)?;
    let block = block.credentials(credentials);
    let block = if asked.is_preflight() {
        preflight(block, credentials, asked, answer)?
    } else {
        expose(block, credentials, answer)
    };
    Config::new(Block::new()).development(block).policy(Mode::Development).map_err(|broken| rules(&broken))
}

fn origins(answer: &Answer) -> Result<Block, String> {
    match answer.all("access-control-allow-origin").as_slice() {
        [] if answer.all("access-control-expose-headers").is_empty() => Ok(Block::new().origins([NOBODY])),
        [] => Err("`Access-Control-Expose-Headers` without `-Allow-Origin`".into()),
        ["*"] => Ok(Block::new().any_origin()),
        // In a policy that would be a pattern, and let others in than the page means.
        [pattern] if pattern.contains('*') => Err("`*` with something beside it".into()),
        [origin] => Ok(Block::new().origins([*origin])),
        _ => Err("several `Access-Control-Allow-Origin`".into()),
    }
}

fn credentials(answer: &Answer) -> Result<bool, String> {
    match answer.all("access-control-allow-credentials").as_slice() {
        [] => Ok(false),
        ["true"] => Ok(true),
        _ => Err("`Access-Control-Allow-Credentials` other than `true`".into()),
    }
}

fn expose(block: Block, credentials: bool, answer: &Answer) -> Block {
    let names = elements(answer, "access-control-expose-headers");
    if is_any(&names, credentials) { block.expose_any() } else { block.expose(names) }
}

fn preflight(block: Block, credentials: bool, asked: &Asked, answer: &Answer) -> Result<Block, String> {
    let methods = elements(answer, "access-control-allow-methods");
    let block = if is_any(&methods, credentials) {
        block.any_method()
    } else {
        let others = methods.into_iter().filter(|method| !SAFELISTED.contains(&method.as_str()));
        block.methods(SAFELISTED.map(str::to_owned).into_iter().chain(others))
    };
    let headers = elements(answer, "access-control-allow-headers");
    let wanted = asked.field("access-control-request-headers").unwrap_or_default();
    let block = if !is_any(&headers, credentials) {
        block.headers(headers)
    } else if wanted.split(',').any(|name| name.trim() == "authorization")
        && !headers.iter().any(|name| name == "authorization")
    {
        return Err("`*` for headers that leaves `authorization` out".into());
    } else {
        block.any_header()
    };
    let block = match answer.all("access-control-max-age").as_slice() {
        [] => block,
        [age] => match age.parse() {
            Ok(seconds) => block.max_age(seconds),
            Err(_) => return Err("`Access-Control-Max-Age` that is no number of seconds".into()),
        },
        _ => return Err("several `Access-Control-Max-Age`".into()),
    };
    Ok(block.preflight_status(answer.status))
}

/// The elements of a list, each once, names in lower case: case and repetition mean nothing.
fn elements(answer: &Answer, name: &str) -> Vec<String> {
    let lines = answer.all(name);
    let is_name = !name.ends_with("methods");
    let mut elements: Vec<String> = Vec::new();
    for element in lines.iter().flat_map(|line| line.split(',')).map(str::trim) {
        let element = if is_name { element.to_ascii_lowercase() } else { element.to_owned() };
        if !element.is_empty() && !elements.contains(&element) {
            elements.push(element);
        }
    }
    elements
}

/// With credentials, `*` is the name of a method or header.
fn is_any(elements: &[String], credentials: bool) -> bool {
    !credentials && elements.iter().any(|element| element == "*")
}

/// The rules that are broken.
fn rules(broken: &Violations) -> String {
    let mut rules: Vec<_> = broken.iter().map(|violation| violation.rule().to_string()).collect();
    rules.dedup();
    rules.join(", ")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::super::answer::Answer;
    use super::super::asked::Asked;
    use super::policy;

    const PAGE: &str = "http://wpt.localhost:1";

    fn asked(method: Option<&str>, headers: &str) -> Asked {
        let request = TestRequest::default().insert_header(("origin", PAGE));
        let request = match method {
            None => request,
            Some(method) => request
                .method(actix_web::http::Method::OPTIONS)
                .insert_header(("access-control-request-method", method))
                .insert_header(("access-control-request-headers", headers)),
        };
        Asked::read(&request.to_srv_request(), Vec::new())
    }

    /// What the fields of an answer are written as: `origin: *, methods: PUT`.
    fn answer(fields: &str, status: u16) -> Answer {
        let short = [
            ("origin", "Allow-Origin"),
            ("credentials", "Allow-Credentials"),
            ("methods", "Allow-Methods"),
            ("headers", "Allow-Headers"),
            ("expose", "Expose-Headers"),
            ("age", "Max-Age"),
        ];
        let fields = fields.split("; ").filter_map(|field| field.split_once(": "));
        fields.fold(Answer::empty().status(status), |answer, (name, value)| {
            let (_, name) = short.iter().find(|(short, _)| *short == name).expect("it is one of them");
            answer.with(&format!("Access-Control-{name}"), value)
        })
    }

    #[test]
    fn policies_and_reasons() {
        let (actual, put) = (asked(None, ""), asked(Some("PUT"), "x-a, authorization"));
        for (asked, fields, status, expected) in [
            (&actual, "", 200, ""),
            (&actual, "origin: *; expose: *", 200, ""),
            (&actual, "origin: http://wpt.localhost:1; credentials: true; expose: X-A, x-a", 200, ""),
            (&actual, "origin: null", 404, ""),
            (&actual, "origin: http://*.localhost:1", 200, "`*` with something beside it"),
            (&actual, "origin: http://wpt.localhost:1/", 200, "invalid_origin"),
            (&actual, "origin: *; origin: *", 200, "several `Access-Control-Allow-Origin`"),
            (&actual, "origin: *; credentials: true", 200, "any_origin_with_credentials"),
            (
                &actual,
                "origin: *; credentials: 1",
                200,
                "`Access-Control-Allow-Credentials` other than `true`",
            ),
            (&actual, "expose: x-a", 304, "`Access-Control-Expose-Headers` without `-Allow-Origin`"),
            (&actual, "origin: *; expose: not valid", 200, "invalid_header"),
            (
                &actual,
                "origin: \0*",
                200,
                "a value that no field can have: `Access-Control-Allow-Origin` is not sent at all",
            ),
            (&put, "origin: *; methods: PUT, put; headers: x-a, authorization; age: 0", 204, ""),
            (&put, "origin: *; methods: *; headers: *, authorization", 200, ""),
            (
                &put,
                "origin: *; methods: *; headers: *",
                200,
                "`*` for headers that leaves `authorization` out",
            ),
            (&put, "origin: null; credentials: true; methods: *", 200, "invalid_method"),
            (&put, "origin: *; age: -1", 200, "`Access-Control-Max-Age` that is no number of seconds"),
            (&put, "origin: *; age: 86401", 200, "invalid_max_age"),
            (&put, "origin: *", 301, "invalid_status"),
        ] {
            let found = policy(asked, &answer(fields, status)).err().unwrap_or_default();
            assert_eq!(found, expected, "{fields} {status}");
        }
    }

    #[test]
    fn safelisted_methods_are_in_every_list() {
        let policy = policy(&asked(Some("GET"), "x-a"), &answer("origin: *; methods: PUT", 200));
        let policy = policy.expect("it breaks no rule");
        for (method, allowed) in
            [("GET", true), ("HEAD", true), ("POST", true), ("PUT", true), ("DELETE", false)]
        {
            assert_eq!(policy.allows_method(method.as_bytes()), allowed, "{method}");
        }
    }
}
