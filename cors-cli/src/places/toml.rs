//! The places of a TOML file.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Field, Node, NodeKind, Style};

/// `None` for a text that is not TOML.
pub(crate) fn read(text: &str) -> Option<Node> {
    let document = DeTable::parse(text).ok()?;
    Some(Node::new(0..text.len(), table(text, document.get_ref(), Style::Block)))
}

fn table(text: &str, table: &DeTable<'_>, style: Style) -> NodeKind {
    let field = |(key, value): (&Spanned<_>, &Spanned<_>)| Field {
        name: AsRef::<str>::as_ref(key.get_ref()).to_owned(),
        key: key.span(),
        value: node(text, value),
    };
    NodeKind::Table { fields: table.iter().map(field).collect(), style }
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let bytes = value.span();
    let first = text.get(bytes.clone()).and_then(|slice| slice.chars().next());
    // A table with a header of its own, and a dotted one, has no brackets around it.
    let style = |is_flow| if is_flow { Style::Flow } else { Style::Block };
    let kind = match value.get_ref() {
        DeValue::Array(array) => {
            let elements: Vec<Node> = array.iter().map(|element| node(text, element)).collect();
            let has_headers = elements.iter().any(|element| !bytes.contains(&element.bytes.start));
            NodeKind::List { elements, style: style(first == Some('[') && !has_headers) }
        }
        DeValue::Table(inner) => table(text, inner, style(first == Some('{'))),
        _ => NodeKind::Scalar,
    };
    Node::new(bytes, kind)
}
