#!/bin/bash
# kill -9 in the middle of generations, many times, at random moments, of workers and of everything
# at once: no acknowledged email is lost, and seconds afterwards every balance is right.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

copies=${COPIES:-8}
kills=3 # of workers per copy: the supervisor waits twice as long before each restart
export NEW_USER_COINS=10000000 RATE_GENERATE=0
order='{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'

# Generates without end; every acknowledged id is written down as soon as it is known.
generate_forever() {
    while true; do
        curl -s --max-time 10 -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
            -d "$order" "$url/email/generateEmail?[1-50]" |
            jq -rn --unbuffered 'inputs | select(.status == 1) | .payload[0].id'
        sleep 0.02
    done >>"$work/acknowledged.$1" 2>/dev/null
}

acknowledged() {
    cat "$work"/acknowledged.* | wc -l
}

# Returns while generations are under way: some were just acknowledged, and it is a random moment.
reach_a_busy_moment() {
    local before
    before=$(acknowledged)
    more_acknowledged() {
        [ "$(acknowledged)" -gt $((before + 3)) ]
    }
    wait_for 15 more_acknowledged || diag "nothing was generated for 15 seconds"
    perl -e 'select undef, undef, undef, rand 0.05'
}

killed=0
for ((copy = 0; copy < copies; copy++)); do
    transport_start nginx
    [ "$copy" -gt 0 ] || token=$(sign_in_as ann@example.com)
    clients=()
    for client in 1 2 3 4; do
        generate_forever $client &
        clients+=($!)
    done
    for ((i = 0; i < kills; i++)); do
        reach_a_busy_moment
        for pid in $(workers_of generateEmail); do
            kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
        done
    done
    reach_a_busy_moment
    # All of ours at once; NGINX follows by itself.
    mapfile -t doomed < <(pgrep -x -P "$chatur_pid" chatur; workers_of generateEmail)
    kill -9 "${doomed[@]}" "$chatur_pid"
    wait "$chatur_pid" 2>/dev/null
    kill "${clients[@]}"
    wait "${clients[@]}" 2>/dev/null
    chatur_pid=
done
ge "$killed" $((copies * kills)) "workers were killed ($killed), and $copies whole copies"
ge "$(acknowledged)" $((copies * kills)) "emails were acknowledged ($(acknowledged))"

transport_start nginx
# The deadline of an abandoned reservation is a few seconds with the offline generator.
balanced() {
    call POST /user/getUserData '{}' "$token"
    holds '.payload[0] | .availableTokens + .usedTokens == 10000000'
}
passes "the books balance seconds later: available + used is what was given" wait_for 10 balanced
used=$(jq '.payload[0].usedTokens' <<<"$body")
count=$(jq '.payload[0].generatedEmailCount' <<<"$body")
call POST /email/getGeneratedEmail '{}' "$token"
jq -r '.payload[]._id' <<<"$body" | sort -u >"$work/stored"
is "$(wc -l <"$work/stored")" "$count" "every charged email is there, and no other"
is "$used" $((count * 250)) "each was charged once"
is "$(sort -u "$work"/acknowledged.* | comm -23 - "$work/stored" | wc -l)" 0 "no acknowledged email is lost"
[[ ${DB_URI:-} == mongodb* ]] ||
    is "$(sqlite3 "$work/state/chatur.db" 'PRAGMA integrity_check')" ok "the database is whole"
is "$(database_count orphans)" 0 "nothing in it is of nobody"
transport_stop
done_testing
