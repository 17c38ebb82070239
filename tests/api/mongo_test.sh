#!/bin/bash
# What MongoDB asks of an operator, the plans of its queries, and documents of the Node.js service, used
# in place. The API's own suites on it are in mongo_api_test.sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

# Every suite gets a database of its own, so that each begins with nothing in it.
use_database() { # NAME
    export DB_URI=${mongodb_uri/chatur_test_/chatur_test_$1_}
}

# shellcheck disable=SC2119 # no options
mongodb_start

# --- the indexes ---------------------------------------------------------------------------------

use_database indexes
transport_start cgi
env -i "${endpoint_env[@]}" spawn-fcgi -n -s "$work/idle.sock" -- "$BUILD/cgi-bin/misc/getBannerImage" \
    >/dev/null 2>"$work/idle.log" </dev/null &
idle=$!
passes "a worker says at its start, before any request, that there are no indexes" \
    wait_for 10 grep -q 'has no index.*chatur database prepare' "$work/idle.log"
passes "and which database it is" grep -q 'the database is' "$work/idle.log"
kill $idle
wait $idle 2>/dev/null
expect 503 "a database without indexes is not ready" GET /health
expect 503 "and nobody new signs in" POST /user/getJWTToken '{"email":"a@example.com","idToken":"x","loginMethod":"dev"}'
matches "$(cat "$work/endpoints.log")" 'chatur database prepare' "the log says which command makes them"
out=$(chatur_command database check 2>&1)
is $? 1 "check fails"
matches "$out" 'chatur database prepare' "and says so too"
mongodb 'db.usermodels.insert_many([{"uid": "a", "email": "Ann@example.com"}, {"uid": "a", "email": "ann@EXAMPLE.com"}, {"uid": "b"}, {"uid": "c"}])'
first=$(mongodb 'print(db.usermodels.find_one({"email": "Ann@example.com"})["_id"])')
out=$(chatur_command database prepare 2>&1)
is $? 1 "prepare refuses data that is not unique"
is "$(grep -c "$first: shares its uid" <<<"$out")" 1 "and names a document that shares its uid"
is "$(grep -c "$first: shares its email" <<<"$out")" 1 "or its address, whatever the case"
is "$(grep -ci 'example.com' <<<"$out")" 0 "by id alone"
is "$(mongodb 'print(len(list(db.usermodels.list_indexes())))')" 1 "nothing was changed"
mongodb 'db.usermodels.delete_one({"email": "ann@EXAMPLE.com"})'

# What the index would refuse, and no other: cases of letters that are not ASCII too, but no accents.
mongodb '
db.usermodels.insert_many([{"uid": "e1", "email": "\u00c9va@example.com"}, {"uid": "e2", "email": "\u00e9va@example.com"}, {"uid": "e3", "email": "eva@example.com"}])'
out=$(chatur_command database prepare 2>&1)
is "$(grep -c 'shares its email' <<<"$out")" 2 "É and é are one letter, and e is another"
mongodb 'db.usermodels.delete_one({"uid": "e2"})'

# Many are counted, and some of them named.
mongodb '
db.usermodels.insert_many([{"uid": "n%d.%d" % (i, j), "email": ("n%d@example.com", "N%d@example.com")[j] % i} for i in range(23) for j in range(2)])
db.usermodels.insert_many([{"uid": "same", "n": i} for i in range(25)])'
out=$(chatur_command database prepare 2>&1)
is "$(grep -c 'shares its email' <<<"$out")" 40 "20 addresses that are shared are named"
matches "$out" 'usermodels: and 3 more values of email are shared, by 6 documents' "and it is said how many more there are"
is "$(grep -c 'shares its uid' <<<"$out")" 20 "20 of the documents that share one value are named"
matches "$out" 'usermodels: and 5 more share it' "and how many more"
mongodb 'db.usermodels.delete_many({"email": {"$ne": "Ann@example.com"}})'

# An index on the right keys that is another one. KEYS|OPTIONS (Python)|what is said
while IFS='|' read -r collection keys options said; do
    mongodb "db.$collection.create_index($keys, name='of_another', $options)"
    out=$(chatur_command database prepare 2>&1)
    is $? 1 "$collection, $options: is not taken for ours"
    matches "$out" "$collection: index \"of_another\" .*$said.*dropIndex" "and it is said why not, and what to do"
    is "$(mongodb 'print([i["name"] for c in ("usermodels", "generatedemails", "feedbackmodels") for i in db[c].list_indexes() if i["name"] != "_id_"])')" \
        "['of_another']" "and nothing was changed"
    mongodb "db.$collection.drop_index('of_another')"
