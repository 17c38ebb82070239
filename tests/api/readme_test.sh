#!/bin/bash
# README.md and etc/openapi.yaml: what the one shows works when it is pasted, and both name every
# endpoint there is.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh

# The code between the fence of a language and the next fence; every block of it.
blocks() { # LANGUAGE
    awk -v fence="\`\`\`$1" '/^```/ { inside = ($0 == fence); next } inside' README.md
}

# --- the walk through the endpoints --------------------------------------------------------------

blocks bash >"$work/walk"
ge "$(grep -c '^curl \|=$(curl ' "$work/walk")" 10 "there are curl examples"
is "$(grep -c '^URL=http://127.0.0.1:4545$' "$work/walk")" 1 "they name the default address once"
while read -r endpoint; do
    passes "there is an example of $endpoint" grep -qF "\$URL$endpoint" "$work/walk"
done < <(sed -n 's/^| `\(\/[^`]*\)`.*/\1/p' README.md)
is "$(sed -n 's/^| `\(\/[^`]*\)`.*/\1/p' README.md | wc -l)" \
    "$(find cgi-bin -name '*.c' -type f | wc -l)" "the table lists every endpoint"
while read -r name; do
    passes "$name is there under this name" test -e "cgi-bin$name.c"
done < <(grep '^| `/' README.md | grep -o '`/[A-Za-z/]*`' | tr -d '\`' | sort -u)

# --- etc/openapi.yaml ----------------------------------------------------------------------------

is "$(sed -n 's/^  \(\/[^:]*\):.*/\1/p' etc/openapi.yaml | sort)" \
    "$(find cgi-bin -name '*.c' | sed 's/^cgi-bin//; s/\.c$//' | sort)" "openapi.yaml describes every endpoint, and no other"
while read -r alias target; do
    is "$(basename "$(readlink "cgi-bin$alias.c")" .c)" "$target" "openapi.yaml: $alias is a second name of $target"
done < <(sed -n 's/^  \(\/[^:]*\): [*]\(.*\)/\1 \2/p' etc/openapi.yaml)
is "$(find cgi-bin -name '*.c' -type l | wc -l)" "$(grep -c '^  /.*: [*]' etc/openapi.yaml)" "and has all second names"

# --- the walk, walked ----------------------------------------------------------------------------

start_chatur DEMO=0 || exit 1
# One step after the other in one shell, each with its output in a file of its own.
step=0
printf 'set -u -o pipefail\n' >"$work/script"
while IFS= read -r -d '' text; do
    step=$((step + 1))
    printf '{\n%s\n} >%q 2>&1 || echo "failed with $?" >>%q\n' "${text/http:\/\/127.0.0.1:4545/$url}" \
        "$work/step.$step" "$work/step.$step"
