#!/bin/bash
# chatur database copy, killed and cut off in the middle, both ways: repeated it carries on, and in the
# end everything is there once. And a source that changes under its hands.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/database.sh

users=30 emails=6 # per user, and as much feedback
rows=$((users * (1 + 2 * emails)))

# start_copy FROM TO: in the background, as $copying.
start_copy() {
    DB_URI=$1 COPY_DB_URI=$2 STATE_DIR=$work/state "$BUILD/bin/chatur" database copy >"$work/out" 2>"$work/err" &
    copying=$!
}

# Waits for it, and sets $code, $out and $err.
end_copy() {
    wait "$copying" 2>/dev/null
    code=$? out=$(<"$work/out") err=$(<"$work/err")
}

rows_in_mongodb() {
    DB_URI=$mongodb_uri mongodb 'print(sum(c.estimated_document_count() for c in (db.usermodels, db.generatedemails, db.feedbackmodels)))'
}
rows_in_sqlite() { # FILE
    sqlite3 "$1" 'SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM emails) + (SELECT count(*) FROM feedback)' 2>/dev/null || echo 0
}
has_rows() { # NUMBER COMMAND…
    local wanted=$1
    shift
    [[ $("$@") -ge $wanted ]]
}

proxy_start() {
    setpriv --pdeathsig TERM tests/api/tcp_proxy "$proxy_port" "$server_port" "$mode_file" 2>>"$work/proxy.log" &
    proxy=$!
    wait_for 10 eval "(exec 3<>/dev/tcp/127.0.0.1/$proxy_port) 2>/dev/null"
}
proxy_stop() {
    kill "$proxy"
    wait "$proxy" 2>/dev/null
}

mongodb_start --own
server_port=$(sed 's|.*@||; s|.*:\([0-9]*\)/.*|\1|' <<<"$mongodb_uri")
proxy_port=$(free_port)
mode_file=$work/proxy.mode
separator='?'
[[ $mongodb_uri != *\?* ]] || separator='&'
# directConnection: the server gives its own address, past the proxy.
slowly=${mongodb_uri/:$server_port/:$proxy_port}${separator}directConnection=true
echo 'delay 10' >"$mode_file"
proxy_start
mkdir "$work/state"

first=$work/first.db
DB_URI=sqlite:$first chatur_command database prepare >/dev/null
sqlite3 "$first" "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $users)
INSERT INTO users SELECT printf('user-%03d', i), printf('%024x', i), i || '@example.com', 'N', '', 'google', '', 9000 + i, i, 1, 0, i, i FROM n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $((emails - 1)))
INSERT INTO emails SELECT substr(id, 1, 20) || printf('%02x%02x', substr(uid, 6), i), uid, '1', 'S', 'K', 'x@example.com', 250, 1700000000, 'openai', 'm', 'stop', 'v1',
    1, 2, 3, 4, 'f', 'T' || i FROM users, n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $((emails - 1)))
INSERT INTO feedback (uid, email, subject, message, created_ms) SELECT uid, email, 'S', 'M' || i / 2, 5 FROM users, n"
is "$(rows_in_sqlite "$first")" "$rows" "there is something to copy"

# --- to MongoDB ----------------------------------------------------------------------------------

for wanted in 20 90 200; do
    start_copy "sqlite:$first" "$slowly"
    passes "$wanted rows arrive" wait_for 60 has_rows "$wanted" rows_in_mongodb
    kill -KILL "$copying"
    end_copy
    is "$code" 137 "the copy is killed"
    is "$([[ $(rows_in_mongodb) -lt $rows ]] && echo yes)" yes "in the middle"
done

start_copy "sqlite:$first" "$slowly"
passes "more of them arrive" wait_for 60 has_rows 250 rows_in_mongodb
proxy_stop
end_copy
is "$code" 1 "a network that is interrupted ends the copy"
matches "$err" 'the copy was interrupted; what was copied stays, and the same command carries on' "with a word about what to do"
is "$([[ $(rows_in_mongodb) -lt $rows ]] && echo yes)" yes "in the middle"
proxy_start

start_copy "sqlite:$first" "$mongodb_uri"
end_copy
is "$code" 0 "repeated, it carries on to the end"
matches "$out" "copied and compared: $users users .*, $((users * emails)) emails \\($((users * emails * 250)) coins\\), $((users * emails)) feedback" "and all of it is the same"
is "$(rows_in_mongodb)" "$rows" "and there once"

# --- to SQLite -----------------------------------------------------------------------------------

second=$work/second.db
for wanted in 20 200; do
    start_copy "$slowly" "sqlite:$second"
    passes "$wanted rows come back" wait_for 60 has_rows "$wanted" rows_in_sqlite "$second"
    kill -KILL "$copying"
    end_copy
    is "$code" 137 "the copy is killed"
    is "$([[ $(rows_in_sqlite "$second") -lt $rows ]] && echo yes)" yes "in the middle"
done
start_copy "$mongodb_uri" "sqlite:$second"
end_copy
is "$code" 0 "repeated, it carries on to the end"
is "$(dump "$second" message)" "$(dump "$first" message)" "and it is the same in every column"

# --- a source that changes -----------------------------------------------------------------------

DB_URI=$mongodb_uri mongodb 'db.client.drop_database(db.name)'
start_copy "sqlite:$first" "$slowly"
passes "a few rows arrive" wait_for 60 has_rows 20 rows_in_mongodb
sqlite3 -cmd '.timeout 5000' "$first" "UPDATE users SET available_coins = available_coins - 1 WHERE uid = 'user-001';
    INSERT INTO feedback (uid, email, subject, message, created_ms) VALUES ('user-001', '', '', 'late', 9)"
end_copy
is "$code" 1 "what changes in the source meanwhile is found"
matches "$err" "user 0{23}1: balances or profile differ" "and named"
matches "$out" "copied and compared: $((users - 1)) users" "the rest is right"
proxy_stop
done_testing
