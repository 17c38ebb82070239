#!/bin/bash
# NGINX's configuration, with a stub for an endpoint: what reaches it, what is streamed, and that
# every error which NGINX answers by itself is an envelope.
# shellcheck disable=SC2016 # jq and NGINX have variables too
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh

state="$work/state: with spaces"
stubs=$work/build/cgi-bin/stub

# --- a build with stubs in it, and an NGINX before them ------------------------------------------

mkdir -p "$stubs" "$state/nginx/temporary" "$state/log" "$state/run/stub"
ln -s "$BUILD/bin" "$work/build/bin"
touch "$stubs/echo" "$stubs/with-dash_and_2" "$stubs/dead" "$stubs/away"
ln -s echo "$stubs/alias"
ln -s echo.sock "$state/run/stub/alias.sock"
ln -s echo.sock "$state/run/stub/with-dash_and_2.sock"
touch "$stubs/echo.o" "$state/run/stub/file"

render() { # NAME=VALUE…: writes the configuration
    local part
    for part in nginx http server; do
        env BUILD="$work/build" STATE_DIR="$state" PORT="$port" "$@" etc/nginx/render "$part" \
            >"$state/nginx/$part.conf" || return 1
    done
    # What takes a minute in earnest, and what an operator may add.
    sed -i 's/fastcgi_read_timeout [0-9]*s/fastcgi_read_timeout 1s/
        /^location ^~ \/icons\/ {/a limit_req zone=icons nodelay burst=20;' "$state/nginx/server.conf"
    echo 'limit_req_zone $uri zone=icons:1m rate=1r/m;' >>"$state/nginx/http.conf"
}

is_listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

port=$(free_port)
url=http://127.0.0.1:$port
tests/api/nginx_stub "$state/run/stub/echo.sock" &
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die' "$state/run/stub/dead.sock"
passes "the configuration is rendered" render
passes "NGINX finds nothing wrong with it" \
    nginx -t -q -p "$state/nginx/" -c nginx.conf -e "$state/log/nginx.log"
nginx -p "$state/nginx/" -c nginx.conf -e "$state/log/nginx.log" &
nginx=$!
passes "NGINX starts" wait_for 5 is_listening

# --- asking --------------------------------------------------------------------------------------

ask() { # PATH [CURL OPTION…]: sets $status, $body, and $headers (a file)
    local path=$1
    shift
    : >"$work/answer"
    status=$(curl -s --path-as-is -o "$work/answer" -D "$headers" -w '%{http_code}' --max-time 10 "$@" "$url$path")
    body=$(tr -d '\0' <"$work/answer")
    sed -i 's/\r$//' "$headers"
}

header() {
    sed -n "s/^$1: //Ip" "$headers"
}

# The answer at hand is NGINX's own error STATUS, in the shape that all errors have.
is_envelope() { # STATUS NAME
    local name="$2: $1"
    if [[ $status != "$1" ]]; then
        not_ok "$name" "got: $status" "$body"
    elif ! jq -e '. == {status: 0, message: .message, payload: null} and (.message | length > 0)' \
        >/dev/null 2>&1 <<<"$body"; then
        not_ok "$name" "not an envelope: $body"
    elif [[ $(header Content-Type) != 'application/json; charset=utf-8' ]]; then
        not_ok "$name" "Content-Type: $(header Content-Type)"
    elif [[ $(header Access-Control-Allow-Origin) != '*' ]]; then
        not_ok "$name" "Access-Control-Allow-Origin: $(header Access-Control-Allow-Origin)"
    elif [[ ! $(header X-Request-Id) =~ ^[0-9a-f]{32}$ ]]; then
        not_ok "$name" "X-Request-Id: $(header X-Request-Id)"
    elif [[ $1 =~ ^(429|503|504)$ && $(header Retry-After) != 1 ]] ||
        [[ ! $1 =~ ^(429|503|504)$ && -n $(header Retry-After) ]]; then
        not_ok "$name" "Retry-After: $(header Retry-After)"
    else
        ok "$name"
    fi
}

repeat() { # CHARACTER COUNT
    head -c "$2" /dev/zero | tr '\0' "$1"
}

# --- what reaches an endpoint --------------------------------------------------------------------

ask '/stub/echo?a=1&b=%20' -H 'Content-Type: application/json' -H 'Authorization: Bearer x.y.z' \
    -H 'Idempotency-Key: k' --data-binary '{"a":"ü"}'
is "$status" 200 "an endpoint is reached by its path"
passes "its parameters are those of the request" jq -e --arg port "$port" '.params
    | .REQUEST_METHOD == "POST" and .SCRIPT_NAME == "/stub/echo" and .QUERY_STRING == "a=1&b=%20"
    and .REQUEST_URI == "/stub/echo?a=1&b=%20" and .CONTENT_TYPE == "application/json"
    and .CONTENT_LENGTH == "10" and .SERVER_PROTOCOL == "HTTP/1.1" and .REMOTE_ADDR == "127.0.0.1"
    and .SERVER_ADDR == "127.0.0.1" and .SERVER_PORT == $port and .SERVER_NAME == "chaturmail"
    and (has("HTTPS") | not) and (.REQUEST_ID | test("^[0-9a-f]{32}$"))
    and .HTTP_AUTHORIZATION == "Bearer x.y.z" and .HTTP_IDEMPOTENCY_KEY == "k"' "$work/answer"
ask /stub/echo -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/json' --data-binary '{"chunked":1}'
is "$(jq -r '.body + .params.CONTENT_LENGTH' <<<"$body")" '{"chunked":1}13' "a chunked body arrives with its length"
for path in /stub/alias /stub/with-dash_and_2 //stub///echo /stub/../stub/./echo /stub/%65cho \
    /x/%2e%2e%2fstub%2fecho; do
    ask "$path"
    is "$status" 200 "$path leads to it"
done
ask /stub/echo -X OPTIONS
is "$(jq -r .params.REQUEST_METHOD <<<"$body")" OPTIONS "preflights are the endpoint's to answer"
for code in 401 405 413 502 503; do
    ask "/stub/echo?status=$code"
    is "$status $body" "$code {\"mine\":true}" "an endpoint's own $code is passed on as it is"
done

ask '/stub/echo?big=1000000'
is "$status ${#body}" "200 1000000" "a megabyte arrives whole"
times=$(curl -sN -o "$work/answer" -w '%{time_starttransfer} %{time_total}' "$url/stub/echo?stream")
passes "events arrive as they are sent ($times)" awk -v times="$times" \
    'BEGIN { split(times, t, " "); exit !(t[1] < 0.3 && t[2] - t[1] > 0.3) }'
is "$(grep -c '^data: ' "$work/answer")" 3 "all of them"

# --- errors of NGINX's own -----------------------------------------------------------------------

for path in /stub/nothing /nothing/echo /nothing /stub /stub/ /stub/echo/ /stub/echo/x /stub/echo.sock /stub/echo.o \
    /stub/file /run/stub/echo /stub/..%2fecho '/stub/echo;x' /stub/é /nothing.txt \
    /icons /icons/ /icons/nothing.png /.error / /etc/nginx/nginx.conf.in; do
    ask "$path" --data '{}'
    is_envelope 404 "POST $path"
done
ask /nothing
is_envelope 404 "GET /nothing"
ask /nothing -X OPTIONS
is_envelope 404 "OPTIONS /nothing"
ask /nothing -I
is "$status" 404 "HEAD /nothing"

for path in /../etc/passwd /stub/../../etc/passwd /%2e%2e/x /%zz /stub/echo%00; do
    ask "$path"
    is_envelope 400 "$path"
done
send_raw 'hello\r\n\r\n'
is_envelope 400 "not HTTP"
send_raw 'POST /stub/echo HTTP/1.1\r\n\r\n'
is_envelope 400 "no Host"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'
is_envelope 400 "a negative length"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'
is_envelope 400 "two lengths"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}'
is_envelope 400 "a length and chunks"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
is_envelope 400 "a bad chunk"

