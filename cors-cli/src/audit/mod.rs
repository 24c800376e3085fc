//! `cargo cors audit`: every CORS layer of a workspace, what it lets in, and the rules that it breaks.

mod routers;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cors_engine::{Mode, Violation};
use quote::ToTokens as _;
use serde_json::json;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall};

use crate::args::{AuditArgs, AuditFormat};
use crate::check::sarif;
use crate::import::Imported;
use crate::import::rust::{Layer, Library, layers};
use crate::judge::{FileViolation, broken};
use crate::policy_file::{PolicyFile, Region};
use crate::report::{BOLD, GOOD, Problem, Report, Severity, Verdict, message, paint};
use routers::Routers;

pub(crate) fn run(args: &AuditArgs) -> Result<Report, Problem> {
    if !args.path.is_dir() {
        return Err(Problem::new(format!("{} is not a folder", args.path.display())));
    }
    let mut files = Vec::new();
    sources(&args.path, &mut files)?;
    files.sort();
    let mut audit = Audit::default();
    for file in &files {
        audit.read(&args.path, file)?;
    }
    let out = match args.format {
        AuditFormat::Text => audit.text(),
        AuditFormat::Json => format!("{:#}\n", audit.json()),
        AuditFormat::Sarif => {
            format!("{:#}\n", sarif::log(audit.layers.iter().flat_map(|layer| &layer.findings)))
        }
    };
    let is_good = audit.layers.iter().all(|layer| layer.findings.is_empty());
    Ok(Report { out, err: String::new(), verdict: Verdict::of(is_good) })
}

/// The Rust files below a folder, without folders for build output and fetched code.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let unreadable = |error| Problem::new(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() && !name.starts_with('.') && !matches!(&*name, "target" | "node_modules" | "vendor")
        {
            sources(&path, files)?;
        } else if kind.is_file() && name.ends_with(".rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Audit {
    files: usize,
    layers: Vec<Audited>,
    /// `cors_policy!` and `#[cors]`, which the compiler checks.
    ours: Vec<String>,
    /// Apps of Actix Web without any layer.
    bare: Vec<String>,
    /// Routers of axum.
    routers: Routers,
    /// Files that cannot be read as Rust.
    unread: Vec<String>,
}

/// A layer, and what is wrong with it.
struct Audited {
    file: String,
    library: Library,
    imported: Imported,
    findings: Vec<FileViolation>,
}

