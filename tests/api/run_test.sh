#!/bin/bash
# etc/run, what `make run` comes down to: it shows a real email, refuses to start twice, and leaves
# nothing behind, however it ends.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2154 # variables that cross files
. tests/api/run.sh

second="$work/second copy"

is_answering() { # PORT
    curl -fs -m 2 -o "$work/answer" "http://127.0.0.1:$1/health"
}

# --- one copy ------------------------------------------------------------------------------------

state=$work/state
port=$(free_port)
started=$EPOCHREALTIME
run "$state" "$port" "$work/log"
first=$run_pid
wait_for 20 is_ready "$work/log"
matches "$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" '^[01]\.' "it is ready within two seconds"
is "$(grep '^ChaturMail is ready' "$work/log")" "ChaturMail is ready at http://127.0.0.1:$port" "and says where"
wait_for 20 grep -q 'Ctrl-C' "$work/log"
is "$(grep -cE '^  (TOKEN=\$\()?curl ' "$work/log")" 4 "a curl line per step: sign in, templates, generate, history"
matches "$(<"$work/log")" 'Three days of leave' "an email about the subject is shown"
matches "$(<"$work/log")" '(Dear|Hi|Hello|Respected|Good)' "with a greeting"
is "$(grep -c 'did not work' "$work/log")" 0 "every step worked"

# The lines can be pasted into a shell as they are.
{
    echo 'set -eu -o pipefail'
    grep -E '^  (TOKEN=\$\()?curl ' "$work/log"
} >"$work/pasted"
bash "$work/pasted" >"$work/pasted.out" 2>&1
is $? 0 "the lines work when they are pasted"
matches "$(<"$work/pasted.out")" 'Asha' "and write an email, too"

is "$(stat -c %a "$state")" 700 "STATE_DIR is its owner's alone"
is "$(stat -c %a "$state/jwt_key")" 600 "the key of the tokens too"
matches "$(<"$state/jwt_key")" '^[0-9a-f]{64}$' "the key is 32 random bytes"
key=$(<"$state/jwt_key")
is "$(grep -rlF "$key" "$state/log" "$work/log" | wc -l)" 0 "and is in no log"

# --- a second one where it cannot be -------------------------------------------------------------

run "$state" "$(free_port)" "$work/log.2"
end_of "$run_pid"
is $? 1 "a second copy in the same STATE_DIR is refused"
matches "$(<"$work/log.2")" "another copy is running in STATE_DIR .*nothing was started" "and told why"
mkdir "$second"
run "$second" "$port" "$work/log.2"
end_of "$run_pid"
is $? 1 "a second copy on the same port is refused"
matches "$(<"$work/log.2")" "port $port on 127.0.0.1 is taken.*nothing was started" "and told why"
passes "nothing of it is running" has_no_processes "$second"
passes "the first copy is unharmed" is_answering "$port"

# --- two side by side ----------------------------------------------------------------------------

other_port=$(free_port)
run "$second" "$other_port" "$work/log.2" DEMO=0 NEW_USER_COINS=123 JWT_KEY=it-is-said-that-this-key-is-32-bytes-long
wait_for 20 is_ready "$work/log.2"
url=http://127.0.0.1:$other_port
token=$(sign_in ann@example.com)
post /user/getUserData '{}' "$token"
is "$(jq '.payload[0].availableTokens' <<<"$body")" 123 "what is in the environment reaches the endpoints"
is "$(ls "$second/jwt_key" 2>/dev/null)" '' "no key is made when there is one"
url=http://127.0.0.1:$port
post /user/getUserData '{}' "$token"
is "$status" 401 "another copy's token is worth nothing"
passes "the first copy is unharmed" is_answering "$port"
is "$(grep -c curl "$work/log.2")" 4 "without the demonstration the lines are still shown"
post /user/getUserData '{}' "$(sign_in demo@example.com)"
is "$(jq '.payload[0].generatedEmailCount' <<<"$body")" 2 "the demonstration wrote one email, and the pasted lines another"

