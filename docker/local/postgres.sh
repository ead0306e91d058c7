#!/bin/sh
# The private PostgreSQL of this clone: postgres.sh start|stop|status|url, or postgres.sh with COMMAND…, which runs a
# command with DATABASE_URL set and leaves the server as it was, running or not.
#
# Data lives in .local/postgres and stays between runs. The server listens on a unix socket alone, in a new folder of
# mode 0700 under /tmp, so whoever can reach the socket is its owner (or root) and needs no password. PostgreSQL refuses
# to run as root: then its commands run as the owner of the data folder, which is `postgres` for a new one.
set -eu
umask 077

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
am_root=$([ "$(id -u)" -eq 0 ] && echo yes || echo no)
role=backref
database=backref

fail()
{
    printf 'postgres.sh: %s\n' "$*" >&2
    exit 1
}

# Sets `data`. A clone in a folder that `postgres` may not enter (such as /root) keeps its data elsewhere.
choose_data_folder()
{
    data=$root/.local/postgres
    if [ "$am_root" = yes ] && [ ! -e "$data" ]; then
        id postgres >/dev/null 2>&1 ||
            fail 'there is no user "postgres" to run the server as; install the package "postgresql"'
        if ! runuser -u postgres -- test -x "$root"; then
            data=/var/lib/backref-local-$(printf %s "$root" | cksum | tr -d ' ')
        fi
    fi
    if [ "$am_root" = no ] && [ -e "$data" ] && [ ! -O "$data" ]; then
        fail "$data belongs to the user \"$(stat -c %U "$data")\": run this as that user or as root," \
            "or remove that folder to start with an empty database"
    fi
}

# Runs a command as the user that the data folder belongs to, from a folder that this user may enter.
as_owner()
{
    if [ "$am_root" = yes ]; then
        (cd / && exec runuser -u "$(stat -c %U "$data")" -- "$@")
    else
        "$@"
    fi
}

# Sets `bin`: the programs of the version that made the data folder, else of the newest one that is installed.
choose_programs()
{
    if [ -s "$data/PG_VERSION" ]; then
        version=$(cat "$data/PG_VERSION")
        bin=/usr/lib/postgresql/$version/bin
        [ -x "$bin/postgres" ] || fail "$data was made by PostgreSQL $version, which is not installed:" \
            "install postgresql-$version, or move that folder away to start with an empty database"
        return
    fi
    bin=
    for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5n); do
        [ ! -x "$candidate/initdb" ] || bin=$candidate
    done
    [ -n "$bin" ] || fail 'no PostgreSQL server is installed; install the package "postgresql"'
}

is_running()
{
    [ -s "$data/PG_VERSION" ] && as_owner "$bin/pg_ctl" status -D "$data" >/dev/null 2>&1
}

socket_folder()
{
    sed -n 5p "$data/postmaster.pid" # its fifth line is where the socket is
}

print_url()
{
    echo "postgresql:///$database?host=$(socket_folder)&user=$role"
}

create_data()
{
    if [ "${data#"$root"/}" = "$data" ]; then
        echo "the user \"postgres\" cannot enter $root: the database is kept in $data" >&2
    fi
    # an ordinary user may have to pass .local, whoever made it
    (umask 022 && mkdir -p "$(dirname "$data")")
    echo "creating a private PostgreSQL in $data" >&2
    final=$data
    data=$final.new # takes its name when complete, so that an interrupted run leaves nothing half made
    rm -rf "$data"
    mkdir -p "$data"
    if [ "$am_root" = yes ]; then
        chown postgres: "$data"
    fi
    as_owner "$bin/initdb" -D "$data" -U "$role" -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null ||
        fail "initdb failed, see above"
    printf '%s\n' "listen_addresses = ''" 'unix_socket_permissions = 0700' "cluster_name = 'backref'" |
        as_owner tee -a "$data/postgresql.conf" >/dev/null
    mv -T "$data" "$final"
    data=$final
}

start()
{
    if is_running; then
        return
    fi
    [ -s "$data/PG_VERSION" ] || create_data
    socket=$(mktemp -d /tmp/backref-pg.XXXXXX) # a socket's path has 107 bytes at most, a clone's may be longer
    chown "$(stat -c %U "$data")" "$socket"
    # its children must not hold the locks of this script and of run.sh
    if ! as_owner "$bin/pg_ctl" start -D "$data" -l "$data/server.log" -t 60 -s -w \
        -o "-k $socket -c listen_addresses=''" </dev/null >/dev/null 8>&- 9>&-; then
        as_owner tail -n 20 "$data/server.log" >&2 || true
        rmdir "$socket" 2>/dev/null || true
        fail "the private PostgreSQL did not start; the end of $data/server.log is above"
    fi
    if ! "$bin/psql" -XAtq -h "$socket" -U "$role" -d postgres \
        -c "select 1 from pg_database where datname = '$database'" | grep -q 1; then
        "$bin/createdb" -h "$socket" -U "$role" "$database"
    fi
}

stop()
{
    if ! is_running; then
        return
    fi
    socket=$(socket_folder)
    as_owner "$bin/pg_ctl" stop -D "$data" -m fast -s -w -t 60 8>&- 9>&-
    case $socket in
    /tmp/backref-pg.*) rmdir "$socket" 2>/dev/null || true ;;
    esac
}

choose_data_folder
choose_programs
case ${1:-} in
start | stop)
    (umask 022 && mkdir -p "$root/.local")
    # two that start or stop at the same moment take turns
    exec 8>>"$root/.local/postgres.lock"
    flock 8
    "$1"
    ;;
status)
    if is_running; then
        echo "running: $(print_url)"
    else
        echo 'not running'
        exit 3
    fi
    ;;
url)
    is_running || fail "not running; start it with $0 start"
    print_url
    ;;
with)
    shift
    was_running=$(is_running && echo yes || echo no)
    "$root/docker/local/postgres.sh" start
    status=0
    DATABASE_URL=$(print_url) "$@" || status=$?
    [ "$was_running" = yes ] || "$root/docker/local/postgres.sh" stop
    exit "$status"
    ;;
*)
    echo "usage: $0 start|stop|status|url|with COMMAND…" >&2
    exit 2
    ;;
esac
