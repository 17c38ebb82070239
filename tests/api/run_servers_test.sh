#!/bin/bash
# `make run` with DB_URI and REDIS_URL: the same demonstration, on a MongoDB and a Redis that want
# passwords. The data is there and nowhere else; TERM stops what was started, and the servers are not.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/run.sh
. tests/api/database.sh

redis_port=$(free_port) state=$work/state
redis() {
    redis-cli -p "$redis_port" -a 'p@ss/word' -n 3 "$@" 2>/dev/null
}
redis_answers() { [ "$(redis PING)" = PONG ]; }
redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --requirepass 'p@ss/word' --dir "$work" \
    --logfile "$work/redis.log" &
redis_pid=$!
mongodb_start --auth
wait_for 10 redis_answers || exit 1
export DB_URI=$mongodb_uri REDIS_URL="redis://:p%40ss%2Fword@127.0.0.1:$redis_port/3"
export RATE_GENERATE=4/3600

# What `make run` does when all is built: building is left out, for a test that runs beside others.
run_command=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -n run 2>/dev/null | tail -n 1)
matches "$run_command" 'setpriv --pdeathsig TERM etc/run$' "make run comes down to etc/run"
run_command="env BUILD='$BUILD' setpriv --pdeathsig TERM etc/run"

# --- the demonstration -------------------------------------------------------------------------------

port=$(free_port) url=http://127.0.0.1:$port
run "$state" "$port" "$work/log"
wait_for 30 grep -q 'Ctrl-C' "$work/log"
said=$(<"$work/log")
matches "$said" "The database is MongoDB: mongodb://[^ ]*127.0.0.1" "it says which database it is"
matches "$said" "ChaturMail is ready at $url" "and that it is ready"
matches "$said" 'Three days of leave' "an email about the subject is shown"
matches "$said" 'Asha' "with the keywords"
is "$(grep -c 'did not work' "$work/log")" 0 "every step worked"
is "$(grep -rlE 'p@ss/w|p%40ss' "$state/log" "$work/log" | wc -l)" 0 "no log has a password"

# --- the data ------------------------------------------------------------------------------------------

is "$(mongodb 'print(*(u["email"] for u in db.usermodels.find()))')" demo@example.com "the user is in MongoDB"
text=$(mongodb 'print(*(e["generatedEmail"] for e in db.generatedemails.find({"subject": "Three days of leave"})))')
matches "$text" 'Asha' "and the email"
is "$(mongodb 'print(all(len(c.index_information()) > 1 for c in (db.usermodels, db.generatedemails)))')" True "with the indexes"
is "$(find "$state" -name '*.db*' | wc -l)" 0 "there is no other database"
is "$(find "$state" -name limits | wc -l)" 0 "nor are limits counted on this machine alone"
matches "$(redis KEYS 'chatur:1:rate:*')" 'chatur:1:rate:' "but in Redis"

token=$(sign_in ann@example.com)
generate() {
    post /email/generateEmail '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$token"
}
for wanted in 200 200 200 200 429; do
    generate
    is "$status" $wanted "the limit holds: $wanted"
done
redis FLUSHDB >/dev/null
generate
is "$status" 200 "and it is Redis that knows of it"

listens() { # to Redis: from its second request on
    post /prompt/getPrompts '{}' "$token"
    [[ -n $(redis CLIENT LIST TYPE pubsub) ]]
}
passes "sessions are kept in memory while Redis says that nothing has changed" wait_for 10 listens
post /user/deleteUser '{}' "$token"
is "$status" 200 "who is erased"
matches "$(redis KEYS 'chatur:1:user:*')" 'chatur:1:user:' "Redis tells everybody of"
post /prompt/getPrompts '{}' "$token"
is "$status" 401 "and they are unknown at the next request"
is "$(mongodb 'print(db.usermodels.count_documents({}), db.generatedemails.count_documents({}))')" "1 1" "and in MongoDB"

# --- stopping -----------------------------------------------------------------------------------------

kill -TERM "$run_pid"
end_of "$run_pid"
is $? 0 "TERM ends it, with 0"
passes "no process is left" has_no_processes "$state"
passes "MongoDB is left alone" kill -0 "$mongodb_pid"
is "$(mongodb 'print(int(db.command("ping")["ok"]))')" 1 "and answers"
passes "so is Redis" kill -0 "$redis_pid"
is "$(redis PING)" PONG "and answers"
is "$(redis CLIENT LIST | grep -c .)" 1 "with no connection left but the test's own"

# --- again --------------------------------------------------------------------------------------------

run "$state" "$port" "$work/log" DEMO=0
wait_for 30 is_ready "$work/log"
passes "it starts again on what is there" is_ready "$work/log"
post /user/getUserData '{}' "$(sign_in demo@example.com)"
is "$(jq '.payload[0].generatedEmailCount' <<<"$body")" 1 "and the demonstration's email is still there"
kill -INT "$run_pid"
end_of "$run_pid"
is $? 0 "Ctrl-C ends it, with 0"
passes "MongoDB is left alone" kill -0 "$mongodb_pid"
passes "so is Redis" kill -0 "$redis_pid"

# --- servers that are not there -----------------------------------------------------------------------

kill "$redis_pid" && wait "$redis_pid"
run "$state" "$port" "$work/log"
wait_for 30 grep -q 'Ctrl-C' "$work/log"
is "$(grep -c 'did not work' "$work/log")" 0 "without its Redis the demonstration works as well"
kill -TERM "$run_pid"
end_of "$run_pid"
mongodb_stop
run "$state" "$port" "$work/log"
end_of "$run_pid"
is $? 1 "without its MongoDB it does not start"
matches "$(<"$work/log")" 'the database is not ready' "and says why"
is "$(grep -cE 'p@ss/w|p%40ss' "$work/log")" 0 "without the password"
passes "nothing is left of it" has_no_processes "$state"
done_testing