done <<'END'
usermodels|[("email", 1)]|unique=True|has another collation
usermodels|[("email", 1)]|collation={"locale": "en", "strength": 2}, partialFilterExpression={"email": {"$gt": ""}}|is not unique
usermodels|[("email", 1)]|unique=True, collation={"locale": "en", "strength": 3}, partialFilterExpression={"email": {"$gt": ""}}|has another collation
usermodels|[("email", 1)]|unique=True, collation={"locale": "de", "strength": 2}, partialFilterExpression={"email": {"$gt": ""}}|has another collation
usermodels|[("email", 1)]|unique=True, collation={"locale": "en", "strength": 2}, partialFilterExpression={"email": {"$gt": "m"}}|has another partialFilterExpression
usermodels|[("uid", 1)]|unique=True, collation={"locale": "en", "strength": 2}|has another collation
usermodels|[("uid", 1)]|unique=True, partialFilterExpression={"email": {"$gt": ""}}|has another partialFilterExpression
usermodels|[("uid", 1)]|expireAfterSeconds=60, unique=True|has another expireAfterSeconds
usermodels|[("uid", 1)]|unique=False|is not unique
generatedemails|[("expireOn", 1)]|sparse=True, expireAfterSeconds=3600|has another expireAfterSeconds
generatedemails|[("expireOn", 1)]|sparse=True|has another expireAfterSeconds
generatedemails|[("userId", 1), ("createdOn", -1), ("_id", -1)]|sparse=True|is sparse
feedbackmodels|[("userId", 1)]|unique=True|is unique
END
mongodb 'db.usermodels.create_index([("name", 1)], name="email")'
matches "$(chatur_command database prepare 2>&1)" 'index "email" .*has other keys.*dropIndex' "nor is one that only has the name"
mongodb 'db.usermodels.drop_index("email")'

passes "made unique, they can be made" chatur_command database prepare
mongodb 'db.usermodels.create_index([("email", 1)], name="of_another")'
is "$(chatur_command database prepare | grep -c 'is there$')" 6 "and made again, nothing happens"
expect 200 "the service is ready" GET /health
expect 409 "an address belongs to one user, whatever its case" POST /user/getJWTToken \
    '{"email":"ANN@example.com","idToken":"x","loginMethod":"dev"}'
transport_stop

# --- what the Node.js service left ---------------------------------------------------------------

use_database legacy
transport_start cgi
uid=$(jq -r '.payload[0].token | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .uid' <<<"$(
    chatur_command database prepare >/dev/null
    call POST /user/getJWTToken '{"email":"old@example.com","idToken":"x","loginMethod":"dev"}'
    printf '%s' "$body"
)")
# Numbers of every type, nulls, fields that are absent, and fields that this service has never heard of.
mongodb '
import datetime
uid = sys.argv[1]
db.usermodels.delete_many({})
db.usermodels.insert_one({"usedTokens": None, "availableTokens": 9500.0, "name": None, "userId": uid, "uid": uid,
    "email": "Old@example.com", "fcmToken": "secret-device", "authTime": 1700000000, "exp": 1700003600.0,
    "generatedEmailCount": 2, "deviceUid": None, "loginMethod": "google",
    "createdOn": datetime.datetime(2023, 5, 1, 12, 0, 0, 5000), "updatedOn": None, "__v": 0})
db.usermodels.insert_one({"uid": "other", "userId": "other", "email": None})
db.generatedemails.insert_many([
    {"userId": uid, "promptId": "1", "subject": "int32", "keywords": "k", "generatedEmail": "&&&&Mail Sentiment&&&& ####", "toEmailId": "x@example.com", "tokens": 250, "createdOn": 1700000001, "__v": 0},
    {"userId": uid, "promptId": "1", "subject": "double", "keywords": "k", "generatedEmail": "t", "toEmailId": "x@example.com", "tokens": 250.0, "createdOn": 1700000002.75, "__v": 0},
    {"userId": uid, "promptId": "1", "subject": "int64", "keywords": "k", "generatedEmail": "t", "toEmailId": "x@example.com", "tokens": Int64(250), "createdOn": Int64(1700000003), "__v": Int64(0)},
    {"userId": uid, "subject": "nothing", "generatedEmail": None, "tokens": None, "createdOn": None},
    {"userId": uid, "subject": 7, "keywords": ["not", "text"], "tokens": "250"},
    {"userId": "other", "promptId": "1", "subject": "of another", "generatedEmail": "t", "tokens": 250, "createdOn": 1700000009}])
