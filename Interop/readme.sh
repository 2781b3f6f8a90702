# shellcheck shell=bash
# What a README says to type, typed: its own text, so that it cannot grow old. Sourced by the
# test.sh of each language, which has TENANCY_SOCKET, TENANCY_TLS_PORT and TENANCY_DATA of a server.
# shellcheck disable=SC2154

# The blocks of a language in a README.
readme_blocks() {
    awk -v fence="\`\`\`$2" '$0 == fence { on = 1; next } /^```$/ { on = 0 } on' "$1"
}

# Runs the commands of a README in a folder that looks like the top of the repository beside
# `make run`, with its program for what the editor writes. The tenant of `make run` is another one
# here. A test may have put its own copy of Interop there. Usage: readme_try README LANGUAGE FOLDER
readme_try() {
    local readme=$1 folder=$3
    mkdir -p "$folder/top/.data"
    ln -s "$TENANCY_SOCKET" "$folder/top/.data/tenancyd.sock"
    ln -s "$TENANCY_DATA/tls" "$folder/top/.data/tls"
    [[ -e $folder/top/Interop ]] || ln -s "$root/Interop" "$folder/top/Interop"
    ln -s "$root/Protos" "$folder/top/Protos"
    readme_blocks "$readme" "$2" \
        | sed "s|axis-securities|default|; s|7443|$TENANCY_TLS_PORT|" >"$folder/program"
    readme_blocks "$readme" sh >"$folder/commands"
    (
        cd "$folder/top"
        EDITOR="cp $folder/program" bash -euo pipefail "$folder/commands" 2>"$folder/said"
    ) || { cat "$folder/said" >&2 && return 1; }
}
