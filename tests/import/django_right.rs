use cors_actix::cors_policy;

// From the Django settings in django_right.json. Comments beside the keys say what differs from
// django-cors-headers.
// Preflights get 204, or 403 if refused; in Django always 200. GET includes HEAD.
cors_policy! {
    pub static CORS;

    origins: [
        "https://app.example.com",
        "https://admin.example.com",
        regex(r"^https://pr-\d+\.preview\.example\.com$"),
    ],

    credentials: true,

    // Browsers send GET, HEAD and POST whatever Django lists; here a preflight for a method that
    // is not listed is refused.
    methods: [GET, PATCH, "VERSION-CONTROL"],

    // CORS_ALLOW_HEADERS was not set: these are its defaults. Leave out what no page sends.
    headers: [
        "accept",
        "authorization",
        "content-type",
        "user-agent",
        "x-csrftoken",
        "x-requested-with",
    ],

    expose: ["x-total-count"],

    max_age: 3600,

    // Checked by `AllowedHosts`, before anything else; Django checks when the app asks for the
    // host.
    hosts: [".example.com"],
}
