//! What real software is told about CORS, as people write it, and what a probe has to find.

use super::Software::{self, Apache, Caddy, Django, Envoy, Express, Haproxy, Nginx, Python, Spring, Varnish};
use crate::row::PAGE;

/// A site of some software.
#[derive(Clone, Copy, Debug)]
pub struct Real {
    /// What runs.
    pub software: Software,
    /// What it is called in messages.
    pub name: &'static str,
    /// The call: see [`Row::call`](crate::row::Row).
    pub call: &'static str,
    /// Around the site.
    pub outer: &'static str,
    /// In the site. `TWICE` is the address of an app that speaks of CORS itself, and `CARELESS` that of
    /// one that does so without `Vary`.
    pub inner: &'static str,
    /// An origin for which a cache is filled first.
    pub before: Option<&'static str>,
    /// Exactly the errors and warnings.
    pub findings: &'static [&'static str],
}

impl Real {
    /// The page that calls.
    pub const fn page(&self) -> &'static str {
        PAGE
    }
}

const fn real(
    software: Software,
    name: &'static str,
    call: &'static str,
    inner: &'static str,
    findings: &'static [&'static str],
) -> Real {
    Real { software, name, call, outer: "", inner, before: None, findings }
}

const REFLECTS: &str = "add_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;";
const LISTED: &str = "map $http_origin $listed { default \"\"; \"https://shop.myapp.com\" \"https://shop.myapp.com\"; }\n\
    map $http_origin $listed_credentials { default \"\"; \"https://shop.myapp.com\" \"true\"; }";

