//! The second wall, PostgreSQL's own: what the application's connection reaches without an agency and with one, and
//! that a store does not open where a policy, its force, or a plain role is missing. Each wall is taken down in turn;
//! the test prints what was tried and what caught it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_domain::Role;
use fallbuch_persistence::{DatabaseUrl, Store, StoreError};
use fallbuch_tests::{Database, Engine, Raw, World};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

/// Every table that holds agencies' rows.
const TABLES: &str = "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid \
     WHERE attname = 'agency_id' AND relkind = 'r' AND relname NOT IN ('agency', 'login') \
     AND relnamespace = 'public'::regnamespace ORDER BY relname";

async fn connection(url: &DatabaseUrl) -> PgConnection {
    let DatabaseUrl::Postgres(options) = url else {
        panic!("not PostgreSQL")
    };
    PgConnection::connect_with(options).await.unwrap()
}

async fn tables(connection: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(TABLES)
        .fetch_all(connection)
        .await
        .unwrap();
    assert!(tables.len() >= 7, "{tables:?}");
    tables
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let statement = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(statement)
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn numbers(connection: &mut PgConnection, sql: &str) -> Result<Vec<i64>, sqlx::Error> {
    let statement = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(statement).fetch_all(connection).await
}

/// What a store says that is opened now.
async fn refusal(database: &Database) -> Option<String> {
    match Store::open(database.options()).await {
        Ok(store) => {
            store.shutdown().await;
            None
        }
        Err(StoreError::Wall(breaches)) => Some(breaches.to_string()),
        Err(error) => panic!("{error}"),
    }
}

/// Ways to take a table's wall down, each with the way to put it up again.
fn breaches(table: &str) -> Vec<(String, String)> {
    let own = "agency_id = (SELECT current_setting('app.agency_id')::uuid)";
    let force = format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY");
    let mut ways = vec![
        (
            format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"),
            force,
        ),
        (
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
        ),
        (
            format!("CREATE POLICY another ON {table} USING (true)"),
            format!("DROP POLICY another ON {table}"),
        ),
        (
            format!("GRANT TRUNCATE ON {table} TO fallbuch_app"),
            format!("REVOKE TRUNCATE ON {table} FROM fallbuch_app"),
        ),
    ];
    for (clause, weak) in [
        ("USING", "true"),
        ("WITH CHECK", "true"),
        // The tolerant form: without an agency it shows nothing instead of raising.
        (
            "USING",
            "agency_id::text = current_setting('app.agency_id', true)",
        ),
    ] {
        ways.push((
            format!("ALTER POLICY own_agency ON {table} {clause} ({weak})"),
            format!("ALTER POLICY own_agency ON {table} {clause} ({own})"),
        ));
    }
    ways.push((
        format!("DROP POLICY own_agency ON {table}"),
        format!("CREATE POLICY own_agency ON {table} USING ({own}) WITH CHECK ({own})"),
    ));
    ways
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_does_not_open_where_a_wall_is_down() {
    let database = Database::migrated(Engine::Postgres).await;
    let mut superuser = connection(&database.as_role("postgres")).await;
    assert_eq!(refusal(&database).await, None);
    let mut tried = 0;
    for table in tables(&mut superuser).await {
        for (breach, repair) in breaches(&table) {
            run(&mut superuser, &breach).await;
            let refusal = refusal(&database).await;
            let refusal = refusal.unwrap_or_else(|| panic!("nobody noticed {breach}"));
            assert!(refusal.contains(&table), "{breach}: {refusal}");
            let caught = refusal.split(". Serve").next().unwrap_or_default();
            println!("tried {breach}: caught at the start ({caught})");
            run(&mut superuser, &repair).await;
            tried += 1;
        }
    }
    println!("{tried} walls were taken down, each was noticed");
    assert_eq!(refusal(&database).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_does_not_open_as_a_role_that_goes_round_the_walls() {
    let database = Database::migrated(Engine::Postgres).await;
    let mut superuser = connection(&database.as_role("postgres")).await;
    let suffix = std::process::id();
    let bypassing = format!("bypassing_{suffix}");
    let owning = format!("owning_{suffix}");
    run(
        &mut superuser,
        &format!("CREATE ROLE {bypassing} LOGIN BYPASSRLS IN ROLE fallbuch_app"),
    )
    .await;
    run(
        &mut superuser,
        &format!("CREATE ROLE {owning} LOGIN IN ROLE fallbuch_app, fallbuch_owner"),
    )
    .await;
    for (role, breach) in [
        ("postgres", "is a superuser"),
        ("fallbuch_owner", "event belongs to the role"),
        (&bypassing, "has BYPASSRLS"),
        (&owning, "event belongs to the role"),
    ] {
        let mut options = database.options();
        options.url = database.as_role(role);
        let error = Store::open(options.clone())
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(breach), "{role}: {error}");
        assert!(error.contains("FALLBUCH_INSECURE_DATABASE_ROLE"), "{error}");
        options.insecure_role = true;
        let store = Store::open(options).await.unwrap();
        store.shutdown().await;

        let mut options = database.options();
        options.projector = Some(database.as_role(role));
        let error = Store::open(options).await.err().unwrap().to_string();
        assert!(error.contains(breach), "{role} as projector: {error}");
    }
    for role in [bypassing, owning] {
        run(&mut superuser, &format!("DROP ROLE {role}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_reaches_one_agency_at_a_time_and_none_without() {
    let world = World::demo(Engine::Postgres).await;
    let auditor = world.as_role("network", Role::AuditorGeneral);
    for agency in ["transmit", "bayern"] {
        let cases = format!("/v1/agencies/{agency}/cases");
        auditor.get(&cases).send().await.expect_status(403);
    }
    let mut superuser = connection(&world.database.as_role("postgres")).await;
    let ids = "SELECT agency_id::text FROM agency ORDER BY code <> 'transmit', code LIMIT 2";
    let ids: Vec<String> = sqlx::query_scalar(ids)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    let tables = tables(&mut superuser).await;
    for role in ["fallbuch_app", "fallbuch_projector"] {
        let mut connection = connection(&world.database.as_role(role)).await;
        for table in &tables {
            let count = format!("SELECT count(*) FROM {table}");
            // Nothing follows from it: its wall is that the projector has no right to it at all.
            if role == "fallbuch_projector" && table == "access_log" {
                run(
                    &mut connection,
                    &format!("SET app.agency_id = '{}'", ids[0]),
                )
                .await;
                let refused = numbers(&mut connection, &count).await.unwrap_err();
                assert!(
                    refused.to_string().contains("permission denied"),
                    "{refused}"
                );
                continue;
            }
            let rows = numbers(&mut superuser, &count).await.unwrap();
            // Not set at all, and set to nothing as on a connection that was given back.
            for unset in ["RESET ALL", "SET app.agency_id = ''"] {
                run(&mut connection, unset).await;
                let answer = numbers(&mut connection, &count).await;
                assert!(rows == [0] || answer.is_err(), "{role}, {unset}: {table}");
            }
            let (mine, theirs) = (&ids[0], &ids[1]);
            run(&mut connection, &format!("SET app.agency_id = '{mine}'")).await;
            let own = format!("SELECT count(*) FROM {table} WHERE agency_id = '{mine}'");
            let foreign = format!("SELECT count(*) FROM {table} WHERE agency_id = '{theirs}'");
            let own = numbers(&mut superuser, &own).await.unwrap();
            assert_eq!(
                numbers(&mut connection, &count).await.unwrap(),
                own,
                "{table}"
            );
            assert_eq!(
                numbers(&mut connection, &foreign).await.unwrap(),
                [0],
                "{table}"
            );
        }
        let theirs = &ids[1];
        for attack in [
            format!("INSERT INTO event (agency_id) VALUES ('{theirs}')"),
            format!("INSERT INTO stream_head (agency_id) VALUES ('{theirs}')"),
            format!("INSERT INTO follow_up (agency_id) VALUES ('{theirs}')"),
            format!("INSERT INTO lane (agency_id) VALUES ('{theirs}')"),
            format!("UPDATE unique_key SET agency_id = '{theirs}'"),
            format!("UPDATE stream_head SET agency_id = '{theirs}'"),
        ] {
            let refused = sqlx::query(AssertSqlSafe(attack.clone()))
                .execute(&mut connection)
                .await;
            let code = refused
                .unwrap_err()
                .as_database_error()
                .unwrap()
                .code()
                .unwrap()
                .to_string();
            assert_eq!(code, "42501", "{role}: {attack}");
        }
        for attack in [
            format!("UPDATE lane SET position = position + 1 WHERE agency_id = '{theirs}'"),
            format!("DELETE FROM unique_key WHERE agency_id = '{theirs}'"),
        ] {
            let done = sqlx::query(AssertSqlSafe(attack.clone()))
                .execute(&mut connection)
                .await;
            assert_eq!(done.unwrap().rows_affected(), 0, "{role}: {attack}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_projector_writes_what_follows_from_the_log_and_nothing_else() {
    let world = World::demo(Engine::Postgres).await;
    let projector = Raw::connect(&world.database.as_role("fallbuch_projector")).await;
    let application = Raw::application(&world.database).await;
    for attack in [
        "INSERT INTO event (agency_id) VALUES (gen_random_uuid())",
        "INSERT INTO lane (agency_id) VALUES (gen_random_uuid())",
        "SELECT * FROM login",
        "INSERT INTO setting VALUES ('a', 'b')",
        "DELETE FROM event",
        "SELECT * FROM logins_of('a', 'b')",
        "SELECT reserve_login('a', 'b', gen_random_uuid())",
    ] {
        let error = projector.run(attack).await.unwrap_err().to_string();
        assert!(
            error.contains("permission denied") || error.contains("row-level"),
            "{attack}: {error}"
        );
    }
    for attack in [
        "INSERT INTO activity (agency_id) VALUES (gen_random_uuid())",
        "SELECT * FROM login",
        "INSERT INTO login VALUES ('a', 'b', gen_random_uuid(), gen_random_uuid())",
        "UPDATE projection SET position = 0",
        "DELETE FROM projection",
    ] {
        let error = application.run(attack).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{attack}: {error}");
    }
    projector.close().await;
    application.close().await;
    world.stop().await;
}
