#!/bin/bash
# Installs the Debian packages the build, the tests and `make run` need, and only those missing.
set -euo pipefail

packages=(
    ca-certificates git pkg-config
    libpq-dev libprotobuf-c-dev libssl-dev
    libprotoc-dev protobuf-c-compiler protobuf-compiler
    openssl shellcheck python3-venv python3-jwt python3-cryptography systemd
    testssl.sh dnsutils
    golang-go golang-github-containerd-ttrpc-dev gogoprotobuf python3-protobuf
    nodejs node-typescript node-express
    default-jdk-headless libprotobuf-java libgoogle-gson-java libguava-java
    librust-protobuf-dev librust-protobuf-codegen-pure-dev librust-openssl-dev librust-libc-dev
)

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

is_known_to_apt() {
    apt-cache show "$1" >/dev/null 2>&1
}

# The newest Postgres server on the machine, as a major version; nothing when there is none.
installed_postgres_major() {
    local initdb
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [[ -x $initdb ]] && basename "${initdb%/bin/initdb}"
    done | sort -V | tail -n 1
}

missing_packages() {
    local package major
    for package in "${packages[@]}"; do
        is_installed "$package" || echo "$package"
    done
    # Any cargo will do; Debian's comes where there is none.
    command -v cargo >/dev/null || echo cargo
    major=$(installed_postgres_major)
    if [[ -z $major ]]; then
        # Debian 12 has exactly this one; the metapackage follows other releases.
        if is_known_to_apt postgresql-15; then major=15; else echo postgresql; fi
        [[ -z $major ]] || echo "postgresql-$major"
    fi
    if [[ -n $major ]] && ! is_installed "postgresql-$major-pgtap"; then
        echo "postgresql-$major-pgtap"
    fi
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        echo "deps: installing packages needs root: run 'make deps' as root or install sudo." >&2
        return 1
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null
}

main() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "deps: there is no apt here. Install what these Debian packages hold, and a" >&2
        echo "deps: Postgres server of version 15 or later: ${packages[*]}" >&2
        command -v protoc-c >/dev/null && command -v pkg-config >/dev/null
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    echo "deps: installing ${missing[*]}"
    apt_get update
    # Asked again, because on a fresh machine apt knows no package before its first update.
    mapfile -t missing < <(missing_packages)
    apt_get install --no-install-recommends "${missing[@]}"
}

main
