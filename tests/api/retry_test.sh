#!/bin/bash
# Clients that repeat each request under its key until it is answered, while the processes that write
# are killed (kill -9) at random moments: in the end there is one email for every key, and each was
# paid for once.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/slow_model.sh

clients=6
kills=${KILLS:-5} # the supervisor waits twice as long before each restart
export NEW_USER_COINS=10000000 RATE_GENERATE=0
order='{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'

# One request after the other, each with a key of its own; for each key a line with every id that was
# the answer. An answer may be thrown away, as a client does that crashed: it asks again.
work_on() {
    local client=$1 number=0 key id
    while [ ! -e "$work/enough" ]; do
        number=$((number + 1))
        key=$client-$number
        until [ -n "$(answer_to "$key" "$client")" ]; do # thrown away
            sleep 0.1
        done
        id=$(answer_to "$key" "$client")
        until [ -n "$id" ]; do
            sleep 0.1
            id=$(answer_to "$key" "$client")
        done
        printf '%s %s\n' "$key" "$id" >>"$work/answers.$client"
    done
}

# The id; nothing when it must be asked again. What may come meanwhile: no connection (000), a
# process that died (503, 504), a request that is still running as far as anybody knows (409).
answer_to() {
    local code out=$work/out.$2
    : >"$out"
    code=$(curl -s -o "$out" -w '%{http_code}' --max-time 20 -H "Authorization: Bearer $token" \
        -H 'Content-Type: application/json' -H "Idempotency-Key: \"$1\"" -d "$order" "$url/email/generateEmail")
    case $code in
    200) jq -r '.payload[0].id' "$out" ;;
    000 | 409 | 503 | 504) ;;
    *) printf '%s\n' "$1 $code $(cat "$out")" >>"$work/unexpected" ;;
    esac
    printf '%s\n' "$code" >>"$work/codes.$2"
}

answered() {
    cat "$work"/answers.* 2>/dev/null | wc -l
}

use_slow_model
mkdir -p "$work/state/model"
echo 100 >"$work/state/model/pace" # so that most of the time is spent writing
transport_start nginx
token=$(sign_in_as ann@example.com)
workers=()
for ((client = 1; client <= clients; client++)); do
    work_on $client &
    workers+=($!)
done
killed=0
for ((i = 0; i < kills; i++)); do
    before=$(answered)
    more_are_answered() {
        [ "$(answered)" -gt $((before + 2 * clients)) ]
    }
    wait_for 20 more_are_answered || diag "nothing was answered for 20 seconds"
    perl -e 'select undef, undef, undef, rand 0.05'
    for pid in $(workers_of generateEmail); do
        kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
    done
done
before=$(answered)
wait_for 20 more_are_answered || diag "nothing was answered for 20 seconds after the last kill"
touch "$work/enough"
wait "${workers[@]}"
diag "$(cat "$work"/codes.* | sort | uniq -c | tr '\n' ';')"

cat "$work"/answers.* | sort >"$work/answers"
total=$(wc -l <"$work/answers")
ge "$killed" "$kills" "processes were killed ($killed)"
ge "$total" $((kills * 2 * clients)) "requests were answered ($total), each twice"
is "$(cat "$work/unexpected" 2>/dev/null)" '' "none was refused but to be asked again"
ge "$(cat "$work"/codes.* | grep -c '^50[34]$')" 1 "some were cut off by a kill"
is "$(cut -d ' ' -f 2 "$work/answers" | sort -u | wc -l)" "$total" "each key has an email of its own"
call POST /email/getGeneratedEmail '{}' "$token"
is "$(jq -r '.payload[].id' <<<"$body" | sort)" "$(cut -d ' ' -f 2 "$work/answers" | sort)" \
    "those are the emails that are stored, and there are no others"
call POST /user/getUserData '{}' "$token"
answer_has "each was paid for once" ".payload[0] | .usedTokens == $total * 250
    and .generatedEmailCount == $total and .availableTokens == 10000000 - $total * 250"
is "$(sqlite3 "$work/state/chatur.db" 'SELECT count(*) FROM reservations')" 0 "no reservation is left"
transport_stop
done_testing
