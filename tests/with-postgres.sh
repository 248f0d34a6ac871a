#!/usr/bin/env bash
# Runs a command against a throw-away PostgreSQL cluster:
#
#   tests/with-postgres.sh cargo test --workspace
#
# The cluster lives in a temporary directory, listens on a free loopback port only, keeps PostgreSQL's default
# durability, and is gone afterwards however the command ends. The command finds it through
#
#   FALLBUCH_TEST_POSTGRES_URL        address of the maintenance database for the owner role (may create databases)
#   FALLBUCH_TEST_POSTGRES_APP_ROLE   name of a plain login role, as the application uses it
#
# Neither role is a superuser, so row-level security is in force for both. There is also fallbuch_projector, which
# writes what follows from the log, and the superuser postgres, for looking behind the walls. Exit status: the command's own.
set -euo pipefail

readonly OLDEST_VERSION=15
readonly SUPERUSER=postgres
readonly OWNER_ROLE=fallbuch_owner
readonly APP_ROLE=fallbuch_app
readonly PROJECTOR_ROLE=fallbuch_projector

fail() {
    printf 'with-postgres: %s\n' "$*" >&2
    exit 1
}

[ $# -gt 0 ] || fail "usage: tests/with-postgres.sh COMMAND [ARGUMENT…]"

# The newest server installed; Debian keeps the server's programs out of PATH.
find_programs() {
    local directory
    for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse) \
        "$(pg_config --bindir 2>/dev/null || true)"; do
        if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ]; then
            printf '%s\n' "$directory"
            return
        fi
    done
    fail "no PostgreSQL server found; tests/install-tools.sh installs one"
}

programs=$(find_programs)
version=$("$programs/postgres" --version)
major=$(sed -E 's/^[^0-9]*([0-9]+).*/\1/' <<<"$version")
[ "$major" -ge "$OLDEST_VERSION" ] || fail "$version found, version $OLDEST_VERSION or later is needed"

home=$(mktemp -d "${TMPDIR:-/tmp}/fallbuch-postgres.XXXXXX")
data=$home/data
log=$home/server.log
command_group=

# PostgreSQL refuses to run as root; its programs also want a working directory they may enter.
if [ "$(id -u)" -eq 0 ]; then
    id postgres >/dev/null 2>&1 || fail "as root the user 'postgres' is needed to run the server"
    chown postgres "$home"
    as_server() { (cd "$home" && runuser -u postgres -- "$@"); }
else
    as_server() { (cd "$home" && "$@"); }
fi

clean_up() {
    local status=$?
    trap '' INT TERM HUP
    if [ -f "$data/postmaster.pid" ]; then
        as_server "$programs/pg_ctl" stop --silent --pgdata="$data" --mode=immediate ||
            printf 'with-postgres: the server in %s did not stop\n' "$data" >&2
    elif [ -n "$command_group" ]; then
        printf 'with-postgres: the server ended before the command did; its last lines:\n' >&2
        tail -n 20 "$log" >&2
    fi
    rm -rf "$home"
    exit "$status"
}
trap clean_up EXIT

# A signal ends the command with everything it started, then leaves through clean_up.
interrupted() {
    trap '' INT TERM HUP
    if [ -n "$command_group" ]; then
        kill -TERM -- "-$command_group" 2>/dev/null || true
        wait "$command_group" || true
    fi
    exit "$1"
}
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

as_server "$programs/initdb" --pgdata="$data" --username="$SUPERUSER" --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$home/initdb.log" 2>&1 || {
    cat "$home/initdb.log" >&2
    fail "initdb failed"
}
as_server tee "$data/pg_hba.conf" >/dev/null <<'HBA'
host all all 127.0.0.1/32 trust
HBA
as_server tee -a "$data/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
CONF

# A port that is free now may be taken a moment later, so a failed start is tried again on another one.
port=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    candidate=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then
        continue
    fi
    if as_server "$programs/pg_ctl" start --silent --wait --pgdata="$data" --log="$log" \
        --options="-p $candidate" >/dev/null 2>&1; then
        port=$candidate
        break
    fi
done
[ -n "$port" ] || {
    tail -n 20 "$log" >&2
    fail "the server does not start"
}

as_server "$programs/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --host=127.0.0.1 --port="$port" --username="$SUPERUSER" --dbname=postgres <<SQL
CREATE ROLE $OWNER_ROLE LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
CREATE ROLE $APP_ROLE LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE $PROJECTOR_ROLE LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
SQL

export FALLBUCH_TEST_POSTGRES_URL="postgres://$OWNER_ROLE@127.0.0.1:$port/postgres"
export FALLBUCH_TEST_POSTGRES_APP_ROLE="$APP_ROLE"
printf 'with-postgres: %s on 127.0.0.1:%s\n' "$version" "$port" >&2

# Its own process group, so that a signal reaches the command's children too.
set -m
"$@" &
command_group=$!
set +m
status=0
wait "$command_group" || status=$?
exit "$status"
