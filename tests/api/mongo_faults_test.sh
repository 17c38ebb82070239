#!/bin/bash
# MongoDB stopped, frozen, restarted, slow, cut off in the middle of answers, while requests run: the
# right status, never a wrong answer, no lost or doubled coin, and two seconds after the server's return
# it is as before, without a restart of anything; and no request waits longer than its deadline.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

order='{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'
export NEW_USER_COINS=1000000 RATE_GENERATE=0

# What a request waits for at the most: DB_TIMEOUT_MS, by its default, and again after a generation (the
# offline one takes no time); and what a busy machine adds.
deadline_ms=$((5000 + 500))
longest_ms=$((2 * 5000 + 1000))
recovery_limit_ms=2000

server_port=$(free_port)
proxy_port=$(free_port)
mode_file=$work/proxy.mode

start_server() {
    mongodb_start --own --port "$server_port" --dir "$work/mongodb"
}

kill_server() {
    kill -KILL "$mongodb_pid"
    wait "$mongodb_starter" 2>/dev/null
}

now_ms() {
    printf '%s' $((${EPOCHREALTIME/[.,]/} / 1000))
}

# timed METHOD PATH …: like call; sets $took_ms.
timed() {
    local began
    began=$(now_ms)
    call "$@"
    took_ms=$(($(now_ms) - began))
}

answers() {
    call POST /user/getUserData '{}' "$token"
    [[ $status == 200 ]]
}

# The server itself, past the proxy.
server_answers() {
    DB_URI=mongodb://127.0.0.1:$server_port/x mongodb 'db.command("ping")' 2>/dev/null
}

# How long it takes, from the server's return on (by default: from now on), until requests are answered
# again; in ms.
recovery_ms() { # [BEGAN_MS]
    local began=${1:-$(now_ms)}
    if ! wait_for 20 answers; then # whose fault is it?
        {
            tail -n 3 "$work/state/log/chatur.log"
            DB_URI=mongodb://127.0.0.1:$server_port/x mongodb 'print("the server answers:", db.command("ping"))'
            mongodb 'print("and through the proxy:", db.command("ping"))'
            tail -n 3 "$work/proxy.log" "$work/mongodb/log"
        } >&2
    fi
    printf '%s' $(($(now_ms) - began))
}

recovers() { # NAME [BEGAN_MS]
    local took
    took=$(recovery_ms "${@:2}")
    at_most "$took" "$recovery_limit_ms" "$1: answered again within two seconds ($took ms)"
}

at_most() { # MS LIMIT NAME
    if [[ $1 -le $2 ]]; then ok "$3"; else not_ok "$3" "took $1 ms, not $2"; fi
}

# The books, once the last reservations are past their deadlines.
balanced() {
    call POST /user/getUserData '{}' "$token"
    holds '.payload[0] | .availableTokens + .usedTokens == 1000000'
}

check_books() { # NAME
    local used count
    passes "$1: available and used are what was given" wait_for 20 balanced
    used=$(jq '.payload[0].usedTokens' <<<"$body")
    count=$(jq '.payload[0].generatedEmailCount' <<<"$body")
    is "$used" $((count * 250)) "$1: each email was charged once"
    call POST /email/getGeneratedEmail '{}' "$token"
    jq -r '.payload[]?._id' <<<"$body" | sort -u >"$work/stored"
    is "$(wc -l <"$work/stored")" "$count" "$1: every charged email is there, and no other"
    is "$(sort -u "$work"/acknowledged.* | comm -23 - "$work/stored" | wc -l)" 0 "$1: no acknowledged email is lost"
}

# Generates in the background until told to stop; writes down ids, statuses and times.
start_load() {
    local client
    loads=()
    rm -f "$work/stop"
    for client in 1 2 3 4; do
        (
            trap - EXIT
            while [[ ! -e $work/stop ]]; do
                curl -s --max-time 60 -o "$work/out.$client" -w '%{http_code} %{time_total} %header{retry-after}\n' \
                    -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$order" \
                    "$url/email/generateEmail" >>"$work/load.$client"
                jq -r 'select(.status == 1) | .payload[0].id' "$work/out.$client" >>"$work/acknowledged.$client" 2>/dev/null
                sleep 0.02
            done
        ) &
        loads+=($!)
    done
}

