//! JSON as the contract allows it, read in one pass that reports everything wrong.
//!
//! What passes here is stored and hashed: an object names no member twice, every number is an
//! integer that every JSON implementation keeps exactly, and no text holds U+0000, which one of the
//! databases cannot store.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::language::Localized;
use crate::violation::{MAX_VIOLATIONS, Violation, ViolationCode, member_pointer};

/// How deeply objects and lists may be nested, the outermost counted.
pub(crate) const MAX_DEPTH: usize = 32;

/// The largest integer a double keeps exactly, 2^53 − 1 (RFC 8259 §6).
pub(crate) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why bytes are not JSON as the contract allows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StrictJsonError {
    /// They are not JSON at all.
    Malformed(Box<Violation>),
    /// They are JSON with these violations, at most the first hundred.
    Invalid(Vec<Violation>),
}

/// Reads a body, one JSON object and nothing after it, with everything that is wrong with it: so more
/// can be said of the value.
pub(crate) fn read_all(bytes: &[u8]) -> Result<(Value, Vec<Violation>), StrictJsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        StrictJsonError::Invalid(vec![Violation::body(
            "",
            ViolationCode::NotUtf8,
            Localized::fixed("Der Inhalt ist kein UTF-8.", "The body is not UTF-8."),
        )])
    })?;
    let findings = RefCell::new(Vec::new());
    let value = read(text, &findings).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        StrictJsonError::Malformed(Box::new(Violation::body(
            "",
            ViolationCode::Syntax,
            Localized::made(
                format!("Kein gültiges JSON in Zeile {line}, Spalte {column}."),
                format!("Not valid JSON at line {line}, column {column}."),
            ),
        )))
    })?;
    let mut violations = findings.into_inner();
    if !value.is_object() {
        violations.insert(
            0,
            Violation::body(
                "",
                ViolationCode::WrongType,
                Localized::fixed("Erwartet wird ein Objekt.", "An object is expected."),
            ),
        );
    }
    violations.truncate(MAX_VIOLATIONS);
    Ok((value, violations))
}

/// Whether some object in these bytes names a member twice, or they are not JSON.
pub(crate) fn is_ambiguous(bytes: &[u8]) -> bool {
    let findings = RefCell::new(Vec::new());
    let read = std::str::from_utf8(bytes).map(|text| read(text, &findings));
    !matches!(read, Ok(Ok(_)))
        || findings.borrow().iter().any(|violation| {
            matches!(
                violation.code,
                ViolationCode::DuplicateKey | ViolationCode::TooDeep
            )
        })
}

fn read(text: &str, findings: &RefCell<Vec<Violation>>) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let root = Strict {
        pointer: String::new(),
        depth: 1,
        findings,
    };
    let value = root.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The reader of one value; where a value breaks a rule, a finding is noted and null stands in.
struct Strict<'a> {
    pointer: String,
    depth: usize,
    findings: &'a RefCell<Vec<Violation>>,
}

impl Strict<'_> {
    fn find(&self, pointer: String, code: ViolationCode, message: Localized) {
        let mut findings = self.findings.borrow_mut();
        // One more than are shown, so that long pointers cannot fill the memory.
        if findings.len() <= MAX_VIOLATIONS {
            findings.push(Violation::body(pointer, code, message));
        }
    }

    fn refuse_nul(&self, pointer: String) {
        self.find(
            pointer,
            ViolationCode::NulCharacter,
            Localized::fixed(
                "Das Zeichen U+0000 ist nicht erlaubt.",
                "The character U+0000 is not allowed.",
            ),
        );
    }

    fn refuse_number(&self, code: ViolationCode) -> Value {
        self.find(
            self.pointer.clone(),
            code,
            Localized::fixed(
                "Erlaubt sind nur ganze Zahlen zwischen −(2^53 − 1) und 2^53 − 1.",
                "Only integers between −(2^53 − 1) and 2^53 − 1 are allowed.",
            ),
        );
        Value::Null
    }

    fn child(&self, pointer: String) -> Self {
        Self {
            pointer,
            depth: self.depth + 1,
            findings: self.findings,
        }
    }

    /// Notes a nesting that goes too deep; its content is then skipped, not read.
    fn is_too_deep(&self) -> bool {
        let too_deep = self.depth > MAX_DEPTH;
        if too_deep {
            self.find(
                self.pointer.clone(),
                ViolationCode::TooDeep,
                Localized::made(
                    format!("Tiefer als {MAX_DEPTH} Ebenen verschachtelt."),
                    format!("Nested deeper than {MAX_DEPTH} levels."),
                ),
            );
        }
        too_deep
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() <= MAX_INTEGER {
            Ok(value.into())
        } else {
            Ok(self.refuse_number(ViolationCode::OutOfRange))
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value <= MAX_INTEGER {
            Ok(value.into())
        } else {
            Ok(self.refuse_number(ViolationCode::OutOfRange))
        }
    }

    fn visit_f64<E: Error>(self, _value: f64) -> Result<Value, E> {
        Ok(self.refuse_number(ViolationCode::NotAnInteger))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        if value.contains('\0') {
            self.refuse_nul(self.pointer.clone());
        }
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        if self.is_too_deep() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut list = Vec::new();
        while let Some(item) =
            items.next_element_seed(self.child(format!("{}/{}", self.pointer, list.len())))?
        {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        if self.is_too_deep() {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut object = Map::new();
        let mut repeated = Vec::new();
        while let Some(key) = members.next_key::<String>()? {
            let pointer = member_pointer(&self.pointer, &key);
            if key.contains('\0') {
                self.refuse_nul(pointer.clone());
            }
            if object.contains_key(&key) && !repeated.contains(&key) {
                self.find(
                    pointer.clone(),
                    ViolationCode::DuplicateKey,
                    Localized::fixed(
                        "Das Feld ist doppelt angegeben.",
                        "The member is given twice.",
                    ),
                );
                if repeated.len() <= MAX_VIOLATIONS {
                    repeated.push(key.clone());
                }
            }
            let value = members.next_value_seed(self.child(pointer))?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests;
