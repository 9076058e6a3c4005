#!/bin/sh
# Options of the program, fields and methods of scenarios and kinds of events: the documents name them all.
# usage: every_option_and_method_is_documented.sh SOURCE BUILD
set -eu
cd "$1"
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
: >"$work/missing"

# need WHAT TEXT FILE...: each file has the text
need() {
    what=$1 text=$2
    shift 2
    for file in "$@"; do
        grep -qF -e "$text" "$file" || echo "$file does not name $what $text" | tee -a "$work/missing"
    done
}

options() {
    "$build/meterbench" "$@" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

sed 's/\\-/-/g; s/\\&//g' docs/meterbench.1 >"$work/meterbench.1" # as a reader sees it
for option in $(options test); do
    need "the option" "\`$option" docs/scenarios.md
    need "the option" "$option" "$work/meterbench.1"
done
for option in $(options fleet) $(options decode) $(options board monitor); do
    need "the option" "$option" "$work/meterbench.1"
done
for option in $(options serve); do
    need "the option" "\`$option" docs/serve.md
    need "the option" "$option" "$work/meterbench.1"
done
if "$build/meterbench" gui --help >/dev/null 2>&1; then
    for option in $(options gui); do
        need "the option" "$option" "$work/meterbench.1"
    done
fi

for option in $(options energy); do
    need "the option" "\`$option" docs/energy.md
    need "the option" "$option" "$work/meterbench.1"
done

for option in $(options replay) $(options audit); do
    need "the option" "$option" "$work/meterbench.1"
done

# names FILE VALUE: what stands first in the {"name", VALUE...} entries of its C tables
names() {
    grep -oE "\\{\"[a-z_0-9]+\", *$2" "$1" | sed 's/{"//; s/".*//' | sort -u
}

api=scenarios/runner/api
for name in $(names ${api}_flat.c '(flat|script)_'); do
    need "the method" "flat:$name" docs/scenarios.md
done
for name in $(names ${api}_money.c 'money_'); do
    need "the method" "flat:$name" docs/scenarios.md
done
for name in $(names ${api}_bench.c '(bench|api)_'); do
    need "the method" "bench:$name" docs/scenarios.md
done
for name in $(names ${api}_people.c '(session|api_session)_'); do
    need "the method" "session:$name" docs/scenarios.md
done
for right in $(grep -oE '^    X\([A-Z_]+, "[a-z ]+", (true|false)' sim/platform/rights.h | sed 's/.*, "\(.*\)", .*/\1/; s/ /_/g'); do
    need "the right" "| \`$(echo "$right" | tr _ ' ')\` |" docs/scenarios.md
done
for name in $(names ${api}_expect.c 'expect_'); do
    need "the method" "expectation:$name(" docs/scenarios.md
done
for name in $(names ${api}_flat.c '&') $(names ${api}_bench.c '(&|DLT645_)') $(names scenarios/runner/fleet.c '(UNIT|DURATION|read)'); do
    need "the name" "\`$name\`" docs/scenarios.md
done
for field in $(sed -n '/fields\[\] = {/,/};/p' scenarios/runner/scenario.c | grep -oE '"[a-z_]+"' | tr -d '"'); do
    need "the field" "\`$field\`" docs/scenarios.md
done
for field in $(grep -oE 'set_(number|bool)\(lua, "[a-z_]+"' scenarios/runner/api_flat.c | sed 's/.*"\(.*\)"/\1/'); do
    need "the state" "\`$field\`" docs/scenarios.md
done
for key in $(sed -n '/for machines/,$p' scenarios/runner/report_fleet.c | grep -oE '"[a-z_0-9]{3,}"' | tr -d '"' | sort -u); do
    grep -qE "(\`|[{ ])$key(\`|[,}])" docs/reports.md || need "the key" "\`$key\`" docs/reports.md
done
for event in $(grep -oE 'X\([A-Z_]+, "[a-z_]+", "' sim/event.h | sed 's/.*, "\(.*\)", "/\1/'); do
    need "the event" "| \`$event\` |" docs/reports.md
done

[ ! -s "$work/missing" ]
