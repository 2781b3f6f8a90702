#!/bin/bash
# A private Postgres for one run of the tests, in a folder of its own. Prints the folder of its
# socket and of its programs, then does what it is told by lines on standard input, answering each
# with one line. However the input ends, also with the death of the tests, the server stops and
# the folder goes.
set -euo pipefail
root=$(realpath "$(dirname "$(realpath "$0")")/../..")
# A test that has lost a machine has lost its data as well.
export postgres_fsync=off
# shellcheck source-path=SCRIPTDIR source=../../.scripts/postgres.sh
. "$root/.scripts/postgres.sh"
# shellcheck source-path=SCRIPTDIR source=../../.scripts/secrets.sh
. "$root/.scripts/secrets.sh"

# Answers go to descriptor 3, what programs say to standard error.
exec 3>&1 1>&2

folder=$(mktemp -d /tmp/bfc-test-XXXXXX)
chmod 0711 "$folder"

sql() {
    postgres_as_user "$postgres_bin/psql" --no-psqlrc --quiet --tuples-only --no-align \
        --set ON_ERROR_STOP=1 --username postgres --host "$postgres_sockets" --dbname "$1"
}

# What Postgres has written down, and every activity log, are searched for secrets like those of a
# deployment. The tests may have stopped Postgres.
look_for_secrets() {
    local database rows=$folder/activity.rows
    [[ -n ${E2E_LEAKS:-} ]] || return 0
    postgres_control status >/dev/null \
        || postgres_control --wait --timeout 60 --log "$postgres_folder/server.log" start \
        || return 1
    for database in $(sql postgres <<<'SELECT datname FROM pg_database WHERE NOT datistemplate'); do
        sql "$database" >>"$rows" <<-'SQL' || return 1
			SELECT format('SELECT to_jsonb(l) FROM %s l', logs)
			FROM to_regclass('public.tenant_activity_logs') AS logs WHERE logs IS NOT NULL \gexec
		SQL
    done
    secrets_find "$E2E_LEAKS" "the databases of the tests" "$postgres_folder/server.log" "$rows"
}

finish() {
    trap '' INT TERM HUP
    look_for_secrets 3>&- || echo "the databases of the tests" >>"$E2E_LEAKS.missed"
    postgres_control --mode immediate --wait --timeout 60 stop || true
    cd /
    rm -rf "$folder"
    printf 'done\n' >&3 || true
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

postgres_start "$folder/postgres" 3>&- </dev/null
postgres_as_user tee -a "$postgres_folder/data/tenancy.conf" >/dev/null <<-'CONF'
	max_connections = 300
CONF
postgres_control --mode fast --wait --timeout 60 --log "$postgres_folder/server.log" restart 3>&- \
    </dev/null
printf '%s\n%s\n' "$postgres_sockets" "$postgres_bin" >&3

while read -r -a command; do
    case ${command[0]} in
        # Every database starts empty and belongs to the role that owns schemas.
        create)
            postgres_as_user "$postgres_bin/createdb" --host "$postgres_sockets" \
                --username postgres --owner tenancy_owner --template template0 "${command[1]}"
            ;;
        stop) postgres_control --mode "${command[1]}" --wait --timeout 60 stop 3>&- ;;
        # Not by postgres_launch: it would write the settings anew, without those of the tests.
        start)
            postgres_control --wait --timeout 60 --log "$postgres_folder/server.log" start 3>&- \
                </dev/null
            ;;
        end) exit 0 ;;
        *) exit 64 ;;
    esac
    printf 'done\n' >&3
done