ask /icons/request.png -X POST --data '{}'
is_envelope 405 "POST to a file"
is "$(header Allow)" 'GET, HEAD' "says what is allowed"
send_raw 'TRACE /stub/echo HTTP/1.1\r\nHost: x\r\n\r\n'
is_envelope 405 "TRACE"
is "$(header Allow)" 'POST, OPTIONS' "says what is allowed"

ask /banner.png -H 'If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT'
is_envelope 412 "a file that changed since"
ask /stub/echo --data-binary "$(repeat a 65537)"
is_envelope 413 "a body over the limit"
ask /stub/echo -H 'Transfer-Encoding: chunked' --data-binary "$(repeat a 65537)"
is_envelope 413 "a chunked one"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n'
is_envelope 413 "a huge length"
ask /stub/echo --data-binary "$(repeat a 65536)"
is "$status" 200 "a body at the limit is passed on"
ask "/stub/echo?$(repeat a 9000)"
is_envelope 414 "a long address"
ask /banner.png -H 'Range: bytes=99999999-'
is_envelope 416 "a range that is not there"
ask /stub/echo -H "X-Long: $(repeat a 9000)"
is_envelope 431 "a long header"
ask /stub/echo -H "Authorization: Bearer $(repeat a 7000)"
is "$status" 200 "a long token is passed on"
send_raw 'POST /stub/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n'
is_envelope 501 "a transfer encoding that nobody knows"
send_raw 'GET /stub/echo HTTP/9.9\r\nHost: x\r\n\r\n'
is_envelope 505 "HTTP/9.9"

