# What must hold whatever befalls Redis: two copies at a Redis behind a proxy, and requests at both. Sourced
# after lib.sh, transports.sh, expect.sh and copies.sh.
#
#   during FAULT BEGIN END   BEGIN and END are functions that make the fault and mend it
#   say MODE                 what the proxy does from now on (tests/api/tcp_proxy)
#   check_log                at the end
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that cross files

export JWT_KEY

# A cache call waits for 300 ms at the most, and then nobody asks for a second; Redis is used again within
# two seconds (the unit tests measure more closely). The rest is what a busy machine adds, and finding out.
longest_ms=1000 usual_ms=150 recovery_limit_ms=4000

mode_file=$work/proxy.mode
say() { printf '%s\n' "$*" >"$mode_file"; }
say pass
proxy_port=$(free_port)
/usr/bin/python3 tests/api/tcp_proxy "$proxy_port" "$redis_port" "$mode_file" 2>"$work/proxy.log" &
export DB_URI=sqlite:$shared_db DB_DURABILITY=normal REDIS_URL=redis://127.0.0.1:$proxy_port NEW_USER_COINS=1000000000
export RATE_GENERATE=100000/86400 RATE_LOGIN=100000/86400
start_redis || exit 1
proxy_answers() { [ "$(redis-cli -p "$proxy_port" PING 2>/dev/null)" = PONG ]; }
wait_for 10 proxy_answers || exit 1
mode=nginx
# shellcheck disable=SC2119 # the settings are in the environment
start_chatur && start_second || exit 1
first_url=http://127.0.0.1:$port second_url=http://127.0.0.1:$second_port
ann=$(signed_in ann@example.com)
eve=$(signed_in eve@example.com)
uid=$(as_if_by_nobody "SELECT uid FROM users WHERE email = 'eve@example.com'")

# --- what must hold in any fault -----------------------------------------------------------------------

# Until told to stop, a line per request: its status and how long it took.
ask_on() { # FILE PATH BODY
    while [ ! -e "$work/enough" ]; do
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' --max-time 10 -H "Authorization: Bearer $ann" \
            -H 'Content-Type: application/json' -d "$3" "$2"
        sleep 0.01
    done >>"$1"
}
start_load() {
    rm -f "$work/enough"
    touch "$work"/load.{1,2,3}
    ask_on "$work/load.1" "$first_url/email/generateEmail" \
        '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' &
    loads=($!)
    ask_on "$work/load.2" "$first_url/user/getJWTToken" '{"email":"bob@example.com","idToken":"x","loginMethod":"dev"}' &
    loads+=($!)
    ask_on "$work/load.3" "$second_url/prompt/getPrompts" '{}' &
    loads+=($!)
}
has_more_than() { # FILE COUNT
    (($(wc -l <"$1") > $2))
}
let_some_run() { # five more of each kind
    local file count
    for file in "$work"/load.{1,2,3}; do
        count=$(wc -l <"$file")
        wait_for 20 has_more_than "$file" $((count + 5))
    done
}
stop_load() { # FAULT
    local longest median
    touch "$work/enough"
    wait "${loads[@]}"
    sort -n -k 2 "$work"/load.? >"$work/load"
    longest=$(awk '{ t = $2 } END { print int(t * 1000) }' "$work/load")
    median=$(awk '{ t[NR] = $2 } END { print int(t[int((NR + 1) / 2)] * 1000) }' "$work/load")
    is "$(grep -vc '^200 ' "$work/load")" 0 "$1: of $(wc -l <"$work/load") requests every one is answered 200"
    ge "$longest_ms" "$longest" "$1: none takes long"
    ge "$usual_ms" "$median" "$1: and most take no longer than ever"
    rm "$work"/load.{1,2,3}
}

now_ms() {
    printf '%s' $((${EPOCHREALTIME/[.,]/} / 1000))
}

# Of a user who is there for this alone: a change that nobody is told of is not seen by who answers from
# memory.
answers_from_memory() {
    local seen
    count_of 200 30 "$eve" >/dev/null
    as_if_by_nobody "UPDATE users SET suspended = 1 WHERE uid = '$uid'"
    seen=$(count_of 200 10 "$eve")
    as_if_by_nobody "UPDATE users SET suspended = 0 WHERE uid = '$uid'"
    ((seen >= 1))
}
counts_in_redis() {
    redis FLUSHALL >/dev/null
    sign_in eve@example.com >/dev/null
    [[ $(redis KEYS '*') == *chatur:1:rate:* ]]
}
at_both() { # FUNCTION
    here
    "$1" || return 1
    there
    "$1"
}

round=0
during() { # FAULT BEGIN END
    local token began unknown
    [[ $1 =~ ${ONLY:-.} ]] || return 0 # for who looks into one of them
    round=$((round + 1))
    here
    token=$(signed_in "user$round@example.com")
    count_of 200 10 "$token" >/dev/null
    there
    count_of 200 10 "$token" >/dev/null
    start_load
    let_some_run
    $2
    let_some_run
    here
    call POST /user/deleteUser '{}' "$token"
    is "$status" 200 "$1: a user is erased"
    unknown=$(count_of 401 8 "$token")
    there
    is "$unknown $(count_of 401 8 "$token")" "8 8" "$1: and unknown to both copies at the next request"
    $3
    began=$(now_ms)
    wait_for 10 at_both counts_in_redis
    is $? 0 "$1: limits are counted in Redis again"
    ge "$recovery_limit_ms" $(($(now_ms) - began)) "$1: soon"
    wait_for 10 at_both answers_from_memory
    is $? 0 "$1: and sessions answered from memory"
    stop_load "$1"
}

check_log() {
    matches "$(cat "$work/state/log/chatur.log")" 'Redis is away' "the log says when Redis is away"
    matches "$(cat "$work/state/log/chatur.log")" 'Redis is back' "and when it is back"
    is "$(cat "$work"/{state,second}/log/chatur.log | grep -c '"level":"error"')" 0 "nothing else went wrong"
}

wait_for 10 at_both counts_in_redis
is $? 0 "limits are counted in Redis"
wait_for 10 at_both answers_from_memory
is $? 0 "sessions are answered from memory"
