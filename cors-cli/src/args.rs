//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use cors_engine::Mode;

/// Checks, explains and imports CORS policies, and probes servers as a browser would.
#[derive(Parser)]
#[command(name = "cors", version, after_help = MAIN_EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) color: colorchoice_clap::Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Report every rule that a policy file breaks
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),

    /// Show how a policy file answers a page's call, and why
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),

    /// Show what a new policy allows that an old one does not
    ///
    /// Regexes and wildcards are compared by all that they match, and the shortest origin that makes a difference is shown.
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),

    /// Write a policy as the configuration of a gateway
    ///
    /// A setting that the gateway cannot express is an error: nothing is approximated.
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),

    /// Send a page's call to a live server, and show what a browser would do with the answers
    #[command(after_help = PROBE_EXAMPLES)]
    Probe(ProbeArgs),

    /// Turn the CORS settings of another framework, server or gateway into a policy
    ///
    /// Text that cannot be read is reported, and nothing is guessed. The policy is checked by the same rules as any other.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import {
        #[command(subcommand)]
        from: From,
    },

    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },

    /// Show the help of a command, or with `file` the format of policy files
    #[command(after_help = HELP_EXAMPLES)]
    Help {
        /// A command, with its subcommand if it has one: `import nginx`; or `file`
        topic: Vec<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum From {
    /// `CORS_*` of django-cors-headers and `ALLOWED_HOSTS`, as JSON
    ///
    /// A settings.py is a program: the command below makes Python print its settings.
    #[command(after_help = DJANGO_EXAMPLES)]
    Django(ImportArgs),
    /// `add_header` in an nginx configuration, with the `map`, `if` and `set` that feed it
    #[command(after_help = IMPORT_EXAMPLES)]
    Nginx(ImportArgs),
    /// The CORS filters of HTTPRoutes
    #[command(after_help = IMPORT_EXAMPLES)]
    GatewayApi(ImportArgs),
    /// The annotations of ingress-nginx
    #[command(after_help = IMPORT_EXAMPLES)]
    IngressNginx(ImportArgs),
    /// The `corsPolicy` of Istio's VirtualServices
    #[command(after_help = IMPORT_EXAMPLES)]
    Istio(ImportArgs),
    /// The `CorsPolicy` of Envoy's routes
    #[command(after_help = IMPORT_EXAMPLES)]
    Envoy(ImportArgs),
    /// The rules of an S3 bucket, as JSON
    #[command(after_help = IMPORT_EXAMPLES)]
    S3(ImportArgs),
    /// The rules of a bucket of Google Cloud Storage, as JSON
    #[command(after_help = IMPORT_EXAMPLES)]
    Gcs(ImportArgs),
    /// The builder calls of actix-cors in Rust source
    #[command(after_help = IMPORT_EXAMPLES)]
    ActixCors(ImportArgs),
    /// The builder calls of tower-http in Rust source
    #[command(after_help = IMPORT_EXAMPLES)]
    TowerHttp(ImportArgs),
}

impl From {
    pub(crate) fn source(&self) -> (Source, &ImportArgs) {
        match self {
            Self::Django(args) => (Source::Django, args),
            Self::Nginx(args) => (Source::Nginx, args),
            Self::GatewayApi(args) => (Source::GatewayApi, args),
            Self::IngressNginx(args) => (Source::IngressNginx, args),
            Self::Istio(args) => (Source::Istio, args),
            Self::Envoy(args) => (Source::Envoy, args),
            Self::S3(args) => (Source::S3, args),
            Self::Gcs(args) => (Source::Gcs, args),
            Self::ActixCors(args) => (Source::ActixCors, args),
            Self::TowerHttp(args) => (Source::TowerHttp, args),
        }
    }
}

/// A configuration that policies are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    Django,
    Nginx,
    GatewayApi,
    IngressNginx,
    Istio,
    Envoy,
    S3,
    Gcs,
    ActixCors,
    TowerHttp,
}

