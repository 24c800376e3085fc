fn main() {
    let policy = cors_macros::cors_policy! { origins: ["https://app.example"], methods: [GET, TRACE] };
    let other = cors_actix::cors_policy! { origins: ["https://app.example"] };
    let _ = (policy, other);
}
