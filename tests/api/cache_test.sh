#!/bin/bash
# Two copies that share a database and a Redis: who is erased or suspended at one is refused at the
# other at the very next request, though both answer from memory; limits hold for both together; and
# Redis in trouble is nothing that a client sees. Then without Redis: one copy, and plain CGI.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/copies.sh
export JWT_KEY

generate() { # TOKEN
    call POST /email/generateEmail \
        '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$1"
}
header() { # NAME
    sed -n "s/^$1: //Ip" "$headers"
}

export DB_URI=sqlite:$shared_db REDIS_URL=redis://127.0.0.1:$redis_port RATE_GENERATE=4/3600 RATE_LOGIN=60/3600
export LOG_LEVEL=debug
start_redis || exit 1
mode=nginx
# shellcheck disable=SC2119 # the settings are in the environment
start_chatur && start_second || exit 1

# --- answered from memory ----------------------------------------------------------------------------

ann=$(signed_in ann@example.com)
uid=$(as_if_by_nobody "SELECT uid FROM users WHERE email = 'ann@example.com'")
from_memory=0
for _ in 1 2 3 4 5; do
    count_of 200 20 "$ann" >/dev/null
    as_if_by_nobody "UPDATE users SET suspended = 1 WHERE uid = '$uid'"
    from_memory=$((from_memory + $(count_of 200 10 "$ann")))
    as_if_by_nobody "UPDATE users SET suspended = 0 WHERE uid = '$uid'"
done
ge "$from_memory" 5 "sessions are answered from memory: they do not see what nobody told of"
as_if_by_nobody "UPDATE users SET suspended = 1 WHERE uid = '$uid'"
refused() { [ "$(count_of 403 10 "$ann")" = 10 ]; }
wait_for 3 refused
is $? 0 "but no longer than a value may live"
as_if_by_nobody "UPDATE users SET suspended = 0 WHERE uid = '$uid'"
let_in() { [ "$(count_of 200 10 "$ann")" = 10 ]; }
wait_for 3 let_in

generate "$ann"
is "$status" 200 "an email is written"
for _ in 1 2 3; do
    call POST /user/getUserData '{}' "$ann"
    answer_has "the coins are the store's, not the memory's" '.payload[0].availableTokens == 9750'
done

# --- the very next request ---------------------------------------------------------------------------

wrong=0 known=0
for ((round = 0; round < 15; round++)); do
    here
    token=$(signed_in "user$round@example.com")
    there
    known=$((known + $(count_of 200 8 "$token")))
    here
    call POST /user/deleteUser '{}' "$token"
    [ "$status" = 200 ] || wrong=$((wrong + 1))
    there
    [ "$(count_of 401 8 "$token")" = 8 ] || wrong=$((wrong + 1))
    here
    [ "$(count_of 401 8 "$token")" = 8 ] || wrong=$((wrong + 1))
done
is "$known" 120 "fifteen users are known at the second copy"
is "$wrong" 0 "erased at the first, they are unknown to every worker of both at the next request"

wrong=0
for ((round = 0; round < 5; round++)); do
    there
    count_of 200 10 "$ann" >/dev/null
    chatur_command user suspend "$uid" >/dev/null || wrong=$((wrong + 1))
    [ "$(count_of 403 8 "$ann")" = 8 ] || wrong=$((wrong + 1))
    chatur_command user restore "$uid" >/dev/null || wrong=$((wrong + 1))
    [ "$(count_of 200 8 "$ann")" = 8 ] || wrong=$((wrong + 1))
done
is "$wrong" 0 "suspended and restored by the command, also"
env -u JWT_KEY STATE_DIR="$work/state" "$BUILD/bin/chatur" user suspend "$uid" >/dev/null
is "$(count_of 403 8 "$ann")" 8 "also from a shell that has no JWT_KEY"
chatur_command user restore "$uid" >/dev/null

# --- limits ------------------------------------------------------------------------------------------

bob=$(signed_in bob@example.com)
here
generate "$bob"
is "$status $(header RateLimit-Limit) $(header RateLimit-Remaining) $(header RateLimit-Reset)" "200 4 3 900" \
    "a success says what is left"
