#!/bin/bash
# Builds the library, installs it into a folder, compiles the README's example against that with
# pkg-config, and runs it and the first call: against the server at TENANCY_SOCKET, or else against
# one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/c
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
make -s -C "$here" BUILD="$build" PREFIX="$folder/installed" install

# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"
answer=$(readme_try "$here/README.md" c "$folder" | tail -n 1)
[[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   what the README says to type: $answer"

sed "s|\.data/tenancyd\.sock|$TENANCY_SOCKET|" "$folder/program" >"$folder/quota.c"
export PKG_CONFIG_PATH=$folder/installed/lib/pkgconfig
for link in dynamic static; do
    flags=(--cflags --libs)
    [[ $link == dynamic ]] || flags+=(--static)
    # shellcheck disable=SC2046
    cc -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-const-variable -o "$folder/quota" \
        "$folder/quota.c" $(pkg-config "${flags[@]}" bfc-tenancy)
    answer=$(LD_LIBRARY_PATH=$folder/installed/lib "$folder/quota")
    [[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer" && exit 1; }
    echo "ok   the library's example, linked $link: $answer"
done

# A tenant whose limit ends in the middle of the orders: a thousand are executed, the rest refused.
bin=${TENANCY_BIN:-$(swift build --package-path "$root" --show-bin-path)}
control() { "$bin/tenancyctl" call "$@"; }
tenant=c-$RANDOM$RANDOM
control TenantService/CreateTenant "{\"tenantCode\": \"$tenant\", \"tenantName\": \"C\",
    \"tenantType\": \"broker\", \"adminEmail\": \"admin@example.com\"}" >/dev/null
# shellcheck disable=SC2046
cc -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-const-variable \
    -fsanitize=address,undefined \
    -o "$folder/trading-loop" "$here/examples/trading-loop.c" \
    $(pkg-config --cflags --libs --static bfc-tenancy)
answer=$(LD_LIBRARY_PATH=$folder/installed/lib "$folder/trading-loop" "$TENANCY_SOCKET" "$tenant" \
    1200 4000)
[[ $answer == "executed 1000, over quota 200, failed 0, "* ]] \
    || { echo "unexpected: $answer" && exit 1; }
used=$(control QuotaService/GetQuotas "{\"tenantCode\": \"$tenant\"}" | tr -d ' \n')
[[ $used == *'"transactions":{"available":'*'"current":1000,'* ]] \
    || { echo "unexpected: $used" && exit 1; }
echo "ok   the trading loop in C: $answer"
"$here/tests/lease.sh" "$folder/installed" "$bin/tenancyctl"

# Everything a message may hold is compiled in; the linker leaves out what is not used.
mapfile -t sources < <(find "$root/Sources/CTenancyProtos" -name '*.pb-c.c')
# shellcheck disable=SC2046
cc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -I "$root/Sources/CTenancyProtos/include" \
    -o "$folder/first-call" "$here/first-call.c" "${sources[@]}" \
    $(pkg-config --cflags --libs libprotobuf-c)
answer=$("$folder/first-call" "$TENANCY_SOCKET" default)
[[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer" && exit 1; }
if "$folder/first-call" "$TENANCY_SOCKET" no-such-tenant 2>/dev/null; then
    echo "a tenant that does not exist was answered" && exit 1
fi
echo "ok   first call in C: $answer"
"$root/Interop/vectors/check.sh" c
