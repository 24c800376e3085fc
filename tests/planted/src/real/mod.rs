//! Real software: how each is configured and run. What a row says of CORS is put into a configuration that serves it.

pub mod rows;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What an app of Spring 4.3 needs, as Debian calls it.
const JARS: [&str; 12] = [
    "spring3-core",
    "spring3-web",
    "spring3-beans",
    "spring3-context",
    "commons-logging",
    "jetty9-server",
    "jetty9-security",
    "jetty9-servlet",
    "jetty9-http",
    "jetty9-io",
    "jetty9-util",
    "servlet-api",
];

/// How long a program may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software {
    /// nginx
    Nginx,
    /// Apache's httpd
    Apache,
    /// HAProxy
    Haproxy,
    /// Caddy
    Caddy,
    /// Varnish
    Varnish,
    /// Express, with the package `cors`
    Express,
    /// Django, with django-cors-headers
    Django,
    /// Python's own `http.server`
    Python,
    /// Envoy
    Envoy,
    /// Spring, behind Jetty
    Spring,
}

/// A server to be: what its configuration says of CORS, around the site and in it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Outside: nginx's `http`, Varnish's VCL.
    pub outer: String,
    /// Inside: nginx's `location`, Apache's `VirtualHost`, HAProxy's `frontend`, the app's code.
    pub inner: String,
}

/// Running programs, each site on its own port. Stopped when this is dropped.
#[derive(Debug)]
pub struct Running {
    processes: Vec<Child>,
    folder: PathBuf,
    /// Where each site listens.
    pub addresses: Vec<SocketAddr>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // It may have stopped already; then there is nothing to do.
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where `tests/planted/install` puts what npm and pip bring.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/planted")
}

impl Software {
    /// Starts the sites, before `backend`, which is an app without CORS.
    ///
    /// # Panics
    ///
    /// If the program is missing or does not start: `tests/planted/install` brings it.
    pub fn start(self, sites: &[Site], backend: SocketAddr) -> Running {
        let listeners: Vec<TcpListener> =
            sites.iter().map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port")).collect();
        let addresses: Vec<SocketAddr> =
            listeners.iter().map(|listener| listener.local_addr().expect("it is bound")).collect();
        drop(listeners);
        let folder = std::env::temp_dir().join(format!("cors-planted-{}", addresses[0].port()));
        fs::create_dir_all(folder.join("html")).expect("a folder is made");
        let numbered: Vec<(&Site, u16)> = sites.iter().zip(addresses.iter().map(SocketAddr::port)).collect();
        let processes = match self {
            // One process for each, since the settings are the process's.
            Self::Django | Self::Python | Self::Varnish | Self::Spring => {
                numbered.iter().map(|site| self.spawn(&folder, &[*site], backend)).collect()
            }
            _ => vec![self.spawn(&folder, &numbered, backend)],
        };
        let mut running = Running { processes, folder, addresses };
        running.wait(self);
        running
    }

    fn spawn(self, folder: &Path, sites: &[(&Site, u16)], backend: SocketAddr) -> Child {
        let extension = match self {
            Self::Envoy => "yaml",
            Self::Spring => "java",
            _ => "conf",
        };
        let path = folder.join(format!("{}.{extension}", sites[0].1));
        fs::write(&path, self.configuration(folder, sites, backend)).expect("the configuration is written");
        let log = fs::File::create(folder.join(format!("{}.log", sites[0].1))).expect("a log is made");
        let mut command = self.command(&path, folder, sites[0].1);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        command
            .spawn()
            .unwrap_or_else(|error| panic!("{self:?} is missing ({error}): run tests/planted/install"))
    }

    fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache2",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
            Self::Varnish => "varnishd",
            Self::Express => "node",
            Self::Django | Self::Python => "python3",
            Self::Envoy => "envoy",
            Self::Spring => "java",
        }
    }

    fn command(self, path: &Path, folder: &Path, port: u16) -> Command {
        let envoy = installed().join("envoy/bin/envoy");
        let program = match self {
            Self::Envoy => envoy.as_os_str(),
            _ => self.program().as_ref(),
        };
        let mut command = Command::new(program);
        let sbin = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        command.env("PATH", sbin).env("HOME", folder).current_dir(folder);
        match self {
            Self::Nginx => command.arg("-p").arg(folder).arg("-c").arg(path),
            Self::Apache => command.arg("-X").arg("-d").arg(folder).arg("-f").arg(path),
            Self::Haproxy => command.arg("-db").arg("-f").arg(path),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(path),
            Self::Varnish => command
                .arg("-F")
                .arg("-n")
                .arg(folder.join(format!("varnish-{port}")))
                .args(["-a", &format!("127.0.0.1:{port}"), "-j", "none"])
                .arg("-f")
                .arg(path),
            Self::Express => command.arg(path).env("NODE_PATH", installed().join("node_modules")),
            Self::Django | Self::Python => command.arg(path).env("PYTHONPATH", installed().join("python")),
            Self::Envoy => {
                command.args(["--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c"]).arg(path)
            }
            Self::Spring => {
                let jars = JARS.map(|jar| format!("/usr/share/java/{jar}.jar")).join(":");
                command.args(["-cp", &jars]).arg(path)
            }
        };
        command
    }

    fn configuration(self, folder: &Path, sites: &[(&Site, u16)], backend: SocketAddr) -> String {
        let each = |write: &dyn Fn(&Site, u16) -> String| -> String {
            sites.iter().map(|(site, port)| write(site, *port)).collect()
        };
        let folder = folder.display();
        let inner = |site: &Site| site.inner.clone();
        match self {
            Self::Nginx => {
                let outer = each(&|site, _| format!("{}\n", site.outer));
                let servers = each(&|site, port| {
                    format!(
                        "server {{\n listen 127.0.0.1:{port};\n location / {{\n{}\n proxy_pass http://{backend};\n }}\n}}\n",
                        inner(site)
                    )
                });
                format!(
                    "daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{\n access_log off;\n\
                     proxy_temp_path {folder}/proxy; client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/f;\n\
                     uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n{outer}{servers}}}\n"
                )
            }
            Self::Apache => {
                let modules: String = [
                    "mpm_event",
                    "authz_core",
                    "authn_core",
                    "authn_file",
                    "authz_user",
                    "auth_basic",
                    "headers",
                    "rewrite",
                    "setenvif",
                    "proxy",
                    "proxy_http",
                    "alias",
                ]
                .iter()
                .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
                .collect();
                let listens = each(&|_, port| format!("Listen 127.0.0.1:{port}\n"));
                let hosts = each(&|site, port| {
                    format!(
                        "<VirtualHost 127.0.0.1:{port}>\n{}\nProxyPass / http://{backend}/\n</VirtualHost>\n",
                        inner(site)
                    )
                });
                format!(
                    "ServerName localhost\nServerRoot {folder}\nPidFile {folder}/pid\nDefaultRuntimeDir {folder}\nMutex pthread\n\
                     ErrorLog /dev/stderr\n{modules}{listens}DocumentRoot {folder}/html\n{hosts}"
                )
            }
            Self::Haproxy => {
                let frontends = each(&|site, port| {
                    format!(
                        "frontend f{port}\n bind 127.0.0.1:{port}\n default_backend app\n{}\n",
                        inner(site)
                    )
                });
                format!(
                    "defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n{frontends}\
                     backend app\n server a {backend}\nbackend down\n"
                )
            }
            Self::Caddy => {
                let blocks = each(&|site, port| {
                    format!("http://127.0.0.1:{port} {{\n{}\nreverse_proxy {backend}\n}}\n", inner(site))
                });
                format!("{{\n admin off\n auto_https off\n}}\n{blocks}")
            }
            Self::Varnish => format!(
                "vcl 4.1;\nbackend app {{ .host = \"{}\"; .port = \"{}\"; }}\n{}",
                backend.ip(),
                backend.port(),
                each(&|site, _| site.outer.clone())
            ),
            Self::Express => {
                let apps = each(&|site, port| {
                    format!(
                        "{{\nconst app = express()\napp.set('etag', false)\n{}\n\
                         app.put('/', (request, response) => response.send('ok'))\n\
                         app.get('/{{*any}}', (request, response) => response.send('ok'))\n\
                         app.use((error, request, response, next) => response.sendStatus(500))\n\
                         app.listen({port}, '127.0.0.1')\n}}\n",
                        inner(site)
                    )
                });
                format!("const express = require('express')\nconst cors = require('cors')\n{apps}")
            }
            Self::Django => each(&|site, port| {
                include_str!("django.py")
                    .replace("PORT", &port.to_string())
                    .replace("# SETTINGS", &inner(site))
            }),
            Self::Envoy => {
                let indented = |text: &str| -> String {
                    text.lines().map(|line| format!("              {line}\n")).collect()
                };
                let listeners = each(&|site, port| {
                    include_str!("listener.yaml").replace("PORT", &port.to_string()) + &indented(&site.inner)
                });
                format!(
                    "static_resources:\n  clusters:\n  - name: app\n    load_assignment:\n      cluster_name: app\n      endpoints:\n      \
                     - lb_endpoints:\n        - endpoint: {{ address: {{ socket_address: {{ address: {}, port_value: {} }} }} }}\n  \
                     listeners:\n{listeners}",
                    backend.ip(),
                    backend.port()
                )
            }
            Self::Spring => each(&|site, port| {
                include_str!("Spring.java").replace("PORT", &port.to_string()).replace("SITE", &inner(site))
            }),
            Self::Python => each(&|site, port| {
                include_str!("plain.py").replace("PORT", &port.to_string()).replace("ALLOWED", &inner(site))
            }),
        }
    }
}

impl Running {
    /// Waits until every site answers.
    fn wait(&mut self, software: Software) {
        let deadline = Instant::now() + PATIENCE;
        for address in &self.addresses {
            while TcpStream::connect(address).is_err() {
                let has_ended = |process: &mut Child| process.try_wait().is_ok_and(|status| status.is_some());
                if Instant::now() > deadline || self.processes.iter_mut().any(has_ended) {
                    let logs = fs::read_dir(&self.folder).into_iter().flatten().flatten();
                    let logs = logs.filter(|entry| entry.path().extension().is_some_and(|end| end == "log"));
                    let logs: Vec<String> =
                        logs.filter_map(|entry| fs::read_to_string(entry.path()).ok()).collect();
                    panic!("{software:?} does not start: {}", logs.join("\n"));
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
