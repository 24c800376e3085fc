//! `Cors` with its options, and a naive server that does what their documentation says: no policy chain, no baking, no
//! caches, only the reference and a few questions.

use cors_properties::reference::{self, Head, Settings};

/// What is asked of a layer beside its policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// `.enforce()`
    pub enforce: bool,
    /// `.report_only()`
    pub report_only: bool,
    /// `.unguarded_upgrades()`
    pub unguarded_upgrades: bool,
    /// `.behind_tls()`
    pub behind_tls: bool,
    /// `.diagnostics()`, or a policy of a development block.
    pub diagnostics: bool,
    /// `.on_refusal(…)`, which answers [`REFUSAL`].
    pub on_refusal: bool,
    /// `.origins_from(…)`
    pub source: Option<Source>,
}

/// What a source of origins says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Yes to [`TENANT`], no to all others.
    Knows,
    /// Nothing in time.
    Fails,
}

/// The origin that a source knows.
pub const TENANT: &str = "https://tenant.example";

/// The status by which the app's own refusals are known.
pub const REFUSAL: u16 = 418;

/// A layer: its policy and its options. The policy of a layer with paths is that of the path, if there is one.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What its policy says.
    pub settings: Settings,
    /// What is asked of it.
    pub options: Options,
}

/// A request, as far as the options look at it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What the policy looks at.
    pub head: Head,
    /// `Host`
    pub host: String,
    /// `Sec-Fetch-Site`
    pub site: Option<&'static str>,
    /// Whether it has `Upgrade`.
    pub upgrade: bool,
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The app's, as it is.
    Untouched,
    /// The app's, with these fields of the policy.
    App(Vec<(String, String)>),
    /// A preflight's that passes.
    Passes(u16, Vec<(String, String)>),
    /// A refusal, by [`REFUSAL`] or 403, with a body or without.
    Refused {
        /// Whether the app answers it.
        own: bool,
        /// Whether it says why.
        explained: bool,
        /// The fields that the policy gives it.
        fields: Vec<(String, String)>,
    },
}

/// What layers answer, the outermost first, around an app that always answers 200. With a route's own settings, those are
/// what counts, with the layers' options.
pub fn answer(layers: &[Layer], route: Option<&Settings>, request: &Request) -> Response {
    let vary = |name: &str| vec![("vary".to_owned(), name.to_owned())];
    let deciding: Vec<_> = layers.iter().filter(|layer| !layer.options.report_only).collect();
    let is_preflight = request.head.method == b"OPTIONS"
        && !request.head.origin.is_empty()
        && !request.head.requested_method.is_empty();

    let known = |layer: &Layer| {
        // A route goes by its own list alone.
        let mut settings = route.unwrap_or(&layer.settings).clone();
        let is_tenant = request.head.origin == [TENANT.as_bytes()];
        if route.is_none() && is_tenant && layer.options.source == Some(Source::Knows) {
            settings.origins.iter_mut().for_each(|listed| listed.push(TENANT.to_owned()));
        }
        settings
    };

    if is_preflight {
        let Some(outermost) = deciding.first() else {
            return match route {
                Some(settings) => preflight(settings, Options::default(), request),
                None => Response::Untouched,
            };
        };
        return preflight(&known(outermost), outermost.options, request);
    }

    let alone = Layer { settings: Settings::default(), options: Options::default() };
    let guards = if deciding.is_empty() && route.is_some() { vec![&alone] } else { deciding.clone() };
    for (at, layer) in guards.iter().enumerate() {
        let (settings, options) = (known(layer), layer.options);
        let is_guarded = options.enforce || (request.upgrade && !options.unguarded_upgrades);
        let passes = if request.head.origin.is_empty() {
            !options.enforce || settings.origins.is_none() || !is_forged(request)
        } else {
            is_allowed(&settings, request) || is_same_origin(options.behind_tls, request)
        };
        if !is_guarded || passes {
            continue;
        }
        let fields = match at {
            0 => vary("Origin, Sec-Fetch-Site"),
            // Refused by an inner layer, the outer one puts its fields on the refusal.
            _ => reference::answer(&known(guards[0]), &request.head).fields,
        };
        return Response::Refused { own: options.on_refusal, explained: options.diagnostics, fields };
    }
    let last = route.cloned().or_else(|| deciding.first().map(|layer| known(layer)));
    match last {
        Some(settings) => Response::App(reference::answer(&settings, &request.head).fields),
        None => Response::Untouched,
    }
}

fn preflight(settings: &Settings, options: Options, request: &Request) -> Response {
    let answer = reference::answer(settings, &request.head);
    match answer.status {
        Some(403) => Response::Refused {
            own: options.on_refusal,
            explained: options.diagnostics,
            fields: answer.fields,
        },
        status => Response::Passes(status.unwrap_or_default(), answer.fields),
    }
}

/// Returns whether a browser that sent this preflight would take these fields for a permission.
pub fn is_permission(fields: &[(String, String)], request: &Request) -> bool {
    let list = |name: &str| {
        let values = fields.iter().filter(move |(field, _)| field == name);
        values
            .flat_map(|(_, value)| value.split(','))
            .map(|value| value.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let has_credentials = !list("access-control-allow-credentials").is_empty();
    let is_wild = |list: &[String]| !has_credentials && list.contains(&"*".to_owned());
    let origins = list("access-control-allow-origin");
    let head = &request.head;
    let is_origin =
        head.origin.first().is_some_and(|origin| origins.contains(&text(origin))) || is_wild(&origins);
    let methods = list("access-control-allow-methods");
    let is_method = head.requested_method.first().is_some_and(|method| {
        let method = text(method);
        matches!(method.as_str(), "GET" | "HEAD" | "POST") || methods.contains(&method) || is_wild(&methods)
    });
    let names = list("access-control-allow-headers");
    let requested = head.requested_headers.iter().flat_map(|line| line.split(|byte| *byte == b','));
    let mut requested =
        requested.map(|name| text(name).trim().to_ascii_lowercase()).filter(|name| !name.is_empty());
    let is_listed = |name: &String| names.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    let are_headers = requested.all(|name| is_listed(&name) || (name != "authorization" && is_wild(&names)));
    is_origin && is_method && are_headers
}

fn is_allowed(settings: &Settings, request: &Request) -> bool {
    reference::answer(settings, &request.head)
        .fields
        .iter()
        .any(|(name, _)| name == "access-control-allow-origin")
}

/// Returns whether a page elsewhere made a request that may change something, and `Origin` does not say so.
fn is_forged(request: &Request) -> bool {
    let is_safe = matches!(request.head.method.as_slice(), b"GET" | b"HEAD" | b"OPTIONS");
    let is_elsewhere = request.site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    is_elsewhere && (request.upgrade || !is_safe)
}

/// As `Sec-Fetch-Site` says; where it is absent, `Origin` equal to scheme and `Host`.
fn is_same_origin(behind_tls: bool, request: &Request) -> bool {
    match request.site {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => {
            let scheme = if behind_tls { "https" } else { "http" };
            request.head.origin == [format!("{scheme}://{}", request.host).into_bytes()]
        }
    }
}