# --- stopping ------------------------------------------------------------------------------------

kill -TERM "$run_pid"
end_of "$run_pid"
is $? 0 "TERM ends it, with 0"
passes "no process is left" has_no_processes "$second"
is "$(find "$second" -type s -o -type l | wc -l)" 0 "and no socket"
is "$(find "$second" -path '*/nginx/*' | wc -l)" 0 "and nothing of NGINX's"
passes "the first copy is unharmed" is_answering "$port"

kill -INT "$first"
end_of "$first"
is $? 0 "Ctrl-C ends it, with 0"
passes "no process is left" has_no_processes "$state"
is "$(find "$state" -type s -o -type l | wc -l)" 0 "and no socket"
is "$(is_answering "$port" && echo yes)" '' "and nobody answers"

run "$state" "$port" "$work/log" DEMO=0 LISTEN=0.0.0.0
wait_for 20 is_ready "$work/log"
matches "$(<"$work/log")" 'warning: PUBLIC_URL is not set' "an address for other machines is warned of without PUBLIC_URL"
matches "$(<"$state/log/chatur.log")" '"warning".*PUBLIC_URL is not set' "in the log too"
kill -TERM "$run_pid"
end_of "$run_pid"

# --- being killed --------------------------------------------------------------------------------

run "$state" "$port" "$work/log" DEMO=0
wait_for 20 is_ready "$work/log"
is "$(<"$state/jwt_key")" "$key" "the key is kept from start to start"
post /user/getUserData '{}' "$(sign_in demo@example.com)"
is "$(jq '.payload[0].generatedEmailCount' <<<"$body")" 2 "the data, too"
kill -KILL "$run_pid"
end_of "$run_pid" 2>/dev/null
passes "kill -9 leaves no process" wait_for 10 has_no_processes "$state"
run "$state" "$port" "$work/log" DEMO=0
passes "and it starts again at once" wait_for 20 is_ready "$work/log"

kill -KILL "$(processes_of "$state" | awk '/nginx: master/ { print $1 }')"
end_of "$run_pid"
is $? 1 "when NGINX dies, it ends with 1"
matches "$(<"$work/log")" 'NGINX ended unexpectedly' "and says so"
passes "no process is left" has_no_processes "$state"

run "$state" "$port" "$work/log" DEMO=0
wait_for 20 is_ready "$work/log"
kill -KILL "$(processes_of "$state" | awk '/chatur supervise/ { print $1; exit }')"
end_of "$run_pid"
is $? 1 "when the supervisor dies, it ends with 1"
matches "$(<"$work/log")" 'the endpoints ended unexpectedly' "and says so"
passes "no process is left" wait_for 10 has_no_processes "$state"

# --- what cannot work ----------------------------------------------------------------------------

run "$state" "$port" "$work/log" JWT_KEY=short
end_of "$run_pid"
is $? 1 "a key that is too short is refused"
is "$(<"$work/log")" 'chatur: environment: JWT_KEY is too short to sign sessions with: it needs at least 32 bytes' \
    "in one line, which says where it comes from"
printf 'PORT=1\nDB_URI=foo://x\n' >"$work/settings"
run "$state" "$port" "$work/log" ENV_FILE="$work/settings"
end_of "$run_pid"
is $? 1 "a database of no known kind is refused"
is "$(<"$work/log")" "chatur: $work/settings:2: DB_URI: no database of this build has its scheme" \
    "in one line, which says where it comes from"
run "$state" seven "$work/log"
end_of "$run_pid"
is $? 1 "a port that is none is refused"
matches "$(<"$work/log")" 'PORT' "by its name"
run /dev/null/state "$port" "$work/log"
end_of "$run_pid"
is $? 1 "a STATE_DIR that cannot be made is refused"
matches "$(<"$work/log")" 'STATE_DIR' "by its name"
passes "nothing is left of any" has_no_processes "$state"
done_testing
