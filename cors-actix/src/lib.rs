//! CORS for Actix Web, decided at compile time.