impl Source {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Django => "django",
            Self::Nginx => "nginx",
            Self::GatewayApi => "gateway-api",
            Self::IngressNginx => "ingress-nginx",
            Self::Istio => "istio",
            Self::Envoy => "envoy",
            Self::S3 => "s3",
            Self::Gcs => "gcs",
            Self::ActixCors => "actix-cors",
            Self::TowerHttp => "tower-http",
        }
    }

    /// As its users write it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Django => "django-cors-headers",
            Self::Nginx => "nginx",
            Self::GatewayApi => "the Gateway API",
            Self::IngressNginx => "ingress-nginx",
            Self::Istio => "Istio",
            Self::Envoy => "Envoy",
            Self::S3 => "S3",
            Self::Gcs => "Google Cloud Storage",
            Self::ActixCors => "actix-cors",
            Self::TowerHttp => "tower-http",
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct CheckArgs {
    /// The policies: .toml, .json and .yaml files, globs of them, or `-` for standard input
    #[arg(required = true)]
    pub(crate) policies: Vec<PathBuf>,

    /// Read another tool's configuration instead
    #[arg(long, value_enum, value_name = "SOURCE")]
    pub(crate) from: Option<Source>,

    /// Show what `--fix` would change
    #[arg(long, conflicts_with_all = ["from", "fix"])]
    pub(crate) diff: bool,

    /// Apply every proved proposal to the files, and show what changed
    #[arg(long, conflicts_with = "from")]
    pub(crate) fix: bool,

    /// The mode whose rules are applied
    #[arg(long, value_enum, default_value_t = Modes::Both)]
    pub(crate) mode: Modes,

    /// `json` is an array of violations, empty if there are none
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,

    /// Show every violation, not only the first 50 of each file
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// The policy: a .toml, .json or .yaml file, or `-` for standard input
    #[arg(required_unless_present = "example")]
    pub(crate) policy: Option<PathBuf>,

    /// Show how to write a policy that is compiled into a crate to a file
    #[arg(long, exclusive = true)]
    pub(crate) example: bool,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    /// Show a table of origins × calls instead of one call
    #[arg(long, conflicts_with = "origin")]
    pub(crate) matrix: bool,

    /// With `--matrix`: print an HTML page
    #[arg(long, requires = "matrix")]
    pub(crate) html: bool,

    /// The policy that answers
    #[arg(long, value_enum, default_value_t = OneMode::Production)]
    pub(crate) mode: OneMode,

    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(clap::Args)]
pub(crate) struct DiffArgs {
    /// The policy as it was: a .toml, .json or .yaml file, or `-` for standard input
    pub(crate) old: PathBuf,

    /// The policy as it will be
    pub(crate) new: PathBuf,

    /// The mode that is compared
    #[arg(long, value_enum, default_value_t = OneMode::Production)]
    pub(crate) mode: OneMode,

    /// `markdown` is a comment for a pull request
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DiffFormat,
}

#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// The gateway
    #[arg(value_enum)]
    pub(crate) target: Target,

    /// The policy: a .toml, .json or .yaml file, or `-` for standard input
    pub(crate) policy: PathBuf,

    /// The mode that is exported
    #[arg(long, value_enum, default_value_t = OneMode::Production)]
    pub(crate) mode: OneMode,

    /// Compare with this file instead of printing
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,

    /// The app's cluster in Envoy's configuration
    #[arg(long, value_name = "NAME", default_value = DEFAULT_CLUSTER)]
    pub(crate) cluster: String,
}

pub(crate) const DEFAULT_CLUSTER: &str = "app";

/// A gateway that a policy can be written for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// For a `server` block
    Nginx,
    /// For a `frontend`
    Haproxy,
    /// For a `route` block
    Caddy,
    /// For a `<VirtualHost>`
    Apache,
    /// Routes of a virtual host
    Envoy,
    /// A filter of an HTTPRoute
    GatewayApi,
    /// The CORS rules of a bucket
    S3,
}

impl Target {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
            Self::Apache => "apache",
            Self::Envoy => "envoy",
            Self::GatewayApi => "gateway-api",
            Self::S3 => "s3",
        }
    }

    /// As its users write it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "HAProxy",
            Self::Caddy => "Caddy",
            Self::Apache => "Apache",
            Self::Envoy => "Envoy",
            Self::GatewayApi => "the Gateway API",
            Self::S3 => "S3",
        }
    }
}