impl Audit {
    fn read(&mut self, root: &Path, file: &Path) -> Result<(), Problem> {
        let name = file.strip_prefix(root).unwrap_or(file).display().to_string();
        let Ok(text) = fs::read_to_string(file) else {
            self.unread.push(name);
            return Ok(());
        };
        self.files += 1;
        // Most files have nothing to do with CORS, and parsing is slow.
        if !text.contains("Cors")
            && !text.contains("cors")
            && !text.contains("App::new")
            && !text.contains("Router")
        {
            return Ok(());
        }
        let Ok(found) = layers(&text) else {
            self.unread.push(name);
            return Ok(());
        };
        for Layer { library, imported } in found {
            let place = format!("{name}: {}", imported.place);
            let policy = PolicyFile::from_toml(place.clone(), imported.toml())?;
            let violations = broken(&policy.config, &[Mode::Production]);
            let region = imported.line.map(|line| Region { start: (line, 1), end: (line, 1) });
            let finding = |violation: Violation| FileViolation {
                file: name.clone(),
                place: place.clone(),
                region,
                violation,
            };
            let findings = violations.into_iter().map(finding).collect();
            self.layers.push(Audited { file: name.clone(), library, imported, findings });
        }
        if let Ok(parsed) = syn::parse_file(&text) {
            let mut apps = Apps { name: &name, audit: self };
            apps.visit_file(&parsed);
            if text.contains("axum") {
                self.routers.read(&name, &parsed);
            }
        }
        Ok(())
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for Audited { file, library, imported, findings } in &self.layers {
            let _ =
                writeln!(out, "{} {}", paint(BOLD, format!("{file}: {}", imported.place)), library.name());
            for line in imported.toml().lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let _ = writeln!(out, "    {line}");
            }
            for warning in imported.warnings() {
                let _ = writeln!(out, "{}", message(Severity::Warning, &warning));
            }
            for finding in findings {
                let _ = writeln!(out, "{}", message(Severity::Error, &finding.violation.to_string()));
            }
            out.push('\n');
        }
        let routers = self.routers.bare();
        for (list, what) in [
            (&self.ours, "checked by the compiler"),
            (&self.bare, "an app without a CORS layer: pages of other origins cannot read its answers"),
            (&routers, "routes without a CORS layer: pages of other origins cannot read their answers"),
            (&self.unread, "not read: this program cannot parse it as Rust"),
        ] {
            for place in list {
                let _ = writeln!(out, "{place}: {what}");
            }
        }
        let broken = self.layers.iter().filter(|layer| !layer.findings.is_empty()).count();
        let (files, layers) = (self.files, self.layers.len());
        let _ = match broken {
            0 => writeln!(out, "{} {layers} layers in {files} files keep every rule", paint(GOOD, "ok:")),
            broken => writeln!(out, "{broken} of {layers} layers in {files} files break rules"),
        };
        out
    }

    fn json(&self) -> serde_json::Value {
        let layer = |layer: &Audited| {
            json!({
                "file": layer.file,
                "line": layer.imported.line,
                "library": layer.library.name(),
                "policy": layer.imported.toml(),
                "warnings": layer.imported.warnings().collect::<Vec<_>>(),
                "violations": layer.findings.iter().map(|finding| json!({
                    "rule": finding.violation.rule().name(),
                    "text": finding.violation.to_string(),
                })).collect::<Vec<_>>(),
            })
        };
        json!({
            "files": self.files,
            "layers": self.layers.iter().map(layer).collect::<Vec<_>>(),
            "checked_by_the_compiler": self.ours,
            "without_a_layer": self.bare.iter().cloned().chain(self.routers.bare()).collect::<Vec<_>>(),
            "not_read": self.unread,
        })
    }
}

/// Finds our own policies, and apps of Actix Web without a layer.
struct Apps<'a> {
    name: &'a str,
    audit: &'a mut Audit,
}

impl<'ast> Visit<'ast> for Apps<'_> {
    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        if found.path.segments.last().is_some_and(|segment| segment.ident == "cors_policy") {
            let line = found.span().start().line;
            self.audit.ours.push(format!("{}: line {line}, cors_policy!", self.name));
        }
        visit::visit_macro(self, found);
    }

    fn visit_attribute(&mut self, found: &'ast syn::Attribute) {
        if found.path().segments.last().is_some_and(|segment| segment.ident == "cors") {
            let line = found.span().start().line;
            self.audit.ours.push(format!("{}: line {line}, #[cors]", self.name));
        }
        visit::visit_attribute(self, found);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let mut wraps = Vec::new();
        if let Some(line) = app(expr, &mut wraps) {
            let is_layered = wraps.iter().any(|wrap| {
                let text = wrap.args.to_token_stream().to_string().to_ascii_lowercase();
                wrap.method == "wrap" && text.contains("cors")
            });
            // Only the outermost call of a chain is seen here: the inner ones are not visited.
            if !is_layered {
                self.audit.bare.push(format!("{}: line {line}, App::new()", self.name));
            }
            for wrap in wraps {
                wrap.args.iter().for_each(|argument| self.visit_expr(argument));
            }
            return;
        }
        visit::visit_expr(self, expr);
    }
}

/// The line of the `App::new()` at the root of a chain of calls.
fn app<'a>(expr: &'a Expr, calls: &mut Vec<&'a ExprMethodCall>) -> Option<usize> {
    match expr {
        Expr::MethodCall(call) => {
            let line = app(&call.receiver, calls)?;
            calls.push(call);
            Some(line)
        }
        Expr::Call(call) if call.args.is_empty() => {
            let Expr::Path(path) = &*call.func else { return None };
            let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
            let is_app = names.next()? == "new" && names.next()? == "App";
            is_app.then(|| call.span().start().line)
        }
        _ => None,
    }
}