ask /stub/dead
is_envelope 503 "an endpoint whose process is gone"
ask /stub/away
is_envelope 503 "an endpoint without a socket"
ask '/stub/echo?cut'
is_envelope 503 "an endpoint that dies while it answers"
ask '/stub/echo?silent'
is_envelope 504 "an endpoint that does not answer"

# --- files ---------------------------------------------------------------------------------------

ask /icons/request.png
is "$status $(header Content-Type)" "200 image/png" "an icon"
is "$(header Cache-Control)" "public, max-age=86400" "may be kept"
is "$(header Access-Control-Allow-Origin)" '*' "by pages from anywhere"
ask /icons/request.png -H "If-Modified-Since: $(header Last-Modified)"
is "$status" 304 "and is not sent twice"
ask /banner.png
is "$status $(header Content-Type)" "200 image/png" "the banner"
for ((i = 0; i < 30; i++)); do
    ask /icons/request.png
done
is_envelope 429 "where an operator limits the rate"

# --- origins -------------------------------------------------------------------------------------

render CORS_ORIGIN='https://one.example, https://two.example:8443'
kill -HUP "$nginx"
asks_origin() { # ORIGIN: what is allowed
    ask /nothing -H "Origin: $1"
    header Access-Control-Allow-Origin
}
is_reloaded() {
    [[ $(asks_origin https://one.example) == https://one.example ]]
}
passes "an origin that is listed is allowed" wait_for 5 is_reloaded
is "$(asks_origin https://two.example:8443)" https://two.example:8443 "so is another"
is "$(asks_origin https://two.example)" '' "one that is not listed is not"
is "$(header Vary)" Origin "caches are told"

# --- the end -------------------------------------------------------------------------------------

kill -QUIT "$nginx"
wait "$nginx"
is $? 0 "NGINX ends well"
is "$(grep -cE '\[(alert|emerg)\]|temporary file' "$state/log/nginx.log")" 0 "and never complained, or wrote an answer to disk"
isnt "$(grep -c 'chatur-test' "$state/nginx/server.conf")" 0 "all it uses is in the state folder"
for value in '/tmp/a"b' '/tmp/a$b' '/tmp/a\b'; do
    (export STATE_DIR=$value; etc/nginx/render server) >"$work/rendered" 2>&1
    is "$? $(grep -c 'must not contain' "$work/rendered")" "1 1" "a STATE_DIR that NGINX cannot read is refused: $value"
done
done_testing
