#![doc = include_str!("file_format.md")]

/// This page as text: what `cors help file` shows.
pub const TEXT: &str = include_str!("file_format.md");
