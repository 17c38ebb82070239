# Stand-in models, and one generateEmail in FastCGI mode that asks them. Sourced after lib.sh.
#
#   model_server_start NAME [CERTIFICATE KEY]   sets $model_port; requests are in $work/NAME.log
#   writer_start [NAME=VALUE…]                  one generateEmail with these settings; writer_stop
#   write_email                                 asks for $order; sets $status and $body; needs $token
#   stream_email                                the same, as events
#   new_user EMAIL                              sets $token
#   balance                                     prints AVAILABLE USED EMAILS RESERVATIONS of that user
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that cross files

JWT_KEY=${JWT_KEY:-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
writer_environment=(PATH="$PATH" STATE_DIR="$work/state" JWT_KEY="$JWT_KEY" DEV_LOGIN=1 ENV_FILE=/dev/null
    NEW_USER_COINS=10000000 DB_DURABILITY=normal)
writer_pid='' model_port=''
order='{"subject":"Leave on Friday","keywords":"dentist, Zoë covers","promptId":"1","toEmail":"jane.doe@example.com"}'
mkdir -p "$work/state"

# Built by the first test that needs it, anew when its source is.
model_server_build() {
    model_server=$work/model_server
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -pthread -Wall -Wextra -Werror -o "$model_server" \
        tests/api/model_{server,sending,answers,faults}.c -lssl -lcrypto
}

model_server_start() {
    local name=$1 port_file=$work/$1.port
    shift
    [[ -n ${model_server:-} ]] || model_server_build || return 1
    "$model_server" "$port_file" "$work/$name.log" "$@" &
    wait_for 5 test -s "$port_file" || return 1
    model_port=$(<"$port_file")
}

writer_start() {
    rm -f "$work/state/limits" # what an earlier one found out about its models
    writer_start_again "$@"
}

writer_start_again() {
    rm -f "$work/writer.sock"
    env -i "${writer_environment[@]}" THREADS=4 "$@" spawn-fcgi -n -s "$work/writer.sock" -- \
        "$BUILD/cgi-bin/email/generateEmail" >/dev/null 2>>"$work/writer.log" </dev/null &
    writer_pid=$!
    wait_for 5 test -S "$work/writer.sock"
}

writer_stop() {
    [[ -n $writer_pid ]] || return 0
    kill "$writer_pid" 2>/dev/null
    wait "$writer_pid" 2>/dev/null
    writer_pid=
}

# A program's answer as a CGI response: $status and $body.
take_cgi_answer() {
    status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$work/cgi")
    retry_after=$(sed -n 's/^Retry-After: \([0-9]*\).*/\1/p' "$work/cgi" | tr -d '\r')
    body=$(sed '1,/^\r*$/d' "$work/cgi")
}

write_email() {
    send_order application/json
}

stream_email() {
    send_order text/event-stream
}

send_order() { # ACCEPT
    printf '%s' "$order" | env -i PATH="$PATH" REQUEST_METHOD=POST CONTENT_LENGTH="$(printf '%s' "$order" | wc -c)" \
        CONTENT_TYPE=application/json HTTP_ACCEPT="$1" HTTP_AUTHORIZATION="Bearer $token" \
        cgi-fcgi -bind -connect "$work/writer.sock" >"$work/cgi" 2>>"$work/writer.log"
    take_cgi_answer
}

ask_by_hand() { # PATH JSON
    printf '%s' "$2" | env -i "${writer_environment[@]}" REQUEST_METHOD=POST \
        HTTP_AUTHORIZATION="${token:+Bearer $token}" "$BUILD/cgi-bin$1" >"$work/cgi" 2>>"$work/writer.log"
    take_cgi_answer
}

new_user() {
    token=
    ask_by_hand /user/getJWTToken "{\"email\":\"$1\",\"idToken\":\"x\",\"loginMethod\":\"dev\"}"
    token=$(jq -r '.payload[0].token' <<<"$body")
}

balance() {
    local user emails
    ask_by_hand /user/getUserData '{}'
    user=$(jq -r '.payload[0] | "\(.availableTokens) \(.usedTokens)"' <<<"$body")
    ask_by_hand /email/getGeneratedEmail '{}'
    emails=$(jq '.payload // [] | length' <<<"$body")
    printf '%s %s %s\n' "$user" "$emails" "$(sqlite3 "$work/state/chatur.db" 'SELECT count(*) FROM reservations')"
}
