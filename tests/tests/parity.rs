//! The same settings through `cors_policy!` and through `Config` are the same policy.
