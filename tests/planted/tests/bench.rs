//! What `cors probe` finds on planted servers, and what the payload lists of other scanners find there.

use std::thread;

use cors_planted::board;
use cors_planted::faults::{OTHERS, STRANGERS};
use cors_planted::probe::Probe;
use cors_planted::row::Row;
use cors_planted::scanners::SCANNERS;
use cors_planted::server::Server;
use cors_planted::sound::SOUND;

/// What came of one row.
struct Judged {
    name: &'static str,
    /// What is wrong with what the probe found.
    mistake: Option<String>,
    /// How many of the planted findings it named.
    named: usize,
    /// How many it named that are not there.
    false_alarms: usize,
    scanners: [bool; SCANNERS.len()],
}

fn judge(probe: &Probe, row: &'static Row) -> Judged {
    let server = Server::start(|head| row.answer(head));
    let url = format!("http://{}/", server.address);
    let seen = probe.run(&url, row.page, row.call, &[]);
    let count = server.count();
    let found = seen.findings();
    let named = row.findings.iter().filter(|name| found.contains(name)).count();
    let false_alarms = found.iter().filter(|name| !row.findings.contains(name)).count();
    let mut mistakes = Vec::new();
    if found != row.findings {
        mistakes.push(format!("found {found:?}, planted {:?}: {:#}", row.findings, seen.printed["findings"]));
    }
    if count > 60 {
        mistakes.push(format!("{count} requests"));
    }
    mistakes.extend(no_hole(&seen.printed));
    let scanners = SCANNERS.map(|scanner| scanner.finds(server.address, row.page));
    let mistake = (!mistakes.is_empty()).then(|| mistakes.join("; "));
    Judged { name: row.name, mistake, named, false_alarms, scanners }
}

/// Whatever is proposed lets in nobody but the page.
fn no_hole(printed: &serde_json::Value) -> Option<String> {
    let findings = printed["findings"].as_array()?;
    let helps = findings.iter().filter_map(|finding| finding["help"].as_str());
    let hole = helps.into_iter().find(|help| {
        help.contains("allow-origin: *") || help.contains("null") && !help.starts_with("remove `null` from")
    });
    let fix = printed["configuration"]["text"].as_str().filter(|text| text.contains("null"));
    hole.or(fix).map(|text| format!("it proposes a hole: {text}"))
}

/// Judges the rows, some at a time: a probe mostly waits.
fn judge_all(probe: &Probe, rows: &'static [Row]) -> Vec<Judged> {
    let share = rows.len().div_ceil(4);
    thread::scope(|scope| {
        let parts = rows
            .chunks(share)
            .map(|rows| scope.spawn(move || rows.iter().map(|row| judge(probe, row)).collect::<Vec<_>>()));
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().expect("no row panics")).collect()
    })
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    let probe = Probe::build();
    let [strangers, others, sound] = [STRANGERS, OTHERS, SOUND].map(|rows| judge_all(&probe, rows));
    let mut mistakes = Vec::new();
    for (title, rows, is_sound) in [
        ("that let a stranger in", &strangers, false),
        ("with another fault", &others, false),
        ("sound ones", &sound, true),
    ] {
        let ours =
            rows.iter().filter(|row| if is_sound { row.false_alarms > 0 } else { row.named > 0 }).count();
        let theirs =
            [0, 1, 2].map(|scanner| rows.iter().filter(|row| row.scanners[scanner]).count().to_string());
        board::holds(&format!("| {} {title} | {ours} | {} |", rows.len(), theirs.join(" | ")));
        mistakes
            .extend(rows.iter().filter_map(|row| Some(format!("{}: {}", row.name, row.mistake.as_ref()?))));
    }
    let planted = [&strangers, &others].map(|rows| rows.iter().map(|row| row.named).sum::<usize>());
    let wanted: usize =
        [STRANGERS, OTHERS].iter().flat_map(|rows| rows.iter()).map(|row| row.findings.len()).sum();
    let alarms: usize =
        [&strangers, &others, &sound].iter().flat_map(|rows| rows.iter()).map(|row| row.false_alarms).sum();
    println!("recall {} of {wanted}, false alarms {alarms}", planted.iter().sum::<usize>());
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(strangers.len() + others.len() >= 60 && sound.len() >= 20);
}
