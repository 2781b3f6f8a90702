#!/bin/bash
# Every check that needs no running server. Runs them all, then says which failed.
# Usage: lint.sh [flags for swift build]
set -euo pipefail
cd "$(dirname "$0")/.."

swift_flags=("$@")
failed=()

check() {
    local name=$1
    shift
    echo "lint: $name"
    "$@" || failed+=("$name")
}

format() {
    swift format lint --strict --parallel --recursive Sources Tests Package.swift
}

# SwiftPM finds imports a target did not declare, but only while it builds.
declared_imports() {
    swift build --build-tests "${swift_flags[@]}"
}

generated_code() {
    Protos/generate.sh --check && Interop/go/generate.sh --check \
        && Interop/python/generate.sh --check && Interop/c/generate.sh --check \
        && Interop/node/generate.sh --check && Interop/java/generate.sh --check \
        && Interop/vectors/make.sh --check
}

protocol_files() {
    .scripts/buf.sh check
}

scripts() {
    local files
    mapfile -t files < <(find .scripts .ci Interop Protos -name '*.sh' -o -path .ci/run)
    shellcheck --external-sources "${files[@]}"
}

check "format" format
check "which module imports which" .scripts/imports.sh
check "house rules" .scripts/house-rules.sh
check "shell scripts" scripts
check "protocol files" protocol_files
check "systemd units" .scripts/units.sh
check "declared imports" declared_imports
check "generated code is what the generators make" generated_code

if [[ ${#failed[@]} -gt 0 ]]; then
    printf 'lint: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "lint: clean"
