#!/bin/sh
# `make run`: from a clone to a service with demo data, on a PostgreSQL of its own or on that of DATABASE_URL.
#
# Each step does nothing when there is nothing to do, so a second run starts at once. The service runs in a session of
# its own: Ctrl-C reaches this script alone, which stops the service and then the private PostgreSQL.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
local=docker/local
listen=${BACKREF_LISTEN:-127.0.0.1:8080}

work=
service=
reader=
private=
status=0

stop()
{
    trap '' INT TERM HUP
    if [ -n "$service" ]; then
        kill -TERM "$service" 2>/dev/null || true
        wait "$service" || status=$?
        service=
    fi
    if [ -n "$reader" ]; then
        wait "$reader" 2>/dev/null || true
    fi
    # another `make run` of this clone may still use the database: it holds the lock too
    if [ -n "$private" ]; then
        exec 9>&-
        exec 9>>.local/run.lock
        if flock -n -x 9; then
            $local/postgres.sh stop || true
        fi
    fi
    if [ -n "$work" ]; then
        rm -rf "$work"
    fi
}

interrupted()
{
    stop
    trap - EXIT
    exit "$status"
}

trap stop EXIT
trap interrupted INT TERM HUP

# curl's way of naming a listener, from the service's own
target()
{
    case $1 in
    unix:*) echo "--unix-socket ${1#unix:} http://localhost" ;;
    '[::]':*) echo "-g http://[::1]:${1##*:}" ;;
    '['*) echo "-g http://$1" ;;
    0.0.0.0:*) echo "http://127.0.0.1:${1##*:}" ;;
    *) echo "http://$1" ;;
    esac
}

say_how_to_move()
{
    cat >&2 <<END

$1
To choose another address:
    BACKREF_LISTEN=127.0.0.1:8081 make run
END
}

$local/packages.sh run
case " ${MAKEFLAGS:-}" in
*jobserver*) jobs= ;;
*) jobs=-j$(nproc) ;;
esac
make --no-print-directory $jobs build/backref

# The listeners of two programs of one user can share a port, each getting some of the requests: look before.
case $listen in
unix:* | *:0) ;;
*)
    answer=0
    # shellcheck disable=SC2046 # options and address are words
    curl -s -o /dev/null --max-time 2 $(target "$listen") || answer=$?
    if [ "$answer" -ne 7 ]; then
        say_how_to_move "Something answers on $listen already: stop it, or serve on another address."
        exit 1
    fi
    ;;
esac

if [ -z "${DATABASE_URL:-}" ]; then
    mkdir -p .local
    exec 9>>.local/run.lock
    flock -s 9
    private=yes
    $local/postgres.sh start
    DATABASE_URL=$($local/postgres.sh url)
    export DATABASE_URL
fi
build/backref migrate up
psql -Xq -v ON_ERROR_STOP=1 "$DATABASE_URL" -f migrations/demo/demo.sql

greet()
{
    at=$(target "$1" | sed "s|http://|$2://|")
    base=${at##* }
    options=${at% *}
    if [ "$options" = "$base" ]; then
        options=
    fi
    cat <<END

backref is ready. Three lines to try in another terminal (Ctrl-C here stops everything):

    curl $options${options:+ }$base/persons/1/friends
    curl $options${options:+ }-i -X PUT $base/friends/1/hobbies/1
    curl $options${options:+ }$base/hobbies/1/friends

The first shows Alice's friends, the second links her friend Ben to Swimming, the third shows him among the swimmers.
END
    # a URL from outside may hold a password: not shown
    [ -z "$private" ] || printf "The database: psql '%s'\n" "$DATABASE_URL"
    echo
}

# The log passes through a reader that looks for the first listener. So the service does not see the terminal, and is
# told which format suits it.
if [ -z "${BACKREF_LOG_FORMAT:-}" ] && [ -t 2 ]; then
    export BACKREF_LOG_FORMAT=text
fi
work=$(mktemp -d)
mkfifo "$work/log"
(
    trap '' INT TERM HUP # read to the end of the log, whatever happens
    greeted=
    while IFS= read -r line; do
        printf '%s\n' "$line" >&2
        address=${line#*listening on }
        if [ -z "$greeted" ] && [ "$address" != "$line" ]; then
            scheme=http
            case $address in *' with TLS'*) scheme=https ;; esac
            greet "${address%%[ \",]*}" "$scheme"
            greeted=yes
        fi
    done
) <"$work/log" 9>&- &
reader=$!
setsid build/backref serve 2>"$work/log" 9>&- &
service=$!

wait "$service" || status=$?
service=
wait "$reader" || true
reader=
if [ "$status" -ne 0 ]; then
    say_how_to_move "The service ended with status $status; its last messages, above, say why."
fi
exit "$status"