/// Those with a fault.
pub const FAULTS: &[Real] = &[
    real(Nginx, "$http_origin", "credentials", REFLECTS, &["origin_reflected", "vary_missing"]),
    real(
        Nginx,
        "if ($http_origin ~* domain)",
        "credentials",
        "add_header Vary Origin always;\nif ($http_origin ~* \"myapp\\.com\") {\nadd_header Vary Origin always;\nadd_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;\n}",
        &["plain_http_allowed", "substring_match"],
    ),
    Real {
        outer: "map $http_origin $loose { default \"\"; \"~^https://(.*\\.)?myapp.com$\" $http_origin; }",
        ..real(
            Nginx,
            "a map with an open dot",
            "",
            "add_header Vary Origin always;\nadd_header Access-Control-Allow-Origin $loose always;",
            &["open_dot"],
        )
    },
    Real {
        outer: LISTED,
        ..real(
            Nginx,
            "add_header without always",
            "",
            "add_header Vary Origin;\nadd_header Access-Control-Allow-Origin $listed;\nif ($request_method = GET) { return 404; }",
            &["error_without_cors"],
        )
    },
    real(Nginx, "a wildcard with credentials", "credentials", "add_header Access-Control-Allow-Origin * always;\nadd_header Access-Control-Allow-Credentials true always;", &["wildcard_with_credentials"]),
    real(Nginx, "no word about OPTIONS", "PUT", "if ($request_method = OPTIONS) { return 405; }", &["preflight_not_handled"]),
    real(Nginx, "a field from the app and one from nginx", "", "proxy_pass http://TWICE;\nadd_header Access-Control-Allow-Origin https://shop.myapp.com always;\n}\nlocation /unused {", &["several_lines"]),
    real(Nginx, "a slash is added", "PUT", "rewrite ^/$ /tasks/ permanent;", &["preflight_redirected"]),
    real(Nginx, "auth_basic", "PUT", "auth_basic api;\nauth_basic_user_file /dev/null;", &["preflight_unauthorized"]),
    Real {
        outer: "limit_req_zone $server_port zone=few:1m rate=1r/m;",
        ..real(Nginx, "limit_req", "", "limit_req zone=few;\nlimit_req_status 429;", &["rate_limited"])
    }
    .before("https://admin.myapp.com"),
    real(Nginx, "an app that is down", "", "proxy_pass http://127.0.0.1:1;\n}\nlocation /unused {", &["proxy_error"]),
    Real {
        outer: "proxy_cache_path cache keys_zone=cache:1m;",
        ..real(
            Nginx,
            "proxy_cache without Origin in its key",
            "",
            "proxy_pass http://CARELESS;\nproxy_cache cache;\nproxy_cache_valid 200 1m;\nadd_header X-Cache-Status $upstream_cache_status;\n}\nlocation /unused {",
            &["cached_answer"],
        )
    }
    .before("https://admin.myapp.com"),
    real(Apache, "the origin in a variable", "credentials", "SetEnvIf Origin \"(.+)\" ORIGIN=$1\nHeader set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN\nHeader set Access-Control-Allow-Credentials true env=ORIGIN\nHeader merge Vary Origin", &["origin_reflected"]),
    real(Apache, "SetEnvIf without an edge on the left", "", "SetEnvIf Origin \"^(https?://.*myapp\\.com)$\" ORIGIN=$1\nHeader set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN\nHeader merge Vary Origin", &["plain_http_allowed", "suffix_match"]),
    real(Apache, "Header set without always", "", "SetEnvIf Origin \"^https://shop\\.myapp\\.com$\" LISTED\nHeader set Access-Control-Allow-Origin https://shop.myapp.com env=LISTED\nHeader merge Vary Origin\nRewriteEngine On\nRewriteRule ^ - [R=404]", &["error_without_cors"]),
    real(Apache, "authentication first", "PUT", "<Location />\nAuthType Basic\nAuthName api\nAuthUserFile /dev/null\nRequire valid-user\n</Location>", &["preflight_unauthorized"]),
    real(Haproxy, "-m end", "credentials", "http-request set-var(txn.origin) req.hdr(origin)\nhttp-response add-header Vary Origin\nhttp-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.origin) -m end myapp.com }\nhttp-response set-header Access-Control-Allow-Credentials true if { var(txn.origin) -m end myapp.com }", &["plain_http_allowed", "suffix_match"]),
    real(Haproxy, "-m beg, and no Vary", "", "http-request set-var(txn.origin) req.hdr(origin)\nhttp-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.origin) -m beg https://shop.myapp.com }", &["prefix_match", "vary_missing"]),
    real(Haproxy, "no server is up", "", "default_backend down", &["unavailable"]),
    real(Caddy, "the origin's placeholder", "credentials", "header Access-Control-Allow-Origin {http.request.header.Origin}\nheader Access-Control-Allow-Credentials true\nheader Vary Origin", &["origin_reflected"]),
    real(Caddy, "header_regexp without edges", "", "@listed header_regexp Origin myapp\\.com$\nheader @listed Access-Control-Allow-Origin {http.request.header.Origin}\nheader Vary Origin", &["plain_http_allowed", "suffix_match"]),
    Real {
        outer: "import std;\nsub vcl_backend_response { set beresp.ttl = 60s; unset beresp.http.vary; }",
        ..real(Varnish, "Vary is taken out", "", "", &["cached_answer"])
    }
    .before("https://admin.myapp.com"),
    real(Express, "origin: true", "credentials", "app.use(cors({ origin: true, credentials: true }))", &["origin_reflected"]),
    real(Express, "a regex without edges", "credentials", "app.use(cors({ origin: /myapp\\.com$/, credentials: true }))", &["plain_http_allowed", "suffix_match"]),
    real(Express, "a regex that looks ahead", "", "app.use(cors({ origin: /^https:\\/\\/shop\\.myapp\\.com(?![a-z0-9.:-])/ }))", &["punctuation_match"]),
    real(Express, "a callback that throws", "", "app.use(cors({ origin: (origin, done) => !origin || origin === 'https://admin.myapp.com' ? done(null, true) : done(new Error('Not allowed by CORS')) }))", &["origin_refused_by_error"]),
    real(Express, "a slash too many", "", "app.use(cors({ origin: 'https://shop.myapp.com/' }))", &["other_origin"]),
    real(Express, "by default, with credentials", "credentials", "app.use(cors())", &["credentials_not_allowed", "wildcard_with_credentials"]),
    real(Express, "after the route", "PUT", "app.put('/', (request, response) => response.send('ok'))\napp.use(cors())", &["preflight_only"]),
    real(Express, "authentication first", "PUT authorization", "app.use((request, response, next) => request.get('authorization') ? next() : response.sendStatus(401))\napp.use(cors())", &["preflight_unauthorized"]),
    real(Django, "all origins, with credentials", "credentials", "CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True", &["origin_reflected"]),
    real(Django, "a regex without an edge on the right", "", "CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://\\w+\\.myapp\\.com']", &["prefix_match"]),
    real(Django, "sign-in before CORS", "PUT", "MIDDLEWARE.insert(0, '__main__.sign_in')\nCORS_ALLOWED_ORIGINS = ['https://shop.myapp.com']", &["redirected_to_sign_in"]),
    real(Django, "a header that is not listed", "PUT x-token", "CORS_ALLOWED_ORIGINS = ['https://shop.myapp.com']", &["header_not_allowed"]),
    real(Python, "the host's end", "credentials", "(urlsplit(origin).hostname or '').endswith('myapp.com')", &["plain_http_allowed", "suffix_match"]),
    real(Python, "re.match", "credentials", "re.match(r'https://([a-z]+\\.)?myapp\\.com', origin)", &["prefix_match"]),
    real(Python, "in", "credentials", "'shop.myapp.com' in origin", &["plain_http_allowed", "substring_match"]),
    real(Python, "null in the list", "credentials", "origin in ['https://shop.myapp.com', 'null']", &["null_allowed"]),
];

