#!/bin/bash
# A thousand generations at once, by users who can pay for most of them: every answer is an email or a
# clear refusal, and the books balance to the coin.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

users=${USERS:-20}
each=50 # of which 40 can be paid for
transport_start nginx
requests=$work/requests
for ((u = 0; u < users; u++)); do
    token[u]=$(sign_in_as "user$u@example.com")
done
for ((i = 0; i < each; i++)); do
    for ((u = 0; u < users; u++)); do
        printf 'next\nurl = "%s/email/generateEmail"\nheader = "Authorization: Bearer %s"\n' "$url" "${token[u]}"
        printf 'header = "Content-Type: application/json"\noutput = "%s/out.%d.%d"\nwrite-out = "%%{http_code}\\n"\n' "$work" "$u" "$i"
        printf 'data = "{\\"subject\\":\\"s\\",\\"keywords\\":\\"k\\",\\"promptId\\":\\"1\\",\\"toEmail\\":\\"x@example.com\\"}"\n'
    done
done | sed 1d >"$requests"
ulimit -n "$(ulimit -Hn)"
for part in 0 1 2 3; do # curl runs at most 300 transfers at once
    awk -v part=$part 'BEGIN { RS = "next\n" } NR % 4 == part { printf "%s%s", (n++ ? "next\n" : ""), $0 }' \
        "$requests" >"$requests.$part"
    curl -s --parallel --parallel-immediate --parallel-max 250 -K "$requests.$part" >"$work/statuses.$part" &
    curls+=($!)
done
wait "${curls[@]}"
cat "$work"/statuses.? >"$work/statuses"
is "$(grep -c . "$work/statuses")" $((users * each)) "every request was answered"
is "$(grep -c '^200$' "$work/statuses")" $((users * 40)) "as many emails as coins"
is "$(grep -c '^402$' "$work/statuses")" $((users * 10)) "the rest told that the coins are spent"

grep -qvE '^(200|402)$' "$work/statuses" &&
    diag "$(jq -r 'select(.status >= 500) | "\(.status) \(.detail)"' "$work/state/log/chatur.log" | sort | uniq -c | sort -rn | head -n 5)"

wrong=0
for ((u = 0; u < users; u++)); do
    call POST /user/getUserData '{}' "${token[u]}"
    holds '.payload[0] | .availableTokens == 0 and .usedTokens == 10000 and .generatedEmailCount == 40' ||
        wrong=$((wrong + 1))
    call POST /email/getGeneratedEmail '{}' "${token[u]}"
    listed=$(jq -r '.payload[].id' <<<"$body" | sort)
    acknowledged=$(cat "$work"/out."$u".* | jq -r 'select(.status == 1) | .payload[0].id' | sort)
    [ "$listed" = "$acknowledged" ] && [ "$(sort -u <<<"$listed" | wc -l)" = 40 ] || wrong=$((wrong + 1))
done
is "$wrong" 0 "each balance is zero, each history is exactly what was acknowledged"
is "$(database_count reservations)" 0 "no reservation is left"
transport_stop
done_testing
