//! A framework-agnostic CORS engine.
#![no_std]
