#!/bin/bash
# chatur database copy: SQLite to MongoDB and back, interrupted and repeated, never over what is there.
# What the Node.js service left is in copy_legacy_test.sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

# shellcheck disable=SC2119 # no options
mongodb_start
first=$work/first.db
export DB_URI=sqlite:$first
transport_start cgi
for name in ann bob '日本' "o'brien"; do
    token=$(sign_in_as "$name@example.com")
    [[ $name == ann ]] && ann=$token
    for subject in 'One \u0416 \"quoted\"' '$two' ''; do
        call POST /email/generateEmail "{\"subject\":\"${subject:-three}\",\"keywords\":\"k ' \$gt\",\"promptId\":\"1\",\"toEmail\":\"x@example.com\"}" "$token"
        call POST /misc/submitFeedback '{"subject":"A suggestion","message":"More templates, please."}' "$token"
    done
done
transport_stop
uid=$(sqlite3 "$first" "SELECT uid FROM users WHERE email = 'ann@example.com'")
chatur_command user suspend "$(sqlite3 "$first" "SELECT uid FROM users WHERE email = 'bob@example.com'")" >/dev/null
# A generation that a crash left: its coins are given back before anything is copied.
sqlite3 "$first" "UPDATE users SET available_coins = available_coins - 250 WHERE uid = '$uid';
    INSERT INTO reservations VALUES ('0000000000000000000000aa', '$uid', 250, 9000000000000)"
users=$(sqlite3 "$first" 'SELECT count(*) FROM users')
emails=$(sqlite3 "$first" 'SELECT count(*) FROM emails')

copy "$DB_URI" ''
is "$code" 1 "without a target there is no copy"
matches "$err" 'COPY_DB_URI' "and it says what is missing"
copy "$DB_URI" mysql://host/db
is "$code" 1 "nor into a database of no known kind"
copy "sqlite:$work/first-typo.db" "$mongodb_uri"
is "$code" 1 "nor out of a database that is not there"
matches "$err" "there is no database $work/first-typo.db" "and it is named"
is "$([[ -e $work/first-typo.db ]] && echo made)" '' "and not made"
DB_URI=sqlite:$work/empty.db chatur_command database prepare >/dev/null
copy "sqlite:$work/empty.db" "$mongodb_uri"
is "$code" 1 "nor out of one with nobody in it"
matches "$err" 'there is nobody to copy' "and it says so"
is "$(DB_URI=$mongodb_uri mongodb 'print(len(db.list_collection_names()))')" 0 "and the target is not touched for it"
ln -s "$first" "$work/link.db"
copy "$DB_URI" "sqlite:$work/link.db"
is "$code" 1 "nor of a database into itself"
matches "$err" 'are one database' "and it says so"
copy "${mongodb_uri}" "${mongodb_uri/:\/\//://other:password@}"
is "$code" 1 "nor with MongoDB"
matches "$err" 'are one database' "whoever asks"

copy "$DB_URI" "$mongodb_uri"
is "$code" 0 "SQLite to MongoDB"
matches "$out" "copied and compared: $users users \\(.*\\), $emails emails \\(.*\\), 12 feedback; $((users + emails + 12)) rows were new" "with counts and sums"
is "$(sqlite3 "$first" 'SELECT count(*) FROM reservations')" 0 "what a crash had left is put right first"
matches "$out" "coins available, $((emails * 250)) used" "and no coin is lost"
copy "$DB_URI" "$mongodb_uri"
is "$code" 0 "it may be repeated"
matches "$out" ' 0 rows were new' "and then there is nothing to do"

# Interrupted: a part is missing.
export DB_URI=$mongodb_uri
mongodb '
for c in (db.generatedemails, db.feedbackmodels):
    for i, d in enumerate(list(c.find({"userId": sys.argv[1]}).sort("_id", 1))):
        if i > 0: c.delete_one({"_id": d["_id"]})
db.usermodels.delete_one({"uid": sys.argv[1]})' "$uid"
copy "sqlite:$first" "$mongodb_uri"
is "$code" 0 "carried on after an interruption"
matches "$out" ' 5 rows were new' "with what was missing"

# It is a database that the API works on.
transport_start cgi
token=$ann
expect 200 "signed in as before" POST /email/getGeneratedEmail '{}' "$token"
answer_has "with the same history" '.payload | length == 3'
transport_stop

second=$work/second.db
copy "$mongodb_uri" "sqlite:$second"
is "$code" 0 "and back to SQLite"
is "$(dump "$second")" "$(dump "$first")" "it is the same in every column"

