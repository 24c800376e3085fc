//! Each way to write a route below `#[cors]` that the compiler takes: it has its policy and its preflight.

use actix_web::{App, HttpResponse, get};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;

const PARTNER: &str = "https://partner.example";

cors_policy! {
    static APP_WIDE;
    origins: ["https://app.example"],
    methods: any,
}

cors_policy! {
    static PARTNERS;
    origins: ["https://partner.example"],
    methods: any,
}

#[cors(PARTNERS)]
#[get["/brackets"]]
async fn brackets() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[cors(PARTNERS)]
#[actix_web::get{"/braces"}]
async fn braces() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[cors(PARTNERS)]
#[r#get("/raw")]
async fn raw() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[cfg_attr(all(), cors(PARTNERS))]
#[get("/conditional")]
async fn conditional() -> HttpResponse {
    HttpResponse::Ok().finish()
}

macro_rules! by_meta {
    ($(#[$route:meta])* $name:ident) => {
        #[cors(PARTNERS)]
        $(#[$route])*
        async fn $name() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
}
by_meta! { #[get("/meta")] #[doc = "Nothing."] meta }

macro_rules! by_parts {
    ($route:path, $pattern:literal, $policy:path, $visibility:vis $name:ident) => {
        #[cors($policy)]
        #[$route($pattern)]
        $visibility async fn $name() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
}
by_parts! { actix_web::get, "/parts", PARTNERS, pub(crate) parts }

macro_rules! by_item {
    ($handler:item) => {
        #[cors(PARTNERS)]
        $handler
    };
}
by_item! {
    #[get("/item")]
    async fn item() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

macro_rules! by_tokens {
    ($($token:tt)*) => { $($token)* };
}
by_tokens! {
    #[cors(PARTNERS)]
    #[get("/tokens")]
    async fn tokens() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

macro_rules! by_module {
    ($route:meta, $handler:item) => {
        #[cors(PARTNERS)]
        mod in_a_module {
            use actix_web::{HttpResponse, get};

            #[$route]
            pub async fn by_meta() -> HttpResponse {
                HttpResponse::Ok().finish()
            }

            $handler

            pub(crate) mod inside {
                #[actix_web::get["/inside"]]
                pub async fn inside() -> actix_web::HttpResponse {
                    actix_web::HttpResponse::Ok().finish()
                }
            }
        }
    };
}
by_module! {
    get("/module/meta"),
    #[get("/module/item")]
    pub async fn by_item() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

#[test]
fn however_a_route_is_written_it_has_its_policy() {
    let server = Server::start(|| {
        App::new()
            .service(brackets)
            .service(braces)
            .service(raw)
            .service(conditional)
            .service(meta)
            .service(parts)
            .service(item)
            .service(tokens)
            .service(in_a_module::by_meta)
            .service(in_a_module::by_item)
            .service(in_a_module::inside::inside)
            .wrap(Cors::new(&APP_WIDE))
    });
    for path in [
        "/brackets",
        "/braces",
        "/raw",
        "/conditional",
        "/meta",
        "/parts",
        "/item",
        "/tokens",
        "/module/meta",
        "/module/item",
        "/inside",
    ] {
        for (origin, status) in [(PARTNER, 204), ("https://app.example", 403)] {
            let preflight = Head::preflight(path, origin, "GET").send(server.address());
            assert_eq!(preflight.status, status, "preflight for {path} from {origin}");
            let actual = Head::new("GET", path).origin(origin).send(server.address());
            assert_eq!(actual.status, 200, "{path}");
            let allowed = actual.one("access-control-allow-origin");
            assert_eq!(allowed, (status == 204).then_some(origin), "{path} from {origin}");
        }
    }
}
