//! The scoreboard of `cors probe`, which is in two READMEs.

/// Prints a row, and holds the READMEs to it.
///
/// # Panics
///
/// If one of them says otherwise.
pub fn holds(row: &str) {
    println!("{row}");
    let pages = [include_str!("../../../README.md"), include_str!("../../../cors-cli/README.md")];
    for (page, text) in ["README.md", "cors-cli/README.md"].iter().zip(pages) {
        assert!(text.lines().any(|line| line == row), "{page} does not say: {row}");
    }
}
