#!/usr/bin/env bash
# Runs a command with a throwaway PostgreSQL server: `scripts/postgres.sh go test ./index/...`
# finds its connection string in AITBC_TEST_POSTGRES. The server listens on a Unix socket
# only, and its data is removed at the end. Needs PostgreSQL's server programs, in PG_BIN or
# where Debian puts them; root gets them by apt-get if they are missing.
set -euo pipefail

[ $# -gt 0 ] || { echo 'usage: scripts/postgres.sh <command> [argument...]' >&2; exit 2; }

find_programs() {
  local dir
  for dir in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    [ ! -x "$dir/initdb" ] || bin=$dir
  done
}
bin=${PG_BIN:-}
[ -n "$bin" ] || find_programs
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'PostgreSQL: no server programs, installing them' >&2
  # Without the cluster that Debian's package would make and start.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/aitbc.conf
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql; } >/dev/null || true
  rm -f /etc/postgresql-common/createcluster.d/aitbc.conf
  find_programs
fi
[ -x "$bin/initdb" ] || { echo 'PostgreSQL: expected its server programs in PG_BIN or /usr/lib/postgresql, found none (Debian: apt-get install postgresql)' >&2; exit 1; }

# A short path: names of sockets have at most 107 bytes.
dir=$(mktemp -d /tmp/aitbc-pg.XXXXXX)
# The server refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$dir"
  as=(setpriv --reuid postgres --regid postgres --clear-groups)
fi
stop() {
  (cd "$dir" && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop) >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start() {
  cd "$dir"
  "${as[@]}" "$bin/initdb" -D "$dir/data" -U aitbc -A trust -E UTF8 --locale=C.UTF-8 --no-sync
  # Nothing here survives, so nothing needs to reach the disk.
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start \
    -o "-k $dir -c listen_addresses='' -c fsync=off -c max_connections=200"
}
if ! (start) >"$dir.out" 2>&1; then
  cat "$dir.out" "$dir/log" >&2 2>/dev/null || true
  rm -f "$dir.out"
  echo 'PostgreSQL did not start' >&2
  exit 1
fi
rm -f "$dir.out"

AITBC_TEST_POSTGRES="postgres://aitbc@/postgres?host=$dir&sslmode=disable" "$@"