db.feedbackmodels.insert_many([{"userId": uid, "email": "x", "subject": "s", "message": "m", "createdOn": 1700000001000.0, "__v": 0}, {"userId": "other"}])' "$uid"
token=$(sign_in_as old@example.com)
expect 200 "an old user is known" POST /user/getUserData '{}' "$token"
answer_has "with what is there, and nothing for what is not" '.payload[0] | .availableTokens == 9500 and .usedTokens == 0
    and .generatedEmailCount == 2 and .email == "Old@example.com" and (.picture | type == "string")'
expect 200 "the old history" POST /email/getGeneratedEmail '{}' "$token"
answer_has "is newest first, whatever the numbers' types" '[.payload[].subject] == ["int64", "double", "int32", "", "nothing"]'
answer_has "with whole numbers and texts throughout" 'all(.payload[]; ([.tokens, .createdOn] | all(type == "number" and . == floor))
    and ([.subject, .keywords, .generatedEmail, .toEmailId, .promptId] | all(type == "string")))'
answer_has "texts are left as they are" '.payload[2].generatedEmail == "&&&&Mail Sentiment&&&& ####"'
pages=''
before=''
for ((i = 0; i < 3; i++)); do
    call POST /email/getGeneratedEmail "{\"limit\":2${before:+,\"before\":\"$before\"}}" "$token"
    pages+=$(jq -r '.payload[].subject' <<<"$body" | tr '\n' ' ')
    before=$(jq -r '.payload[-1]._id' <<<"$body")
done
is "$pages" 'int64 double int32  nothing ' "its pages have all of it, in order"
expect 200 "generating goes on, although a counter was null" POST /email/generateEmail \
    '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$token"
expect 200 "the balance" POST /user/getUserData '{}' "$token"
answer_has "is charged" '.payload[0] | .availableTokens == 9250 and .usedTokens == 250 and .generatedEmailCount == 3'
# What mongoose casts: String, Number, Date, ObjectId; and nothing else in its fields.
is "$(mongodb '
types = db.generatedemails.aggregate([{"$match": {"userId": sys.argv[1], "subject": "s"}}, {"$project": {k: {"$type": "$" + k} for k in
    ("_id", "userId", "promptId", "subject", "keywords", "generatedEmail", "toEmailId", "tokens", "createdOn", "__v")}}]).next()
print(" ".join(types[k] for k in sorted(types)))' "$uid")" 'int objectId long string string string string string long string' \
    "an email is written with types that mongoose casts"
# Numbers that are texts.
mongodb '
db.usermodels.update_one({"uid": sys.argv[1]}, {"$set": {"usedTokens": "250", "availableTokens": Int64(9250)}})' "$uid"
expect 200 "a counter that is a text: generating goes on" POST /email/generateEmail \
    '{"subject":"s2","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$token"
expect 200 "the balance" POST /user/getUserData '{}' "$token"
answer_has "has the number that it was" '.payload[0] | .availableTokens == 9000 and .usedTokens == 500'
mongodb '
db.usermodels.update_one({"uid": sys.argv[1]}, {"$set": {"availableTokens": "9000", "reservations":
    {"0123456789abcdef01234567": {"cost": 250, "deadline": 1, "stamp": ObjectId()}}}})' "$uid"
expect 200 "a balance that cannot be given back to: the account is shown" POST /user/getUserData '{}' "$token"
matches "$(cat "$work/endpoints.log")" 'what is reserved was not put right' "and the log says what is wrong"
id=$(mongodb 'print(db.usermodels.find_one({"uid": sys.argv[1]})["_id"])' "$uid")
matches "$(chatur_command database prepare 2>&1)" "user $id: availableTokens is no whole number" "and prepare names it"
mongodb '
db.usermodels.update_one({"uid": sys.argv[1]}, {"$set": {"availableTokens": Int64(8750)}})' "$uid"
expect 200 "made a number again" POST /user/getUserData '{}' "$token"
answer_has "it is given back to" '.payload[0] | .availableTokens == 9000'
mongodb '
import datetime
db.usermodels.insert_many([{"uid": "gone%d" % i, "erasing": datetime.datetime(2020, 1, 1)} for i in range(20)])'
matches "$(chatur_command database prepare 2>&1)" 'interrupted, and are finished now: 20' "accounts that were left half erased are counted as they go"
token=$(sign_in_as new@example.com)
is "$(mongodb '
user = db.usermodels.find_one({"email": "new@example.com"})
print(sorted(user), user["userId"] == user["uid"], *(type(user[k]).__name__ for k in ("_id", "availableTokens", "usedTokens", "createdOn", "updatedOn", "__v")))')" \
    "['__v', '_id', 'availableTokens', 'createdOn', 'email', 'fcmToken', 'generatedEmailCount', 'loginMethod', 'name', 'picture', 'uid', 'updatedOn', 'usedTokens', 'userId'] True ObjectId Int64 Int64 datetime datetime int" \
    "and so is a user"
