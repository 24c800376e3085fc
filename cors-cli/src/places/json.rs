//! The places of a JSON file.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Field, Node, NodeKind, Style};

/// `None` for a text that is not JSON.
pub(crate) fn read(text: &str) -> Option<Node> {
    let read = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    read.value.as_ref().map(node)
}

fn node(value: &Value<'_>) -> Node {
    let range = value.range();
    let kind = match value {
        Value::Array(array) => {
            NodeKind::List { elements: array.elements.iter().map(node).collect(), style: Style::Flow }
        }
        Value::Object(object) => NodeKind::Table { fields: fields(object), style: Style::Flow },
        Value::NullKeyword(_) => NodeKind::Null,
        _ => NodeKind::Scalar,
    };
    Node::new(range.start..range.end, kind)
}

fn fields(object: &Object<'_>) -> Vec<Field> {
    let field = |property: &jsonc_parser::ast::ObjectProp<'_>| {
        let key = property.name.range();
        Field {
            name: property.name.as_str().to_owned(),
            key: key.start..key.end,
            value: node(&property.value),
        }
    };
    object.properties.iter().map(field).collect()
}