impl Real {
    const fn before(self, origin: &'static str) -> Self {
        Self { before: Some(origin), ..self }
    }
}

/// Those without.
pub const SOUND: &[Real] = &[
    Real {
        outer: LISTED,
        ..real(
            Nginx,
            "a map",
            "credentials",
            "add_header Vary Origin always;\nadd_header Access-Control-Allow-Origin $listed always;\nadd_header Access-Control-Allow-Credentials $listed_credentials always;",
            &[],
        )
    },
    real(Nginx, "public", "", "add_header Access-Control-Allow-Origin * always;", &[]),
    real(
        Apache,
        "a list",
        "",
        "SetEnvIf Origin \"^https://(shop|admin)\\.myapp\\.com$\" ORIGIN=$0\nHeader always set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN\nHeader always merge Vary Origin",
        &[],
    ),
    real(
        Caddy,
        "a list",
        "",
        "@listed header Origin https://shop.myapp.com\nheader @listed Access-Control-Allow-Origin https://shop.myapp.com\nheader Vary Origin",
        &[],
    ),
    Real {
        outer: "sub vcl_backend_response { set beresp.ttl = 60s; }",
        ..real(Varnish, "an app with Vary", "", "", &[])
    }
    .before("https://admin.myapp.com"),
    real(
        Express,
        "a list",
        "PUT authorization credentials",
        "app.use(cors({ origin: ['https://shop.myapp.com', 'https://admin.myapp.com'], credentials: true }))",
        &[],
    ),
    real(Express, "public", "PUT", "app.use(cors())", &[]),
    real(
        Django,
        "a list",
        "PUT authorization credentials",
        "CORS_ALLOWED_ORIGINS = ['https://shop.myapp.com']\nCORS_ALLOW_CREDENTIALS = True",
        &[],
    ),
    real(
        Python,
        "a set",
        "credentials",
        "origin in {'https://shop.myapp.com', 'https://admin.myapp.com'}",
        &[],
    ),
];

/// What a probe's policy has to mend: a fault of each software that shows one.
pub const MENDED: &[Real] = &[
    real(Nginx, "$http_origin", "PUT authorization credentials read:x-total-count", REFLECTS, &[]),
    real(Apache, "nothing of CORS", "PUT authorization credentials read:x-total-count", "", &[]),
    real(Haproxy, "nothing of CORS", "PUT authorization credentials read:x-total-count", "", &[]),
    real(
        Caddy,
        "the origin's placeholder",
        "PUT authorization credentials read:x-total-count",
        "header Access-Control-Allow-Origin {http.request.header.Origin}",
        &[],
    ),
    real(
        Express,
        "origin: true",
        "PUT authorization credentials read:x-total-count",
        "app.use(cors({ origin: true }))",
        &[],
    ),
    real(
        Django,
        "all origins",
        "PUT authorization credentials read:x-total-count",
        "CORS_ALLOW_ALL_ORIGINS = True",
        &[],
    ),
    real(Envoy, "nothing of CORS", "PUT authorization credentials read:x-total-count", "", &[]),
    real(Spring, "nothing of CORS", "PUT authorization credentials read:x-total-count", "", &[]),
    real(Nginx, "nothing of CORS", "", "", &[]),
    real(Apache, "nothing of CORS, and a simple call", "", "", &[]),
    real(Haproxy, "nothing of CORS, and a simple call", "", "", &[]),
    real(Caddy, "nothing of CORS, and a simple call", "", "", &[]),
    real(Envoy, "nothing of CORS, and a simple call", "", "", &[]),
    real(Spring, "nothing of CORS, and a simple call", "", "", &[]),
];
