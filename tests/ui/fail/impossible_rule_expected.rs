use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    expect(empty_origins, reason = "there is no excuse"),
    expect(invalid_origin, reason = "there is no excuse"),
    expect(invalid_regex, reason = "there is no excuse"),
    expect(invalid_method, reason = "there is no excuse"),
    expect(forbidden_method, reason = "there is no excuse"),
    expect(invalid_header, reason = "there is no excuse"),
    expect(wrong_header, reason = "there is no excuse"),
    expect(invalid_host, reason = "there is no excuse"),
    expect(invalid_max_age, reason = "there is no excuse"),
    expect(invalid_status, reason = "there is no excuse"),
    expect(any_origin_with_credentials, reason = "there is no excuse"),
    expect(any_expose_with_credentials, reason = "there is no excuse"),
    expect(duplicate_entry, reason = "there is no excuse"),
    expect(unknown_key, reason = "there is no excuse"),
    expect(unknown_rule, reason = "there is no excuse"),
    expect(unfulfilled_expectation, reason = "there is no excuse"),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
