-- The event store. Every primary and unique key leads with agency_id, which is also the key by
-- which agencies could be placed on different clusters. Two tables are no tenant tables: agency,
-- which says which agencies there are, and login, which says who somebody is.

-- The agencies by the code in their addresses.
CREATE TABLE agency (
    agency_id BLOB NOT NULL PRIMARY KEY,
    code      TEXT NOT NULL UNIQUE
) STRICT;

-- One row per agency, moved by the transaction that appends: positions are dense and in commit order.
-- generation names the rows of stream_head, follow_up, unique_key and counter that count; a rebuild fills the
-- next one and moves the lane to it.
CREATE TABLE lane (
    agency_id        BLOB    NOT NULL PRIMARY KEY,
    position         INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
    last_recorded_at INTEGER NOT NULL DEFAULT 0, -- microseconds since 1970-01-01T00:00:00Z
    generation       INTEGER NOT NULL DEFAULT 1 CHECK (generation > 0)
) STRICT;

-- The log. body is canonical JSON exactly as hashed. fingerprint, event_count and warnings stand on
-- a command's first event: from them its answer is rebuilt when the client asks again.
CREATE TABLE event (
    agency_id   BLOB    NOT NULL,
    position    INTEGER NOT NULL CHECK (position > 0),
    stream_id   BLOB    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    stream_kind TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    schema      INTEGER NOT NULL,
    occurred_on TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    command_id  BLOB    NOT NULL,
    fingerprint BLOB,
    event_count INTEGER,
    warnings    TEXT,
    body_hash   BLOB   NOT NULL,
    mac         BLOB   NOT NULL,
    body        BLOB,
    PRIMARY KEY (agency_id, position),
    UNIQUE (agency_id, stream_id, version)
) STRICT;
CREATE UNIQUE INDEX event_command ON event (agency_id, command_id) WHERE fingerprint IS NOT NULL;

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: UPDATE is refused'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: DELETE is refused'); END;
-- INSERT OR REPLACE deletes without asking the delete trigger whatever is in the way by any unique key,
-- the rowid among them (-1 here where the statement names none).
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE agency_id = NEW.agency_id AND position = NEW.position)
  OR EXISTS (SELECT 1 FROM event WHERE agency_id = NEW.agency_id AND stream_id = NEW.stream_id AND version = NEW.version)
  OR (NEW.fingerprint IS NOT NULL AND EXISTS (SELECT 1 FROM event
      WHERE agency_id = NEW.agency_id AND command_id = NEW.command_id AND fingerprint IS NOT NULL))
  OR EXISTS (SELECT 1 FROM event WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: the position, version or command is taken'); END;

-- The newest state of each stream, droppable; for cases with the columns of their list.
CREATE TABLE stream_head (
    agency_id         BLOB    NOT NULL,
    generation        INTEGER NOT NULL,
    stream_id         BLOB    NOT NULL,
    stream_kind       TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    last_position     INTEGER NOT NULL,
    recorded_at       INTEGER NOT NULL,
    state_schema      INTEGER NOT NULL,
    state             TEXT    NOT NULL,
    case_number       TEXT,
    stage             TEXT,
    municipality_key  TEXT,
    municipality_name TEXT,
    municipality_kind TEXT,
    land              TEXT,
    site_id           BLOB,
    advisor_id        BLOB,
    opened_on         TEXT,
    agreed_until      TEXT,
    PRIMARY KEY (agency_id, generation, stream_id)
) STRICT;
CREATE INDEX stream_head_case ON stream_head (agency_id, generation, stream_id) WHERE stream_kind = 'case';
CREATE INDEX stream_head_other ON stream_head (agency_id, generation, stream_kind, stream_id) WHERE stream_kind <> 'case';

-- The follow-ups of the cases' newest states; the columns of their cases are those of stream_head.
CREATE TABLE follow_up (
    agency_id    BLOB    NOT NULL,
    generation   INTEGER NOT NULL,
    stream_id    BLOB    NOT NULL,
    follow_up_id BLOB    NOT NULL,
    due_on       TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    assignee_id  BLOB    NOT NULL,
    title        TEXT    NOT NULL,
    PRIMARY KEY (agency_id, generation, stream_id, follow_up_id)
) STRICT;
CREATE INDEX follow_up_due ON follow_up (agency_id, generation, status, due_on, follow_up_id);

-- What at most one stream of an agency holds at a time.
CREATE TABLE unique_key (
    agency_id  BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    stream_id  BLOB    NOT NULL,
    PRIMARY KEY (agency_id, generation, kind, key)
) STRICT;

-- Numbers that the agency's events count up, such as the file numbers of a year.
CREATE TABLE counter (
    agency_id  BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    value      INTEGER NOT NULL,
    PRIMARY KEY (agency_id, generation, name)
) STRICT;

-- How far a projection that follows the log has come: its checkpoint, written in the same
-- transaction as its rows. One row per generation; the one that is live answers reads.
CREATE TABLE projection (
    agency_id  BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    generation INTEGER NOT NULL CHECK (generation > 0),
    position   INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
    live       INTEGER NOT NULL CHECK (live IN (0, 1)),
    failed_at  INTEGER, -- the position of the event at which it stopped
    failure    TEXT,
    PRIMARY KEY (agency_id, name, generation)
) STRICT;
CREATE UNIQUE INDEX projection_live ON projection (agency_id, name) WHERE live;

-- Rows that count are changed, not removed: only a rebuild removes, and only what counts no more.
CREATE TRIGGER stream_head_kept BEFORE DELETE ON stream_head
WHEN OLD.generation = (SELECT generation FROM lane WHERE agency_id = OLD.agency_id)
BEGIN SELECT RAISE(ABORT, 'rows of stream_head that count are not removed'); END;
CREATE TRIGGER follow_up_kept BEFORE DELETE ON follow_up
WHEN OLD.generation = (SELECT generation FROM lane WHERE agency_id = OLD.agency_id)
BEGIN SELECT RAISE(ABORT, 'rows of follow_up that count are not removed'); END;
CREATE TRIGGER counter_kept BEFORE DELETE ON counter
WHEN OLD.generation = (SELECT generation FROM lane WHERE agency_id = OLD.agency_id)
BEGIN SELECT RAISE(ABORT, 'rows of counter that count are not removed'); END;

-- The projection "activity": how often what happened in which month.
CREATE TABLE activity (
    agency_id  BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    month      TEXT    NOT NULL, -- its first day
    type       TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (agency_id, generation, month, type)
) STRICT;

-- What auditors read of an agency, and what they were refused: written before they are answered.
CREATE TABLE access_log (
    agency_id     BLOB    NOT NULL,
    position      INTEGER NOT NULL CHECK (position > 0),
    recorded_at   INTEGER NOT NULL,
    member_id     BLOB    NOT NULL, -- a member of the network
    engagement_id BLOB,             -- none if no engagement was in force
    operation     TEXT    NOT NULL,
    case_id       BLOB,             -- as it was asked for
    was_permitted INTEGER NOT NULL CHECK (was_permitted IN (0, 1)),
    PRIMARY KEY (agency_id, position)
) STRICT;
CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only: UPDATE is refused'); END;
CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only: DELETE is refused'); END;
CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log
WHEN EXISTS (SELECT 1 FROM access_log WHERE agency_id = NEW.agency_id AND position = NEW.position)
  OR EXISTS (SELECT 1 FROM access_log WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: the position is taken'); END;

-- Who somebody is: an identity provider's subject, as a member of an agency. Never in an event.
CREATE TABLE login (
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    agency_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    PRIMARY KEY (issuer, subject, agency_id)
) STRICT;

-- A login stays the member it is: it is remembered.
CREATE TRIGGER login_fixed BEFORE UPDATE ON login
BEGIN SELECT RAISE(ABORT, 'a login keeps its member'); END;

-- The code lists, the same for all agencies.
CREATE TABLE catalogue (
    kind       TEXT    NOT NULL,
    code       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    valid_from TEXT,
    valid_to   TEXT,
    body       TEXT    NOT NULL,
    PRIMARY KEY (kind, code, version)
) STRICT;

-- What is fixed at the first start.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TRIGGER setting_no_update BEFORE UPDATE ON setting
WHEN OLD.name IN ('origin', 'secret_check')
BEGIN SELECT RAISE(ABORT, 'fixed at the first start'); END;
CREATE TRIGGER setting_no_delete BEFORE DELETE ON setting
WHEN OLD.name IN ('origin', 'secret_check')
BEGIN SELECT RAISE(ABORT, 'fixed at the first start'); END;
CREATE TRIGGER setting_no_replace BEFORE INSERT ON setting
WHEN NEW.name IN ('origin', 'secret_check') AND EXISTS (SELECT 1 FROM setting WHERE name = NEW.name)
BEGIN SELECT RAISE(IGNORE); END;
