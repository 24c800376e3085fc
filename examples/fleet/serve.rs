//! One process of the fleet.

use std::io::Write as _;
use std::time::Duration;

use actix_web::{App, HttpServer, Responder, rt, web};
use cors_actix::{Cors, Reloadable, cors_policy};

use crate::args::Serve;
use crate::feed::Feed;
use crate::store::{Failure, Store};
use crate::tenants::Tenants;

cors_policy! {
    /// What holds until the store has answered.
    static FIRST;
    origins: ["https://app.example"],
    methods: [GET, PUT],
    headers: ["authorization", "content-type"],
}

/// How often the store is asked whether anything is new. Notifications come earlier, but they can be lost.
const POLL: Duration = Duration::from_millis(500);

pub(crate) async fn run(store: Store, args: Serve) -> Result<(), Failure> {
    let policy = Reloadable::new(FIRST.production().clone());
    let tenants = Tenants::new(store.clone(), args.remember);
    let follow = policy.follow(Feed::new(store, tenants.clone())).poll_every(POLL).requires(args.require);
    let following = rt::spawn(follow.run());

    let cors = Cors::new(&policy).origins_from(tenants);
    let policy = web::Data::new(policy);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(policy.clone())
            .route("/tasks", web::get().to(async || "[]"))
            .route("/policy", web::get().to(fingerprint))
            .wrap(cors.clone())
    })
    .workers(2)
    .bind(("127.0.0.1", args.port))
    .map_err(|error| format!("port {}: {error}; --port takes another", args.port))?;

    let mut text = String::new();
    for address in server.addrs() {
        text += &format!(
            "Ask as a page would:  curl -i -H 'Origin: https://app.example' http://{address}/tasks\nAPI http://{address}/\n"
        );
    }
    // It is not an error if nobody reads this.
    let _ = std::io::stdout().write_all(text.as_bytes());
    server.run().await?;
    following.abort();
    Ok(())
}

/// Which policy is in force here: the same sixteen digits in every process that has the same.
async fn fingerprint(policy: web::Data<Reloadable>) -> impl Responder {
    policy.current().fingerprint().to_string()
}
