//! `cors_policy!` and `#[cors]`.
