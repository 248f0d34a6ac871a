//! The matrix: an operation a row, a kind of caller a column, what they get a cell.

use std::fmt::Write as _;

use super::table::{Reach, Row, permissions};

/// What a caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// In: what was asked for, or what a rule or a version says of it.
    In,
    /// 403, with this permission named.
    Forbidden(String),
    /// 404.
    Unknown,
    /// 401.
    Unauthenticated,
    /// Anything else, with its beginning.
    Other(u16, String),
}

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A member of the agency with this role.
    Own(&'static str),
    /// A member of another agency with this role.
    Foreign(&'static str),
    /// One with this role who is limited to the case's site.
    Inside(&'static str),
    /// One with this role who is limited to another site.
    Outside(&'static str),
    /// A member of the network with this role.
    Network(&'static str),
    /// An auditor of the network whose engagement is, or was, about this.
    Auditor(Audits),
    /// Somebody with a token who is a member of nothing.
    Stranger,
    /// Somebody who was a coordinator and left.
    Left,
    /// Nobody: no token.
    Nobody,
}

/// What an auditor's engagement is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Audits {
    /// Nothing yet: the agency did not approve it.
    Unapproved,
    /// All cases.
    All,
    /// The case.
    TheCase,
    /// Another case.
    AnotherCase,
    /// All cases, until yesterday.
    Expired,
    /// All cases, until the agency ended it.
    Ended,
    /// All cases, but the auditor has left the network.
    Left,
}

impl Who {
    /// The column's head.
    pub(crate) fn head(&self) -> String {
        match self {
            Self::Own(role) => format!("own {role}"),
            Self::Foreign(role) => format!("foreign {role}"),
            Self::Inside(role) => format!("{role} of the site"),
            Self::Outside(role) => format!("{role} of another site"),
            Self::Network(role) => format!("{role} of the network"),
            Self::Auditor(audits) => format!("auditor: {audits:?}"),
            Self::Stranger => "member of nothing".to_owned(),
            Self::Left => "coordinator who left".to_owned(),
            Self::Nobody => "no token".to_owned(),
        }
    }
}

/// What `who` has to get from the operation of this row.
pub(crate) fn expected(row: &Row, who: &Who) -> Cell {
    let (_, permission, reach) = *row;
    let granted = |role: &str, or: Cell| {
        if permissions(role).contains(&permission) {
            or
        } else {
            Cell::Forbidden(permission.to_owned())
        }
    };
    match (reach, who) {
        (Reach::Public, _) => Cell::In,
        (_, Who::Nobody) => Cell::Unauthenticated,
        (Reach::Anyone, _) => Cell::In,
        // Everybody knows that agencies are opened; whether there is a network is not said.
        (Reach::Network, Who::Network(role)) => granted(role, Cell::In),
        (Reach::Network, _) => Cell::Forbidden(permission.to_owned()),
        (_, Who::Foreign(_) | Who::Stranger | Who::Left | Who::Auditor(Audits::Left)) => {
            Cell::Unknown
        }
        // A right that reaches into no agency is none there.
        (_, Who::Network(role)) if permissions(role).is_empty() => Cell::Unknown,
        (_, Who::Auditor(Audits::Unapproved | Audits::Expired | Audits::Ended)) => {
            granted("auditor_general", Cell::In)
        }
        (_, Who::Auditor(Audits::All)) => granted("auditor", Cell::In),
        (Reach::AllSites, Who::Auditor(_)) => Cell::Forbidden(permission.to_owned()),
        (Reach::Case, Who::Auditor(Audits::AnotherCase)) => granted("auditor", Cell::Unknown),
        (_, Who::Auditor(_)) => granted("auditor", Cell::In),
        (_, Who::Own(role) | Who::Network(role)) => granted(role, Cell::In),
        (Reach::AllSites, Who::Inside(role) | Who::Outside(role)) => {
            granted(role, Cell::Forbidden(permission.to_owned()))
        }
        (Reach::Case, Who::Outside(role)) => granted(role, Cell::Unknown),
        (Reach::Agency | Reach::Case, Who::Inside(role) | Who::Outside(role)) => {
            granted(role, Cell::In)
        }
    }
}

/// Cells that are not as they have to be, a line each.
pub(crate) fn differences(
    operation: &str,
    columns: &[Who],
    expected: &[Cell],
    found: &[Cell],
) -> Vec<String> {
    let cells = columns.iter().zip(expected.iter().zip(found));
    let different = cells.filter(|(_, (expected, found))| expected != found);
    different
        .map(|(who, (expected, found))| {
            format!(
                "{operation}, {}: {found:?} instead of {expected:?}",
                who.head()
            )
        })
        .collect()
}

/// The matrix as a text: `+` in, `f` forbidden, `0` unknown, `t` no token, `!` anything else.
pub(crate) fn text(columns: &[Who], rows: &[(String, Vec<Cell>)]) -> String {
    let mut text = String::new();
    for (index, who) in columns.iter().enumerate() {
        writeln!(text, "{:25}{}{}", "", "| ".repeat(index), who.head()).unwrap();
    }
    for (operation, cells) in rows {
        write!(text, "{operation:25}").unwrap();
        for cell in cells {
            let sign = match cell {
                Cell::In => '+',
                Cell::Forbidden(_) => 'f',
                Cell::Unknown => '0',
                Cell::Unauthenticated => 't',
                Cell::Other(..) => '!',
            };
            write!(text, "{sign} ").unwrap();
        }
        text.push('\n');
    }
    text
}
