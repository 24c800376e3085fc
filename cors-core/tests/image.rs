//! The tables of a policy, byte for byte: `cors_policy!` writes them with one build of this crate, on one machine,
//! and the app reads them with another.

use cors_engine::__private::image;
use cors_engine::{Block, Config, Mode};

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
        .timing(true);
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
    if images != IMAGES {
        let path = std::env::temp_dir().join("image.bin");
        std::fs::write(&path, &images).expect("temporary files can be written");
        panic!(
            "the tables have changed: raise FORMAT in engine/image.rs, which tells an app that its macro is of another \
             version, put {} in place of tests/image.bin, and add a row to FORMATS here: ({}, {:#018x})",
            path.display(),
            FORMATS.len() + 1,
            checksum(&images),
        );
    }
}

const IMAGES: &[u8] = include_bytes!("image.bin");

/// Every format there was, and the checksum of its `image.bin`. Rows are added and never changed.
const FORMATS: [(u8, u64); 3] =
    [(1, 0x07d8_ddc1_384b_d818), (2, 0x8dd8_1c32_4c5e_ab56), (3, 0x3d7e_8591_1f7b_159e)];

#[test]
fn whoever_changes_the_tables_raises_the_format() {
    let (format, sum) = FORMATS[FORMATS.len() - 1];
    assert_eq!(IMAGES[..4], *b"cor".iter().chain([&format]).copied().collect::<Vec<_>>(), "FORMAT");
    assert_eq!(checksum(IMAGES), sum, "image.bin has changed: raise FORMAT and add a row to FORMATS");
    for (row, (format, sum)) in FORMATS.into_iter().enumerate() {
        assert_eq!(usize::from(format), row + 1, "a row of FORMATS is missing");
        assert!(FORMATS[..row].iter().all(|earlier| earlier.1 != sum), "format {format} changes nothing");
    }
}

/// FNV-1a: enough to tell one file from another.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
