-- The event store. Every primary and unique key leads with agency_id, which is also the key by
-- which agencies could be placed on different clusters. Two tables are no tenant tables: agency,
-- which says which agencies there are, and login, which says who somebody is.

-- The agencies by the code in their addresses.
CREATE TABLE agency (
    agency_id uuid PRIMARY KEY,
    code      text NOT NULL UNIQUE
);

-- One row per agency, moved by the transaction that appends: positions are dense and in commit order.
-- generation names the rows of stream_head, follow_up, unique_key and counter that count; a rebuild fills the
-- next one and moves the lane to it.
CREATE TABLE lane (
    agency_id        uuid    PRIMARY KEY,
    position         bigint  NOT NULL DEFAULT 0 CHECK (position >= 0),
    last_recorded_at bigint  NOT NULL DEFAULT 0, -- microseconds since 1970-01-01T00:00:00Z
    generation       integer NOT NULL DEFAULT 1 CHECK (generation > 0)
);

-- The log. body is canonical JSON exactly as hashed. fingerprint, event_count and warnings stand on
-- a command's first event: from them its answer is rebuilt when the client asks again.
CREATE TABLE event (
    agency_id   uuid    NOT NULL,
    position    bigint  NOT NULL CHECK (position > 0),
    stream_id   uuid    NOT NULL,
    version     bigint  NOT NULL CHECK (version > 0),
    stream_kind text    NOT NULL,
    type        text    NOT NULL,
    schema      integer NOT NULL,
    occurred_on date    NOT NULL,
    recorded_at bigint  NOT NULL,
    command_id  uuid    NOT NULL,
    fingerprint bytea,
    event_count integer,
    warnings    text,
    body_hash   bytea   NOT NULL,
    mac         bytea   NOT NULL,
    body        bytea,
    PRIMARY KEY (agency_id, position),
    UNIQUE (agency_id, stream_id, version)
);
CREATE UNIQUE INDEX event_command ON event (agency_id, command_id) WHERE fingerprint IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The newest state of each stream, droppable; for cases with the columns of their list.
CREATE TABLE stream_head (
    agency_id         uuid    NOT NULL,
    generation        integer NOT NULL,
    stream_id         uuid    NOT NULL,
    stream_kind       text    NOT NULL,
    version           bigint  NOT NULL,
    last_position     bigint  NOT NULL,
    recorded_at       bigint  NOT NULL,
    state_schema      integer NOT NULL,
    state             text    NOT NULL,
    case_number       text,
    stage             text,
    municipality_key  text,
    municipality_name text,
    municipality_kind text,
    land              text,
    site_id           uuid,
    advisor_id        uuid,
    opened_on         date,
    agreed_until      date,
    PRIMARY KEY (agency_id, generation, stream_id)
) WITH (fillfactor = 70);
CREATE INDEX stream_head_case ON stream_head (agency_id, generation, stream_id) WHERE stream_kind = 'case';
CREATE INDEX stream_head_other ON stream_head (agency_id, generation, stream_kind, stream_id) WHERE stream_kind <> 'case';

-- The follow-ups of the cases' newest states; the columns of their cases are those of stream_head.
CREATE TABLE follow_up (
    agency_id    uuid    NOT NULL,
    generation   integer NOT NULL,
    stream_id    uuid    NOT NULL,
    follow_up_id uuid    NOT NULL,
    due_on       date    NOT NULL,
    status       text    NOT NULL,
    assignee_id  uuid    NOT NULL,
    title        text    NOT NULL,
    PRIMARY KEY (agency_id, generation, stream_id, follow_up_id)
) WITH (fillfactor = 70);
CREATE INDEX follow_up_due ON follow_up (agency_id, generation, status, due_on, follow_up_id);

-- What at most one stream of an agency holds at a time.
CREATE TABLE unique_key (
    agency_id  uuid    NOT NULL,
    generation integer NOT NULL,
    kind       text    NOT NULL,
    key        text    NOT NULL,
    stream_id  uuid    NOT NULL,
    PRIMARY KEY (agency_id, generation, kind, key)
);

-- Numbers that the agency's events count up, such as the file numbers of a year.
CREATE TABLE counter (
    agency_id  uuid    NOT NULL,
    generation integer NOT NULL,
    name       text    NOT NULL,
    value      bigint  NOT NULL,
    PRIMARY KEY (agency_id, generation, name)
);

