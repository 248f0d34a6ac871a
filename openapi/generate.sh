#!/usr/bin/env bash
# Writes the contract and the TypeScript types made from it into a directory:
#
#   openapi/generate.sh DIRECTORY      → DIRECTORY/openapi.json, DIRECTORY/client/schema.d.ts
#
# FALLBUCH_BINARY names the binary that knows the contract (default: target/debug/fallbuch).
set -euo pipefail

[ $# -eq 1 ] || {
    printf 'usage: openapi/generate.sh DIRECTORY\n' >&2
    exit 1
}
directory=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
binary=$(realpath --canonicalize-missing "${FALLBUCH_BINARY:-target/debug/fallbuch}")
[ -x "$binary" ] || {
    printf 'generate: %s is missing; run: cargo build --locked --bin fallbuch\n' "$binary" >&2
    exit 1
}

# A failed run leaves what was there before.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" openapi >"$work/openapi.json"
openapi/node_modules/.bin/openapi-typescript "$work/openapi.json" --output "$work/schema.d.ts" >/dev/null
mkdir -p "$directory/client"
install -m 644 "$work/openapi.json" "$directory/openapi.json"
install -m 644 "$work/schema.d.ts" "$directory/client/schema.d.ts"
