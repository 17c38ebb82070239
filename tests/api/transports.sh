# Every way to reach an endpoint, behind one function. Sourced by tests.
#
#   transport_start MODE          starts what the mode needs; MODE is one of
#       nginx    through NGINX and the supervisor, as users do
#       fd0      each binary with a listening socket as fd 0 (spawn-fcgi)
#       fd3      each binary with one as fd 3 and LISTEN_FDS (systemd's way)
#       cgi      plain CGI: one process per request, the environment a web server gives
#       apache   plain CGI under a real Apache
#       shell    by hand: REQUEST_METHOD and a body on standard input, nothing else
#   call METHOD PATH [BODY [TOKEN [HEADER: VALUE]...]]
#       sets $status (HTTP), $body (the text), and $headers (a file)
#   transport_stop
#
# Needs $work (a temporary folder), $BUILD and the functions of lib.sh.
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the variables are for the tests, or from lib.sh

# shellcheck source=tests/api/apache.sh
. tests/api/apache.sh

headers=$work/headers
answer=$work/answer
JWT_KEY=${JWT_KEY:-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
MODES="nginx fd0 fd3 cgi apache shell"
transport_pids=()
mode=

# The environment of a binary that is started by hand: nothing of ours leaks in.
endpoint_environment() {
    printf '%s\n' PATH="$PATH" STATE_DIR="$work/state" JWT_KEY="$JWT_KEY" DEV_LOGIN=1 \
        ${LOG_LEVEL:+LOG_LEVEL="$LOG_LEVEL"} ${NEW_USER_COINS:+NEW_USER_COINS="$NEW_USER_COINS"} \
        ${DB_DURABILITY:+DB_DURABILITY="$DB_DURABILITY"} ${RATE_GENERATE:+RATE_GENERATE="$RATE_GENERATE"} \
        ${DB_URI:+DB_URI="$DB_URI"} ${DB_TIMEOUT_MS:+DB_TIMEOUT_MS="$DB_TIMEOUT_MS"} ${MAX_BODY_BYTES:+MAX_BODY_BYTES="$MAX_BODY_BYTES"}
}

transport_start() {
    mode=$1
    mkdir -p "$work/state"
    mapfile -t endpoint_env < <(endpoint_environment)
    case $mode in
    nginx) start_chatur ;;
    fd0 | fd3) start_endpoints ;;
    apache) start_endpoints_under_apache ;;
    esac || {
        echo "Bail out! $mode cannot be started"
        exit 1
    }
}

transport_stop() {
    local pid
    for pid in "${transport_pids[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    transport_pids=()
    case $mode in
    nginx) stop_chatur ;;
    apache) apache_stop ;;
    esac
    mode=
}

# Splits a CGI response in $answer into $status, $headers and $body.
read_cgi_answer() {
    sed '/^\r*$/q' "$answer" | tr -d '\r' >"$headers"
    status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$headers")
    body=$(sed '1,/^\r*$/d' "$answer")
}

# HEADER lines and a token as CGI variables, one a line.
cgi_headers() {
    local token=$1 header name
    shift
    [ -z "$token" ] || printf 'HTTP_AUTHORIZATION=Bearer %s\n' "$token"
    for header in "$@"; do
        name=${header%%:*}
        name=${name^^}
        name=${name//-/_}
        case $name in
        CONTENT_TYPE | CONTENT_LENGTH) ;;
        *) name=HTTP_$name ;;
        esac
        printf '%s=%s\n' "$name" "${header#*: }"
    done
}

# The program that serves a path, and nothing for a path that nobody serves.
endpoint_program() {
    local program=$BUILD/cgi-bin${1%%\?*}
    [ -x "$program" ] && [ ! -d "$program" ] && printf '%s' "$program"
}

# The socket of an endpoint's program, whichever of its names it was asked by.
endpoint_socket() {
    basename "$(readlink -f "$1")" | sed "s|^|$work/sockets/|"
}

