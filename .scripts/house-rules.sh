#!/bin/bash
# The house rules a machine can check: banned words, long files and lines, missing reasons.
# Prints every breach as file:line: rule, and fails when there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

file_lines_max=500
line_columns_max=100
generated_marks='^(//|#|/\*).*(swift-format-ignore-file|DO NOT EDIT|Do not edit)'

breaches=0

breach() {
    sed "s/\$/   <- $1/"
    breaches=1
}

# Files people wrote: sources, tests, protocol files, scripts; not what a generator made.
written_files() {
    find . -type f -not -path './.git/*' -not -path './.build/*' -not -path './.data/*' \
        \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.proto' -o -name '*.sql' \
        -o -name '*.sh' -o -name '*.go' -o -name '*.py' -o -name '*.ts' -o -name '*.js' \
        -o -name '*.rs' -o -name '*.java' -o -name Makefile -o -path ./.ci/run \) \
        -not -path '*/Generated/*' -not -path '*/node_modules/*' -not -path '*/.build/*' \
        -printf '%P\0' \
        | xargs -0 grep -LE "$generated_marks" \
        || true # grep -L's exit status says nothing about failure.
}

# Runs grep over the written files whose names end so; `|| true` because no match is good news.
matches() {
    local ending=$1
    shift
    grep -E "$ending" <<<"$files" | tr '\n' '\0' | xargs -0 -r grep -nHE "$@" || true
}

report() {
    local rule=$1 found=$2
    [[ -z $found ]] || breach "$rule" <<<"$found"
}

check_words() {
    # Spelled in two parts, so that this file passes its own rule.
    report "finish it, or say why it is so" \
        "$(matches '.' "\\b(TO""DO|FIX""ME|X""XX|HA""CK)\\b")"
}

check_sizes() {
    local file lines
    while read -r file; do
        lines=$(wc -l <"$file")
        if ((lines > file_lines_max)); then
            report "over $file_lines_max lines: make it two" "$file:$lines"
        fi
    done <<<"$files"
    report "over $line_columns_max columns" \
        "$(matches '\.(swift|proto|sql|sh)$' "^.{$((line_columns_max + 1)),}" | cut -c 1-120)"
}

check_names() {
    report "name it after what it does" \
        "$(find . \( -name .build -o -name .git -o -name node_modules \) -prune \
            -o -type d -iregex '.*/\(utils?\|common\|helpers?\|protocols\)' -print)"
}

check_swift() {
    report "no crash on an error" "$(matches '\.swift$' '\btry!')"
    report "say the access level of the import" \
        "$(matches '^(Sources|Tests)/.*\.swift$' '^[[:space:]]*(@[A-Za-z_()]+ +)?import ')"
    report "tests wait for a condition, never for time" \
        "$(matches '^Tests/.*\.swift$' '\b(u|nano)?sleep\(|\.sleep\((for|until|nanoseconds):')"
}

# A type that vouches for its own thread safety says why, beside it or on the line above.
check_unchecked() {
    local found
    # shellcheck disable=SC2016
    found=$(grep -E '^Sources/.*\.swift$|^Tests/.*\.swift$' <<<"$files" | tr '\n' '\0' \
        | xargs -0 -r awk '
            /@unchecked Sendable|nonisolated\(unsafe\)/ && !/^[[:space:]]*\/\// \
                && !/\/\// && (FNR == 1 || before !~ /^[[:space:]]*(\/\/|\*|@)/) {
                print FILENAME ":" FNR ":" $0
            }
            { before = $0 }')
    report "give the reason in a comment" "$found"
}

files=$(written_files | sort)
check_words
check_sizes
check_names
check_swift
check_unchecked
exit "$breaches"