-- How far a projection that follows the log has come: its checkpoint, written in the same
-- transaction as its rows. One row per generation; the one that is live answers reads.
CREATE TABLE projection (
    agency_id  uuid    NOT NULL,
    name       text    NOT NULL,
    generation integer NOT NULL CHECK (generation > 0),
    position   bigint  NOT NULL DEFAULT 0 CHECK (position >= 0),
    live       boolean NOT NULL,
    failed_at  bigint, -- the position of the event at which it stopped
    failure    text,
    PRIMARY KEY (agency_id, name, generation)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX projection_live ON projection (agency_id, name) WHERE live;

-- Rows that count are changed, not removed: only a rebuild removes, and only what counts no more.
CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.generation = (SELECT generation FROM lane WHERE agency_id = OLD.agency_id) THEN
        RAISE EXCEPTION 'rows of % that count are not removed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER stream_head_kept BEFORE DELETE ON stream_head
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER follow_up_kept BEFORE DELETE ON follow_up
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER counter_kept BEFORE DELETE ON counter
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();

-- The projection "activity": how often what happened in which month.
CREATE TABLE activity (
    agency_id  uuid    NOT NULL,
    generation integer NOT NULL,
    month      date    NOT NULL, -- its first day
    type       text    NOT NULL,
    count      bigint  NOT NULL,
    PRIMARY KEY (agency_id, generation, month, type)
) WITH (fillfactor = 70);

-- What auditors read of an agency, and what they were refused: written before they are answered.
CREATE TABLE access_log (
    agency_id     uuid    NOT NULL,
    position      bigint  NOT NULL CHECK (position > 0),
    recorded_at   bigint  NOT NULL,
    member_id     uuid    NOT NULL, -- a member of the network
    engagement_id uuid,             -- none if no engagement was in force
    operation     text    NOT NULL,
    case_id       uuid,             -- as it was asked for
    was_permitted boolean NOT NULL,
    PRIMARY KEY (agency_id, position)
);
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who somebody is: an identity provider's subject, as a member of an agency. Never in an event.
CREATE TABLE login (
    issuer    text NOT NULL,
    subject   text NOT NULL,
    agency_id uuid NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (issuer, subject, agency_id)
);

-- A login stays the member it is: it is remembered.
CREATE FUNCTION refuse_another_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a login keeps its member' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER login_fixed BEFORE UPDATE ON login
    FOR EACH ROW EXECUTE FUNCTION refuse_another_member();

-- The code lists, the same for all agencies.
CREATE TABLE catalogue (
    kind       text    NOT NULL,
    code       text    NOT NULL,
    version    integer NOT NULL,
    valid_from date,
    valid_to   date,
    body       text    NOT NULL,
    PRIMARY KEY (kind, code, version)
);

-- What is fixed at the first start.
CREATE TABLE setting (
    name  text PRIMARY KEY,
    value text NOT NULL
);
CREATE FUNCTION refuse_refixing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is fixed at the first start', OLD.name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER setting_fixed BEFORE UPDATE OR DELETE ON setting
    FOR EACH ROW WHEN (OLD.name IN ('origin', 'secret_check')) EXECUTE FUNCTION refuse_refixing();

-- The second wall between agencies; the first one is that every statement names its agency. A connection reaches the
-- rows of the agency in its setting app.agency_id. Without the setting, a statement that comes to a row raises. FORCE
-- holds for the tables' owner as well: what changes rows in a migration has to go agency by agency.
DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['lane', 'event', 'stream_head', 'follow_up', 'unique_key', 'counter', 'projection', 'activity', 'access_log'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_agency ON %I '
            'USING (agency_id = (SELECT current_setting(''app.agency_id'')::uuid)) '
            'WITH CHECK (agency_id = (SELECT current_setting(''app.agency_id'')::uuid))', tenant_table);
    END LOOP;
END $$;

-- The heads of many agencies' logs, each looked at as that agency, within this one statement: for whoever follows all
-- logs, and by the rights of whoever asks.
CREATE FUNCTION heads_of(agencies uuid[]) RETURNS TABLE (agency_id uuid, head bigint)
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE one uuid;
BEGIN
    FOREACH one IN ARRAY agencies LOOP
        PERFORM set_config('app.agency_id', one::text, true);
        RETURN QUERY SELECT lane.agency_id, lane.position FROM public.lane WHERE lane.agency_id = one;
    END LOOP;
    PERFORM set_config('app.agency_id', '', true);
END $$;
REVOKE ALL ON FUNCTION heads_of(uuid[]) FROM PUBLIC;

-- Logins are closed to the application: they say who is a member where, across agencies. Three functions of the owner
-- answer: for an identity that was verified, and for the agency that the connection is bound to. (No FORCE: the owner
-- reads them, in these functions.)
ALTER TABLE login ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION logins_of(asked_issuer text, asked_subject text) RETURNS TABLE (agency_id uuid, member_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT agency_id, member_id FROM public.login WHERE issuer = asked_issuer AND subject = asked_subject $$;

CREATE FUNCTION logins_here(asked_issuer text) RETURNS TABLE (subject text, member_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT subject, member_id FROM public.login
          WHERE issuer = asked_issuer AND agency_id = current_setting('app.agency_id')::uuid $$;

-- The member that is reserved for a login in the connection's agency: the one of the first time.
CREATE FUNCTION reserve_login(asked_issuer text, asked_subject text, new_member uuid) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    here uuid := current_setting('app.agency_id')::uuid;
    found_member uuid;
BEGIN
    INSERT INTO public.login (issuer, subject, agency_id, member_id)
        VALUES (asked_issuer, asked_subject, here, new_member) ON CONFLICT DO NOTHING;
    SELECT member_id INTO STRICT found_member FROM public.login
        WHERE issuer = asked_issuer AND subject = asked_subject AND agency_id = here;
    RETURN found_member;
END $$;

REVOKE ALL ON FUNCTION logins_of(text, text), logins_here(text), reserve_login(text, text, uuid) FROM PUBLIC;
