//! Any answers of a server: `cors probe` says something about them, in bounded space, and nothing of it acts on a terminal.
//!
//! They are written as lines: the arguments of the command, then the answers in their turn, an empty line before each. The last one
//! answers whatever is asked after it. `{origin}`, `{method}` and `{headers}` stand for what the request says.
//!
//! ```text
//! https://api.example/tasks
//! --origin=https://app.example
//! --method=PUT
//!
//! 204
//! access-control-allow-origin: {origin}
//! access-control-allow-methods: {method}
//!
//! 200
//! access-control-allow-origin: *
//! ```

use std::cell::RefCell;
use std::rc::Rc;

use clap::Parser as _;
use cors_engine::adapter::Field;
use cors_engine::browser::Response;
use ureq::http::{HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::args::{Args, Command, Format, ProbeArgs};
use crate::exchange::Sent;
use crate::probe::{Wire, over};
use crate::report::{Problem, Report, Verdict, harmless};

/// The most requests of one probe.
const MOST_REQUESTS: usize = 60;

/// How much is said whatever is answered, and how much for each byte of the answers: one may be shown in several findings, and escaped.
const MOST_SAID: (usize, usize) = (64 * 1024, 64);

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let mut blocks = data.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
    let arguments = blocks.by_ref().take_while(|line| !line.is_empty());
    let Some(args) = args(arguments) else { return };
    let Some(answers) = answers(blocks) else { return };
    let server = Rc::new(Planted { answers, log: RefCell::default() });
    let done = over(server.clone(), &args);
    let log = server.log.take();
    assert!(log.len() <= MOST_REQUESTS, "{} requests", log.len());
    let Report { out, err, verdict } = match done {
        Ok(report) => report,
        Err(problem) => Report { out: String::new(), err: problem.to_string(), verdict: Verdict::None },
    };
    for text in [&out, &err] {
        quiet(&harmless(text));
        let answered: usize = log.iter().map(|(_, answer)| size(answer)).sum();
        let most = MOST_SAID.0 + MOST_SAID.1 * (data.len() + answered);
        assert!(text.len() <= most, "{} bytes are said of {answered}", text.len());
    }
    if args.format == Format::Json && !out.is_empty() {
        let value: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert!(value["findings"].is_array(), "{out}");
    }
    if matches!(verdict, Verdict::Good) {
        may_read(&args, &log);
    }
}

/// The arguments, where nobody has to be looked up to know who is called.
fn args(lines: impl Iterator<Item = Vec<u8>>) -> Option<ProbeArgs> {
    let lines: Vec<String> = lines.map(String::from_utf8).collect::<Result<_, _>>().ok()?;
    let words = ["cors", "probe"].into_iter().chain(lines.iter().map(String::as_str));
    let Command::Probe(mut args) = Args::try_parse_from(words).ok()?.command else { return None };
    args.rate = u32::MAX;
    let hosts =
        [&args.url, &args.call.origin].map(|text| Some(Url::parse(text).ok()?.host_str()?.to_owned()));
    let is_known = |host: &String| {
        let is_name = host.contains(|letter: char| letter.is_ascii_alphabetic()) && !host.starts_with('[');
        !is_name
            || !host.contains('.')
            || [".example", ".test", ".invalid"].iter().any(|end| host.ends_with(end))
    };
    hosts.iter().flatten().all(is_known).then_some(args)
}

/// What a server answers; `None` is no answer at all.
type Planned = Option<(u16, Vec<(String, Vec<u8>)>)>;

fn answers(lines: impl Iterator<Item = Vec<u8>>) -> Option<Vec<Planned>> {
    let mut answers: Vec<Planned> = Vec::new();
    let mut is_first = true;
    for line in lines {
        if line.is_empty() {
            is_first = true;
        } else if is_first {
            is_first = false;
            let status = std::str::from_utf8(&line).ok().and_then(|line| line.parse().ok());
            answers.push(
                status
                    .filter(|status| StatusCode::from_u16(*status).is_ok())
                    .map(|status| (status, Vec::new())),
            );
        } else if let Some(Some((_, fields))) = answers.last_mut() {
            let at = line.iter().position(|byte| *byte == b':')?;
            // As the HTTP client hands them on.
            let name = HeaderName::from_bytes(&line[..at]).ok()?;
            let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?;
            fields.push((name.as_str().to_owned(), value.as_bytes().to_vec()));
        }
    }
    (!answers.is_empty()).then_some(answers)
}

/// A server that answers what was planned.
struct Planted {
    answers: Vec<Planned>,
    log: RefCell<Vec<(Sent, Response)>>,
}

impl Wire for Planted {
    fn send(&self, _: &Url, sent: &Sent) -> Result<Response, Problem> {
        let mut log = self.log.borrow_mut();
        let planned = self.answers.get(log.len()).or(self.answers.last());
        let Some(Some((status, fields))) = planned else {
            log.push((sent.clone(), Response::default()));
            return Err(Problem::new("nobody answers".into()));
        };
        let said = |name: &str| {
            let mut fields = sent.fields.iter();
            fields.find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let text = |value: &Vec<u8>| -> String {
            let value: String = value.iter().copied().map(char::from).collect();
            value
                .replace("{origin}", said("origin"))
                .replace("{method}", said("access-control-request-method"))
                .replace("{headers}", said("access-control-request-headers"))
        };
        let fields = fields.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let response = Response { status: *status, fields };
        log.push((sent.clone(), response.clone()));
        Ok(response)
    }
}

fn size(answer: &Response) -> usize {
    answer.fields.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Nothing but lines, tabs and colors.
fn quiet(text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_control() && !"\n\t".contains(letter)) {
        let color = rest[at..].strip_prefix("\u{1b}[").and_then(|color| color.split_once('m'));
        let Some((numbers, after)) = color else { panic!("a control character: {:?}", &rest[at..]) };
        assert!(numbers.bytes().all(|byte| b"0123456789;".contains(&byte)), "{numbers:?}");
        rest = after;
    }
}

/// A page that is said to read the answer has got its permission: from the first answer to the call itself, unless that goes on
/// elsewhere.
fn may_read(args: &ProbeArgs, log: &[(Sent, Response)]) {
    let is_call = |sent: &Sent| !sent.is_preflight && sent.method != "OPTIONS";
    let Some((_, answer)) = log.iter().find(|(sent, _)| is_call(sent)) else { return };
    let is_own =
        Url::parse(&args.url).is_ok_and(|url| url.origin().ascii_serialization() == args.call.origin);
    if is_own || args.preflight_only || (300..400).contains(&answer.status) || args.call.method == "OPTIONS" {
        return;
    }
    let of = |wanted: Field| -> Vec<&str> {
        let fields = answer.fields.iter().filter(|(name, _)| name == wanted.name());
        fields.map(|(_, value)| value.as_str()).collect()
    };
    let (origins, credentials) = (of(Field::AllowOrigin), of(Field::AllowCredentials));
    let is_allowed = match args.call.credentials {
        true => origins == [args.call.origin.as_str()] && credentials == ["true"],
        false => origins == ["*"] || origins == [args.call.origin.as_str()],
    };
    assert!(is_allowed, "a page at {} is said to read {answer:?}", args.call.origin);
}
