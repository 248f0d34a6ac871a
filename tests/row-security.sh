#!/usr/bin/env bash
# Proves, on the schema that the migrations make, that nobody without an agency reads a row, and that nobody in one
# agency reads or writes a row of another: tests/with-postgres.sh tests/row-security.sh
#
# Then it takes a wall down and expects the proofs to fail, so that it is known that they can.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pgrls=target/tools/python/bin/pgrls
binary=${FALLBUCH_BINARY:-target/debug/fallbuch}
base=${FALLBUCH_TEST_POSTGRES_URL:?run by tests/with-postgres.sh}
base=${base%/*}
database=$base/row_security

"$binary" --version >/dev/null
target/tools/python/bin/python - "$FALLBUCH_TEST_POSTGRES_URL" <<'PYTHON'
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("CREATE DATABASE row_security")
PYTHON
FALLBUCH_OWNER_DATABASE_URL=$database FALLBUCH_APPLICATION_ROLE=$FALLBUCH_TEST_POSTGRES_APP_ROLE \
    FALLBUCH_PROJECTOR_ROLE=fallbuch_projector "$binary" migrate

prove() {
    "$pgrls" lint --config tests/row-security.toml --database-url "$database" --min-severity warning
    for mode in anon cross-tenant write; do
        printf 'row-security: %s\n' "$mode"
        "$pgrls" verify --config tests/row-security.toml --database-url "$database" --mode "$mode" --strict
    done
}
prove

printf 'row-security: with a wall down\n'
target/tools/python/bin/python - "$database" <<'PYTHON'
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("ALTER POLICY own_agency ON event USING (true)")
PYTHON
if prove >/dev/null; then
    echo 'row-security: a policy that lets everybody in was not noticed' >&2
    exit 1
fi
echo 'row-security: all proofs hold, and fail where a wall is down'
