# Two copies of the service that share a SQLite database and a Redis. Sourced after lib.sh and
# transports.sh, with the settings in the environment.
#
#   start_redis · kill_redis · redis COMMAND…   a redis-server at $redis_port, its process is $redis_pid
#   start_second · stop_second                  the copy beside start_chatur's
#   here · there                                which of the two $url is
#   count_of STATUS COUNT TOKEN                 how many of COUNT getPrompts are answered STATUS
#   signed_in EMAIL                             prints a token
#   as_if_by_nobody SQL                         changes the database at $shared_db behind everybody's back
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that cross files

redis_pid='' redis_password='' redis_port=$(free_port)
redis() {
    redis-cli -p "$redis_port" ${redis_password:+-a "$redis_password"} "$@" 2>/dev/null
}
start_redis() {
    redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work" --logfile "$work/redis.log" &
    redis_pid=$!
    wait_for 10 redis_answers
}
redis_answers() {
    [ "$(redis PING)" = PONG ]
}
kill_redis() {
    kill -KILL "$redis_pid"
    wait "$redis_pid" 2>/dev/null
}

# The second copy: what start_chatur does, beside the first.
second_pid=''
start_second() {
    second_port=$(free_port)
    env STATE_DIR="$work/second" PORT="$second_port" DEMO=0 etc/run >"$work/second.log" 2>&1 &
    second_pid=$!
    wait_for 20 grep -q '^ChaturMail is ready' "$work/second.log"
}
stop_second() {
    [ -z "$second_pid" ] || { kill -TERM "$second_pid" && wait "$second_pid"; }
    second_pid=''
}
trap 'stop_second; clean_up' EXIT

here() { url=http://127.0.0.1:$port; }
there() { url=http://127.0.0.1:$second_port; }

count_of() { # STATUS COUNT TOKEN
    local i requests=()
    for ((i = 0; i < $2; i++)); do
        requests+=("$url/prompt/getPrompts")
    done
    curl -s -o /dev/null -w '%{http_code}\n' --max-time 10 -H "Authorization: Bearer $3" -d '' \
        "${requests[@]}" | sed 's/.*\(...\)$/\1/' | grep -c "$1"
}
signed_in() { # EMAIL: prints a token; what went wrong goes to the log
    local token
    token=$(sign_in "$1")
    [[ $token == ?*.*.* ]] || cat "$work/answer" "$work/state/log/chatur.log" >&2
    printf '%s' "$token"
}
shared_db=$work/shared.db
as_if_by_nobody() { # SQL: a change that no cache hears of
    sqlite3 -cmd '.timeout 5000' "$shared_db" "$1"
}