is "$(header Retry-After)" "" "and nothing of trying again"
there
generate "$bob"
is "$status $(header RateLimit-Remaining)" "200 2" "the second copy counts on"
here
generate "$bob"
there
generate "$bob"
is "$status $(header RateLimit-Remaining)" "200 0" "to the last"
for copy in here there; do
    $copy
    generate "$bob"
    is "$status $(header RateLimit-Limit) $(header RateLimit-Remaining)" "429 4 0" "$copy: then it is 429"
    answer_has "in an envelope" '. == {status: 0, message: "Too many requests, please try again later", payload: null}'
    ge "$(header Retry-After)" 800 "with a Retry-After"
done
call POST /user/getUserData '{}' "$bob"
answer_has "what was refused cost nothing" '.payload[0].availableTokens == 9000'
carl=$(signed_in carl@example.com)
generate "$carl"
is "$status" 200 "another user is not held up"

refused=0
for ((i = 0; i < 65; i++)); do
    sign_in dora@example.com >/dev/null
    [ "$status" != 429 ] || refused=$((refused + 1))
done
is "$refused" 5 "signing in as the same user is limited"
call POST /user/getJWTToken '{"email":"dora@example.com","idToken":"any","loginMethod":"dev"}'
is "$status $(header RateLimit-Limit) $(header RateLimit-Remaining)" "429 60 0" "and the answer says by which limit"
sign_in emil@example.com >/dev/null
is "$status" 200 "as another one it is not"

names=$(redis KEYS '*')
matches "$names" 'chatur:1:rate:[0-9a-f]{16}' "Redis holds hashes"
is "$(grep -vcE '^chatur:1:(rate|user|time):[0-9a-f]{16}$' <<<"$names")" 0 "and nothing else"

# --- Redis in trouble, while requests run ------------------------------------------------------------

run_requests() { # a loop that writes a line per request: its status and how long it took
    while [ ! -e "$work/enough" ]; do
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' --max-time 10 -H "Authorization: Bearer $ann" \
            -d '' "http://127.0.0.1:$port/prompt/getPrompts"
    done >"$1"
}
for i in 1 2 3 4; do
    run_requests "$work/load.$i" &
    loads[i]=$!
done
is_working() { [ "$(redis DBSIZE)" -gt 0 ]; }
some_requests() { [ "$(cat "$work"/load.? | wc -l)" -ge "$1" ]; }
so_far() { cat "$work"/load.? | wc -l; }
wait_for 10 some_requests 100
kill_redis
wait_for 10 some_requests $(($(so_far) + 100))
here
fred=$(signed_in fred@example.com)
there
count_of 200 8 "$fred" >/dev/null
here
call POST /user/deleteUser '{}' "$fred"
is "$status" 200 "erasing works without Redis"
there
is "$(count_of 401 8 "$fred")" 8 "and holds at the other copy when it is answered"
start_redis
wait_for 10 some_requests $(($(so_far) + 100))
redis CLIENT KILL TYPE pubsub >/dev/null
redis CLIENT KILL TYPE normal SKIPME yes >/dev/null
redis FLUSHALL >/dev/null
wait_for 10 some_requests $(($(so_far) + 100))
here
gina=$(signed_in gina@example.com)
there
count_of 200 10 "$gina" >/dev/null
kill -STOP "$redis_pid"
here
call POST /user/deleteUser '{}' "$gina"
is "$status" 200 "erasing works with Redis frozen"
there
is "$(count_of 401 8 "$gina")" 8 "and holds at the other copy when it is answered"
wait_for 10 some_requests $(($(so_far) + 100))
kill -CONT "$redis_pid"
wait_for 10 some_requests $(($(so_far) + 100))
touch "$work/enough"
wait "${loads[@]}"
is "$(cat "$work"/load.? | grep -vc '^200 ')" 0 "of $(so_far) requests meanwhile every one was answered 200"
is "$(cat "$work"/load.? | awk '$2 > 2.0' | wc -l)" 0 "and none took longer than two seconds"
matches "$(cat "$work/state/log/chatur.log")" 'Redis is away' "the log says when Redis is away"
matches "$(cat "$work/state/log/chatur.log")" 'Redis is back' "and when it is back"

recovered() { # in the memory of both copies again
    count_of 200 30 "$ann" >/dev/null
    as_if_by_nobody "UPDATE users SET suspended = 1 WHERE uid = '$uid'"
    local seen
    seen=$(count_of 200 10 "$ann")
    as_if_by_nobody "UPDATE users SET suspended = 0 WHERE uid = '$uid'"
    [ "$seen" -ge 1 ]
}
here
wait_for 5 recovered
is $? 0 "sessions are answered from memory again"
stop_second
stop_chatur
kill_redis
unset REDIS_URL

