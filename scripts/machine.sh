# Sourced by the test scripts: what they ask of the machine. Puts in place, from Debian's packages, what the
# tests need and the machine lacks; no system service is started and no database cluster is made.

say() { printf '\n== %s\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# A port of 127.0.0.1 on which nothing listens, below the range that outgoing connections take theirs from.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

as_root() {
  if ((EUID == 0)); then "$@"; return; fi
  has sudo || die "Installing packages needs root: run this as root, install sudo, or install by hand: $wanted"
  sudo "$@"
}

# The directory of the newest PostgreSQL server on this machine; empty if there is none. Debian keeps it off PATH.
postgres_bin() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
  [[ -x $found ]] || found=$(command -v postgres || true)
  if [[ -n $found ]]; then dirname "$(readlink -f "$found")"; fi
}

# PostgreSQL refuses to run as root: sets $as to the options of setpriv under which it does not.
as_postgres() {
  as=()
  ((EUID == 0)) || return 0
  user=nobody
  id postgres >/dev/null 2>&1 && user=postgres
  as=(--reuid "$user" --regid "$(id -g "$user")" --clear-groups)
}

# make_cluster DIR: makes a private PostgreSQL cluster in DIR/postgres.
make_cluster() {
  local as user bin
  as_postgres
  bin=$(postgres_bin)
  if ((EUID == 0)); then install -d -m 700 -o "$user" "$1/postgres"; fi
  (cd / && setpriv "${as[@]}" "$bin/initdb" --pgdata "$1/postgres" --username postgres \
    --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync) >"$1/initdb.log" 2>&1 ||
    { cat "$1/initdb.log" >&2; die "initdb failed; its words are above."; }
}

# become_postgres DIR PORT: turns this shell into the server of such a cluster. --pdeathsig ends it even where whoever
# started it is killed outright. fsync=off: a killed process loses nothing by it, only a machine that loses power does.
become_postgres() {
  local as user bin
  as_postgres
  bin=$(postgres_bin)
  cd / && exec setpriv "${as[@]}" --pdeathsig INT "$bin/postgres" -D "$1/postgres" -p "$2" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c fsync=off \
    ${KEPU_POSTGRES_OPTIONS:-}
}

# install_packages WHAT PACKAGE...: WHAT names the missing thing to people. $hint says what they can do instead.
install_packages() (
  what=$1
  shift
  wanted=$*
  has apt-get || die "$what is missing and this machine has no apt-get. $hint"
  say "installing $wanted"
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update ||
    die "apt-get update failed: give this machine a working package source. $hint"
  # Debian starts a service and makes a cluster on installation unless told otherwise: for as long as this lasts.
  policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/kepu-tests.conf made=("$cluster")
  [[ -e $policy ]] || made+=("$policy")
  trap 'as_root rm -f "${made[@]}"' EXIT
  as_root mkdir -p "${cluster%/*}"
  echo 'create_main_cluster = false' | as_root tee "$cluster" >/dev/null
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install --no-install-recommends "$@" </dev/null || die "apt-get could not install: $wanted. $hint"
)

need_postgres() {
  [[ -n $(postgres_bin) ]] && return
  hint="Install a PostgreSQL server (14 or newer), or set KEPU_TEST_DATABASE_URL to one where databases may be made and dropped."
  install_packages PostgreSQL postgresql
  [[ -n $(postgres_bin) ]] || die "PostgreSQL was installed but its server is not found. $hint"
}

# The benches' own: the program is compared with it and does not need it.
need_postgis() {
  local control version
  version=$("$(postgres_bin)/postgres" --version | sed -E 's/.* ([0-9]+).*/\1/')
  control=$("$(postgres_bin)/pg_config" --sharedir 2>/dev/null || echo "/usr/share/postgresql/$version")/extension/postgis.control
  [[ -e $control ]] && return
  hint="Install PostGIS for PostgreSQL $version, or set KEPU_TEST_DATABASE_URL to a server on this machine that has it."
  install_packages PostGIS "postgresql-$version-postgis-3"
  [[ -e $control ]] || die "PostGIS was installed but PostgreSQL does not find it. $hint"
}

need_redis() {
  has redis-server && has redis-cli && return
  hint="Install redis-server (6 or newer), or set KEPU_TEST_REDIS_URL."
  install_packages Redis redis-server
  # The package has it start at boot; the tests need its program only.
  if has systemctl; then as_root systemctl disable --quiet redis-server 2>/dev/null || true; fi
}

need_node() {
  hint="Install Node.js (18 or newer) with npm."
  has node && has npm || install_packages Node.js nodejs npm
  node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || die "Node.js $(node --version) is too old. $hint"
}

need_chromium() {
  hint="Install Chromium."
  has chromium || install_packages Chromium chromium
  has chromium || die "Chromium was installed but its program is not found. $hint"
}

need_oathtool() {
  hint="Install oathtool."
  has oathtool || install_packages oathtool oathtool
}

need_python() {
  hint="Install Python (3.11 or newer) with its venv module."
  has python3 && python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages "Python's venv" python3-venv
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "$(python3 --version) is too old. $hint"
}
