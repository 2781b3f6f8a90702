# shellcheck shell=bash
# Looks for secrets in what the servers of one data folder have written down. Sourced after
# postgres.sh and server.sh, whose variables it reads.
# shellcheck disable=SC2154
#   secrets_learn   remembers what is secret now; files of keys may be others by the end
#   secrets_look    once the servers have ended, and before Postgres does: see there
#   secrets_recall  what the deployments of a run have learned

secrets_connect_seconds_max=30
secrets_read_seconds_max=300

# What must never be written down: keys, invitations, tokens, private keys, what the tests keep as
# secret settings; then what is learned.
secrets_patterns='vy[mi]_[0-9]+_[0-9A-Za-z]{49}|eyJ[0-9A-Za-z_-]{20,}\.[0-9A-Za-z_-]{20,}\.'
secrets_patterns+='|PRIVATE KEY|planted-[0-9A-F]{8}-|now-secret|hunter[23]'
secrets_learned=()

secrets_add() {
    local pattern
    pattern=$(printf %s "$1" | sed 's/[][\\.*^$+?(){}|]/\\&/g')
    secrets_learned+=("$pattern")
    secrets_patterns+="|$pattern"
}

# Master keys, peppers, and the passwords of database URLs.
secrets_learn() {
    local file line
    for file in "$TENANCY_DATA"/*keys* "${TENANCY_ENCRYPTION_KEY_FILE:-}" \
        "${TENANCY_API_KEY_PEPPER_FILE:-}"; do
        [[ -f $file ]] || continue
        while read -r line || [[ -n $line ]]; do
            [[ ${#line} -lt 64 || $secrets_patterns == *"${line: -64}"* ]] \
                || secrets_add "${line: -64}"
        done <"$file"
    done
    for file in "${TENANCY_DATABASE_URL_FILE:-}" "${TENANCY_MIGRATION_DATABASE_URL_FILE:-}"; do
        [[ -f $file ]] || continue
        line=$(<"$file")
        [[ ! $line =~ ://[^:/@]*:([^@]+)@ ]] || secrets_add "${BASH_REMATCH[1]}"
        [[ ! $line =~ password\ *=\ *\'?([^\'\ \&]+) ]] || secrets_add "${BASH_REMATCH[1]}"
    done
}

# For whoever searches what the tests themselves have said, when the deployment is gone.
secrets_keep() {
    ((${#secrets_learned[@]} == 0)) \
        || (umask 077 && printf '%s\n' "${secrets_learned[@]}" >>"$E2E_LEAKS.learned")
}

# The same from that file.
secrets_recall() {
    local pattern
    [[ -f $1.learned ]] || return 0
    while IFS= read -r pattern; do secrets_patterns+="|$pattern"; done < <(sort -u "$1.learned")
}

# Appends to the first file what is secret in the others, by its lines; to FILE.missed what these
# are called, when they could not be searched.
#   secrets_find FILE NAME SEARCHED...
secrets_find() {
    local status=0
    grep -aEhi -e "$secrets_patterns" -- "${@:3}" >>"$1" || status=$?
    [[ $status -le 1 ]] || echo "$2" >>"$1.missed"
}

# Every row of every activity log. A test may have stopped Postgres, or had it crash.
secrets_rows() {
    [[ -n ${postgres_bin:-} && -n ${postgres_sockets:-} ]] || return 1
    postgres_launch >&2 || return 1
    # shellcheck disable=SC2016
    timeout "$secrets_connect_seconds_max" bash -c 'until "$0" --quiet --host "$1"; do :; done' \
        "$postgres_bin/pg_isready" "$postgres_sockets" || return 1
    timeout "$secrets_read_seconds_max" "$postgres_bin/psql" --no-psqlrc --quiet --tuples-only \
        --no-align --set ON_ERROR_STOP=1 --username postgres --host "$postgres_sockets" \
        --dbname tenancy --command 'SELECT to_jsonb(l) FROM tenant_activity_logs l'
}

# Where E2E_LEAKS names a file, what is found in any log of a server's or of Postgres's, or in any
# row of the activity log goes there, what was looked into to FILE.looked, what could not be to
# FILE.missed, and what is secret to FILE.learned. leaked.sh judges.
secrets_look() {
    local rows=$TENANCY_DATA/activity.rows file files=()
    [[ -n ${E2E_LEAKS:-} ]] || return 0
    secrets_learn
    secrets_keep
    secrets_rows >"$rows" || echo "the activity log of $TENANCY_DATA" >>"$E2E_LEAKS.missed"
    for file in "$TENANCY_DATA"/*.log "${postgres_folder:-$TENANCY_DATA}/server.log" "$rows"; do
        [[ ! -f $file ]] || files+=("$file")
    done
    secrets_find "$E2E_LEAKS" "the logs of $TENANCY_DATA" "${files[@]}"
    # That something was looked at, too.
    wc -l "$TENANCY_DATA"/*.log | tail -n 1 >>"$E2E_LEAKS.looked" || true
}