# --- without Redis -----------------------------------------------------------------------------------

as_if_by_nobody "DELETE FROM users"
# shellcheck disable=SC2119
start_chatur || exit 1
ann=$(signed_in ann@example.com)
count_of 200 30 "$ann" >/dev/null
as_if_by_nobody "UPDATE users SET suspended = 1"
is "$(count_of 403 10 "$ann")" 10 "without Redis every request asks the store"
as_if_by_nobody "UPDATE users SET suspended = 0"
for wanted in 200 200 200 200 429 429; do
    generate "$ann"
    is "$status" $wanted "the workers of a copy count together: $wanted"
done
is "$(stat -c '%a' "$work/state/limits")" 600 "in a file that is the service's alone"
stop_chatur

# Plain CGI: every request is a process of its own.
cgi() { # ENDPOINT BODY TOKEN ADDRESS: prints the status; the header lines are in $headers
    printf '%s' "$2" | env -i PATH="$PATH" STATE_DIR="$work/state" JWT_KEY="$JWT_KEY" DB_URI="$DB_URI" DEV_LOGIN=1 \
        RATE_GENERATE=3/3600 RATE_LOGIN="${rate_login:-1/3600}" REQUEST_METHOD=POST CONTENT_TYPE=application/json \
        CONTENT_LENGTH="${#2}" HTTP_AUTHORIZATION="Bearer $3" REMOTE_ADDR="$4" SERVER_ADDR=127.0.0.1 \
        "$BUILD/cgi-bin/$1" 2>/dev/null | tr -d '\r' >"$headers"
    sed -n 's/^Status: \([0-9]*\).*/\1/p' "$headers"
}
order='{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'
as_if_by_nobody "UPDATE users SET email = 'old', uid = 'old'" # so that this one is new
rm "$work/state/limits"
# shellcheck disable=SC2119
start_chatur || exit 1
hans=$(signed_in hans@example.com)
stop_chatur
for i in 1 2 3 4 5; do
    headers=$work/headers.$i cgi email/generateEmail "$order" "$hans" 203.0.113.7 &
done >"$work/cgi"
wait
is "$(sort "$work/cgi" | uniq -c | tr -s ' \n' ' ')" " 3 200 2 429 " "CGI processes at once count together"
for i in {1..13}; do
    cgi user/getJWTToken "{\"email\":\"i$i@example.com\",\"idToken\":\"x\",\"loginMethod\":\"dev\"}" '' 2001:db8:7::"$i"
done >"$work/cgi"
is "$(sort "$work/cgi" | uniq -c | tr -s ' \n' ' ')" " 10 200 3 429 " "an address may sign in ten times as often as a user"
is "$(cgi user/getJWTToken '{"email":"ida@example.com","idToken":"x","loginMethod":"dev"}' '' 2001:db8:8::1)" 200 \
    "another address is not held up"
as_one() { # EMAIL ADDRESS: what the answer says of limits
    local code
    code=$(rate_login=2/3600 cgi user/getJWTToken "{\"email\":\"$1\",\"idToken\":\"x\",\"loginMethod\":\"dev\"}" '' "$2")
    printf '%s ' "$code" "$(header RateLimit-Limit)" "$(header RateLimit-Remaining)" "$(header Retry-After)"
}
is "$(as_one jan@example.com 198.51.100.1)" "200 2 1  " "a success says what is left of the user's own limit"
is "$(as_one jan@example.com 198.51.100.2)" "200 2 0  " "wherever they are"
matches "$(as_one jan@example.com 198.51.100.3)" '^429 2 0 (1800|1799|1798) $' "a refusal for the user's sake says the user's"
for i in {1..19}; do
    as_one "k$i@example.com" 198.51.100.4 >/dev/null
done
is "$(as_one k20@example.com 198.51.100.4)" "200 20 0  " "a success says the address's when that leaves less"
matches "$(as_one k21@example.com 198.51.100.4)" '^429 20 0 (180|17[0-9]) $' "and so does a refusal for its sake"
is "$(grep -rlE '2001:db8|203\.0\.113|198\.51\.100' "$work/state" | wc -l)" 0 "no address is written anywhere"
done_testing
