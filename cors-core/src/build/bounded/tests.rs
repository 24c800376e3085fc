//! Verdicts, by table and by chance.

use super::*;
use alloc::vec::Vec;

#[test]
fn try_out() {
    let t = std::time::Instant::now();
    let origins = Origins::new().unwrap();
    std::println!("origins {:?}", t.elapsed());
    for p in [
        r"https://.*myapp\.com",
        r"https://www.example.com",
        r"https://[a-z]{10}\.com",
        r"https://(shop|blog)\.example\.com",
        r"https://.*\.example\.com",
        r"https://\w+\.(a|b)\.com",
        r"^https://\w+\.myapp\.com$",
        r"^https://pr-\d+\.myapp-preview\.com$",
        r"https://.*\.github\.io",
        r"https://[a-z]+\.myapp\.co\.uk",
        r"https://\w+\.co\.uk",
        r"https://[ab]\.com",
        "https://.*",
        ".*",
        ".+",
        r"https?://.*\.example\.com",
        r"http://localhost:\d+",
        r"https://.*\.amazonaws\.com",
        r"https://.*\.s3\.amazonaws\.com",
        r"https://example.com",
        r"https://.*\.ck",
        r"https://.*\.kawasaki\.jp",
        r"https://\w+\.ck",
        r"https://.*\.internal",
        r"https://10\.0\.0\.\d+",
        r"https://10\.0\.0\.[1-3]",
        r"https://[a-z]{10}\.[a-z]{8}",
        r"https://[a-z]+\.[a-z]{3,}",
        r"https://colou?r\.com",
        r"https://(my)?app\.com",
        r"https://a.com|https://b.com",
        r"https://(www\.)?example\.com",
        r"https://([a-z0-9-]+\.)*example\.com",
        r"https://a\.example\.com|b\.example\.com",
        r"https://.*\.a|b\.example\.com",
        r"https://example[.]com(:\d+)?",
        r"(?i)https://MyApp\.com",
        r"https://api.example\.com",
        r"https://example\..*",
        r"https://(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)1\.com",
        r"https://.*-secure\.site",
        r"https://www\.example.com",
        r"https://\[.*\]",
        r"https://.+\.myapp_\.com",
        r"https://x[a-z]{20}a[a-z]*\.com",
        r"https://.*\.windows\.net",
        r"https://pr-\d+\.salesforce\.com",
        r"tauri://localhost",
        r"https://a[._]myapp\.com",
    ] {
        let t = std::time::Instant::now();
        let v = judge(p, &origins);
        std::println!("{p}\n      {:?} {:?}", t.elapsed(), v);
    }
}
