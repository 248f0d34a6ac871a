use super::*;

fn read(bytes: &[u8]) -> Table {
    let source = Source {
        file: "test.csv".to_owned(),
        sheet: None,
    };
    table(source, bytes)
}

/// The lines with their cells, as `2: a|b`.
fn shown(bytes: &[u8]) -> Vec<String> {
    let rows = read(bytes).rows.into_iter();
    rows.map(|row| {
        let cells = row.cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.as_str(),
            Cell::Empty | Cell::Number(_) | Cell::Day(_) | Cell::Fault(_) | Cell::Garbled => "",
        });
        format!("{}: {}", row.line, cells.collect::<Vec<_>>().join("|"))
    })
    .collect()
}

#[test]
fn every_separator_is_found() {
    let commas = "a,b\n\"1,5\",2\n";
    for text in ["a;b\n1,5;2\n", commas, "a\tb\n1,5\t2\n"] {
        assert_eq!(shown(text.as_bytes()), ["1: a|b", "2: 1,5|2"], "{text}");
    }
    assert_eq!(shown(b"sep=;\na;b\n1,5;2\n"), ["2: a|b", "3: 1,5|2"]);
    assert_eq!(shown(b"\"a,x,y,z\";b\n"), ["1: a,x,y,z|b"]);
}

#[test]
fn every_encoding_is_found() {
    let expected = ["1: Schlüssel|ß–€"];
    assert_eq!(shown("Schlüssel;ß–€".as_bytes()), expected);
    assert_eq!(shown("\u{feff}Schlüssel;ß–€".as_bytes()), expected);
    assert_eq!(shown(b"Schl\xfcssel;\xdf\x96\x80"), expected);
    let wide = "\u{feff}Schlüssel;ß–€".encode_utf16();
    let wide: Vec<u8> = wide.flat_map(u16::to_le_bytes).collect();
    assert_eq!(shown(&wide), expected);
}

#[test]
fn lines_are_counted_as_a_spreadsheet_program_shows_them() {
    let text = "a;b\r\n\"one\r\ntwo\";x\r\n\r\n;;\r\nlast;\"two\nlines\"\r\nend;z";
    let lines = ["1: a|b", "2: one\ntwo|x", "5: last|two\nlines", "6: end|z"];
    assert_eq!(shown(text.as_bytes()), lines);
    assert_eq!(shown(b"sep=,\n\na,b\n\n\n1,2\n"), ["3: a|b", "6: 1|2"]);
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_named() {
    let faults = read(b"a;b\n1;2\n\"3;4\n5;6\n").faults;
    assert_eq!(faults, [(Some(3), unclosed())]);
    // Two that are opened and never closed: by their number nothing is missing.
    let faults = read(b"a;b\n1;\"2\n3;\"4\n5;6\n").faults;
    assert_eq!(faults, [(Some(2), unclosed())]);
    assert_eq!(
        read(b"a;\"b\"\n\"\";\"x\ny\"\n\"\"\"z\"\"\";1\n").faults,
        []
    );
    assert_eq!(read(b"a;b\n5\" Rohr;x\n\"say \"\"so\"\"\";y\n").faults, []);
}
