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
answer=$(cargo run --quiet --offline --example quota -- "$TENANCY_SOCKET" default)
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
if cargo run --quiet --offline --example quota -- "$TENANCY_SOCKET" no-such-tenant 2>/dev/null; then
    echo "a tenant that does not exist was answered" && exit 1
fi
echo "ok   first call in Rust: $answer"

# The README's own text, so that it cannot grow old, as a crate of somebody else.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && cargo new --quiet --vcs none quota)
cp -R "$here/.cargo" "$folder/quota"
echo "bfc-tenancy = { path = \"$here\" }" >>"$folder/quota/Cargo.toml"
awk '/^```rust$/ { on = 1; next } /^```$/ { on = 0 } on' "$here/README.md" \
    | sed 's|axis-securities|default|' >"$folder/quota/src/main.rs"
answer=$(cd "$folder/quota" && cargo run --quiet --offline -- "$TENANCY_SOCKET")
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   the README's crate: $answer"
"$root/Interop/vectors/check.sh" rust
