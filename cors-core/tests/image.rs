//! The tables of a policy, byte for byte: `cors_policy!` writes them with one build of this crate, on one machine,
//! and the app reads them with another.

use cors_engine::__private::image;
use cors_engine::{Block, Config, Mode, Setting};

#[test]
fn the_tables_are_those_of_this_format() {
    // More patterns than are tried one by one, keys of every length, and a name with and without a dot.
    let block = Block::new()
        .origins(["https://app.example", "https://a.co", "tauri://localhost"])
        .methods(["GET", "PUT", "PURGE"])
        .headers(["Authorization", "x-a", "X-Requested-With", "dpop"])
        .expose(["etag"])
        .hosts(["app.example", ".app.example", "[::1]", "a.co"])
        .credentials(true)
        .max_age(600)
        .with(Setting::Timing(true));
    let patterns =
        ["https://*.a.example", "https://*.b.example:*", "http://localhost:*", "app://*.c.example:81"];
    let more = ["https://*.d.example", "https://*.a.a.example:8443"];
    let wide = Block::new().origins(patterns.into_iter().chain(more)).hosts(["localhost"]);
    let config = Config::new(block).development(wide);
    let images: Vec<u8> = [Mode::Production, Mode::Development]
        .iter()
        .flat_map(|mode| {
            let policy = config.policy(*mode).unwrap_or_else(|violations| panic!("{violations}"));
            image(&policy).to_vec()
        })
        .collect();
    let wanted = include_bytes!("image.bin");
    if images != wanted {
        let path = std::env::temp_dir().join("image.bin");
        std::fs::write(&path, &images).expect("temporary files can be written");
        panic!(
            "the tables have changed: raise FORMAT in engine/policy.rs, which tells an app that its macro is of another \
             version, and put {} in place of tests/image.bin",
            path.display(),
        );
    }
}