stop_load() { # NAME LONGEST_MS
    touch "$work/stop"
    wait "${loads[@]}"
    is "$(cat "$work"/load.? | awk '$1 != 200 && $1 != 503' | wc -l)" 0 "$1: every answer is an email or 503"
    is "$(cat "$work"/load.? | awk '$1 == 503 && $3 == ""' | wc -l)" 0 "$1: 503 says when to try again"
    at_most "$(cat "$work"/load.? | awk '{ t = $2 * 1000; if (t > longest) longest = t } END { print int(longest) }')" \
        "$2" "$1: nobody waited too long"
    ge "$(cat "$work"/load.? | grep -c '^200')" 1 "$1: some were answered ($(cat "$work"/load.? | wc -l) in all, $(cat "$work"/load.? | grep -c '^503') were 503)"
    rm -f "$work"/load.?
}

echo pass >"$mode_file"
start_server
DB_URI=$mongodb_uri
setpriv --pdeathsig TERM tests/api/tcp_proxy "$proxy_port" "$server_port" "$mode_file" 2>"$work/proxy.log" &
# directConnection: the server gives its own address, past the proxy.
export DB_URI="${mongodb_uri/:$server_port/:$proxy_port}?directConnection=true"
transport_start nginx
token=$(sign_in_as ann@example.com)
expect 200 "before anything happens" POST /email/generateEmail "$order" "$token"
jq -r '.payload[0].id' <<<"$body" >"$work/acknowledged.0"
workers=$(workers_of generateEmail | sort)

# --- stopped and started again -------------------------------------------------------------------

for ((i = 0; i < 3; i++)); do
    kill_server
    timed POST /user/getUserData '{}' "$token"
    [[ $i != 0 ]] || {
        is "$status" 503 "stopped: a read is 503"
        header_is "stopped: with Retry-After" Retry-After 1
        at_most "$took_ms" "$deadline_ms" "stopped: in time"
        expect 503 "stopped: a generation is 503" POST /email/generateEmail "$order" "$token"
        expect 503 "stopped: a sign-in is 503" POST /user/getJWTToken '{"email":"ann@example.com","idToken":"x","loginMethod":"dev"}'
        expect 503 "stopped: not ready" GET /health
        expect 200 "stopped: but alive" GET '/health?live'
        # Each process has one look at the server per second, and the others do not wait for it.
        began=$(now_ms)
        curl -s --parallel --parallel-immediate --parallel-max 40 -o "$work/burst" -d '{}' \
            -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$url/user/getUserData?[1-400]"
        at_most $(($(now_ms) - began)) 6000 "stopped: 400 requests do not wait for one another"
    }
    start_server
    passes "restarted: the server is there" wait_for 20 server_answers
    recovers "restarted, $((i + 1))"
done
expect 200 "restarted: a generation" POST /email/generateEmail "$order" "$token"
jq -r '.payload[0].id' <<<"$body" >>"$work/acknowledged.0"

start_load
sleep 1
kill_server
sleep 2
start_server
sleep 2
stop_load "killed under load" "$longest_ms"
check_books "killed under load"

# --- frozen --------------------------------------------------------------------------------------

# Whatever is asked for, and whether or not it is known by then that nobody answers.
kill -STOP "$mongodb_pid"
for path in /user/getUserData /email/getGeneratedEmail /email/generateEmail /user/deleteUser /user/getUserData; do
    body='{}'
    [[ $path != /email/generateEmail ]] || body=$order
    timed POST "$path" "$body" "$token"
    is "$status" 503 "frozen: $path is 503"
    at_most "$took_ms" "$deadline_ms" "frozen: within DB_TIMEOUT_MS ($took_ms ms)"
done
timed POST /user/getJWTToken '{"email":"ann@example.com","idToken":"x","loginMethod":"dev"}'
is "$status" 503 "frozen: a sign-in is 503"
at_most "$took_ms" "$deadline_ms" "frozen: within DB_TIMEOUT_MS ($took_ms ms)"
timed GET /health
is "$status" 503 "frozen: not ready"
at_most "$took_ms" "$deadline_ms" "frozen: within DB_TIMEOUT_MS ($took_ms ms)"
kill -CONT "$mongodb_pid"
recovers "thawed"
start_load
sleep 1
kill -STOP "$mongodb_pid"
sleep 3
kill -CONT "$mongodb_pid"
sleep 2
stop_load "frozen under load" "$longest_ms"
check_books "frozen under load"

