#!/bin/bash
# make bench: what is fast is said as a ratio of two things measured side by side in this very run.
# Load goes to loopback only and is bounded in time. SECONDS_EACH makes each measurement longer.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
. tests/api/transports.sh

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
export DB_DURABILITY=normal
transport_start nginx
token=$(sign_in_for_load)
size=$(curl -s "$url/prompt/getPrompts" -H "Authorization: Bearer $token" -d '' | wc -c)
mkdir -p "$work/state/run/bench"
spawn-fcgi -n -s "$work/state/run/bench/hello.sock" -- "$BUILD/tests/bench/hello" "$size" >/dev/null 2>&1 &
hello=$!
wait_for 5 test -S "$work/state/run/bench/hello.sock"
rate 32 /prompt/getPrompts '{}' >/dev/null
for _ in 1 2 3; do
    rate 32 /bench/hello '{}' >>"$work/hello"
    rate 32 /prompt/getPrompts '{}' >>"$work/prompts"
done
kill -9 $hello # libfcgi takes TERM for the end of the next request
wait $hello 2>/dev/null
hello_rate=$(median <"$work/hello")
prompts_rate=$(median <"$work/prompts")
row "bare libfcgi hello behind the same NGINX, $size bytes, requests/s" "$hello_rate" "the yardstick"
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
row "  a generateEmail worker's memory, KiB" "$(resident_kib generateEmail)" "<= 8192"
transport_stop

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

# --- knowing who asks --------------------------------------------------------------------------------
redis_port=$(free_port)
redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work" --logfile "$work/redis.log" &
redis=$!
redis_answers() { redis-cli -p "$redis_port" PING >/dev/null 2>&1; }
wait_for 10 redis_answers
read -r from_memory from_redis < <("$BUILD/tests/bench/session_check" "$redis_port" "$work/state")
kill $redis
wait $redis 2>/dev/null
row "a GET from Redis over loopback, ns" "$from_redis" "the yardstick"
row "a session from memory that Redis keeps right, ns" "$from_memory" "-"
row "  ratio" "$(ratio "$from_redis" "$from_memory")" ">= 25"

# --- CGI ---------------------------------------------------------------------------------------------
transport_start cgi
for endpoint in prompt/getPrompts user/getUserData email/getGeneratedEmail email/generateEmail; do
    read -r middle slowest < <(env -i "${endpoint_env[@]}" REQUEST_METHOD=POST HTTP_AUTHORIZATION="Bearer $token" \
        "$BUILD/tests/bench/cgi_start" 200 "$BUILD/cgi-bin/$endpoint")
    row "CGI $endpoint, exec to first byte, median ms (slowest $slowest)" "$middle" "<= 10"
done
