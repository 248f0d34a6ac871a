//! Files as they are published, and what may be wrong with one.

use time::macros::date;

use super::MunicipalityKind::{District, IndependentCity};
use super::*;

/// A record of a district as the file has it: 220 columns.
fn district(key: &str, name: &str, kind: &str) -> String {
    let head = format!("4020251231{key:<12}{name:<50}{:<50}{kind}", "Sitz");
    format!("{head:<220}")
}

/// A record of an association or local municipality.
fn below(kind: &str, district: &str, own: &str) -> String {
    format!("{:<220}", format!("{kind}20251231{district}{own}Gemeinde"))
}

/// A file with a district in each Land, and records of other kinds around them.
fn file() -> Vec<String> {
    let mut lines = vec![format!("{:<220}", "102025123101          Land")];
    let keys: Vec<_> = (1..=16).map(|land| format!("{land:02}051")).collect();
    lines.extend(keys.iter().map(|key| district(key, "Süßland", "44")));
    // Of the sea, which is in no district.
    for key in keys.iter().map(String::as_str).chain(["13000"]) {
        lines.push(below("50", key, "   5001"));
        lines.push(below("60", key, "0015001"));
        lines.push(below("60", key, "0025001"));
    }
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
    let short: String = file()
        .iter()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect();
    assert_eq!(DistrictFile::read(short.as_bytes()).unwrap(), read);
}

#[test]
fn dos_may_end_the_file_once() {
    let text = file().join("\r\n") + "\r\n";
    let read = DistrictFile::read(text.as_bytes()).unwrap();
    for ended in [
        text.clone() + "\u{1a}",
        text.trim_end_matches("\r\n").to_owned() + "\u{1a}",
    ] {
        assert_eq!(DistrictFile::read(ended.as_bytes()).unwrap(), read);
    }
    for other in [
        text.clone() + "\u{1a}\u{1a}",
        text.clone() + "\u{1a}\r\n",
        "\u{1a}".to_owned() + &text,
    ] {
        assert!(matches!(
            DistrictFile::read(other.as_bytes()),
            Err(UnreadableFile::Lines(_))
        ));
    }
}

#[test]
fn a_file_that_ends_within_a_line_is_cut_off() {
    let whole = file().join("\n") + "\n";
    let line = whole.lines().count();
    let read = DistrictFile::read(whole.as_bytes()).unwrap();
    let end = whole.len() - 1;
    assert_eq!(DistrictFile::read(&whole.as_bytes()[..end]).unwrap(), read);
    for columns in 1..WIDTH {
        let cut = &whole[..end - WIDTH + columns];
        let faults = vec![FileFault {
            line,
            column: columns + 1,
            what: "the file ends within this line, it is cut off",
        }];
        let cut = DistrictFile::read(cut.as_bytes());
        assert_eq!(cut, Err(UnreadableFile::Lines(faults)));
    }
    // Within a line that is read otherwise, and even within a letter of two bytes.
    let cut = whole.find('ß').unwrap() + 1;
    let Err(told) = DistrictFile::read(&whole.as_bytes()[..cut]) else {
        panic!("it is cut off")
    };
    assert!(
        told.to_string()
            .contains("line 2, column 26: the file ends"),
        "{told}"
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
        (below("60", "0105x", "0015001"), 11),
        (below("60", "17051", "0015001"), 11),
        (below("60", "01051", "001500x"), 19),
        (below("50", "01051", "       "), 19),
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
fn what_cannot_be_seen_stands_in_no_name() {
    for (number, unseen) in [
        0x7f, 0x85, 0xa0, 0xad, 0x308, 0x61c, 0x1160, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e,
        0x2060, 0x2066, 0x3000, 0x3164, 0xe000, 0xfeff, 0xfffd, 0xe0041,
    ]
    .into_iter()
    .map(|number| (number, char::from_u32(number).unwrap()))
    {
        let name = format!("Süß{unseen}land");
        assert_eq!(
            faults(&district("01051", &name, "44")),
            [(2, NAME + 3)],
            "{number:x}"
        );
        // A name that was stored before this was refused does not get through either.
        let kind = District;
        let told = ListedDistrict { name, kind }.to_string();
        assert_eq!(told, format!("Süß\\u{{{number:x}}}land (district)"));
    }
    let name = "St. Łuža/Žiwa \"an 'der\" Œ’s (Oder) – 2*: \\ñ";
    let mut lines = file();
    lines[1] = district("01051", name, "44");
    let read = read(&lines).unwrap();
    assert_eq!(
        read.districts["01051"].to_string(),
        format!("{name} (district)")
    );
}

#[test]
fn a_file_that_shows_a_gap_is_not_whole() {
    let without = |gone: &[usize]| {
        let lines = file().into_iter().enumerate();
        let left = lines
            .filter(|(at, _)| !gone.contains(at))
            .map(|(_, line)| line);
        read(&left.collect::<Vec<_>>()).map(|file| file.districts.len())
    };
    // Of the first Land: the district on line 2, its association and its two local municipalities.
    let (other, own) = (district("01052", "Land", "44"), 17);
    assert_eq!(without(&[own + 1]), Ok(16));
    assert_eq!(without(&[own]), Ok(16));
    let bare = |keys: &[&str]| {
        let keys = keys.iter().map(ToString::to_string).collect();
        Err(UnreadableFile::MissingMunicipalities(keys))
    };
    assert_eq!(without(&[own + 1, own + 2]), bare(&["01051", "01051 5001"]));
    assert_eq!(without(&[own, own + 1, own + 2]), bare(&["01051"]));
    let mut lines = file();
    lines.push(below("50", "16051", "   5002"));
    assert_eq!(
        read(&lines).map(|file| file.districts.len()),
        bare(&["16051 5002"])
    );
    lines = file();
    lines.push(other);
    assert_eq!(
        read(&lines).map(|file| file.districts.len()),
        bare(&["01052"])
    );
    lines.push(below("60", "01052", "0010001"));
    assert_eq!(read(&lines).unwrap().districts.len(), 17);
    lines.push(below("60", "01053", "0010001"));
    let keys = vec!["01053".to_owned()];
    assert_eq!(read(&lines), Err(UnreadableFile::MissingDistricts(keys)));
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
