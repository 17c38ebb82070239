#!/bin/bash
# Redis by TLS, by real binaries: a session is answered from memory as without; a server with another
# name or an unknown authority gets no password, and then sessions are looked up in the store.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/copies.sh
export JWT_KEY

make_certificate() { # NAME SUBJECT_ALT_NAME
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=$2" \
        -keyout "$work/$1.key" -out "$work/$1.pem" 2>>"$work/openssl.log"
}
start_tls_redis() { # CERTIFICATE
    redis-server --bind 127.0.0.1 --port 0 --tls-port "$redis_port" --tls-cert-file "$work/$1.pem" \
        --tls-key-file "$work/$1.key" --tls-ca-cert-file "$work/$1.pem" --tls-auth-clients no \
        --requirepass secret --save '' --dir "$work" --logfile "$work/redis.log" &
    redis_pid=$!
    wait_for 10 tls_redis PING
}
tls_redis() {
    redis-cli -p "$redis_port" --tls --insecure -a secret "$@" >"$work/redis.out" 2>/dev/null &&
        ! grep -q NOAUTH "$work/redis.out"
}
# How many of 60 requests do not see a change that nobody was told of.
answered_from_memory() { # TOKEN
    local from_memory=0
    for _ in 1 2 3; do
        count_of 200 20 "$1" >/dev/null
        as_if_by_nobody "UPDATE users SET suspended = 1"
        from_memory=$((from_memory + $(count_of 200 20 "$1")))
        as_if_by_nobody "UPDATE users SET suspended = 0"
    done
    echo "$from_memory"
}

make_certificate right IP:127.0.0.1
make_certificate wrong DNS:redis.example
export DB_URI=sqlite:$shared_db REDIS_URL=rediss://:secret@127.0.0.1:$redis_port RATE_GENERATE=0 RATE_LOGIN=60/3600
export REDIS_CA_FILE=$work/right.pem LOG_LEVEL=debug
mode=nginx

start_tls_redis right || exit 1
# shellcheck disable=SC2119 # the settings are in the environment
start_chatur || exit 1
ann=$(signed_in ann@example.com)
ge "$(answered_from_memory "$ann")" 5 "sessions are answered from memory"
passes "Redis has what is shared by it" tls_redis KEYS '*'
ge "$(wc -l <"$work/redis.out")" 1 "the limits are among it"
stop_chatur

export REDIS_CA_FILE=
# shellcheck disable=SC2119
start_chatur || exit 1
is "$(answered_from_memory "$ann")" 0 "an authority that the system does not know: nothing is kept"
passes "and the log says why" grep -q 'self-signed certificate' "$work/state/log/chatur.log"
stop_chatur
kill_redis

export REDIS_CA_FILE=$work/wrong.pem
start_tls_redis wrong || exit 1
# shellcheck disable=SC2119
start_chatur || exit 1
is "$(answered_from_memory "$ann")" 0 "another name than the server's: nothing is kept"
passes "and the log says why" grep -q 'IP address mismatch' "$work/state/log/chatur.log"
stop_chatur
kill_redis
done_testing
