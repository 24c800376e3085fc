//! What an nginx configuration does that no policy can, and that browsers or caches trip over.

use cors_engine::Key;
use nginx_lint_parser::ast::Directive;

use super::{Condition, header, sets_origin, text};
use crate::import::draft::{Draft, Value};

/// Lines, each with the `if` around it.
type Lines<'c> = [(Option<Condition>, &'c Directive)];

/// Adds what has to be said of the lines of a block, whose origins are known.
pub(super) fn note(lines: &Lines<'_>, draft: &mut Draft) {
    let fields =
        || lines.iter().map(|(_, directive)| *directive).filter(|directive| directive.is("add_header"));
    let is_always = |directive: &Directive| directive.args.get(2).is_some_and(|word| text(word) == "always");
    if fields().any(|directive| sets_origin(directive) && !is_always(directive)) {
        draft.hole(
            "`add_header` without `always`: an error of the app does not have the field\n\
             A page then sees a CORS failure instead of the error.\n\
             help: write `always` at the end of each of these lines",
        );
    }
    let has_vary = fields().any(|directive| header(directive).is_some_and(|(name, _)| name == "vary"));
    let is_fixed =
        draft.settings.iter().any(|setting| setting.key == Key::Origins && setting.value == Value::Any);
    if !has_vary && !is_fixed {
        draft.hole(
            "no `Vary: Origin`: a cache may give one origin the answer that was made for another\n\
             help: write `add_header Vary Origin always;`",
        );
    }
    refused_before(lines, draft);
}

/// Says where no page got in, and by the policy pages do: nobody may have noticed.
fn refused_before(lines: &Lines<'_>, draft: &mut Draft) {
    let mut conditions: Vec<Option<&Condition>> = Vec::new();
    for (condition, _) in lines {
        if !conditions.contains(&condition.as_ref()) {
            conditions.push(condition.as_ref());
        }
    }
    let outside = Together::under(None, lines);
    let together: Vec<Together<'_>> =
        conditions.into_iter().map(|condition| Together::under(condition, lines)).collect();
    if together.iter().any(Together::sends_two) {
        draft.hole(
            "two lines with `Access-Control-Allow-Origin` send two fields, and browsers refuse such an answer\n\
             Before, no page got in. The policy lets in each of the two.\n\
             help: take out of the policy what was not meant",
        );
    }
    for inside in together {
        if inside.has("add_header") && inside.origins() == 0 && outside.origins() > 0 {
            draft.hole(
                "an `if` with an `add_header` of its own sends none of the fields that are set outside of it\n\
                 Without `Access-Control-Allow-Origin` no page got in there. By the policy pages do.\n\
                 help: take out of the policy what was not meant",
            );
        }
        if inside.refuses_preflights() {
            draft.hole(
                "preflights are refused by their status\n\
                 Before, none passed. By the policy those for its methods and headers do.\n\
                 help: take out of the policy what was not meant",
            );
        }
    }
}

/// The lines under one condition, or under none.
struct Together<'c> {
    condition: Option<&'c Condition>,
    directives: Vec<&'c Directive>,
}

impl<'c> Together<'c> {
    fn under(condition: Option<&'c Condition>, lines: &'c Lines<'_>) -> Self {
        let own = lines.iter().filter(|(found, _)| found.as_ref() == condition);
        Self { condition, directives: own.map(|(_, directive)| *directive).collect() }
    }

    fn has(&self, name: &str) -> bool {
        self.directives.iter().any(|directive| directive.is(name))
    }

    /// How many lines set `Access-Control-Allow-Origin`.
    fn origins(&self) -> usize {
        self.directives.iter().filter(|directive| sets_origin(directive)).count()
    }

    /// Of `more_set_headers`, a later line takes the place of an earlier one.
    fn sends_two(&self) -> bool {
        self.origins() > 1 && !self.has("more_set_headers")
    }

    fn refuses_preflights(&self) -> bool {
        let is_preflight = |found: &Condition| found.left == "$request_method" && found.right == "OPTIONS";
        let returned = self.directives.iter().find(|directive| directive.is("return"));
        let status = returned.and_then(|found| found.args.first()).map(text);
        self.condition.is_some_and(is_preflight) && status.is_some_and(|status| !status.starts_with('2'))
    }
}
