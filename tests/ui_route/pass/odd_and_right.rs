//! Spellings that look odd, and other macros above and below.
#![deny(warnings)]

extern crate cors_actix as renamed;
extern crate cors_actix as renamed_again;

use actix_web::{App, HttpRequest, get, routes};
use renamed::cors_policy;

mod policies {
    renamed::cors_policy! {
        pub(crate) static TASKS;
        origins: ["https://app.example"],
        methods: any,
    }
}

cors_policy! {
    static LOCAL;
    origins: ["https://app.example"],
    methods: [GET, DELETE],
}

/// A handler with everything on it.
#[allow(dead_code)]
#[renamed::cors(policies::TASKS, crate = ::renamed_again)]
#[cfg(all())]
#[actix_web::put("/a/{id}", name = "a", guard = "always", wrap = "actix_web::middleware::DefaultHeaders::new()",)]
#[inline]
pub(crate) async fn a(request: HttpRequest) -> String {
    format!("{} {}", request.path(), self::helper())
}

#[renamed::cors(policies::TASKS)]
#[cfg(any())]
#[get("/never")]
async fn never() -> NoSuchType {}

fn helper() -> &'static str {
    "helped"
}

fn always(_: &actix_web::guard::GuardContext<'_>) -> bool {
    true
}

#[renamed::cors(
    crate = renamed,
    headers = ["authorization"],
    production {
        origins = ["https://app.example"],
        max_age = 1h,
    }
    development {
        origins = any,
        headers = any,
    }
)]
#[routes]
#[get("/b")]
#[delete("/b")]
async fn b() -> &'static str {
    "b"
}

#[renamed::cors(LOCAL, crate = ::renamed_again)]
#[actix_web::scope("/module")]
mod module {
    #![allow(clippy::unused_async)]
    pub const X: [u8; 1] = [1];

    #[actix_web::get("/c")]
    pub async fn c() -> &'static str {
        "c"
    }

    pub mod inner {
        #[actix_web::delete("/d")]
        pub async fn d() -> &'static str {
            super::super::helper()
        }
    }
}

fn main() {
    #[renamed::cors(crate = ::renamed_again, crate::policies::TASKS)]
    #[get("/local")]
    async fn local() -> &'static str {
        "local"
    }
    let _ = module::X;
    App::new().service(a).service(b).service(module::c).service(module::inner::d).service(local);
}