# --- slow ----------------------------------------------------------------------------------------

echo delay 150 >"$mode_file"
expect 200 "slow: a read" POST /user/getUserData '{}' "$token"
expect 200 "slow: a generation" POST /email/generateEmail "$order" "$token"
jq -r '.payload[0].id' <<<"$body" >>"$work/acknowledged.0"
echo pass >"$mode_file"

# No command waits too long, but the request does: its commands share one deadline.
echo delay 1200 >"$mode_file"
timed POST /user/getUserData '{}' "$token"
is "$status" 503 "slow, each command: 503"
at_most "$took_ms" "$deadline_ms" "slow, each command: within DB_TIMEOUT_MS ($took_ms ms)"
echo pass >"$mode_file"
recovers "slow, each command"

# Slower than any timeout.
echo delay 8000 >"$mode_file"
for path in /user/getUserData /email/generateEmail; do
    body='{}'
    [[ $path != /email/generateEmail ]] || body=$order
    timed POST "$path" "$body" "$token"
    is "$status" 503 "too slow: $path is 503"
    at_most "$took_ms" "$longest_ms" "too slow: in time ($took_ms ms)"
done
echo pass >"$mode_file"
recovers "too slow"
start_load
sleep 1
echo delay 8000 >"$mode_file"
sleep 3
echo pass >"$mode_file"
sleep 2
stop_load "slow under load" "$longest_ms"
check_books "slow under load"

# --- errors for answers --------------------------------------------------------------------------

# CODE|STATUS|what it means: all of them pass by themselves, or by the operator.
while IFS='|' read -r code wanted what; do
    echo "refuse $code" >"$mode_file"
    timed POST /user/getUserData '{}' "$token"
    is "$status" "$wanted" "$what: a read"
    expect "$wanted" "$what: a generation" POST /email/generateEmail "$order" "$token"
    [[ $body != *test* ]] || not_ok "$what: the server's words are not passed on" "$body"
    echo pass >"$mode_file"
    recovers "$what"
done <<'END'
91|503|it is shutting down
10107|503|it is not the primary any more
14031|503|its disk is full
13|503|its user may not do this
END

# --- a primary that is alone ---------------------------------------------------------------------

# Whoever writes learns that it is not certain; whoever reads does not notice.
log_lines=$(wc -l <"$work/state/log/chatur.log")
echo alone >"$mode_file"
for ((i = 0; i < 4; i++)); do
    timed POST /email/generateEmail "$order" "$token"
    is "$status" 503 "alone: a generation is 503"
    at_most "$took_ms" 1000 "alone: as soon as that is known ($took_ms ms)"
    expect 200 "alone: a read is answered" POST /email/getGeneratedEmail '{}' "$token"
done
echo pass >"$mode_file"
said=$(tail -n "+$((log_lines + 1))" "$work/state/log/chatur.log")
ge "$(grep -c 'not acknowledged by the majority' <<<"$said")" 4 "alone: the log says what is missing"
is "$(grep -c 'does not answer' <<<"$said")" 0 "alone: and not that nobody answers"
expect 200 "alone no more: a generation" POST /email/generateEmail "$order" "$token"
check_books "alone"

# --- a network that swallows everything ----------------------------------------------------------

echo hang >"$mode_file"
timed POST /user/getUserData '{}' "$token"
is "$status" 503 "swallowed: 503"
at_most "$took_ms" "$deadline_ms" "swallowed: within DB_TIMEOUT_MS ($took_ms ms)"
echo pass >"$mode_file"
recovers "swallowed"

# --- cut off in the middle of answers ------------------------------------------------------------

echo cut 6 >"$mode_file"
start_load
sleep 6
echo pass >"$mode_file"
recovers "cut off"
sleep 2
stop_load "cut off" "$longest_ms"
check_books "cut off"

# --- stopping while the database is away ---------------------------------------------------------

is "$(workers_of generateEmail | sort)" "$workers" "all this time no process was restarted"
kill_server
call POST /user/getUserData '{}' "$token"
began=$(now_ms)
transport_stop
at_most $(($(now_ms) - began)) 8000 "the service stops without waiting for the database"
done_testing
