//! The parameter `pipe` of their server: functions that change an answer, one after the other.

use super::answer::Answer;

/// A function's name and its arguments, from `header(X-Test,1)|status(201)`.
fn functions(pipe: &str) -> Vec<(String, Vec<String>)> {
    let mut functions = Vec::new();
    let mut chars = pipe.chars();
    loop {
        // What stands between functions need not be a bar: some pages forget it.
        let name: String = chars.by_ref().take_while(|c| *c != '(').filter(|c| *c != '|').collect();
        if name.is_empty() {
            return functions;
        }
        let mut arguments = vec![String::new()];
        while let Some(c) = chars.next() {
            let last = arguments.last_mut().expect("there is one from the beginning");
            match c {
                '\\' => last.extend(chars.next()),
                ',' => arguments.push(String::new()),
                ')' => break,
                other => last.push(other),
            }
        }
        functions.push((name, arguments));
    }
}

/// Whether `pipe` asks for substitution, which comes before the others here.
pub(super) fn substitutes(pipe: &str) -> bool {
    functions(pipe).iter().any(|(name, _)| name == "sub")
}

/// The answer as the functions leave it, or the name of one that is not known.
pub(super) fn apply(pipe: &str, mut answer: Answer) -> Result<Answer, String> {
    for (name, arguments) in functions(pipe) {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        answer = match (name.as_str(), arguments.as_slice()) {
            ("header", [field, value]) => answer.replace(field, *value),
            ("header", [field, value, _append]) => answer.with(field, *value),
            ("status", [status]) => match status.parse() {
                Ok(status) => answer.status(status),
                Err(_) => return Err(format!("status({status})")),
            },
            ("sub", _) => answer,
            _ => return Err(name),
        };
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::{Answer, apply, functions};

    #[test]
    fn functions_and_their_arguments() {
        for (pipe, expected) in [
            ("", "[]"),
            ("sub", r#"[("sub", [""])]"#),
            ("header(A,*)", r#"[("header", ["A", "*"])]"#),
            ("header(A,1)|header(B,2,True)|", r#"[("header", ["A", "1"]), ("header", ["B", "2", "True"])]"#),
            ("header(A, 1)header(B,2)", r#"[("header", ["A", " 1"]), ("header", ["B", "2"])]"#),
            (r"header(A,1\,2)", r#"[("header", ["A", "1,2"])]"#),
        ] {
            assert_eq!(format!("{:?}", functions(pipe)), expected, "{pipe}");
        }
    }

    #[test]
    fn what_they_do() {
        let answer = apply("header(A,1)|header(a,2)|header(A,3,True)|status(201)", Answer::empty());
        let answer = answer.expect("all are known");
        assert_eq!((answer.all("a"), answer.status), (vec!["2", "3"], 201));
        assert_eq!(apply("slice(1)", Answer::empty()).unwrap_err(), "slice");
    }
}
