# shellcheck shell=bash
# Starts and stops one tenancyd with everything it needs. Sourced after postgres.sh, whose
# variables it reads.
# shellcheck disable=SC2154
#   server_settings        absolute paths and defaults for TENANCY_*
#   server_prepare BIN     database, roles, migrations, certificates, master key
#   server_start BIN       returns when tenancyd says that both its listeners answer
#   server_end PID         drains one tenancyd
#   server_stop            drains tenancyd, then stops the private Postgres

server_ready_seconds_max=60
server_drain_seconds_max=60

server_fail() {
    printf 'tenancyd: %s\n' "$@" >&2
    return 1
}

server_settings() {
    export TENANCY_DATA=${TENANCY_DATA:-.data}
    [[ -d $TENANCY_DATA ]] || install -d -m 0711 "$TENANCY_DATA"
    TENANCY_DATA=$(realpath "$TENANCY_DATA")
    export TENANCY_SOCKET=${TENANCY_SOCKET:-$TENANCY_DATA/tenancyd.sock}
    export TENANCY_TLS_PORT=${TENANCY_TLS_PORT:-7443}
    export TENANCY_OPS_PORT=${TENANCY_OPS_PORT:-7480}
    export TENANCY_TLS_CA=${TENANCY_TLS_CA:-$TENANCY_DATA/tls/ca.pem}
    export TENANCY_TLS_CERT=${TENANCY_TLS_CERT:-$TENANCY_DATA/tls/server.pem}
    export TENANCY_TLS_KEY=${TENANCY_TLS_KEY:-$TENANCY_DATA/tls/server.key}
    export TENANCY_ENCRYPTION_KEY_FILE=${TENANCY_ENCRYPTION_KEY_FILE-$TENANCY_DATA/master-keys}
    export TENANCY_ADMIN_UIDS=${TENANCY_ADMIN_UIDS:-$(id -u)}
    server_log=$TENANCY_DATA/tenancyd.log
    if (($(printf %s "$TENANCY_SOCKET" | wc -c) > 107)); then
        server_fail "the socket's path has more than the 107 bytes the kernel takes:" \
            "$TENANCY_SOCKET" "choose a shorter one with TENANCY_SOCKET."
    fi
}

# Two services on one data folder would take each other's socket and stop each other's database.
# Descriptor 9 holds the lock; whatever may outlive the script is started without it.
server_lock() {
    exec 9>"$TENANCY_DATA/run.lock"
    flock --nonblock 9 \
        || server_fail "another 'make run' is using $TENANCY_DATA: stop it, or choose another" \
            "folder with TENANCY_DATA."
}

# Somebody else's server: TENANCY_DATABASE_URL owns the schema. Without an address for the
# application's own role, the owner's connections take that role when they open, and it is
# tried here: as its owner the service would see every tenant's rows.
server_use_given_database() {
    # A password is taken from a file only.
    TENANCY_MIGRATION_DATABASE_URL=$TENANCY_DATABASE_URL
    export TENANCY_MIGRATION_DATABASE_URL_FILE=$TENANCY_DATA/migration-database-url
    (umask 077 && printf '%s\n' "$TENANCY_DATABASE_URL" >"$TENANCY_MIGRATION_DATABASE_URL_FILE")
    echo "tenancyd: using the database of TENANCY_DATABASE_URL"
    env -u TENANCY_MIGRATION_DATABASE_URL "$1/tenancyd" migrate
    if [[ -n ${TENANCY_APP_DATABASE_URL:-} ]]; then
        TENANCY_DATABASE_URL=$TENANCY_APP_DATABASE_URL
    else
        psql -XqAt -c 'GRANT tenancy_app TO CURRENT_USER' "$TENANCY_MIGRATION_DATABASE_URL" || true
        TENANCY_DATABASE_URL+=$([[ $TENANCY_DATABASE_URL == *\?* ]] && echo '&' || echo '?')
        TENANCY_DATABASE_URL+="options=-c%20role%3Dtenancy_app"
    fi
    [[ $(psql -XqAt -c 'SELECT current_user' "$TENANCY_DATABASE_URL") == tenancy_app ]] \
        || server_fail "cannot work as the role tenancy_app on that server: give an address" \
            "that logs in as it with TENANCY_APP_DATABASE_URL."
    export TENANCY_DATABASE_URL_FILE=$TENANCY_DATA/database-url
    (umask 077 && printf '%s\n' "$TENANCY_DATABASE_URL" >"$TENANCY_DATABASE_URL_FILE")
    unset TENANCY_DATABASE_URL
}

server_use_private_database() {
    server_owns_postgres=1
    postgres_start "$TENANCY_DATA/postgres" 9>&-
    echo "tenancyd: Postgres runs in $TENANCY_DATA/postgres (socket $postgres_sockets)"
    export TENANCY_MIGRATION_DATABASE_URL=$postgres_owner_url
    export TENANCY_DATABASE_URL=$postgres_app_url
    "$1/tenancyd" migrate
}

# The first master key, unless there is one, or the setting is empty and none is wanted. Moved into
# place when it is whole: half a file that an interruption left would be taken for the keys next
# time.
server_make_master_key() {
    [[ -n $TENANCY_ENCRYPTION_KEY_FILE && ! -e $TENANCY_ENCRYPTION_KEY_FILE ]] || return 0
    (umask 077 && printf '1 %s\n' "$(openssl rand -hex 32)" >"$TENANCY_ENCRYPTION_KEY_FILE.new")
    mv "$TENANCY_ENCRYPTION_KEY_FILE.new" "$TENANCY_ENCRYPTION_KEY_FILE"
    echo "tenancyd: made $TENANCY_ENCRYPTION_KEY_FILE; what it seals is lost without it"
}

server_prepare() {
    if [[ -n ${TENANCY_DATABASE_URL:-} ]]; then
        server_use_given_database "$1"
    else
        server_use_private_database "$1"
    fi
    "$(dirname "${BASH_SOURCE[0]}")/certificates.sh" "$TENANCY_DATA/tls"
    server_make_master_key
}

# In a session of its own, so that Ctrl-C reaches only the script, which then stops things in
# their order; and told by the kernel when the script dies without having done so.
# The log goes on where an earlier start has ended.
server_start() {
    local line output
    exec {output}< <(
        exec setsid setpriv --pdeathsig TERM -- "$1/tenancyd" serve 2>>"$server_log" 9>&-
    )
    server_pid=$!
    while read -r -t "$server_ready_seconds_max" -u "$output" line; do
        if [[ $line == ready ]]; then
            # Whatever it prints later goes where its log is; an unread pipe would block it.
            cat <&"$output" >>"$server_log" 9>&- &
            return
        fi
        echo "tenancyd: $line"
    done
    tail -n 20 "$server_log" >&2
    server_fail "did not become ready; its log is $server_log"
}

server_end() {
    kill -TERM "$1" 2>/dev/null || true
    timeout "$server_drain_seconds_max" tail --pid="$1" -f /dev/null \
        || kill -KILL "$1" 2>/dev/null || true
}

server_stop() {
    [[ -z ${server_pid:-} ]] || server_end "$server_pid"
    server_pid=''
    if [[ -n ${server_owns_postgres:-} ]]; then
        server_owns_postgres=''
        [[ -z ${postgres_bin:-} ]] || postgres_stop
    fi
}
