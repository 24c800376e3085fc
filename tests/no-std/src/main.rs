//! A program without `std` and `alloc` that decides about requests: it exits with 0 if all verdicts
//! are right, else with the number of the first that is wrong.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use cors_engine::Request;
use cors_macros::cors_policy;

cors_policy! {
    static POLICY;

    origins: ["https://app.example", "https://*.app.example"],
    methods: [GET, PUT],
    headers: ["content-type"],
    max_age: 1h,
}

/// What the C library's start-up code calls.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    let preflight = |origin| Request::new(b"OPTIONS").origin(origin).requested_method(b"PUT");
    let verdicts = [
        (preflight(b"https://app.example"), true),
        (preflight(b"https://shop.app.example").requested_headers(&["content-type"]), true),
        (preflight(b"https://shop.app.example").requested_headers(&["x-other"]), false),
        (preflight(b"https://evil.example"), false),
        (Request::new(b"GET").origin(b"https://evilapp.example"), false),
    ];
    for (number, (request, allowed)) in (1..).zip(verdicts) {
        if POLICY.active().decide(&request).is_allowed() != allowed {
            return number;
        }
    }
    0
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

#[link(name = "c")]
unsafe extern "C" {}