/// What answers a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Software {
    Nginx,
    Apache,
    Haproxy,
    Caddy,
    Envoy,
    Express,
    Django,
    Spring,
    ActixCors,
    TowerHttp,
}

#[derive(clap::Args)]
pub(crate) struct ProbeArgs {
    /// What the page calls: http://… or https://…
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    /// Send only the preflight
    ///
    /// Without it, the call itself is sent as well, as a browser does after the preflight passes: `--method DELETE` deletes.
    #[arg(long)]
    pub(crate) preflight_only: bool,

    /// A header of the answer that the page needs (repeat for more). It is an error if the page cannot read it
    #[arg(long, value_name = "NAME")]
    pub(crate) read: Vec<String>,

    /// The server's software, for the configuration that fixes the findings. By default it is detected from the answers
    #[arg(long, value_enum)]
    pub(crate) server: Option<Software>,

    /// Try only the five strangers that matter most
    #[arg(long)]
    pub(crate) quick: bool,

    /// Exit with 1 for warnings, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// The maximum number of requests per second
    #[arg(long, value_name = "REQUESTS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rate: u32,

    /// Maximum seconds for each answer, 1 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,

    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// The file, or `-` for standard input
    pub(crate) settings: PathBuf,

    /// Which of several policies in the file, counted from 1
    #[arg(long, value_name = "NUMBER")]
    pub(crate) nth: Option<usize>,

    /// What to write: a policy file, or a `cors_policy!` block
    #[arg(long, value_enum, default_value_t = Emit::Toml)]
    pub(crate) emit: Emit,
}

/// What `cargo` calls: `cargo cors …`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo", version)]
pub(crate) struct CargoArgs {
    #[command(subcommand)]
    pub(crate) command: CargoCommand,
}

#[derive(Subcommand)]
pub(crate) enum CargoCommand {
    /// Check the CORS layers of a workspace
    Cors {
        #[command(flatten)]
        color: colorchoice_clap::Color,

        #[command(subcommand)]
        command: CorsCommand,
    },
}

#[derive(Subcommand)]
pub(crate) enum CorsCommand {
    /// Find every CORS layer, and report what it allows and which rules it breaks
    ///
    /// Layers of actix-cors and tower-http are read from the source; `cors_policy!` and `#[cors]` are checked by the compiler.
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(AuditArgs),
}

#[derive(clap::Args)]
pub(crate) struct AuditArgs {
    /// The folder of the workspace
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: AuditFormat,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    #[default]
    Text,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// A call of `fetch()`, as far as CORS is concerned.
#[derive(clap::Args)]
pub(crate) struct CallArgs {
    /// The page's origin, as `location.origin` shows it
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) origin: String,

    /// The method, in the case that the page uses: `patch` is not `PATCH`
    #[arg(long, default_value = "GET")]
    pub(crate) method: String,

    /// A header that the page sets, `name` or `name: value` (repeat for more)
    #[arg(long = "header", value_name = "HEADER")]
    pub(crate) headers: Vec<String>,

