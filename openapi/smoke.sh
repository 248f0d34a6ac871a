#!/usr/bin/env bash
# Runs the typed client (client/smoke.ts) against a server of its own: demo data on SQLite in a temporary directory,
# on a free loopback port. FALLBUCH_BINARY names the binary (default: target/debug/fallbuch).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly AGENCY=transmit
binary=$(realpath --canonicalize-missing "${FALLBUCH_BINARY:-target/debug/fallbuch}")
work=$(mktemp -d)
server=

clean_up() {
    local status=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    if [ "$status" -ne 0 ]; then
        printf 'smoke: failed; the last lines of the server:\n' >&2
        tail -n 20 "$work"/*.log >&2 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Nothing of the caller's configuration reaches this server.
for name in $(compgen -v FALLBUCH_ || true); do
    unset "$name"
done
export FALLBUCH_DATA_DIR=$work/data

"$binary" demo >"$work/demo.log" 2>&1
TOKEN=$("$binary" token --agency "$AGENCY" --role coordinator)

# A port that is free now may be taken a moment later, so a server that ended is started again on another one.
BASE_URL=
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    FALLBUCH_BIND=127.0.0.1:$port "$binary" serve >"$work/serve.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        kill -0 "$server" 2>/dev/null || break
        if curl --silent --fail --output /dev/null "http://127.0.0.1:$port/health/ready"; then
            BASE_URL=http://127.0.0.1:$port
            break 2
        fi
        sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    wait "$server" || true
    server=
done
[ -n "$BASE_URL" ] || {
    printf 'smoke: the server does not become ready\n' >&2
    exit 1
}

openapi/node_modules/.bin/tsc --project openapi/tsconfig.json
export BASE_URL TOKEN AGENCY
node openapi/build/smoke.js
