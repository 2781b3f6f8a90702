#!/bin/bash
# Reads the import lines of every Swift target in Sources/ and holds them to imports.txt.
# The compiler cannot do this: it lets a transitive dependency be imported without a word.
set -euo pipefail
cd "$(dirname "$0")/.."

table=.scripts/imports.txt

attributes='(@[A-Za-z_()]+[[:space:]]+)*'
access='((public|package|internal|fileprivate|private)[[:space:]]+)?'
kind='((struct|class|enum|protocol|func|var|let|typealias)[[:space:]]+)?'
import="^[[:space:]]*$attributes${access}import[[:space:]]+"

# Lines "target module file:line" for every import in Sources/.
imports() {
    grep -rnHE --include='*.swift' "$import" Sources \
        | sed -E "s/^(Sources\/([^/]+)\/[^:]*:[0-9]+):.*import[[:space:]]+$kind(\w+).*/\2 \5 \1/"
}

# Which folders of Sources/ hold Swift, and so need a line in the table.
swift_targets() {
    find Sources -name '*.swift' | cut -d / -f 2 | sort -u
}

# A folder's name is its module's, with what Swift cannot spell replaced.
our_modules() {
    find Sources -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | tr -c 'A-Za-z0-9_\n' _
}

check() {
    awk -v ours="$(our_modules | tr '\n' ' ')" -v targets="$(swift_targets | tr '\n' ' ')" '
        BEGIN {
            split(ours, list, " "); for (i in list) own[list[i]] = 1
        }
        FNR == NR {
            sub(/#.*/, "")
            if (NF == 0) next
            sub(/:$/, "", $1)
            listed[$1] = 1
            for (i = 2; i <= NF; i++) allowed[$1, $i] = 1
            next
        }
        ($1, "!" $2) in allowed { print $3 ": " $1 " must do without " $2; bad = 1; next }
        ($2 in own) && !(($1, $2) in allowed) && $1 != $2 {
            print $3 ": " $1 " may not import " $2; bad = 1
        }
        END {
            n = split(targets, list, " ")
            for (i = 1; i <= n; i++) if (!(list[i] in listed)) {
                print "Sources/" list[i] ": no line for this target in .scripts/imports.txt"
                bad = 1
            }
            exit bad
        }' "$table" <(imports)
}

check