    /// The page calls with `credentials: "include"`
    #[arg(long)]
    pub(crate) credentials: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Modes {
    Production,
    Development,
    Both,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OneMode {
    Production,
    Development,
}

impl OneMode {
    /// The option that asks for it; production needs none.
    pub(crate) fn option(self) -> Option<&'static str> {
        match self {
            Self::Production => None,
            Self::Development => Some(" --mode development"),
        }
    }

    pub(crate) fn mode(self) -> Mode {
        match self {
            Self::Production => Mode::Production,
            Self::Development => Mode::Development,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    #[default]
    Text,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    #[default]
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// A policy file
    Toml,
    /// A `cors_policy!` block
    Rust,
}

const MAIN_EXAMPLES: &str = "\
Examples:
  cors check policy.toml
  cors explain policy.toml --origin https://app.example --method PUT --header authorization
  cors diff policy.toml policy_next.toml
  cors probe https://api.example/tasks --origin https://app.example --credentials
  cors import django settings.json > policy.toml

`cors help COMMAND` shows more about a command, `cors help file` the format of policy files.

Exit codes: 0 fine; 1 a broken rule, or a call that a browser blocks; 2 wrong usage, or nothing to check.";

const CHECK_EXAMPLES: &str = "\
Examples:
  cors check policy.toml                      both modes, as `cors_policy!` does
  cors check policies/*.toml policy.yaml --mode production
  cors check --from nginx nginx.conf
  cors check policy.toml --format sarif > cors.sarif
  cors check policy.toml --diff               what `--fix` would change

Exit codes: 0 every rule is kept; 1 some are broken; 2 the file cannot be read.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  cors explain policy.toml --origin https://app.example
  cors explain policy.toml --origin https://app.example --method PUT \\
      --header authorization --header 'content-type: application/json' --credentials
  cors explain policy.toml --matrix
  cors explain policy.toml --matrix --html > who.html
  cors explain --example                      the policy that is compiled into a crate

Exit codes: 0 the page may read the answer; 1 it may not; 2 the file cannot be read, or its policy breaks a rule.";

const DIFF_EXAMPLES: &str = "\
Examples:
  cors diff policy.toml policy_next.toml
  git show HEAD~:policy.toml | cors diff - policy.toml --format markdown

Exit codes: 0 nothing is newly allowed; 1 something is; 2 a file cannot be read, or a policy breaks a rule.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  cors export nginx policy.toml > cors.conf
  cors export nginx policy.toml --check cors.conf

Let either the gateway or the app answer for CORS: if both do, fields come twice, and browsers reject the response.

Exit codes: 0 written, or the file is up to date; 1 it is not; 2 the target cannot express the policy, or the file cannot be read.";

const PROBE_EXAMPLES: &str = "\
Examples:
  cors probe https://api.github.com/repos/rust-lang/rust --origin https://app.example --read etag
  cors probe https://api.github.com/repos/rust-lang/rust --origin https://app.example --method PATCH \\
      --header 'authorization: Bearer TOKEN' --preflight-only --quick
  cors probe http://localhost:8080/tasks --origin http://localhost:3000 --credentials --strict --format json

It also sends requests from origins that should be refused, with GET or a preflight, whichever changes nothing, and
warns if one is allowed: at most 60 requests in all. Redirects of the call are followed as a browser follows them.
Your cookies are never sent.

Exit codes: 0 the page may read the answer; 1 a browser blocks the call, or with --strict there is a warning;
2 the server cannot be reached.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  cors import django settings.json > policy.toml
  cors import nginx nginx.conf
  cors import actix-cors src/main.rs --emit rust

`cors check --from nginx nginx.conf` checks without writing anything.

Exit codes: 0 every rule is kept; 1 some are broken, and the policy is written all the same; 2 nothing can be read.";

const DJANGO_EXAMPLES: &str = concat!(
    "\
Print the settings as JSON, without those that only Django reads:
  ",
    include_str!("import/django/dump.sh"),
    "
Examples:
  cors import django settings.json > policy.toml && cors check policy.toml
  cors import django settings.json --emit rust > src/policy.rs

The policy goes to standard output, with what differs from Django in its comments; the rules that the old settings
break go to standard error. What the signal `check_request_enabled` decides is code, and no setting shows it.

Exit codes: 0 every rule is kept; 1 some are broken, and the policy is written all the same; 2 the settings cannot be read."
);

const AUDIT_EXAMPLES: &str = "\
Examples:
  cargo cors audit
  cargo cors audit . --format sarif > cors.sarif

Exit codes: 0 every rule is kept; 1 some are broken; 2 the folder cannot be read.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cors completions bash > ~/.local/share/bash-completion/completions/cors
  cors completions fish > ~/.config/fish/completions/cors.fish";

const HELP_EXAMPLES: &str = "\
Examples:
  cors help file
  cors help import django

Exit codes: 0 shown; 2 there is no such command.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
