//! Proposals as edits of a text: everything around them stays, comments included.

use std::collections::BTreeMap;

use cors_engine::{Entry, Key, Language, Proposal, Violation};

use crate::places::{Bytes, Field, Node, NodeKind, Style};
use crate::policy_file::PolicyFile;
use crate::positions::{FileSetting, Positions};

/// Words that YAML reads as something other than texts.
const NO_TEXT: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// The text with these proposals followed; `None` if one of them cannot be followed as the text is written.
pub(super) fn followed(file: &PolicyFile, violations: &[&Violation]) -> Option<String> {
    let positions = file.positions()?;
    let mut editor = Editor {
        text: file.text(),
        language: file.language(),
        positions,
        lists: BTreeMap::new(),
        edits: Vec::new(),
    };
    for violation in violations {
        editor.follow(violation)?;
    }
    editor.finish()
}

struct Editor<'f> {
    text: &'f str,
    language: Language,
    positions: &'f Positions,
    /// What becomes of lists and tables, by where they begin.
    lists: BTreeMap<usize, Changes<'f>>,
    edits: Vec<(Bytes, String)>,
}

/// What becomes of a list or a table.
struct Changes<'f> {
    node: &'f Node,
    /// What replaces an item: nothing, or one item or several.
    instead: BTreeMap<usize, Vec<String>>,
    appended: Vec<String>,
}

