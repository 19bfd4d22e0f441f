#!/bin/sh
# Installs what the tests need on a fresh Debian: PostgreSQL 15 and psql, Python and Node clients in target/test-env.
# Does nothing where everything is there already.
set -eu
cd "$(dirname "$0")/.."
environment=target/test-env

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Each tool that a test runs, and the package that has it.
packages=
need() {
  command -v "$1" >/dev/null || packages="$packages $2"
}
[ -x /usr/lib/postgresql/15/bin/initdb ] || pg_config --version 2>/dev/null | grep -q ' 15\.' || packages="$packages postgresql-15"
need psql postgresql-client
need python3 python3
need node nodejs
need npm npm
# Debian ships venv without ensurepip unless python3-venv is there; a Python of another origin has both.
python3 -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3 python3-venv"
if [ -n "$packages" ]; then
  as_root apt-get update -q
  # A cluster that the package would create and start is of no use here.
  as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
fi

mkdir -p "$environment"
python=$environment/venv/bin/python
if ! "$python" -c 'import psycopg, psycopg_binary, asyncpg' 2>/dev/null; then
  rm -rf "$environment/venv"
  python3 -m venv "$environment/venv" || /usr/bin/python3 -m venv "$environment/venv"
  "$python" -m pip install -q 'psycopg[binary]>=3.2' asyncpg
fi
if ! [ -d "$environment/node_modules/pg" ]; then
  [ -e "$environment/package.json" ] || echo '{ "private": true }' >"$environment/package.json"
  (cd "$environment" && npm install --no-audit --no-fund --no-package-lock --loglevel=error pg)
fi
