//! Forty faults, each in a case of its own, and where the report is to name them.

use fallbuch_domain::catalogue::Catalogue;
use fallbuch_tests::tables::Value;
use time::macros::date;

use super::office::{AGREEMENTS, CONTACTS, Case, FALLS, NEEDS, Office, PRIORITIES, cases};

/// Whether the tables become files of text or a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Texts,
    Workbook,
}

/// Plants faults, and keeps where each is to be named.
pub(crate) struct Planter {
    pub(crate) office: Office,
    /// As the report names them, in no order.
    pub(crate) places: Vec<String>,
    /// How many cases are faulty.
    pub(crate) cases: usize,
    kind: Kind,
}

impl Planter {
    /// The line of a thing of a case: most tables have as many lines for each case.
    fn line(table: usize, case: usize, which: usize) -> usize {
        let each = if matches!(table, CONTACTS | NEEDS) {
            2
        } else {
            1
        };
        case * each + which + 1
    }

    fn set(&mut self, table: usize, line: usize, column: usize, value: impl Into<Value>) {
        self.office.tables[table].lines[line][column] = value.into();
    }

    fn name(&mut self, table: usize, line: usize, column: usize) {
        let is_workbook = self.kind == Kind::Workbook;
        self.places
            .push(Office::place(table, line + 1, column, is_workbook));
    }

    /// Puts something else into a cell, which is to be named there.
    fn plant(
        &mut self,
        table: usize,
        (case, which): (usize, usize),
        column: usize,
        value: impl Into<Value>,
    ) {
        let line = Self::line(table, case, which);
        self.set(table, line, column, value);
        self.name(table, line, column);
        self.cases += 1;
    }

    /// Adds a line like that of a case, with something else in a cell, which is to be named there or elsewhere.
    fn add(&mut self, table: usize, case: usize, (column, value): (usize, Value), named: usize) {
        let mut added = self.office.tables[table].lines[Self::line(table, case, 0)].clone();
        added[column] = value;
        self.office.tables[table].lines.push(added);
        self.name(table, self.office.tables[table].lines.len() - 1, named);
    }
}

/// The sound tables with forty faults.
pub(crate) fn forty(kind: Kind) -> Planter {
    let mut planter = Planter {
        office: Office::sound(),
        places: Vec::new(),
        cases: 0,
        kind,
    };
    in_cases(&mut planter);
    in_contacts(&mut planter);
    in_needs_and_priorities(&mut planter);
    in_agreements(&mut planter);
    by_the_file(&mut planter);
    assert_eq!(planter.places.len(), 40);
    planter
}

fn in_cases(planter: &mut Planter) {
    let all = cases();
    let zero = all
        .iter()
        .position(|case| case.key.starts_with('0'))
        .expect("a key with a zero");
    let short: u32 = all[zero].key.parse().expect("digits");
    // A number in a workbook; in a text the digits alone are left.
    planter.plant(FALLS, (zero, 0), 2, short);
    planter.plant(FALLS, (60, 0), 2, "99999");
    planter.plant(FALLS, (61, 0), 1, "31.02.2015");
    planter.plant(FALLS, (62, 0), 1, "01.03.15");
    planter.plant(FALLS, (63, 0), 1, "");
    planter.plant(FALLS, (64, 0), 4, "Magdeburg");
    planter.plant(FALLS, (65, 0), 5, "niemand@transmit");
    planter.plant(FALLS, (66, 0), 6, "Zufall");
    planter.plant(FALLS, (67, 0), 1, "01.01.2099");
    planter.plant(FALLS, (68, 0), 2, all[70].key.as_str());
    // The second case for the municipality is the one that is named; neither goes in.
    planter.places.pop();
    planter.name(FALLS, Planter::line(FALLS, 70, 0), 2);
    planter.cases += 1;
    // A Gemeinde of a district: its key is right, its name is missing.
    let catalogue = Catalogue::shipped().expect("the shipped catalogue");
    let local = |case: &Case| format!("{}001", case.key);
    let is_known = |case: &&Case| {
        catalogue
            .municipality(&local(case), case.opened_on)
            .is_some()
    };
    let case = all[75..80].iter().find(is_known).expect("a district");
    planter.plant(FALLS, (case.number, 0), 2, local(case));
    planter.places.pop();
    planter.name(FALLS, Planter::line(FALLS, case.number, 0), 3);
    planter.plant(FALLS, (72, 0), 7, "x".repeat(4_001));
    planter.add(FALLS, 73, (7, "noch einmal".into()), 0);
    planter.cases += 1;
    planter.add(FALLS, 74, (0, "".into()), 0);
}

