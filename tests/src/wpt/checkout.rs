//! A checkout of web-platform-tests: its pages, and its files as their server serves them.

use std::fs;
use std::path::PathBuf;

use super::answer::Answer;
use super::substitute::substitute;

/// Says how to get a checkout.
const HOW: &str = "CORS_WPT names no checkout of web-platform-tests: TESTING.md says how to get one";

/// Where the pages about CORS are, and how their names begin.
const PAGES: [(&str, &str); 3] = [("fetch/api/cors", ""), ("xhr", "access-control-"), ("cors", "")];

/// Ours, in place of their `/resources/testharnessreport.js`.
const REPORT: &str = include_str!("report.js");

/// The folder.
#[derive(Clone, Debug)]
pub struct Checkout(PathBuf);

impl Checkout {
    /// The one that `CORS_WPT` names.
    ///
    /// # Panics
    ///
    /// If it names none.
    pub fn from_env() -> Self {
        let folder = std::env::var_os("CORS_WPT").map(PathBuf::from).expect(HOW);
        assert!(folder.join("resources/testharness.js").exists(), "{}: {HOW}", folder.display());
        Self(folder)
    }

    /// The pages, in order; with `CORS_WPT_PAGES` those whose names it is a part of.
    pub(super) fn pages(&self) -> Vec<String> {
        let wanted = std::env::var("CORS_WPT_PAGES").unwrap_or_default();
        let mut pages = Vec::new();
        for (folder, prefix) in PAGES {
            let entries =
                fs::read_dir(self.0.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
            let names = entries.map(|entry| entry.expect("the folder is read").file_name());
            for name in names.filter_map(|name| name.into_string().ok()) {
                if name.starts_with(prefix) {
                    pages.extend(pages_of(&name).into_iter().map(|page| format!("{folder}/{page}")));
                }
            }
        }
        pages.retain(|page| page.contains(&wanted));
        pages.sort();
        pages
    }

    /// The answer for a path, and what in it could not be substituted.
    pub(super) fn file(
        &self,
        path: &str,
        substitutes: bool,
        ports: [u16; 2],
    ) -> Option<(Answer, Option<String>)> {
        if path == "/resources/testharnessreport.js" {
            return Some((Answer::new(REPORT).with("content-type", "text/javascript"), None));
        }
        let read = |path: &str| {
            let inside = path.strip_prefix('/').filter(|path| !path.split('/').any(|part| part == ".."))?;
            fs::read(self.0.join(inside)).ok()
        };
        if let Some(wrapped) = wrapped(path, |script| read(script)) {
            return Some((wrapped, None));
        }
        if path == "/images/blue-png-cachable.py" {
            let answer = Answer::new(read("/images/blue.png")?).with("content-type", "image/png");
            return Some((answer.with("cache-control", "max-age=3600"), None));
        }
        let bytes = read(path).filter(|_| !path.ends_with(".py"))?;
        if path.ends_with(".asis") {
            return Some((as_is(&bytes), None));
        }
        let (bytes, unknown) = if substitutes || path.contains(".sub.") {
            let (text, unknown) = substitute(&String::from_utf8_lossy(&bytes), ports);
            (text.into_bytes(), unknown)
        } else {
            (bytes, None)
        };
        let mut answer = Answer::new(bytes).with("content-type", content_type(path));
        let fields = read(&format!("{path}.headers")).unwrap_or_default();
        for (name, value) in fields_of(&String::from_utf8_lossy(&fields)) {
            answer = answer.replace(&name, value);
        }
        Some((answer, unknown))
    }
}

/// The pages that a file is, or that are made of it.
fn pages_of(name: &str) -> Vec<String> {
    if let Some(stem) = name.strip_suffix(".any.js") {
        return vec![format!("{stem}.any.html"), format!("{stem}.any.worker.html")];
    }
    if let Some(stem) = name.strip_suffix(".window.js") {
        return vec![format!("{stem}.window.html")];
    }
    let is_page = [".htm", ".html"].iter().any(|ending| name.ends_with(ending));
    if is_page { vec![name.to_owned()] } else { Vec::new() }
}

/// A page or a worker around a script that is meant for several places.
fn wrapped(path: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Answer> {
    const HARNESS: &str = "<!doctype html>\n<meta charset=utf-8>\n<script src=/resources/testharness.js></script>\n\
                           <script src=/resources/testharnessreport.js></script>\n";
    if let Some(stem) = path.strip_suffix(".any.worker.html") {
        read(&format!("{stem}.any.js"))?;
        let page = format!(
            "{HARNESS}<script>fetch_tests_from_worker(new Worker(\"{stem}.any.worker.js\"))</script>\n"
        );
        return Some(Answer::new(page).with("content-type", "text/html"));
    }
    let in_worker = path.strip_suffix(".any.worker.js").map(|stem| format!("{stem}.any.js"));
    let in_window = path
        .strip_suffix(".any.html")
        .map(|stem| format!("{stem}.any.js"))
        .or_else(|| path.strip_suffix(".window.html").map(|stem| format!("{stem}.window.js")));
    let script = in_worker.as_ref().or(in_window.as_ref())?;
    let source = String::from_utf8_lossy(&read(script)?).into_owned();
    let needed = source.lines().filter_map(|line| line.strip_prefix("// META: script="));
    let needed = needed.map(str::trim).chain([script.as_str()]);
    if in_worker.is_some() {
        let scripts: String = needed.map(|script| format!("importScripts({script:?});\n")).collect();
        let worker = format!("importScripts(\"/resources/testharness.js\");\n{scripts}done();\n");
        return Some(Answer::new(worker).with("content-type", "text/javascript"));
    }
    let scripts: String = needed.map(|script| format!("<script src=\"{script}\"></script>\n")).collect();
    Some(Answer::new(format!("{HARNESS}<div id=log></div>\n{scripts}")).with("content-type", "text/html"))
}

/// A file that is a response, head and all.
fn as_is(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let (line, fields) = head.split_once('\n').unwrap_or((head, ""));
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("it has a status line");
    fields_of(fields)
        .into_iter()
        .fold(Answer::new(body).status(status), |answer, (name, value)| answer.with(&name, value))
}

fn fields_of(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "htm" | "html" => "text/html",
        "js" => "text/javascript",
        "json" => "application/json",
        "css" => "text/css",
        "png" => "image/png",
        "txt" => "text/plain",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}
