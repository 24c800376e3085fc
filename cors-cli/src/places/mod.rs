//! Where things are in a file: one tree of places, and a reader for each format.

mod json;
mod toml;
mod yaml;

use std::ops::Range;

pub(crate) use json::read as json;
pub(crate) use toml::read as toml;
pub(crate) use yaml::{documents as yaml_documents, read as yaml};

pub(crate) type Bytes = Range<usize>;

/// A value of a file, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) bytes: Bytes,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Null,
    Scalar,
    List { elements: Vec<Node>, style: Style },
    Table { fields: Vec<Field>, style: Style },
}

/// How the elements of a list or the fields of a table are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// By commas, within brackets.
    Flow,
    /// By lines.
    Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) key: Bytes,
    pub(crate) value: Node,
}

impl Node {
    fn new(bytes: Bytes, kind: NodeKind) -> Self {
        Self { bytes, kind }
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn elements(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List { elements, .. } => elements,
            _ => &[],
        }
    }

    /// The fields of a table; none of anything else.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.kind {
            NodeKind::Table { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The list or table within which a value, or the key of a field, stands.
    pub(crate) fn parent(&self, of: &Bytes) -> Option<&Node> {
        let is_here = self.elements().iter().any(|element| element.bytes == *of)
            || self.fields().iter().any(|field| field.key == *of);
        let within = self.elements().iter().chain(self.fields().iter().map(|field| &field.value));
        if is_here { Some(self) } else { within.into_iter().find_map(|node| node.parent(of)) }
    }

    /// Adds the places of keys and of values that are neither lists nor tables.
    pub(crate) fn texts(&self, out: &mut Vec<Bytes>) {
        if matches!(self.kind, NodeKind::Scalar) {
            out.push(self.bytes.clone());
        }
        out.extend(self.fields().iter().map(|field| field.key.clone()));
        let within = self.elements().iter().chain(self.fields().iter().map(|field| &field.value));
        within.for_each(|node| node.texts(out));
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|field| field.name == name)
    }
}
