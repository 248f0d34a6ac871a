//! Files as they are published, and what may be wrong with one.

use time::macros::date;

use super::MunicipalityKind::{District, IndependentCity};
use super::*;

/// A record of a district as the file has it: 220 columns.
fn district(key: &str, name: &str, kind: &str) -> String {
    let head = format!("4020251231{key:<12}{name:<50}{:<50}{kind}", "Sitz");
    format!("{head:<220}")
}

/// A file with a district in each Land, and records of other kinds around them.
fn file() -> Vec<String> {
    let mut lines = vec![format!("{:<220}", "102025123101          Land")];
    for land in 1..=16 {
        lines.push(district(&format!("{land:02}051"), "Süßland", "44"));
    }
    lines.push(format!("{:<220}", "602025123101051001001 Gemeinde"));
    lines
}

fn read(lines: &[String]) -> Result<DistrictFile, UnreadableFile> {
    DistrictFile::read(lines.join("\n").as_bytes())
}

/// The faults of a file whose second line is this one.
fn faults(line: &str) -> Vec<(usize, usize)> {
    let mut lines = file();
    lines[1] = line.to_owned();
    match read(&lines) {
        Err(UnreadableFile::Lines(faults)) => faults
            .iter()
            .map(|fault| (fault.line, fault.column))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_read_whatever_its_encoding_and_line_ends() {
    let text = file().join("\r\n") + "\r\n\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|one| u8::try_from(u32::from(one)).unwrap())
        .collect();
    let marked = format!("\u{feff}{text}");
    let read = DistrictFile::read(text.as_bytes()).unwrap();
    assert_eq!(read.day, date!(2025 - 12 - 31));
    assert_eq!(read.districts.len(), 16);
    let district = &read.districts["01051"];
    assert_eq!(district.name, "Süßland");
    assert_eq!(DistrictFile::read(&latin).unwrap(), read);
    assert_eq!(DistrictFile::read(marked.as_bytes()).unwrap(), read);
    // What stands behind the columns that are read may be left out.
    let short: Vec<_> = file()
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect();
    assert_eq!(
        DistrictFile::read(short.join("\n").as_bytes()).unwrap(),
        read
    );
}

#[test]
fn the_letters_of_iso_8859_15_are_its_own() {
    let text = file().join("\n").replacen("Süß", "S??", 1);
    let latin = |one: char| u8::try_from(u32::from(one)).unwrap();
    let mut bytes: Vec<u8> = text.chars().map(latin).collect();
    let at = bytes.windows(2).position(|two| two == b"??").unwrap();
    // Two letters that ISO-8859-1 does not have.
    bytes[at..at + 2].copy_from_slice(&[0xa6, 0xb8]);
    let read = DistrictFile::read(&bytes).unwrap();
    assert_eq!(read.districts["01051"].name, "SŠžland");
    assert_eq!(read.districts["02051"].name, "Süßland");
}

#[test]
fn a_file_of_two_encodings_is_refused() {
    let mut bytes = file().join("\n").into_bytes();
    bytes.push(0xfc);
    assert!(matches!(
        DistrictFile::read(&bytes),
        Err(UnreadableFile::Lines(_))
    ));
}

#[test]
fn what_a_district_is_has_five_numbers() {
    let kinds = ["41", "42", "43", "44", "45"].map(|kind| {
        let mut lines = file();
        lines[1] = district("01051", "Land", kind);
        read(&lines).unwrap().districts["01051"].kind
    });
    assert_eq!(
        kinds,
        [
            IndependentCity,
            IndependentCity,
            District,
            District,
            District
        ]
    );
}

#[test]
fn a_bad_line_is_named_by_line_and_column() {
    let good = district("01051", "Land", "44");
    assert_eq!(read(&file()).unwrap().districts.len(), 16);
    let with = |column: usize, text: &str| {
        let mut line: Vec<char> = good.chars().collect();
        for (at, one) in (column - 1..).zip(text.chars()) {
            line[at] = one;
        }
        line.into_iter().collect::<String>()
    };
    for (line, column) in [
        (with(1, "41"), 1),
        ("x".to_owned(), 1),
        (with(3, "20251301"), 3),
        (with(3, "2025123 "), 3),
        (with(3, "20251230"), 3),
        (with(11, "0105x"), 11),
        (with(11, "00051"), 11),
        (with(11, "17051"), 11),
        (with(11, "0105 "), 11),
        (with(11, "02051"), 11),
        (with(16, "001"), 16),
        (with(23, "    "), 23),
        (with(25, "\t"), 25),
        (with(26, "\u{0}"), 26),
        (with(123, "  "), 123),
        (with(123, "46"), 123),
        (with(123, "4x"), 123),
        (good[..100].to_owned(), 123),
        (good[..22].to_owned(), 23),
        (good[..13].to_owned(), 11),
    ] {
        // Whose key stands twice is told by the second of the two lines.
        let second = column == 11 && line.starts_with("402025123102051");
        assert_eq!(
            faults(&line),
            [(if second { 3 } else { 2 }, column)],
            "{line}"
        );
    }
}

#[test]
fn all_bad_lines_are_told_up_to_twenty() {
    let mut lines = file();
    lines[2] = district("02051", "", "44");
    lines[5] = district("05051", "Land", "");
    let Err(unreadable) = read(&lines) else {
        panic!("it is unreadable")
    };
    let told = unreadable.to_string();
    assert!(told.contains("line 3, column 23: a name"), "{told}");
    assert!(told.contains("line 6, column 123: 41"), "{told}");
    let Err(UnreadableFile::Lines(faults)) = DistrictFile::read("x\n".repeat(50).as_bytes()) else {
        panic!("it is unreadable")
    };
    assert_eq!(faults.len(), FAULTS);
}

#[test]
fn a_file_without_whole_laender_is_not_whole() {
    let lines = file();
    let Err(UnreadableFile::MissingLands(missing)) = read(&lines[..15]) else {
        panic!("it is not whole")
    };
    assert_eq!(missing, ["15", "16"]);
    for empty in ["", "\n\n", "   \n"] {
        let read = DistrictFile::read(empty.as_bytes());
        assert!(matches!(read, Err(UnreadableFile::Lines(_))), "{empty:?}");
    }
}
