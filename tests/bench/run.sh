#!/bin/bash
# make bench: what is fast is said as a ratio of two things measured side by side in this very run.
# Load goes to loopback only and is bounded in time. SECONDS_EACH makes each measurement longer.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
. tests/api/transports.sh
. tests/api/models.sh
. tests/api/database.sh

each=${SECONDS_EACH:-4}
export NEW_USER_COINS=1000000000 LOG_LEVEL=warning RATE_GENERATE=0 RATE_LOGIN=0

sign_in_for_load() {
    curl -s "$url/user/getJWTToken" -H 'Content-Type: application/json' \
        -d '{"email":"load@example.com","idToken":"x","loginMethod":"dev"}' | jq -r '.payload[0].token'
}

# requests per second: rate CONNECTIONS PATH BODY
rate() {
    cat >"$work/request.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $token"
wrk.body = '$3'
LUA
    wrk -t1 -c"$1" -d"${each}s" -s "$work/request.lua" "$url$2" >"$work/wrk.out"
    if grep -q 'Non-2xx' "$work/wrk.out"; then
        echo "wrk $2: $(grep 'Non-2xx' "$work/wrk.out")" >&2
    fi
    awk '/Requests\/sec/ { print int($2) }' "$work/wrk.out"
}

median() { # of the lines of standard input
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

row() { # WHAT VALUE GOAL
    printf '%-66s %14s   (goal: %s)\n' "$1" "$2" "$3"
}

resident_kib() { # of the largest worker of an endpoint
    for pid in $(workers_of "$1"); do
        awk '/VmRSS/ { print $2 }' "/proc/$pid/status"
    done | sort -n | tail -1
}

# --- an authenticated request against a bare hello ---------------------------------------------------
# The yardstick is one more endpoint of the copy: the same supervisor, as many processes, the same NGINX.
export DB_DURABILITY=normal
mkdir "$work/build"
cp -R "$BUILD/bin" "$BUILD/cgi-bin" "$work/build"
mkdir "$work/build/cgi-bin/bench"
cp "$BUILD/tests/bench/hello" "$work/build/cgi-bin/bench"
transport_start shell
token=$(call POST /user/getJWTToken '{"email":"load@example.com","idToken":"x","loginMethod":"dev"}' && jq -r '.payload[0].token' <<<"$body")
call POST /prompt/getPrompts '{}' "$token"
export HELLO_BYTES=${#body}
transport_stop
built=$BUILD
export BUILD=$work/build HOME_DIR=$PWD
transport_start nginx
rate 32 /prompt/getPrompts '{}' >/dev/null
for _ in 1 2 3; do
    rate 32 /bench/hello '{}' >>"$work/hello"
    rate 32 /prompt/getPrompts '{}' >>"$work/prompts"
done
hello_rate=$(median <"$work/hello")
prompts_rate=$(median <"$work/prompts")
row "bare libfcgi hello behind the same NGINX, $HELLO_BYTES bytes, requests/s" "$hello_rate" "the yardstick"
row "authenticated getPrompts through NGINX, requests/s" "$prompts_rate" "-"
row "  ratio" "$(ratio "$prompts_rate" "$hello_rate")" ">= 0.60"

# --- memory ------------------------------------------------------------------------------------------
before=$(resident_kib getPrompts)
total=0
while [ $total -lt 100000 ]; do
    total=$((total + $(rate 32 /prompt/getPrompts '{}') * each))
done
row "a getPrompts worker's memory after that, KiB" "$before" "<= 8192"
row "  and after $total more requests, KiB" "$(resident_kib getPrompts)" "<= 8192, flat"

# --- generating --------------------------------------------------------------------------------------
order='{"subject":"Leave on Friday","keywords":"dentist, Sam covers","promptId":"1","toEmail":"jane.doe@example.com"}'
row "offline generateEmail, stored, SQLite NORMAL, emails/s" "$(rate 64 /email/generateEmail "$order")" ">= 3000"
row "  a generateEmail worker's memory, 64 threads busy, KiB" "$(resident_kib generateEmail)" "<= 8192"
transport_stop
export BUILD=$built
row "the offline generator's slowest email, 1000 characters, us" "$("$BUILD/tests/bench/offline_speed")" "<= 1000"
unset HOME_DIR HELLO_BYTES

rm -rf "$work/state"
export DB_DURABILITY=full
transport_start nginx
token=$(sign_in_for_load)
"$BUILD/tests/bench/fsync_rate" "$work/state/fsync" 1000 >/dev/null
fsyncs=$("$BUILD/tests/bench/fsync_rate" "$work/state/fsync" $((each * 1000)))
full=$(rate 64 /email/generateEmail "$order")
fsyncs=$(printf '%s\n' "$fsyncs" "$("$BUILD/tests/bench/fsync_rate" "$work/state/fsync" $((each * 1000)))" | sort -n | head -1)
row "fdatasync of one page on this disk, per second" "$fsyncs" "the yardstick"
row "offline generateEmail, stored, SQLite FULL, emails/s" "$full" "-"
row "  ratio" "$(ratio "$full" "$fsyncs")" ">= 1.00, or 3000/s"
transport_stop

# --- waiting for a model ------------------------------------------------------------------------------
# One process with 500 threads, each of which waits two seconds for a stand-in; and what we add to the
# time that a model takes, at a moderate load. The stand-in alone, asked by the same client, is the
# yardstick. The loop is closed: 500 / mean latency is its rate, without the first and last waves that
# a rate over a few seconds would cut in two.
#
# For what we add, the clients pause for random times: without, they would all ask at the same moment,
# again and again, and wait for each other. The stand-in writes as models do, piece by piece.
# p50, p99 and mean in microseconds: latencies CONNECTIONS SECONDS MOST_PAUSE_MS URL BODY
latencies() {
    cat >"$work/latency.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $token"
wrk.body = '$5'
function delay() return math.random(0, $3) end
done = function(summary, latency)
    print("latencies", latency:percentile(50), latency:percentile(99), latency.mean)
end
LUA
    wrk -t1 -c"$1" -d"${2}s" --timeout 30s -s "$work/latency.lua" "$4" >"$work/wrk.out"
    grep 'Non-2xx' "$work/wrk.out" >&2
    awk '/^latencies/ { printf "%d %d %d\n", $2, $3, $4 }' "$work/wrk.out"
}

ulimit -n "$(ulimit -Hn)"
model_server_start models
export WORKERS=1 THREADS=500 GENERATORS=openai
rm -rf "$work/state"
DB_DURABILITY=normal OPENAI_BASE_URL="http://127.0.0.1:$model_port/ok:2000/v1" transport_start nginx
token=$(sign_in_for_load)
read -r _ _ mean < <(latencies 500 $((each * 4)) 0 "$url/email/generateEmail" "$order")
row "500 threads that wait 2 s each for a model, emails/s (ideal: 250)" "$((500000000 / mean))" ">= 240"
row "  that generateEmail worker's memory, KiB" "$(resident_kib generateEmail)" "<= 65536"
transport_stop
rm -rf "$work/state"
DB_DURABILITY=normal OPENAI_BASE_URL="http://127.0.0.1:$model_port/slowly:14/v1" transport_start nginx
token=$(sign_in_for_load)
direct=http://127.0.0.1:$model_port/slowly:14/v1/chat/completions
latencies 40 2 100 "$url/email/generateEmail" "$order" >/dev/null
read -r p50 p99 _ < <(latencies 40 $((each * 2)) 100 "$direct" '{}')
read -r all50 all99 _ < <(latencies 40 $((each * 2)) 100 "$url/email/generateEmail" "$order")
row "the stand-in alone, 40 clients, p50 / p99 ms" "$(ratio "$p50" 1000) / $(ratio "$p99" 1000)" "the yardstick"
row "  what we add to it, p50 ms" "$(ratio $((all50 - p50)) 1000)" "<= 1"
row "  what we add to it, p99 ms" "$(ratio $((all99 - p99)) 1000)" "<= 3"

# The first words of a stream wait for the third one, and for the character behind a space or a line
# break: in the stand-in's email that is the third piece of seven, and two pauses. That time is the
# model's, not ours to save; what is ours is the rest. The same client asks both, one at a time; its start is in all three.
first_delta_ms() { # URL BODY WORDS [HEADER]: from the request to the line that has these words
    local from=$EPOCHREALTIME line
    while IFS= read -r line; do
        [[ $line != *"$3"* ]] || break
    done < <(curl -sN "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -H "${4:-Accept: */*}" -d "$2")
    awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { print (to - from) * 1000 }'
}
for ((i = 0; i < 21; i++)); do
    first_delta_ms "$direct" '{"stream":true}' 'Dear Jane' >>"$work/first_word"
    first_delta_ms "$direct" '{"stream":true}' 'away on Friday' >>"$work/held_words"
    first_delta_ms "$url/email/generateEmail" "$order" 'data: {"text"' 'Accept: text/event-stream' >>"$work/first_delta"
done
held=$(median <"$work/held_words")
row "streamed, the stand-in by curl: first word / third, p50 ms" "$(median <"$work/first_word") / $held" "the yardstick"
row "  the first delta through NGINX, p50 ms" "$(median <"$work/first_delta")" "none: held for the third word"
transport_stop
unset WORKERS THREADS GENERATORS
rm -rf "$work/state"

# --- knowing who asks --------------------------------------------------------------------------------
redis_port=$(free_port)
redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work" --logfile "$work/redis.log" &
redis=$!
redis_answers() { redis-cli -p "$redis_port" PING >/dev/null 2>&1; }
wait_for 10 redis_answers
read -r from_memory from_redis < <("$BUILD/tests/bench/session_check" "$redis_port" "$work/state")
row "a GET from Redis over loopback, ns" "$from_redis" "the yardstick"
row "a session from memory that Redis keeps right, ns" "$from_memory" "-"
row "  ratio" "$(ratio "$from_redis" "$from_memory")" ">= 25"

# The same request, on the two servers and on nothing but this machine's files.
transport_start nginx
token=$(sign_in_for_load)
rate 32 /prompt/getPrompts '{}' >/dev/null
for _ in 1 2 3; do rate 32 /prompt/getPrompts '{}'; done >"$work/embedded"
transport_stop
# shellcheck disable=SC2119 # no options
mongodb_start
export DB_URI=$mongodb_uri REDIS_URL=redis://127.0.0.1:$redis_port
chatur_command database prepare >/dev/null
transport_start nginx
token=$(sign_in_for_load)
rate 32 /prompt/getPrompts '{}' >/dev/null
for _ in 1 2 3; do rate 32 /prompt/getPrompts '{}'; done >"$work/servers"
transport_stop
unset DB_URI REDIS_URL
mongodb_stop
kill $redis
wait $redis 2>/dev/null
embedded=$(median <"$work/embedded")
servers=$(median <"$work/servers")
row "authenticated getPrompts on SQLite, requests/s" "$embedded" "the yardstick"
row "  on MongoDB and Redis, requests/s" "$servers" "-"
row "  ratio" "$(ratio "$servers" "$embedded")" ">= 0.90"

# --- a page of history -------------------------------------------------------------------------------
rm -rf "$work/state"
transport_start nginx
token=$(sign_in_for_load)
for ((i = 0; i < 100; i++)); do
    call POST /email/generateEmail "$order" "$token"
done
rate 8 /email/getGeneratedEmail '{"limit":20}' >/dev/null
rate 8 /email/getGeneratedEmail '{"limit":20}' >"$work/short"
sqlite3 "$work/state/chatur.db" "PRAGMA busy_timeout=5000; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99900)
    INSERT INTO emails SELECT printf('%024x', n.i), e.uid, e.prompt_id, e.subject, e.keywords, e.to_email, e.coins, n.i,
        e.provider, e.model, e.finish_reason, e.template_version, 1, 1, 0, 0, '', e.text
    FROM n, (SELECT * FROM emails LIMIT 1) AS e" >/dev/null
rate 8 /email/getGeneratedEmail '{"limit":20}' >/dev/null
rate 8 /email/getGeneratedEmail '{"limit":20}' >"$work/long"
transport_stop
row "20 emails of a history of 100, SQLite, pages/s" "$(<"$work/short")" "the yardstick"
row "  of a history of 100,000, pages/s" "$(<"$work/long")" "-"
row "  time, ratio" "$(ratio "$(<"$work/short")" "$(<"$work/long")")" "<= 1.50"

# --- CGI ---------------------------------------------------------------------------------------------
rm -rf "$work/state"
transport_start cgi
# An account with a history as people have it.
token=$(call POST /user/getJWTToken '{"email":"cgi@example.com","idToken":"x","loginMethod":"dev"}' && jq -r '.payload[0].token' <<<"$body")
for ((i = 0; i < 20; i++)); do
    call POST /email/generateEmail "$order" "$token"
done
printf '{}' >"$work/nothing"
printf '%s' "$order" >"$work/order"
for endpoint in prompt/getPrompts user/getUserData email/getGeneratedEmail email/generateEmail; do
    body=$work/nothing
    [ $endpoint != email/generateEmail ] || body=$work/order
    read -r middle slowest < <(env -i "${endpoint_env[@]}" REQUEST_METHOD=POST HTTP_AUTHORIZATION="Bearer $token" \
        "$BUILD/tests/bench/cgi_start" 200 "$BUILD/cgi-bin/$endpoint" "$body")
    row "CGI $endpoint, exec to first byte, median ms (slowest $slowest)" "$middle" "<= 10"
done