done < <(awk -v RS= -v ORS='\0' '{ print }' "$work/walk") >>"$work/script"
bash "$work/script"
for ((i = 2; i <= step; i++)); do
    name=$(awk -v RS= -v n="$i" 'NR == n { print; exit }' "$work/walk" | head -n 1 | cut -c 1-60)
    said=$(<"$work/step.$i")
    case $name in
    'ID='*) is "$said" '' "$name…" ;;
    *) if [[ -n $said && $said != null && ! $said =~ failed\ with|\"status\":0|curl:|parse\ error ]]; then
        ok "$name…"
    else
        not_ok "$name…" "$said"
    fi ;;
    esac
done
is "$(<"$work/step.1")" '' "signing in says nothing"
said=$(cat "$work"/step.*)
matches "$said" '1 Request' "the templates are shown"
matches "$said" 'dentist appointment' "and an email with the keywords"
matches "$said" 'Sam covers the desk' "all of them"
matches "$said" '(^|[^0-9])9750($|[^0-9])' "and what it cost"

# --- by hand -------------------------------------------------------------------------------------

blocks sh | awk '/^export JWT_KEY/ { found = 1 } found' |
    sed "s|var/jwt_key|$work/state/jwt_key|; s|build/|$BUILD/|" >"$work/by-hand"
matches "$(<"$work/by-hand")" 'getJWTToken' "there is an example without a server"
said=$(STATE_DIR="$work/state" bash -eu "$work/by-hand")
matches "$said" '^Status: 200' "it works"
token=$(sed '1,/^\r*$/d' <<<"$said" | jq -r '.payload[0].token')
post /user/getUserData '{}' "$token"
is "$status" 200 "and its token is good over NGINX, too"
stop_chatur

# --- with a model that writes slowly --------------------------------------------------------------

# The block of code with these words in it.
block_with() { # LANGUAGE WORDS
    awk -v fence="\`\`\`$1" -v words="$2" '
        /^```/ { if (inside && index(text, words)) printf "%s", text; inside = ($0 == fence); text = ""; next }
        inside { text = text $0 "\n" }' README.md
}

# What is shown, as a pattern: … stands for anything.
shown_events() {
    awk '/^```/ { inside = !inside; shown = ""; next } !inside { next }
        { shown = shown $0 "\n" } /^event: done/ { found = 1 } /^data: / && found { printf "%s", shown; exit }' "$1" |
        sed 's/[][*?\\]/\\&/g; s/…/*/g'
}

. tests/api/models.sh # only here: it brings a key of its own
model_server_start models || exit 1
start_chatur GENERATORS=openai OPENAI_BASE_URL="http://127.0.0.1:$model_port/slowly:500/v1" || exit 1
export URL=$url TOKEN
TOKEN=$(sign_in jane.roe@example.com)
block_with sh text/event-stream >"$work/streaming"
matches "$(<"$work/streaming")" 'curl -N' "there is an example of a stream"
pattern=$(shown_events README.md)
matches "$pattern" 'event: delta' "and of its events"
said=$(timeout 30 bash -eu "$work/streaming" 2>/dev/null)
# shellcheck disable=SC2053 # a pattern
if [[ $said == $pattern ]]; then ok "which are those that come"; else not_ok "which are those that come" "$said" "shown: $pattern"; fi
passes "openapi.yaml shows the first of them" \
    grep -qF "$(sed -n '/^event: delta/,/^$/p' README.md | sed -n '2p')" etc/openapi.yaml

block_with sh Idempotency-Key: >"$work/retrying"
(cd "$work" && exec timeout 60 bash -eu retrying >retrying.first 2>&1) &
first=$!
# The stand-in has the request, so the key is taken.
wait_for 10 eval '[[ $(wc -l <"$work/models.log") -ge 2 ]]' || not_ok "the first request arrived"
mkdir "$work/again"
(cd "$work/again" && exec timeout 60 bash -eu ../retrying >said 2>&1)
is $? 0 "a request that is repeated while the first is running ends well"
matches "$(<"$work/again/said")" 'error: 409' "after it was told to wait"
wait $first
is $? 0 "so does the first"
is "$(jq -r '.payload[0].id' "$work/again/email.json")" "$(jq -r '.payload[0].id' "$work/email.json")" "and both have the same email"
is "$(wc -l <"$work/models.log")" 2 "which was written once"
stop_chatur

# --- what it says of files and settings ----------------------------------------------------------

while read -r target; do
    passes "$target is there" test -e "$target"
done < <(grep -o '](\([^)#]*\))' README.md | tr -d ']()' | grep -v '^http' | sort -u)
while read -r name; do
    passes "the setting $name is one" grep -q "^#* *$name=" etc/env.example
done < <(sed -n '/^## Settings/,/^## /p' README.md | sed -n 's/^| \(`[A-Z_`, ]*\) |.*/\1/p' | tr -d '`,' | tr ' ' '\n')
for target in $(grep -o '`make [a-z-]*`\|^make [a-z-]*' README.md | tr -d '\`' | cut -d' ' -f2 | sort -u); do
    passes "make $target is a target" grep -q "^$target:" Makefile
done
done_testing
