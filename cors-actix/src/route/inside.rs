//! What is between a layer and the router, as far as a type's name shows it.

use std::any::type_name;

use crate::path::normalize::Spelling;

/// What is between a layer and the router.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inside {
    /// How it may change the spelling of a path.
    pub(crate) spelling: Spelling,
    /// Whether something there may answer a request that the router never sees.
    pub(crate) may_answer: bool,
}

/// Services that call the next one for every request. Actix's router is one that answers, but it has seen the request.
const PASSING: [&str; 6] = [
    "actix_web::app_service::AppRouting",
    "actix_web::scope::ScopeService",
    "actix_web::middleware::logger::LoggerMiddleware",
    "actix_web::middleware::default_headers::DefaultHeadersMiddleware",
    "actix_web::middleware::normalize::NormalizePathNormalization",
    // It notes what it refuses.
    "cors_actix::service::CorsMiddleware",
];

impl Inside {
    /// Read from the name of the type of the service inside. It names the layers down to the router, unless one of them hides the others,
    /// as those of Actix's `from_fn` do.
    pub(crate) fn of<S>() -> Self {
        Self::named(type_name::<S>())
    }

    fn named(inside: &str) -> Self {
        let spelling = if inside.contains("NormalizePath") || inside.contains("dyn ") {
            Spelling::Changed
        } else if inside.contains("AppRouting") || inside.contains("ScopeService") {
            Spelling::Kept
        } else {
            Spelling::Cleaned
        };
        let may_answer = !inside.trim_end_matches('>').split('<').all(|name| PASSING.contains(&name));
        Self { spelling, may_answer }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::body::BoxBody;
    use actix_web::dev::{Service, ServiceRequest, Transform};
    use actix_web::middleware::{Compress, DefaultHeaders, Logger, Next, NormalizePath, from_fn};
    use actix_web::test::init_service;

    use super::*;

    /// Notes what is inside of it.
    struct Asks;

    impl<S: Service<ServiceRequest>> Transform<S, ServiceRequest> for Asks {
        type Response = S::Response;
        type Error = S::Error;
        type Transform = S;
        type InitError = ();
        type Future = std::future::Ready<Result<S, ()>>;

        fn new_transform(&self, service: S) -> Self::Future {
            FOUND.set(Some(Inside::of::<S>()));
            std::future::ready(Ok(service))
        }
    }

    thread_local! {
        static FOUND: std::cell::Cell<Option<Inside>> = const { std::cell::Cell::new(None) };
    }

    #[actix_web::test]
    async fn what_the_layers_of_actix_are() {
        macro_rules! found {
            ($($layer:expr),*) => {{
                drop(init_service(App::new()$(.wrap($layer))*.wrap(Asks)).await);
                FOUND.take().expect("it was asked")
            }};
        }
        let inside = |spelling, may_answer| Inside { spelling, may_answer };
        let passes = from_fn(|request, next: Next<BoxBody>| async move { next.call(request).await });
        for (case, found, expected) in [
            ("nothing", found!(), inside(Spelling::Kept, false)),
            ("Logger", found!(Logger::default()), inside(Spelling::Kept, false)),
            ("two", found!(DefaultHeaders::new(), Logger::default()), inside(Spelling::Kept, false)),
            ("NormalizePath", found!(NormalizePath::trim()), inside(Spelling::Changed, false)),
            // It answers 406 itself.
            ("Compress", found!(Compress::default()), inside(Spelling::Kept, true)),
            // It hides what is further in.
            ("from_fn", found!(passes), inside(Spelling::Cleaned, true)),
        ] {
            assert_eq!(found, expected, "{case}");
        }
    }
}
