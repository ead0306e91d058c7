#!/bin/sh
# Installs the Debian packages that are missing for a purpose: packages.sh PURPOSE
#
# What is there is asked of dpkg's own records, so nothing missing costs a few milliseconds and needs no rights.
# Only when something is missing does apt run, as root or through sudo.
# BACKREF_SKIP_PACKAGES=1 skips all of it, for systems that have these things under other names.
set -eu

purpose=${1:?usage: packages.sh run|test|bench|fuzz|build|suites|extras|docker}

build='gcc libc6-dev make pkgconf libmicrohttpd-dev libjansson-dev libpq-dev libxxhash-dev'
run="$build postgresql curl"
suites='python3 python3-pytest python3-hypothesis python3-sqlalchemy python3-psycopg2 python3-psycopg
    python3-requests python3-yaml python3-jsonschema openssl'
test="$run libcmocka-dev clang-format clang-tidy cppcheck procps $suites"
case $purpose in
run) wanted=$run ;;
test) wanted=$test ;;
bench) wanted="$run wrk python3 python3-psycopg2 python3-sqlalchemy python3-fastapi python3-uvicorn python3-uvloop
    python3-httptools strace valgrind" ;;
fuzz) wanted="$build clang llvm" ;;
build) wanted="$build ca-certificates" ;;  # of the image
suites) wanted=$suites ;;                  # those that run beside a service
extras) wanted='pgbouncer prometheus' ;; # without them a few tests are skipped
docker) wanted="docker.io docker-compose iptables mmdebstrap $suites" ;;
*)
    echo "packages.sh: there is no purpose \"$purpose\"; use run, test, bench, fuzz, build, suites, extras or docker" >&2
    exit 2
    ;;
esac

if [ -n "${BACKREF_SKIP_PACKAGES:-}" ]; then
    exit 0
fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    cat >&2 <<END
This is not a Debian system, so packages cannot be installed for you. Install what goes by these names in Debian:
    $(echo $wanted)
then say so with BACKREF_SKIP_PACKAGES=1 in the environment.
END
    exit 1
fi

# compiler-rt of clang is only recommended by clang; its name carries clang's version
if [ "$purpose" = fuzz ]; then
    wanted="$wanted libclang-rt-dev"
fi

missing=
# shellcheck disable=SC2086 # the lists are words
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true)
for package in $wanted; do
    case "
$installed
" in
    *"
installed $package
"*) ;;
    *) missing="$missing $package" ;;
    esac
done
if [ -z "$missing" ]; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=
    told=
elif command -v sudo >/dev/null; then
    as_root=sudo
    told='sudo '
else
    cat >&2 <<END
These packages are missing, and installing them needs root (there is no sudo here). As root, run:
    apt-get update && apt-get install --no-install-recommends$missing
then try again.
END
    exit 1
fi
echo "installing:$missing" >&2

# Debian's PostgreSQL package starts a server of its own on port 5432 when it is first installed. Nobody asked for that
# one here, so it is told not to; the instruction is taken back afterwards. Runs as root, with apt's own exit status.
install_script='
    export DEBIAN_FRONTEND=noninteractive
    quiet=/etc/postgresql-common/createcluster.d/backref-install.conf
    made=
    if ! command -v pg_createcluster >/dev/null; then
        mkdir -p "${quiet%/*}"
        echo "create_main_cluster = false" >"$quiet"
        trap "rm -f $quiet" EXIT
    fi
    apt-get update -q && apt-get install -q -y --no-install-recommends "$@"
'
# shellcheck disable=SC2086
if ! $as_root sh -c "$install_script" sh $missing </dev/null >&2; then
    cat >&2 <<END

The packages could not be installed; the reason is above. Missing:
   $missing
Once apt works (network, sources, rights), either try again or install them yourself:
    ${told}apt-get update && ${told}apt-get install --no-install-recommends$missing
END
    exit 1
fi
