#!/bin/bash
# Redis stopped, restarted, frozen, full, made a replica, wanting a password, while requests run at two
# copies: every one of them is answered as always, and soon; who is erased is refused by both at the next
# request; and two seconds after Redis is well it is made use of again, without a restart of anything.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/copies.sh
. tests/api/redis_faults.sh

nothing() { :; }
restart() {
    kill_redis
    start_redis
}
freeze() { kill -STOP "$redis_pid"; }
thaw() { kill -CONT "$redis_pid"; }
fill_up() { redis CONFIG SET maxmemory 1 >/dev/null; }
make_room() { redis CONFIG SET maxmemory 0 >/dev/null; }
demote() { redis REPLICAOF 127.0.0.1 "$(free_port)" >/dev/null; }
promote() { redis REPLICAOF NO ONE >/dev/null; }
lock() {
    redis CONFIG SET requirepass secret >/dev/null
    redis_password=secret
    redis CLIENT KILL TYPE normal SKIPME yes >/dev/null
    redis CLIENT KILL TYPE pubsub >/dev/null
}
unlock() {
    redis CONFIG SET requirepass '' >/dev/null
    redis_password=''
}

during stopped kill_redis start_redis
during restarted restart nothing
during frozen freeze thaw
during "out of memory" fill_up make_room
during "a replica now" demote promote
during locked lock unlock
check_log
done_testing
