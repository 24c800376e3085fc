//! Reads all of Actix's map of an app's resources.
//!
//! The map's own methods only find the *first* resource whose pattern matches a path. They do not show whether another one
//! stands behind it, and in front of a route with `#[cors]`, and a guess there would be a hole. The `Debug` form has every
//! resource in the router's order, so this file reads that, field by field, once per worker. If the form ever changes,
//! nothing is known, and no route counts as certain: see [`resolve`](super::resolve).

use std::fmt::Write as _;

use actix_web::dev::ResourceMap;

use crate::route::registry;

/// A resource, or a scope with everything inside.
pub(crate) struct Node {
    /// More than one where the app gave a list.
    pub(crate) patterns: Vec<String>,
    pub(crate) is_prefix: bool,
    pub(crate) name: Option<String>,
    /// `None` for a resource.
    pub(crate) inside: Option<Vec<Node>>,
}

impl Node {
    /// Its number, if it is a mark.
    pub(crate) fn mark(&self) -> Option<u64> {
        registry::mark_number(self.name.as_deref()?)
    }
}

/// The app itself, or `None` if the map does not read as expected.
pub(crate) fn read(map: &ResourceMap) -> Option<Node> {
    let mut text = String::new();
    write!(text, "{map:?}").ok()?;
    let mut reader = Reader { rest: &text };
    let app = reader.map()?;
    reader.rest.is_empty().then_some(app)
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn map(&mut self) -> Option<Node> {
        let (mut pattern, mut inside) = (None, None);
        self.fields("ResourceMap", |reader, field| {
            match field {
                "pattern" => pattern = Some(reader.pattern()?),
                "nodes" => inside = Some(reader.option(|reader| reader.list(Self::map))?),
                _ => reader.skip()?,
            }
            Some(())
        })?;
        let Pattern { patterns, is_prefix, name } = pattern?;
        Some(Node { patterns, is_prefix, name, inside: inside? })
    }

    fn pattern(&mut self) -> Option<Pattern> {
        let (mut patterns, mut is_prefix, mut name) = (None, None, None);
        self.fields("ResourceDef", |reader, field| {
            match field {
                "patterns" => patterns = Some(reader.patterns()?),
                "is_prefix" => is_prefix = Some(reader.flag()?),
                "name" => name = Some(reader.option(Self::text)?),
                _ => reader.skip()?,
            }
            Some(())
        })?;
        Some(Pattern { patterns: patterns?, is_prefix: is_prefix?, name: name? })
    }

    fn patterns(&mut self) -> Option<Vec<String>> {
        let patterns = if self.takes("Single(") {
            vec![self.text()?]
        } else {
            self.eat("List(")?;
            self.list(Self::text)?
        };
        self.eat(")")?;
        Some(patterns)
    }

    /// A struct, whatever the order of its fields.
    fn fields(&mut self, name: &str, mut read: impl FnMut(&mut Self, &'t str) -> Option<()>) -> Option<()> {
        self.eat(name)?;
        self.eat(" { ")?;
        loop {
            let (field, rest) = self.rest.split_once(": ")?;
            self.rest = rest;
            read(self, field)?;
            if self.takes(" }") {
                return Some(());
            }
            self.eat(", ")?;
        }
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.takes("None") {
            return Some(None);
        }
        self.eat("Some(")?;
        let value = read(self)?;
        self.eat(")")?;
        Some(Some(value))
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        self.eat("[")?;
        if self.takes("]") {
            return Some(items);
        }
        loop {
            items.push(read(self)?);
            if self.takes("]") {
                return Some(items);
            }
            self.eat(", ")?;
        }
    }

    fn flag(&mut self) -> Option<bool> {
        if self.takes("true") {
            return Some(true);
        }
        self.eat("false").map(|()| false)
    }

    fn text(&mut self) -> Option<String> {
        self.eat("\"")?;
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\\'])?;
            text.push_str(&self.rest[..end]);
            let is_end = self.rest.as_bytes()[end] == b'"';
            self.rest = &self.rest[end + 1..];
            if is_end {
                return Some(text);
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        if self.takes("u{") {
            let (digits, rest) = self.rest.split_once('}')?;
            self.rest = rest;
            return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
        }
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(match letter {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            '\\' | '"' | '\'' => letter,
            _ => return None,
        })
    }

    /// Skips a value of any kind.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let at = self.rest.find(['"', ',', '(', ')', '[', ']', '{', '}'])?;
            match self.rest.as_bytes()[at] {
                b'"' => {
                    self.rest = &self.rest[at..];
                    self.text()?;
                    continue;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b',' if depth > 0 => {}
                // Before the space of ` }`, which belongs to the struct around the value.
                b'}' if depth == 0 => {
                    self.rest = &self.rest[at.checked_sub(1)?..];
                    return Some(());
                }
                _ if depth == 0 => {
                    self.rest = &self.rest[at..];
                    return Some(());
                }
                _ => depth -= 1,
            }
            self.rest = &self.rest[at + 1..];
        }
    }

    fn takes(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn eat(&mut self, text: &str) -> Option<()> {
        self.takes(text).then_some(())
    }
}

struct Pattern {
    patterns: Vec<String>,
    is_prefix: bool,
    name: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use actix_web::dev::ResourceDef;

    use super::*;

    /// The patterns and names in order, those of a scope in parentheses.
    fn outline(nodes: &[Node]) -> String {
        let one = |node: &Node| {
            let patterns = node.patterns.join(" or ");
            let name = node.name.as_deref().map(|name| format!(" = {name}")).unwrap_or_default();
            let inside = node.inside.as_deref().map(|inside| format!(" ({})", outline(inside)));
            format!("{patterns}{name}{}", inside.unwrap_or_default())
        };
        nodes.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_resource_is_read_in_order() {
        let named = |pattern: &str, name: &str| {
            let mut named = ResourceDef::new(pattern);
            named.set_name(name);
            named
        };
        let mut scope = ResourceMap::new(ResourceDef::root_prefix("/s/{t:[a-z]{2,}}"));
        scope.add(&mut named(r#"/q"\,()[] ü"#, r#"a "name" \ }, { nodes: None"#), None);
        scope.add(&mut ResourceDef::new(["/one", "/two/{x}"]), None);
        let mut app = ResourceMap::new(ResourceDef::prefix(""));
        app.add(&mut ResourceDef::new("/first"), None);
        app.add(&mut ResourceDef::root_prefix("/s/{t:[a-z]{2,}}"), Some(Rc::new(scope)));
        app.add(
            &mut ResourceDef::root_prefix("/empty"),
            Some(Rc::new(ResourceMap::new(ResourceDef::root_prefix("/empty")))),
        );
        app.add(&mut named("/first", "again"), None);
        app.add(&mut ResourceDef::new("/{tail}*"), None);
        app.add(&mut named("/odd", "\n\r\t\0'"), None);
        let read = read(&app).expect("it reads as it did");
        assert_eq!(
            outline(&read.inside.expect("an app has an inside")),
            r#"/first; /s/{t:[a-z]{2,}} (/q"\,()[] ü = a "name" \ }, { nodes: None; /one or /two/{x}); /empty (); /first = again; /{tail}*; /odd = "#
                .to_owned()
                + "\n\r\t\0'"
        );
    }

    #[test]
    fn what_reads_otherwise_is_not_guessed() {
        for text in ["", "ResourceMap", "ResourceMap { pattern: 1 }", "ResourceMap { nodes: None }"] {
            assert!(Reader { rest: text }.map().is_none(), "{text}");
        }
    }
}
