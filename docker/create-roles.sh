#!/usr/bin/env bash
# Run once by the PostgreSQL image, on a new volume: the database, the role that owns its schema, and the roles of the
# API. None is a superuser, so row-level security is in force for all of them.
set -euo pipefail

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv owner_password FALLBUCH_OWNER_PASSWORD
\getenv app_password FALLBUCH_APP_PASSWORD
\getenv projector_password FALLBUCH_PROJECTOR_PASSWORD
CREATE ROLE fallbuch_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE fallbuch_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE fallbuch_projector LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'projector_password';
CREATE DATABASE fallbuch OWNER fallbuch_owner;
REVOKE ALL ON DATABASE fallbuch FROM PUBLIC;
GRANT CONNECT ON DATABASE fallbuch TO fallbuch_app, fallbuch_projector;
SQL