# Starts a process per endpoint, each on a socket of its own.
start_endpoints() {
    local program socket
    mkdir -p "$work/sockets"
    while read -r program; do
        socket=$(endpoint_socket "$program")
        if [ "$mode" = fd0 ]; then
            env -i "${endpoint_env[@]}" spawn-fcgi -n -s "$socket" -- "$program" \
                >/dev/null 2>>"$work/endpoints.log" </dev/null &
        else
            env -i "${endpoint_env[@]}" perl -MIO::Socket::UNIX -MPOSIX -e '
                $^F = 10;
                my $listener = IO::Socket::UNIX->new(Local => shift, Listen => 128) or die "listen: $!";
                POSIX::dup2(fileno $listener, 3) unless fileno $listener == 3;
                @ENV{"LISTEN_PID", "LISTEN_FDS"} = ($$, 1);
                exec @ARGV' "$socket" "$program" >/dev/null 2>>"$work/endpoints.log" </dev/null &
        fi
        transport_pids+=($!)
        wait_for 5 test -S "$socket" || return 1
    done < <(find "$BUILD/cgi-bin" -type f -executable)
}

call() {
    local method=$1 path=$2 text=${3-} token=${4-} program query
    shift $(($# < 4 ? $# : 4))
    if [ "$mode" = nginx ] || [ "$mode" = apache ]; then
        call_http "$method" "$path" "$text" "$token" "$@"
        return
    fi
    if ! program=$(endpoint_program "$path"); then
        status=404 body='{"status":0,"message":"there is no server in this mode","payload":null}'
        return
    fi
    query=
    [ "$path" = "${path%%\?*}" ] || query=${path#*\?}
    mapfile -t extra < <(cgi_headers "$token" "$@")
    local length variables
    length=$(printf '%s' "$text" | wc -c)
    variables=(REQUEST_METHOD="$method" QUERY_STRING="$query" SCRIPT_NAME="${path%%\?*}")
    if [ "$mode" != shell ]; then
        variables+=(CONTENT_LENGTH="$length" SERVER_PROTOCOL=HTTP/1.1 GATEWAY_INTERFACE=CGI/1.1)
        [ "$length" -eq 0 ] || variables+=(CONTENT_TYPE="application/json; charset=UTF-8")
    fi
    variables+=("${extra[@]}")
    case $mode in
    fd0 | fd3)
        printf '%s' "$text" | env -i PATH="$PATH" "${variables[@]}" \
            cgi-fcgi -bind -connect "$(endpoint_socket "$program")" >"$answer" 2>>"$work/endpoints.log"
        ;;
    *)
        printf '%s' "$text" | env -i "${endpoint_env[@]}" "${variables[@]}" \
            "$program" >"$answer" 2>>"$work/endpoints.log"
        ;;
    esac
    read_cgi_answer
}

call_http() {
    local method=$1 path=$2 text=$3 token=$4 header arguments
    shift 4
    arguments=(-sSN -o "$answer" -D "$headers" -w '%{http_code}' -X "$method" --max-time 30)
    [ -z "$token" ] || arguments+=(-H "Authorization: Bearer $token")
    if [ -n "$text" ]; then
        # -H is taken in order, and the last one of a name would be a second line, not a replacement.
        [[ "$*" == *Content-Type:* ]] || arguments+=(-H 'Content-Type: application/json; charset=UTF-8')
        arguments+=(--data-binary @-)
    fi
    for header in "$@"; do
        arguments+=(-H "$header")
    done
    : >"$answer"
    status=$(printf '%s' "$text" | curl "${arguments[@]}" "$url$path" 2>>"$work/endpoints.log")
    tr -d '\r' <"$headers" >"$headers.plain" && mv "$headers.plain" "$headers"
    body=$(cat "$answer")
}

# --- Apache ------------------------------------------------------------------------------------

start_endpoints_under_apache() {
    apache_home
    {
        printf 'SetEnv %s\n' "${endpoint_env[@]}" | sed '/^SetEnv PATH=/d; s/=/ "/; s/$/"/'
        echo 'SetEnv ENV_FILE /dev/null'
        echo "Define CHATUR_HOME $work/home"
        echo "Include $work/home/etc/apache/chatur.conf"
    } >"$work/apache.conf"
    apache_start "$work/apache" <"$work/apache.conf" || {
        apache_complaints >&2
        return 1
    }
}