# Nothing is written over, and what is in the way stops nothing else.
id=$(sqlite3 "$first" "SELECT id FROM emails WHERE uid = '$uid' LIMIT 1")
other=$(sqlite3 "$first" "SELECT id FROM emails WHERE uid <> '$uid' LIMIT 1")
mongodb '
db.generatedemails.update_one({"_id": ObjectId(sys.argv[1])}, {"$set": {"subject": "changed"}})
db.generatedemails.delete_one({"_id": ObjectId(sys.argv[2])})' "$id" "$other"
copy "sqlite:$first" "$mongodb_uri"
is "$code" 1 "a copy over an email that differs fails"
matches "$err" "email $id of user [0-9a-f]{24}: the target has another one" "it is named"
is "$(mongodb 'print(db.generatedemails.find_one({"_id": ObjectId(sys.argv[1])})["subject"])' "$id")" changed "and stays"
matches "$out" 'not copied: 0 users, 1 emails, 0 feedback' "and counted"
matches "$out" "copied and compared: $((users - 1)) users .*; 1 rows were new" "the others are copied and compared"
mongodb 'db.generatedemails.update_one({"_id": ObjectId(sys.argv[1])}, {"$set": {"userId": "other"}})' "$id"
copy "sqlite:$first" "$mongodb_uri"
is "$code" 1 "an email of somebody else under the same id is no better"
mongodb 'db.usermodels.update_one({"uid": sys.argv[1]}, {"$inc": {"availableTokens": 1}})' "$uid"
copy "sqlite:$first" "$mongodb_uri"
is "$code" 1 "nor is a user with another balance"
matches "$err" "user [0-9a-f]{24}: " "who is named by id"
is "$(grep -c 'example.com' <<<"$err")" 0 "and not by address"
matches "$out" 'not copied: 1 users, 3 emails, 3 feedback' "nothing is copied to them"
sqlite3 "$second" "INSERT INTO feedback (uid, email, subject, message, created_ms) VALUES ('$uid', '', '', '', 1)"
copy "sqlite:$first" "sqlite:$second"
is "$code" 1 "counts that differ are found"
matches "$err" 'counts or sums differ' "and said"
sqlite3 "$second" "DELETE FROM feedback WHERE created_ms = 1; UPDATE feedback SET message = 'x' || message WHERE rowid = 1"
copy "sqlite:$first" "sqlite:$second"
is "$code" 1 "and so is feedback that reads differently"

# An address whose case only MongoDB's index can tell is one address there.
sqlite3 "$first" "INSERT INTO users SELECT 'x' || uid, '00000000000000000000000' || (length(email) % 10), iif(email LIKE 'ann%', 'É@example.com', 'é@example.com'),
    name, picture, login_method, fcm_token, 0, 0, 0, 0, 1, 1 FROM users WHERE email IN ('ann@example.com', '日本@example.com')"
DB_URI=${mongodb_uri/chatur_test_/chatur_test_case_}
copy "sqlite:$first" "$DB_URI"
is "$code" 1 "two users with one address"
matches "$err" "another user of the target has its id or address" "are one too many"
matches "$out" "copied and compared: $((users + 1)) users" "and the first is copied, and all others"

# Too long for a document of MongoDB.
sqlite3 "$first" "DELETE FROM users WHERE email LIKE 'é%'; UPDATE emails SET text = hex(zeroblob(9000000)) WHERE id = '$other'"
DB_URI=${mongodb_uri/chatur_test_/chatur_test_long_}
copy "sqlite:$first" "$DB_URI"
is "$code" 1 "an email that MongoDB cannot hold"
matches "$err" "email $other of user [0-9a-f]{24}: mongo: " "is named"
matches "$out" 'not copied: 0 users, 1 emails, 0 feedback' "and nothing else is missing"

# --- the service runs ----------------------------------------------------------------------------

unset DB_URI
transport_start nginx
mkdir -p "$work/state"
sign_in_as ann@example.com >/dev/null
copy "sqlite:$work/state/chatur.db" "sqlite:$work/third.db"
is "$code" 1 "there is no copy while the service runs"
matches "$err" 'stop the service first: in .*/run it is already running \(pid [0-9]+\)' "and why is said"
is "$([[ -e $work/third.db ]] && echo made)" '' "nothing was begun"
transport_stop
copy "sqlite:$work/state/chatur.db" "sqlite:$work/third.db"
is "$code" 0 "there is when it has stopped"

for name in '' case_ long_; do
    DB_URI=${mongodb_uri/chatur_test_/chatur_test_$name}
    [[ $mongodb_pid != 0 ]] || mongodb 'db.client.drop_database(db.name)'
done
done_testing