fn in_contacts(planter: &mut Planter) {
    planter.plant(CONTACTS, (80, 0), 3, "Brieftaube");
    planter.plant(CONTACTS, (81, 0), 2, "09/01/2015");
    planter.plant(CONTACTS, (82, 1), 6, "");
    planter.plant(CONTACTS, (83, 1), 7, "mal sehen");
    planter.plant(CONTACTS, (84, 0), 6, "Rathaus");
    planter.plant(CONTACTS, (85, 1), 1, "");
    planter.plant(CONTACTS, (86, 1), 1, 1_u32);
    planter.add(CONTACTS, 87, (0, "Z-999".into()), 0);
    planter.plant(CONTACTS, (88, 0), 4, "Dezernent ".repeat(21));
    planter.plant(CONTACTS, (89, 0), 2, date!(2099 - 01 - 01));
    planter.plant(CONTACTS, (90, 1), 7, "abgelehnt");
    // It is the signing that an initial meeting without interest refuses.
    planter.places.pop();
    planter.name(AGREEMENTS, Planter::line(AGREEMENTS, 90, 0), 5);
}

fn in_needs_and_priorities(planter: &mut Planter) {
    planter.plant(NEEDS, (100, 0), 3, "Haushalt");
    planter.plant(NEEDS, (101, 1), 5, "sofort");
    planter.plant(NEEDS, (102, 0), 4, "");
    let line = &mut planter.office.tables[NEEDS].lines[Planter::line(NEEDS, 103, 0)];
    line.push("daneben".into());
    planter.name(NEEDS, Planter::line(NEEDS, 103, 0), 8);
    planter.cases += 1;
    planter.plant(PRIORITIES, (110, 0), 6, "eins");
    planter.plant(PRIORITIES, (111, 0), 6, 100_u32);
    planter.plant(PRIORITIES, (112, 0), 5, "1, 7");
    planter.plant(PRIORITIES, (113, 0), 4, "Weltfrieden");
}

fn in_agreements(planter: &mut Planter) {
    planter.plant(AGREEMENTS, (120, 0), 9, "");
    let before = cases()[122].after(59);
    planter.plant(AGREEMENTS, (122, 0), 10, before);
    planter.plant(AGREEMENTS, (124, 0), 10, "");
    planter.plant(AGREEMENTS, (127, 0), 6, "Landrat");
}

/// What only one kind of file can have.
fn by_the_file(planter: &mut Planter) {
    match planter.kind {
        Kind::Texts => {
            planter.plant(NEEDS, (130, 0), 4, "FrÃ¼hfÃ¶rderung");
            planter.plant(NEEDS, (131, 0), 2, "42248");
            planter.plant(PRIORITIES, (132, 0), 6, "1,5");
        }
        Kind::Workbook => {
            // What a spreadsheet program makes of `1,2`, of `1.2.` and of a word that was meant as a heading.
            planter.plant(PRIORITIES, (130, 0), 5, Value::Number(1.2));
            planter.plant(PRIORITIES, (131, 0), 5, date!(2015 - 02 - 01));
            planter.plant(NEEDS, (132, 0), 2, Value::Number(17.0));
        }
    }
}