token=$(sign_in_as old@example.com)
expect 200 "an old user leaves" POST /user/deleteUser '{}' "$token"
is "$(mongodb 'print(*(c.count_documents({"userId": sys.argv[1]}) for c in (db.usermodels, db.generatedemails, db.feedbackmodels)))' "$uid")" \
    '0 0 0' "with everything of theirs"
is "$(mongodb 'print(*(c.count_documents({"userId": "other"}) for c in (db.usermodels, db.generatedemails, db.feedbackmodels)))')" \
    '1 1 1' "and nothing of another's"
transport_stop

# --- the plan ------------------------------------------------------------------------------------

plan=$(mongodb '
db.generatedemails.insert_many([{"userId": "u%d" % (i % 50), "createdOn": i} for i in range(1000)])
for place in ({}, {"createdOn": 500, "_id": {"$lt": ObjectId()}}, {"createdOn": {"$lt": 500}}, {"createdOn": None}):
    print(db.command("explain", {"find": "generatedemails", "filter": {"userId": "u7", **place},
        "sort": {"createdOn": -1, "_id": -1}, "limit": 20}, verbosity="queryPlanner")["queryPlanner"]["winningPlan"])')
is "$(grep -c "'indexName': 'history'" <<<"$plan")" 4 "a page of the history is read through the index, first or later"
is "$(grep -c COLLSCAN <<<"$plan")" 0 "and never through all emails"

# --- signing in at the server --------------------------------------------------------------------

with_option() { # OPTION…: $DB_URI with it
    local sign='?'
    [[ $DB_URI != *\?* ]] || sign='&'
    printf '%s%s%s' "$DB_URI" "$sign" "$1"
}

wrong=${mongodb_uri/:\/\//:\/\/someone:wr0ngpassword@}
for uri in "$wrong" "${mongodb_uri/127.0.0.1/bad host}" "$(with_option w=0)" "$(with_option tls=ture)"; do
    out=$(DB_URI=$uri chatur_command database check 2>&1)
    is $? 1 "$(sed 's/wr0ngpassword/…/; s/:[0-9]*.chatur_test[^?\&]*/…/' <<<"${uri#*://}") does not work"
    is "$(grep -c wr0ngpassword <<<"$out")" 0 "and a password is not repeated"
done
# URI|what is said (of one that is wrong, the option's name at the most)
while IFS='|' read -r uri said; do
    out=$(DB_URI=$uri chatur_command database check 2>&1)
    is $? 1 "$uri is refused"
    matches "$out" "DB_URI: $said" "and it is said why"
    is "$(grep -c secret <<<"$out")" 0 "without its secrets"
done <<'END'
mongodb://u:secret@h/d?appName=x&tls=secret&retryWrites=true|the option tls is not a valid one
mongodb://h/d?authMechanism=DEFAULT&connectTimeoutMS=secret|the option connectTimeoutMS is not a valid one
mongodb://u:1%?secret=1@h/d|this is not a valid MongoDB URI
mongodb://u:se/secret@h/d?w=1|this is not a valid MongoDB URI
END
# An old URI is served: what the driver does not know and the Node.js one does is left out.
use_database legacy
for option in 'authMechanism=DEFAULT' 'authmechanism=default&appName=x' 'appName=x&authMechanism=DEFAULT' 'w=1' 'w=1&wtimeoutMS=0&journal=true'; do
    out=$(DB_URI=$(with_option "$option") chatur_command database check 2>&1)
    is $? 0 "$option works"
    is "$(grep -c 'acknowledged by the majority all the same' <<<"$out")" "$(grep -c 'w=1' <<<"$option")" "and it is said if it is not kept to"
done

[[ $mongodb_pid != 0 ]] || for name in indexes legacy; do
    use_database $name
    mongodb 'db.client.drop_database(db.name)'
done
done_testing
