# What the API tests share. Sourced, from the repository's root: `. tests/api/lib.sh`.
#
# TAP            ok NAME · not_ok NAME [WHY…] · is GOT WANTED NAME · isnt · ge · matches GOT REGEX NAME
#                passes NAME COMMAND… · diag TEXT… · done_testing (the last line of every test)
# A copy         start_chatur [NAME=VALUE…]: etc/run on a free port with its state in $work/state;
#                sets $url, $port, $chatur_pid. stop_chatur · chatur_command ARGUMENT…
# Requests       post PATH JSON [TOKEN]: sets $status and $body · sign_in EMAIL: prints a token
#                send_raw TEXT: what curl would not send, with \r and \n; sets $status, $body and
#                $headers (a file)
# The rest       wait_for SECONDS COMMAND… · free_port · workers_of ENDPOINT: prints process ids
#
# $work is a folder of the test's own; it and all that was started goes when the test ends.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for the tests

BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
export BUILD
# Settings come from a test or not at all, whatever the developer has lying about.
export ENV_FILE=/dev/null no_proxy='*'
work=$(mktemp -d "${TMPDIR:-/tmp}/chatur-test.XXXXXX") || exit 1
chatur_pid='' url='' port='' status='' body='' headers=$work/headers
tap_count=0

clean_up() {
    stop_chatur
    jobs -p | xargs -r kill 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# --- TAP -----------------------------------------------------------------------------------------

diag() {
    printf '%s\n' "$@" | sed 's/^/# /'
}

ok() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' "$tap_count" "${1//#/number }"
}

not_ok() {
    tap_count=$((tap_count + 1))
    printf 'not ok %d - %s\n' "$tap_count" "${1//#/number }"
    shift
    [[ $# -eq 0 ]] || diag "$@"
}

is() {
    if [[ "$1" == "$2" ]]; then ok "$3"; else not_ok "$3" "got:    $1" "wanted: $2"; fi
}

isnt() {
    if [[ "$1" != "$2" ]]; then ok "$3"; else not_ok "$3" "got: $1"; fi
}

ge() {
    if [[ "$1" -ge "$2" ]]; then ok "$3"; else not_ok "$3" "got:         $1" "wanted: >= $2"; fi
}

matches() {
    if [[ "$1" =~ $2 ]]; then ok "$3"; else not_ok "$3" "got:            $1" "does not match: $2"; fi
}

passes() {
    local name=$1
    shift
    if "$@" >/dev/null; then ok "$name"; else not_ok "$name" "failed: $*"; fi
}

done_testing() {
    printf '1..%d\n' "$tap_count"
}

# --- waiting, ports, processes -------------------------------------------------------------------

# Repeats a command until it succeeds. False: it did not within SECONDS.
wait_for() {
    local deadline=$((SECONDS + $1 + 1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# A port that was free a moment ago, from below the range the kernel gives out by itself.
free_port() {
    local candidate
    while true; do
        candidate=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || break
    done
    printf '%s\n' "$candidate"
}

# The processes of an endpoint ("generateEmail") that belong to this test's copy.
workers_of() {
    local pid
    for pid in $(pgrep -x "${1:0:15}"); do
        if tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF "STATE_DIR=$work/state"; then
            printf '%s\n' "$pid"
        fi
    done 2>/dev/null
}

# --- a running copy ------------------------------------------------------------------------------

start_chatur() {
    local settings=("$@")
    [[ -z ${JWT_KEY:-} ]] || settings+=("JWT_KEY=$JWT_KEY")
    mkdir -p "$work/state"
    rm -f "$work/run.log" # a copy that was killed may still hold it
    port=$(free_port)
    url=http://127.0.0.1:$port
    env STATE_DIR="$work/state" PORT="$port" DEMO=0 "${settings[@]}" etc/run >"$work/run.log" 2>&1 &
    chatur_pid=$!
    if ! wait_for 20 is_up || ! kill -0 "$chatur_pid" 2>/dev/null; then
        diag "etc/run is not ready:" "$(cat "$work/run.log")"
        return 1
    fi
}

# Ready, or ended without ever becoming so.
is_up() {
    grep -qs '^ChaturMail is ready' "$work/run.log" || ! kill -0 "$chatur_pid" 2>/dev/null
}

stop_chatur() {
    [[ -n $chatur_pid ]] || return 0
    kill -TERM "$chatur_pid" 2>/dev/null
    wait "$chatur_pid"
    chatur_pid=''
}

chatur_command() {
    env STATE_DIR="$work/state" ${JWT_KEY:+JWT_KEY="$JWT_KEY"} "$BUILD/bin/chatur" "$@"
}

post() {
    local arguments=(-sS -o "$work/answer" -w '%{http_code}' --max-time 30
        -H 'Content-Type: application/json' --data-binary "$2")
    [[ -z ${3:-} ]] || arguments+=(-H "Authorization: Bearer $3")
    : >"$work/answer"
    status=$(curl "${arguments[@]}" "$url$1")
    body=$(<"$work/answer")
}

sign_in() {
    post /user/getJWTToken "{\"email\":\"$1\",\"idToken\":\"any\",\"loginMethod\":\"dev\"}"
    jq -r '.payload[0].token' <<<"$body"
}

# The sending side stays open: NGINX takes a client that closes it for one that went away.
send_raw() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$port"
        printf '%b' "$1" >&3
        timeout 2 cat <&3
    ) | tr -d '\r\0' >"$work/answer"
    sed '/^$/q' "$work/answer" >"$headers"
    status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$headers")
    body=$(sed '1,/^$/d' "$work/answer")
}