impl<'f> Editor<'f> {
    fn follow(&mut self, violation: &Violation) -> Option<()> {
        let (locus, proposal) = (violation.locus(), violation.proposal()?);
        let setting = self.positions.setting(locus)?;
        let is_expectation = locus.expectation.is_some() || setting.field.name == Key::Expect.name();
        if is_expectation {
            let expected = match locus.expectation {
                Some(index) => setting.expectation(locus.entry, index)?,
                None => &setting.value,
            };
            return self.amend(expected, proposal);
        }
        let key = violation.meant_key();
        match (proposal, locus.entry) {
            (Proposal::Remove, None) => self.remove(&setting.field.key),
            (Proposal::Remove, Some(index)) => self.put(setting.list()?, index, Vec::new()),
            (Proposal::Entries(entries), Some(index)) => self.replace(setting, key?, index, entries),
            (Proposal::Cover { entries, covered }, Some(index)) => {
                self.replace(setting, key?, index, entries)?;
                covered.iter().filter(|&&other| other != index).try_for_each(|&other| {
                    let changes = self.changes(setting.list()?);
                    changes.instead.entry(other).or_default();
                    Some(())
                })
            }
            (Proposal::List(entries) | Proposal::Entries(entries), None) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| self.language.entry(key.unwrap_or(Key::Origins), entry))
                    .collect();
                self.set(setting, &format!("[{}]", entries.join(", ")))
            }
            (Proposal::Any { expect: None }, _) => self.set(setting, self.language.any()),
            (Proposal::Switch(on), None) => self.set(setting, &on.to_string()),
            (Proposal::Number(number), None) => self.set(setting, &number.to_string()),
            (Proposal::Key(right), None) => {
                let name = self.quoted_as(&setting.field.key, right.name());
                self.edits.push((setting.field.key.clone(), name));
                Some(())
            }
            (Proposal::Block(mode), None) => {
                let name = self.quoted_as(&setting.field.key, mode.name());
                self.edits.push((setting.field.key.clone(), name));
                Some(())
            }
            (Proposal::Into(right), None) => {
                let into = self.positions.settings(locus.place).iter();
                let into =
                    into.filter(|other| other.field.name == right.name()).find_map(FileSetting::list)?;
                let entries = setting.list()?.elements().iter();
                let entries: Vec<String> = entries
                    .map(|entry| Some(self.text.get(entry.bytes.clone())?.into()))
                    .collect::<Option<_>>()?;
                if entries.iter().any(|entry| entry.contains('\n')) {
                    return None;
                }
                self.changes(into).appended.extend(entries);
                self.remove(&setting.field.key)
            }
            // `any` as an origin needs a reason, which only a person has.
            _ => None,
        }
    }

    /// Changes an expectation, or removes it.
    fn amend(&mut self, expected: &'f Node, proposal: &Proposal) -> Option<()> {
        match proposal {
            Proposal::Rule(rule) => {
                let name = &expected.field("rule")?.value.bytes;
                let name = (name.clone(), self.quoted_as(name, rule.name()));
                self.edits.push(name);
                Some(())
            }
            Proposal::Remove => {
                let parent = self.positions.document.parent(&expected.bytes);
                let index =
                    |list: &Node| list.elements().iter().position(|node| node.bytes == expected.bytes);
                match parent.and_then(|list| Some((list, index(list)?))) {
                    Some((list, index)) if list.elements().len() > 1 => self.put(list, index, Vec::new()),
                    // The only one goes with its key.
                    Some((list, _)) => self.remove(&self.key_of(list)?),
                    None => self.remove(&self.key_of(expected)?),
                }
            }
            _ => None,
        }
    }

    /// The key before a value.
    fn key_of(&self, value: &Node) -> Option<Bytes> {
        fn find<'n>(within: &'n Node, value: &Node) -> Option<&'n Field> {
            let fields = within.fields();
            let here = fields.iter().find(|field| field.value.bytes == value.bytes);
            let inner = within.elements().iter().chain(fields.iter().map(|field| &field.value));
            here.or_else(|| inner.into_iter().find_map(|node| find(node, value)))
        }
        find(&self.positions.document, value).map(|field| field.key.clone())
    }

    fn changes(&mut self, node: &'f Node) -> &mut Changes<'f> {
        let changes = Changes { node, instead: BTreeMap::new(), appended: Vec::new() };
        self.lists.entry(node.bytes.start).or_insert(changes)
    }

    fn put(&mut self, list: &'f Node, index: usize, texts: Vec<String>) -> Option<()> {
        self.changes(list).instead.insert(index, texts);
        Some(())
    }

    /// Removes a field from its table.
    fn remove(&mut self, key: &Bytes) -> Option<()> {
        let table = self.positions.document.parent(key)?;
        let index = table.fields().iter().position(|field| field.key == *key)?;
        self.put(table, index, Vec::new())
    }

    fn replace(&mut self, setting: &'f FileSetting, key: Key, index: usize, entries: &[Entry]) -> Option<()> {
        let list = setting.list()?;
        let old = &list.elements().get(index)?.bytes;
        let written = |entry: &Entry| {
            let text = self.language.entry(key, entry);
            // An entry without a table around it is a string.
            if text.starts_with('{') { text } else { self.quoted_as(old, entry.text()) }
        };
        let texts = entries.iter().map(written).collect();
        self.put(list, index, texts)
    }

    /// Writes a value in place of a setting's.
    fn set(&mut self, setting: &FileSetting, value: &str) -> Option<()> {
        let old = setting.plain();
        let edit = match &old.kind {
            NodeKind::List { style: Style::Block, .. }
            | NodeKind::Table { style: Style::Block, .. }
            | NodeKind::Null => {
                let key = self.key_of(old)?;
                let colon = key.end + self.text.get(key.end..)?.find(':')? + 1;
                let is_clear =
                    self.text.get(colon..old.bytes.start).is_none_or(|between| between.trim().is_empty());
                is_clear.then(|| (colon..old.bytes.end.max(colon), format!(" {value}")))?
            }
            _ => (old.bytes.clone(), value.to_owned()),
        };
        self.edits.push(edit);
        Some(())
    }

    /// A text as a string, in the quotes of the one that it replaces where they will do.
    fn quoted_as(&self, old: &Bytes, text: &str) -> String {
        let old = self.text.get(old.clone()).unwrap_or_default();
        let is_word = |text: &str| {
            text.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && text.chars().all(|letter| letter.is_ascii_alphanumeric() || ":/.-_".contains(letter))
                && !text.ends_with(':')
                && !NO_TEXT.iter().any(|word| text.eq_ignore_ascii_case(word))
        };
        let is_plain = match self.language {
            Language::Yaml => !old.starts_with(['"', '\'', '|', '>', '{', '[', '!', '&', '*']),
            // A key.
            _ => is_word(old),
        };
        let is_single =
            old.starts_with('\'') && !text.contains(|letter: char| letter == '\'' || letter.is_control());
        match self.language {
            Language::Yaml | Language::Toml if is_single => format!("'{text}'"),
            Language::Yaml | Language::Toml if is_plain && is_word(text) => text.into(),
            language => language.entry(Key::Headers, &Entry::from(text)),
        }
    }

    /// The text with all edits made; `None` if two of them are about the same bytes.
    fn finish(mut self) -> Option<String> {
        for (_, changes) in std::mem::take(&mut self.lists) {
            match &changes.node.kind {
                NodeKind::List { style: Style::Block, elements } => self.list_of_lines(&changes, elements)?,
                NodeKind::Table { style: Style::Block, fields } => self.table_of_lines(&changes, fields)?,
                _ => self.within_brackets(&changes)?,
            }
        }
        self.edits.sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
        self.edits.dedup();
        let mut joined: Vec<(Bytes, String)> = Vec::new();
        for (bytes, text) in std::mem::take(&mut self.edits) {
            match joined.last_mut() {
                // Of two that only take out, the blanks between belong to both.
                Some((last, before)) if bytes.start < last.end && before.is_empty() && text.is_empty() => {
                    last.end = last.end.max(bytes.end);
                }
                Some((last, _)) if bytes.start < last.end => return None,
                _ => joined.push((bytes, text)),
            }
        }
        let mut kept: Vec<(Bytes, String)> = Vec::new();
        for (bytes, text) in &joined {
            kept.extend(self.comments_above(bytes).filter(|_| !text.contains('#')));
        }
        for (above, comments) in kept {
            let index = joined.partition_point(|(bytes, _)| bytes.start < above.start);
            if index > 0 && joined[index - 1].0.end > above.start {
                return None;
            }
            joined.insert(index, (above, comments));
        }
        let mut out = self.text.to_owned();
        for (bytes, text) in joined.into_iter().rev() {
            out.get(bytes.clone())?;
            out.replace_range(bytes, &text);
        }
        Some(out)
    }

    /// `[a, b]` and `{ a = 1, b = 2 }`
    fn within_brackets(&mut self, changes: &Changes<'_>) -> Option<()> {
        let node = changes.node;
        let items: Vec<Bytes> = match &node.kind {
            NodeKind::Table { fields, .. } => {
                fields.iter().map(|field| field.key.start..field.value.bytes.end).collect()
            }
            _ => node.elements().iter().map(|element| element.bytes.clone()).collect(),
        };
        let end = node.bytes.end.checked_sub(1)?;
        let comma = |index: usize| {
            let next = items.get(index + 1).map_or(end, |next| next.start);
            self.find(items[index].end..next, ',')
        };
        let mut edits = Vec::new();
        for (&index, texts) in &changes.instead {
            let item = items.get(index)?.clone();
            if texts.is_empty() {
                let until = comma(index).map_or(item.end, |comma| comma + 1);
                edits.push((self.widened(item.start..until), String::new()));
                continue;
            }
            let before = self.line_before(item.start);
            let between = match before.trim().is_empty() && item.start > node.bytes.start + before.len() {
                true => format!(",{}{before}", self.line_end()),
                false => ", ".into(),
            };
            edits.push((item, texts.join(&between)));
        }
        let is_kept = |index: &usize| changes.instead.get(index).is_none_or(|texts| !texts.is_empty());
        let last = (0..items.len()).rev().find(is_kept);
        if let Some(last) = last
            && last + 1 < items.len()
            && comma(items.len() - 1).is_none()
        {
            let comma = comma(last)?;
            let blanks = self.text.get(comma + 1..)?.len()
                - self.text.get(comma + 1..)?.trim_start_matches([' ', '\t']).len();
            edits.push((comma..comma + 1 + blanks, String::new()));
        }
        if !changes.appended.is_empty() {
            let appended = changes.appended.join(", ");
            edits.push(match last {
                Some(last) => (items[last].end..items[last].end, format!(", {appended}")),
                None => (node.bytes.start + 1..node.bytes.start + 1, appended),
            });
        }
        self.edits.extend(edits);
        Some(())
    }

    /// The elements of a list of YAML that stand on lines of their own, each behind a `-`.
    fn list_of_lines(&mut self, changes: &Changes<'_>, elements: &[Node]) -> Option<()> {
        let is_gone = |index: usize| changes.instead.get(&index).is_some_and(Vec::is_empty);
        if (0..elements.len()).all(is_gone) && changes.appended.is_empty() {
            let key = self.key_of(changes.node)?;
            let colon = key.end + self.text.get(key.end..)?.find(':')? + 1;
            self.edits.push((colon..colon, " []".into()));
        }
        let mut edits = Vec::new();
        for (&index, texts) in &changes.instead {
            let element = elements.get(index)?.bytes.clone();
            let Some((first, others)) = texts.split_first() else {
                let dash = self.dash(element.start)?;
                edits.push((self.widened(dash..element.end), String::new()));
                continue;
            };
            edits.push((element.clone(), first.clone()));
            if !others.is_empty() {
                let indent = self.line_before(self.dash(element.start)?);
                edits.push(self.lines_after(element.end, indent, others)?);
            }
        }
        if let Some(last) = elements.last().filter(|_| !changes.appended.is_empty()) {
            let indent = self.line_before(self.dash(last.bytes.start)?);
            edits.push(self.lines_after(last.bytes.end, indent, &changes.appended)?);
        }
        self.edits.extend(edits);
        Some(())
    }

    /// The `-` of an element, if nothing but blanks stands around it.
    fn dash(&self, element: usize) -> Option<usize> {
        let dash = self.text.get(..element)?.trim_end().strip_suffix('-')?.len();
        self.line_before(dash).trim().is_empty().then_some(dash)
    }

    fn lines_after(&self, at: usize, indent: &str, texts: &[String]) -> Option<(Bytes, String)> {
        // Behind a comment that stands on the same line.
        let rest = self.text.get(at..)?;
        let end = at + rest.find('\n').map_or(rest.len(), |end| rest[..end].trim_end_matches('\r').len());
        let lines: String = texts.iter().map(|text| format!("{}{indent}- {text}", self.line_end())).collect();
        Some((end..end, lines))
    }

    /// The fields of a table of TOML or YAML that stand on lines of their own.
    fn table_of_lines(&mut self, changes: &Changes<'_>, fields: &[Field]) -> Option<()> {
        for &index in changes.instead.keys() {
            let field = fields.get(index)?;
            let before = self.line_before(field.key.start);
            // `production.` of a dotted key goes as well.
            let is_dotted = self.language == Language::Toml && before.trim_end().ends_with('.');
            if !before.trim().is_empty() && !is_dotted {
                return None;
            }
            let begin = field.key.start - if is_dotted { before.trim_start().len() } else { 0 };
            let end = field.value.bytes.end.max(field.key.end);
            self.edits.push((self.widened(begin..end), String::new()));
        }
        Some(())
    }

    /// The comments within what goes, as lines above it.
    fn comments_above(&self, bytes: &Bytes) -> Option<(Bytes, String)> {
        let is_possible = self.language != Language::Json && self.text.get(bytes.clone())?.contains('#');
        let mut texts = Vec::new();
        if is_possible {
            self.positions.document.texts(&mut texts);
            texts.sort_by_key(|text| text.start);
        }
        let mut comments = Vec::new();
        let mut at = bytes.start;
        while is_possible && at < bytes.end {
            let next = texts.iter().find(|text| text.end > at).cloned().unwrap_or(bytes.end..bytes.end);
            // A block of text of YAML has a line in front that may end with a comment.
            let has_head = self.text.get(next.clone()).is_some_and(|text| text.starts_with(['|', '>']));
            let head = if has_head { self.text.get(next.clone())?.lines().next()?.len() } else { 0 };
            let gap = at..(next.start + head).min(bytes.end).max(at);
            for line in self.text.get(gap.clone())?.lines() {
                comments.extend(line.find('#').map(|start| line[start..].trim_end().to_owned()));
            }
            at = next.end.max(gap.end).max(at + 1);
        }
        let line = self.line_before(bytes.start);
        let begin = bytes.start - line.len();
        let indent = &line[..line.len() - line.trim_start().len()];
        let lines: String =
            comments.iter().map(|comment| format!("{indent}{comment}{}", self.line_end())).collect();
        (!lines.is_empty()).then_some((begin..begin, lines))
    }

    /// With the blanks that nothing needs any more, and with the line if nothing else is on it.
    fn widened(&self, bytes: Bytes) -> Bytes {
        let before = self.line_before(bytes.start);
        let rest = self.text.get(bytes.end..).unwrap_or_default();
        let after = rest.trim_start_matches([' ', '\t']);
        let blanks = rest.len() - after.len();
        let line_end = ["\r\n", "\n"].into_iter().find(|end| after.starts_with(end)).map(str::len);
        let is_last = line_end.is_some() || after.is_empty();
        if before.trim().is_empty() && is_last {
            return bytes.start - before.len()..bytes.end + blanks + line_end.unwrap_or(0);
        }
        if is_last || after.starts_with([']', '}']) {
            let kept = before.trim_end_matches([' ', '\t']).len();
            return bytes.start - (before.len() - kept)..bytes.end;
        }
        bytes.start..bytes.end + blanks
    }

    /// The start of the line, up to a place.
    fn line_before(&self, at: usize) -> &'f str {
        let before = self.text.get(..at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// A sign that is not in a comment.
    fn find(&self, bytes: Bytes, sign: char) -> Option<usize> {
        let mut at = bytes.start;
        for line in self.text.get(bytes)?.split_inclusive('\n') {
            let code = if self.language == Language::Json { line } else { line.split('#').next()? };
            if let Some(found) = code.find(sign) {
                return Some(at + found);
            }
            at += line.len();
        }
        None
    }
}
