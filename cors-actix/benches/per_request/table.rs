//! The measurements as a table in Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::callgrind::Cost;
use crate::cases::Case;
use crate::subjects::Subject;

const SUBJECTS: usize = Subject::ALL.len();

/// Beside each case what CORS adds to the bare app; of a preflight, which never reaches the app, the whole.
pub(crate) fn render(
    cases: &[Case],
    counts: Option<&[Vec<Cost>; SUBJECTS]>,
    times: &[[Duration; SUBJECTS]],
) -> String {
    let mut out = String::new();
    if let Some(counts) = counts {
        out += "| instructions, allocations | hand-written: the least | dutiful | cors-actix | to the least | to the dutiful | actix-cors | tower-http |\n";
        out += "|---|---|---|---|---|---|---|---|\n";
        for (index, case) in cases.iter().enumerate() {
            let cost = |subject: Subject| {
                let bare = match subject {
                    Subject::TowerHttp => Subject::BareTower,
                    _ => Subject::Bare,
                };
                let (all, floor) = (counts[subject as usize][index], counts[bare as usize][index]);
                if case.is_preflight() && subject != Subject::TowerHttp {
                    return (all.instructions as i64, all.allocations as i64);
                }
                (
                    all.instructions as i64 - floor.instructions as i64,
                    all.allocations as i64 - floor.allocations as i64,
                )
            };
            let cell = |subject| {
                let (instructions, allocations) = cost(subject);
                format!("{instructions}, {allocations}")
            };
            let ours = |by_hand| cost(Subject::CorsActix).0 as f64 / cost(by_hand).0 as f64;
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {:.2} | {:.2} | {} | {} |",
                case.name,
                cell(Subject::HandWritten),
                cell(Subject::Dutiful),
                cell(Subject::CorsActix),
                ours(Subject::HandWritten),
                ours(Subject::Dutiful),
                cell(Subject::ActixCors),
                cell(Subject::TowerHttp),
            );
        }
        out += "\n";
    }
    out += "| time, the least by hand = 1 | bare app | dutiful | cors-actix | actix-cors | tower-http |\n|---|---|---|---|---|---|\n";
    for (case, times) in cases.iter().zip(times) {
        let unit = times[Subject::HandWritten as usize].as_secs_f64();
        let ratio = |subject: Subject| times[subject as usize].as_secs_f64() / unit;
        let _ = writeln!(
            out,
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            case.name,
            ratio(Subject::Bare),
            ratio(Subject::Dutiful),
            ratio(Subject::CorsActix),
            ratio(Subject::ActixCors),
            ratio(Subject::TowerHttp),
        );
    }
    out
}
