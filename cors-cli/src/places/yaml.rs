//! The places of a YAML file.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle};

use super::{Bytes, Field, Node, NodeKind, Style};

/// What YAML takes over from other tables; their settings stand elsewhere, in an order of the reader's own.
const MERGE: &str = "<<";

/// https://yaml.org/spec/1.2.2/#1032-tag-resolution
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// `None` for a text that is not YAML, and for one that merges tables.
pub(crate) fn read(text: &str) -> Option<Node> {
    documents(text)?.into_iter().next()
}

/// Every document of a file.
pub(crate) fn documents(text: &str) -> Option<Vec<Node>> {
    let events = Parser::new_from_str(text);
    let mut reader = Documents { text, events, anchors: BTreeMap::new(), before: 0, last: 0 };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Some(documents),
            (event, span) => documents.push(reader.node(event, span)?),
        }
    }
}

struct Documents<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    /// What an alias stands for. Of those that are still being read there is none.
    anchors: BTreeMap<usize, Node>,
    /// The end of what was read before the last event.
    before: usize,
    last: usize,
}

impl<'t> Documents<'t> {
    /// The next event that is not a comment.
    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        self.before = self.last;
        loop {
            let (event, span) = self.events.next()?.ok()?;
            self.last = span.byte_range()?.end;
            let is_part =
                event.is_node() || matches!(event, Event::SequenceEnd | Event::MappingEnd | Event::StreamEnd);
            if is_part {
                return Some((event, span));
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Option<Node> {
        let begin = span.byte_range()?;
        let (anchor, node) = match event {
            Event::Alias(id) => return self.anchors.get(&id).cloned(),
            Event::Scalar(text, style, anchor, tag) => {
                let is_null = style == ScalarStyle::Plain && tag.is_none() && NULL.contains(&&*text);
                let kind = if is_null { NodeKind::Null } else { NodeKind::Scalar };
                let start = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => self.header(begin.start)?,
                    _ => begin.start,
                };
                (anchor, Node::new(self.trimmed(start..begin.end), kind))
            }
            Event::SequenceStart(style, anchor, _) => {
                let mut elements = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        (event, span) => elements.push(self.node(event, span)?),
                    }
                };
                let last = elements.last().map(|element| element.bytes.end);
                let bytes = self.whole(begin, end, style, last)?;
                (anchor, Node::new(bytes, NodeKind::List { elements, style: style.into() }))
            }
            Event::MappingStart(style, anchor, _) => {
                let mut fields = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd, end) => break end,
                        (event, span) => fields.push(self.field(&event, span)?),
                    }
                };
                let last = fields.last().map(|field: &Field| field.value.bytes.end.max(field.key.end));
                let bytes = self.whole(begin, end, style, last)?;
                (anchor, Node::new(bytes, NodeKind::Table { fields, style: style.into() }))
            }
            _ => return None,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Some(node)
    }

    fn field(&mut self, key: &Event<'t>, span: Span) -> Option<Field> {
        let (name, _) = key.scalar().filter(|(name, _)| *name != MERGE)?;
        let (name, key) = (name.to_owned(), self.trimmed(span.byte_range()?));
        let (event, span) = self.next()?;
        Some(Field { name, key, value: self.node(event, span)? })
    }

    /// Where the `|` or `>` stands with which a block of text begins: the parser tells where its first line does.
    fn header(&self, text: usize) -> Option<usize> {
        let mut begin = self.before;
        for line in self.text.get(begin..text)?.split_inclusive('\n') {
            let mut at = begin;
            for word in line.split_inclusive([' ', '\t']) {
                match word.chars().next() {
                    Some('|' | '>') => return Some(at),
                    Some('#') => break,
                    _ => at += word.len(),
                }
            }
            begin += line.len();
        }
        None
    }

    /// From the start of a list or table to its end: of one without brackets the end of what is last in it.
    fn whole(&self, start: Bytes, end: Span, style: StructureStyle, last: Option<usize>) -> Option<Bytes> {
        let end = match (style, last) {
            (StructureStyle::Block, Some(last)) => last.max(start.start),
            _ => end.byte_range()?.end,
        };
        Some(self.trimmed(start.start..end))
    }

    /// Without the line ends that belong to a block of text.
    fn trimmed(&self, bytes: Bytes) -> Bytes {
        let length = self.text.get(bytes.clone()).map_or(0, |slice| slice.trim_end().len());
        bytes.start..bytes.start + length
    }
}

impl From<StructureStyle> for Style {
    fn from(style: StructureStyle) -> Self {
        match style {
            StructureStyle::Flow => Self::Flow,
            StructureStyle::Block => Self::Block,
        }
    }
}
