//! What puts an agency's rows into disorder, past the store.

pub(super) const SOMEBODY: &str = "INSERT INTO login (issuer, subject, agency_id, member_id) \
     VALUES ('issuer', 'a somebody else', $1, $2)";

pub(super) const REGISTRATIONS: &str = "INSERT OR IGNORE INTO projection (agency_id, name, generation, position, live) \
     SELECT $1, name, generation, 0, FALSE FROM (SELECT 'heads' AS name UNION SELECT 'activity'), \
     (SELECT 2 AS generation UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7)";

/// The generation that counts, of what is written with each event and of what follows.
pub(super) const LIVE: &str = "SELECT generation FROM lane WHERE agency_id = $1";
pub(super) const FOLLOWING: &str =
    "SELECT generation FROM projection WHERE agency_id = $1 AND name = 'activity' AND live";

/// The tables with generations, their other columns, and the generation that counts.
pub(super) const COPIED: [(&str, &str, &str); 5] = [
    (
        "stream_head",
        "stream_id, stream_kind, version, last_position, recorded_at, state_schema, state, case_number, stage, \
         municipality_key, municipality_name, municipality_kind, land, site_id, advisor_id, opened_on, agreed_until",
        LIVE,
    ),
    (
        "follow_up",
        "stream_id, follow_up_id, due_on, status, assignee_id, title",
        LIVE,
    ),
    ("unique_key", "kind, key, stream_id", LIVE),
    ("counter", "name, value", LIVE),
    ("activity", "month, type, count", FOLLOWING),
];

/// Rows that the other agency has not.
pub(super) const EXTRA: [&str; 4] = [
    "INSERT INTO unique_key SELECT agency_id, 10, 'extra', hex(agency_id), agency_id FROM agency WHERE agency_id = $1",
    "INSERT INTO follow_up SELECT agency_id, 10, agency_id, agency_id, '2001-01-01', 'open', agency_id, hex(agency_id) \
     FROM agency WHERE agency_id = $1",
    "INSERT INTO counter SELECT agency_id, 10, hex(agency_id), 7 FROM agency WHERE agency_id = $1",
    "INSERT INTO activity SELECT agency_id, 10, '2001-01-01', hex(agency_id), 7 FROM agency WHERE agency_id = $1",
];

/// Wrong values among the rows that count.
pub(super) const WRONG: [&str; 6] = [
    "UPDATE stream_head SET stage = 'closed' WHERE agency_id = $1 AND stream_kind = 'case' \
     AND generation = (SELECT generation FROM lane WHERE agency_id = $1)",
    "UPDATE follow_up SET title = hex(agency_id) WHERE agency_id = $1 \
     AND generation = (SELECT generation FROM lane WHERE agency_id = $1)",
    "DELETE FROM unique_key WHERE agency_id = $1 AND key = '15002' \
     AND generation = (SELECT generation FROM lane WHERE agency_id = $1)",
    "UPDATE counter SET value = value + 1 WHERE agency_id = $1 \
     AND generation = (SELECT generation FROM lane WHERE agency_id = $1)",
    "UPDATE activity SET count = count + 1 WHERE agency_id = $1 AND type = 'case_opened' AND generation = \
     (SELECT generation FROM projection WHERE agency_id = $1 AND name = 'activity' AND live)",
    "UPDATE projection SET failed_at = 9, failure = 'x' WHERE agency_id = $1 AND live",
];
