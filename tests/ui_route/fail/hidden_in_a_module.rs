#![allow(unused_macros)]
use cors_actix::{cors, cors_policy};
cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

macro_rules! make {
    ($name:ident) => {
        #[actix_web::get("/made")]
        pub async fn $name() -> &'static str {
            ""
        }
    };
}

macro_rules! serve {
    ($config:ident) => {{
        #[actix_web::get("/served")]
        async fn served() -> &'static str {
            ""
        }
        $config.service(served);
    }};
}

#[cors(TASKS)]
mod tasks {
    use actix_web::get as fetch;
    use actix_web::{get, web};

    #[get("/a")]
    pub async fn read() -> &'static str {
        ""
    }

    #[fetch("/b")]
    pub async fn another_name() -> &'static str {
        ""
    }

    #[cfg_attr(all(), get("/c"))]
    pub async fn conditional() -> &'static str {
        ""
    }

    make!(made);

    pub fn configure(config: &mut web::ServiceConfig) {
        #[get("/d")]
        async fn in_a_function() -> &'static str {
            ""
        }
        config.service(in_a_function);
        serve!(config);
    }

    macro_rules! make_here {
        ($name:ident) => {
            #[actix_web::get("/e")]
            pub async fn $name() -> &'static str {
                ""
            }
        };
    }

    mod inner {
        make!(made_in_a_module);
    }
}

fn main() {}
