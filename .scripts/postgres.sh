# shellcheck shell=bash
# A private Postgres: one cluster in a folder, reached over a Unix socket only, never run as root.
# Sourced. postgres_start FOLDER starts it, or finds it running, and sets
#   postgres_owner_url   the role that owns the schema and runs the migrations
#   postgres_app_url     the role the service works as: no owner, no superuser, no BYPASSRLS
# postgres_stop stops it. Passwords do not exist: the kernel tells Postgres who connects (peer),
# and only this user and the cluster's own may, through a folder nobody else can enter.
# Relies on the caller's `set -e`: a step that fails ends the script.
# postgres_fsync=off is for clusters that are thrown away: they survive a crash of Postgres, not
# one of the machine, and dozens of them can be made at once.

postgres_fsync=${postgres_fsync:-on}

postgres_fail() {
    printf 'postgres: %s\n' "$@" >&2
    return 1
}

# Runs a command as the user the cluster belongs to. From /, because that user need not be able
# to enter the folder this was started in.
postgres_as_user() {
    if [[ $(id -un) == "$postgres_user" ]]; then
        (cd / && "$@")
    else
        (cd / && runuser -u "$postgres_user" -- "$@")
    fi
}

# Postgres refuses to run as root. An existing cluster keeps its owner; else Debian's user, or
# one of our own.
postgres_choose_user() {
    local folder=$1
    if [[ -e $folder/data/PG_VERSION ]]; then
        postgres_user=$(stat -c %U "$folder/data/PG_VERSION")
        [[ $(id -u) -eq 0 || $postgres_user == "$(id -un)" ]] \
            || postgres_fail "$folder belongs to $postgres_user: run as that user or as root."
    elif [[ $(id -u) -ne 0 ]]; then
        postgres_user=$(id -un)
    elif id postgres >/dev/null 2>&1; then
        postgres_user=postgres
    else
        postgres_user=bfc-tenancy
        id "$postgres_user" >/dev/null 2>&1 \
            || useradd --system --no-create-home --shell /usr/sbin/nologin "$postgres_user"
    fi
}

# The folder must be one the cluster's user can reach. A checkout under /root is not: then the
# cluster lives under /var/lib and the data folder holds a link to it.
postgres_choose_folder() {
    local folder=$1 elsewhere
    if [[ ! -e $folder && ! -L $folder ]]; then
        if postgres_as_user test -x "$(dirname "$folder")"; then
            mkdir -m 0700 "$folder"
        else
            elsewhere=/var/lib/bfc-tenancy/$(cksum <<<"$folder" | cut -d ' ' -f 1)
            echo "postgres: $postgres_user cannot reach $folder, so the database is in $elsewhere"
            install -d -m 0711 /var/lib/bfc-tenancy
            install -d -m 0700 "$elsewhere"
            ln -s "$elsewhere" "$folder"
        fi
    fi
    postgres_folder=$(realpath "$folder")
    [[ $(id -u) -ne 0 ]] || chown "$postgres_user" "$postgres_folder"
    postgres_as_user test -w "$postgres_folder" \
        || postgres_fail "$postgres_user cannot write to $postgres_folder: choose a folder" \
            "it can reach with TENANCY_DATA, or open the folders above it to it (chmod o+x)."
}

# The newest server on the machine, or the one that made the data: a cluster cannot be opened
# by another major version.
postgres_choose_version() {
    local major
    if [[ -e $postgres_folder/data/PG_VERSION ]]; then
        major=$(<"$postgres_folder/data/PG_VERSION")
        postgres_bin=/usr/lib/postgresql/$major/bin
        [[ -x $postgres_bin/postgres ]] \
            || postgres_fail "the data in $postgres_folder is of version $major:" \
                "install postgresql-$major, or move the folder away."
    else
        postgres_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        [[ -x $postgres_bin/initdb ]] || postgres_fail "no server found in /usr/lib/postgresql"
    fi
}

# Made under another name and then renamed, so that an interrupted initdb leaves nothing that
# looks like a cluster.
postgres_init() {
    local new=$postgres_folder/data.new sync=()
    [[ ! -e $postgres_folder/data/PG_VERSION ]] || return 0
    [[ $postgres_fsync == on ]] || sync=(--no-sync)
    postgres_as_user rm -rf "$new"
    postgres_as_user "$postgres_bin/initdb" --pgdata "$new" --username postgres \
        --encoding UTF8 --locale C.UTF-8 --data-checksums --auth-local peer --auth-host reject \
        --no-instructions "${sync[@]}" >/dev/null
    echo "include 'tenancy.conf'" \
        | postgres_as_user tee -a "$new/postgresql.conf" >/dev/null
    postgres_as_user mv "$new" "$postgres_folder/data"
}

