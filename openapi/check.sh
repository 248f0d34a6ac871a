#!/usr/bin/env bash
# Checks the contract: the committed files are what the binary says today, the linters find nothing, the typed client
# compiles, and it works against a running server. Run by `make test`, which builds the binary before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true SCARF_ANALYTICS=false NO_UPDATE_NOTIFIER=1

say() {
    printf 'contract: %s\n' "$*" >&2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

say "the committed files are today's"
./generate.sh "$work"
for file in openapi.json client/schema.d.ts; do
    cmp "$work/$file" "$file" || {
        say "openapi/$file is not what the binary makes; run: make openapi"
        failed=1
    }
done

say "redocly, recommended-strict"
node_modules/.bin/redocly lint "$work/openapi.json" --config redocly.yaml --max-problems 1000 || failed=1

say "spectral, oas"
node_modules/.bin/spectral lint "$work/openapi.json" --ruleset .spectral.yaml --fail-severity hint || failed=1

say "the typed client compiles"
node_modules/.bin/tsc --noEmit || failed=1

# A client that does not compile, or a contract that is not the committed one, has nothing to say to a server.
[ "$failed" -eq 0 ] || exit 1

say "the typed client works against a running server"
./smoke.sh
