#!/bin/bash
# Builds the crate, its documentation's example and the example program, and runs that against the
# server at TENANCY_SOCKET, or else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

export CARGO_TARGET_DIR=$root/.build/rust
cd "$here"
cargo test --quiet --offline --doc >/dev/null
cargo test --quiet --offline --test connect
answer=$(cargo run --quiet --offline --example quota -- "$TENANCY_SOCKET" default)
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
if cargo run --quiet --offline --example quota -- "$TENANCY_SOCKET" no-such-tenant 2>/dev/null; then
    echo "a tenant that does not exist was answered" && exit 1
fi
echo "ok   first call in Rust: $answer"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"
answer=$(readme_try "$here/README.md" rust "$folder")
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   what the README says to type: $answer"
"$root/Interop/vectors/check.sh" rust
