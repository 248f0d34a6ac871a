//! The part of `docs/import.md` that lists forms and columns: made here, and held against the page.

use std::fmt::Write as _;

use super::form::{Column, Form, Kind, Needed};
use super::template::words;
use crate::language::Language;

const PAGE: &str = "../docs/import.md";
const BEGIN: &str = "<!-- columns -->\n";
const END: &str = "<!-- end -->";

/// What stands in a column.
fn content(kind: Kind) -> String {
    let plain = match kind {
        Kind::Reference => "own reference or number",
        Kind::References => "own numbers",
        Kind::Day => "day",
        Kind::Line => "line of at most 200 characters",
        Kind::Prose => "text of at most 4,000 characters",
        Kind::Lines => "lines of at most 200 characters",
        Kind::Whole => "whole number",
        Kind::Key => "official key",
        Kind::Dimension => "quality dimension",
        Kind::FocusArea => "focus area",
        Kind::Site => "site",
        Kind::Member => "member",
        Kind::Code(codes) => {
            let german = words(codes, Language::De);
            let word = |(code, word): (&super::form::codes::Code, &str)| {
                let others: Vec<_> = code.words.iter().skip(1).copied().collect();
                let others = if others.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", others.join(", "))
                };
                format!("{word}{others} = `{}`", code.wire)
            };
            let all: Vec<_> = codes.iter().zip(german).map(word).collect();
            return all.join("; ");
        }
    };
    plain.to_owned()
}

fn row(column: &Column) -> String {
    let needed = match column.needed {
        Needed::Always => "yes",
        Needed::Sometimes => "sometimes",
        Needed::Never => "no",
    };
    let names: Vec<_> = column
        .synonyms
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    format!(
        "| `{}` | `{}` | {} | {needed} | {} | {} |\n",
        column.german,
        column.name,
        names.join(", "),
        content(column.kind),
        column.says.text(Language::En).replace('|', "\\|"),
    )
}

/// The forms with their columns.
fn columns() -> String {
    let mut text = String::new();
    for form in Form::ALL {
        let (german, english) = (form.title(Language::De), form.title(Language::En));
        let head = "| header | in English | also | required | content | meaning |\n|---|---|---|---|---|---|";
        writeln!(
            text,
            "\n### {german} / {english} (`{}`)\n\n{head}",
            form.code()
        )
        .unwrap();
        text.extend(form.columns().iter().map(|column| row(column)));
    }
    text + "\n"
}

#[test]
fn the_page_lists_the_columns_there_are() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}{END}{after}", columns());
    if std::env::var_os("FALLBUCH_WRITE_GOLDEN").is_some() {
        std::fs::write(PAGE, &made).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(PAGE).unwrap(),
        made,
        "see the comment in {PAGE}"
    );
}

#[test]
fn the_page_names_every_exit_code() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    for code in [
        super::report::DONE,
        super::report::FAULTY,
        super::report::PARTLY,
    ] {
        assert!(page.contains(&format!("\n| {code} | ")), "{code}");
    }
}