# A socket's path may have 107 bytes; a deep checkout gets a folder of its own under /tmp.
postgres_choose_socket_folder() {
    local name=.s.PGSQL.5432
    postgres_sockets=$postgres_folder/socket
    if (($(printf %s "$postgres_sockets/$name" | wc -c) > 107)); then
        postgres_sockets=$(postgres_as_user mktemp -d /tmp/bfc-tenancy-XXXXXX)
    else
        postgres_as_user mkdir -p -m 0700 "$postgres_sockets"
    fi
}

postgres_write_file() {
    postgres_as_user tee "$postgres_folder/data/$1" >/dev/null
}

# Written at every start: the folder may have moved, the user may be another.
postgres_configure() {
    local quoted=${postgres_sockets//\'/\'\'} caller user role
    caller=$(id -un)
    postgres_write_file tenancy.conf <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$quoted'
		fsync = $postgres_fsync
		timezone = 'Etc/UTC'
		log_timezone = 'Etc/UTC'
	CONF
    postgres_write_file pg_hba.conf <<<"local all all peer map=private"
    for user in "$caller" "$postgres_user"; do
        for role in postgres tenancy_owner tenancy_app; do
            printf 'private "%s" %s\n' "$user" "$role"
        done
    done | sort -u | postgres_write_file pg_ident.conf
}

postgres_control() {
    postgres_as_user "$postgres_bin/pg_ctl" --pgdata "$postgres_folder/data" --silent "$@"
}

# A server that outlived a killed run is used as it stands: its socket folder is in line 5 of
# its pid file. The zeros are said because within a trap a bare return gives the status of before
# it.
postgres_launch() {
    if postgres_control status >/dev/null; then
        postgres_sockets=$(postgres_as_user sed -n 5p "$postgres_folder/data/postmaster.pid")
        postgres_configure
        postgres_control reload
        return 0
    fi
    postgres_choose_socket_folder
    postgres_configure
    postgres_control --wait --timeout 60 --log "$postgres_folder/server.log" start && return 0
    postgres_as_user tail -n 20 "$postgres_folder/server.log" >&2 || true
    postgres_fail "the server did not start; its log is $postgres_folder/server.log"
}

postgres_psql() {
    "$postgres_bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

# The service's roles are made here, by the superuser, so that the owner needs no right to make
# roles. tenancy_app inherits nothing: what crosses tenants it does as tenancy_platform, by name.
postgres_create_roles() {
    postgres_as_user "$postgres_bin/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
        --host "$postgres_sockets" --username postgres --dbname postgres <<-'SQL'
		SELECT format('CREATE ROLE %I LOGIN', name)
		FROM (VALUES ('tenancy_owner'), ('tenancy_app')) AS wanted (name)
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
		SELECT 'CREATE ROLE tenancy_platform NOLOGIN'
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenancy_platform') \gexec
		ALTER ROLE tenancy_app NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOINHERIT;
		ALTER ROLE tenancy_platform NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
		SET client_min_messages = warning;
		GRANT tenancy_platform TO tenancy_app, tenancy_owner;
		SELECT 'CREATE DATABASE tenancy OWNER tenancy_owner'
		WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tenancy') \gexec
	SQL
}

# Everything but letters, digits and a few safe signs becomes %XX, byte by byte.
postgres_percent_encoded() {
    local LC_ALL=C text=$1 out='' sign code i
    for ((i = 0; i < ${#text}; i++)); do
        sign=${text:i:1}
        case $sign in
            [A-Za-z0-9._~-]) out+=$sign ;;
            *)
                printf -v code %d "'$sign"
                # Bytes above 127 come out negative.
                printf -v sign '%%%02X' "$((code & 255))"
                out+=$sign
                ;;
        esac
    done
    printf %s "$out"
}

postgres_start() {
    local host
    postgres_choose_user "$1"
    postgres_choose_folder "$1"
    postgres_choose_version
    postgres_init
    postgres_launch
    postgres_create_roles
    host=$(postgres_percent_encoded "$postgres_sockets")
    # shellcheck disable=SC2034
    postgres_owner_url="postgresql://tenancy_owner@/tenancy?host=$host"
    # shellcheck disable=SC2034
    postgres_app_url="postgresql://tenancy_app@/tenancy?host=$host"
}

# Fast: open transactions roll back, nothing committed is lost.
postgres_stop() {
    postgres_control --mode fast --wait --timeout 60 stop || true
    case $postgres_sockets in
        /tmp/bfc-tenancy-*) postgres_as_user rmdir "$postgres_sockets" || true ;;
    esac
}
