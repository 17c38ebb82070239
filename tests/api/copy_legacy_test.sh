#!/bin/bash
# chatur database copy with what the Node.js service left in MongoDB: users without an address, debts,
# emails of no price, numbers and dates of every kind. What the service answers for it on MongoDB it
# answers on SQLite after the copy.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

# A token for any uid, as the Node.js service signed them.
token_for() { # UID
    python3 - "$JWT_KEY" "$1" <<'PYTHON'
import base64, hashlib, hmac, json, sys, time
def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
now = int(time.time())
text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(
    {"email": "x@example.com", "uid": sys.argv[2], "iat": now, "exp": now + 3600}).encode())
print((text + b"." + part(hmac.new(sys.argv[1].encode(), text, hashlib.sha256).digest())).decode())
PYTHON
}

# What the service answers for each user, on the database of $DB_URI.
answers() {
    local uid path token
    transport_start cgi
    for uid in $served; do
        token=$(token_for "$uid")
        for path in /user/getUserData /email/getGeneratedEmail; do
            call POST $path '{}' "$token"
            printf '%s %s %s %s\n' "$uid" "$path" "$status" "$(sha256sum <<<"$body")"
        done
    done
    transport_stop
}

# shellcheck disable=SC2119 # no options
mongodb_start
legacy=$mongodb_uri
export DB_URI=$legacy
mongodb '
import datetime
absent = object()
day = datetime.datetime(2023, 5, 1, 12, 0, 0, 5000)
def user(who, **fields):
    fields = {"uid": who, "userId": who, "email": who + "@Example.com", "name": "N", "picture": "https://x/p.png", "usedTokens": 500,
        "availableTokens": 9500, "generatedEmailCount": 2, "fcmToken": "t", "loginMethod": "google", "createdOn": day, "updatedOn": day,
        "authTime": 1, "exp": 2.0, "deviceUid": None, "__v": 0} | fields
    db.usermodels.insert_one({name: value for name, value in fields.items() if value is not absent})
user("plain")
user("no-address", email=absent)
user("null-address", email=None)
user("empty-address", email="")
user("odd-address", email=7)
user("debt", availableTokens=-750, usedTokens=10750)
user("debt-double", availableTokens=-0.5e3, usedTokens=Int64(10750))
user("negative", usedTokens=-1, generatedEmailCount=-2)
user("absent", **{name: absent for name in ("availableTokens", "usedTokens", "generatedEmailCount", "name", "picture", "fcmToken",
    "loginMethod", "createdOn", "updatedOn", "__v")})
user("nulls", **{name: None for name in ("availableTokens", "usedTokens", "generatedEmailCount", "name", "picture", "fcmToken",
    "loginMethod", "createdOn", "updatedOn", "__v")})
user("texts", availableTokens="9500", usedTokens="x", createdOn="2023-05-01", updatedOn=1682942400000)
user("parts", availableTokens=9500.75, usedTokens=499.25)
user("huge", availableTokens=Int64(2**63 - 1), usedTokens=1e300, generatedEmailCount=float("nan"))
user("huge-too", availableTokens=Int64(2**63 - 1), usedTokens=float("inf"), generatedEmailCount=Int64(-2**63))
user("old-dates", createdOn=datetime.datetime(1, 1, 1), updatedOn=datetime.datetime(9999, 12, 31))
user("long", name="n" * 100000, picture="data:" + "p" * 3000000, fcmToken="f" * 50000)
user("strange", name="\u65e5\u672c \U0001f600 \u0000 hidden", picture="\u0027; DROP TABLE users; --")
user("suspended", suspended=True)
user("text-id", _id="no ObjectId")
user("number-id", _id=7)
user("running", availableTokens=9000, usedTokens=0, generatedEmailCount=0, reservations={
    "0000000000000000000000a1": {"cost": 250, "deadline": Int64(9000000000000), "stamp": ObjectId("0000000000000000000000b1")},
    "0000000000000000000000a2": {"cost": 250, "deadline": Int64(9000000000000), "stamp": ObjectId("0000000000000000000000b2")}})
user("absent-uid", uid=absent)
user("", email=absent)
user("number-uid", uid=7)
user("leaving", erasing=day)
served = sorted(u["uid"] for u in db.usermodels.find({"erasing": None}) if isinstance(u.get("uid"), str) and u["uid"])

def email(uid, **fields):
    fields = {"userId": uid, "promptId": "1", "subject": "s", "keywords": "k", "generatedEmail": "t", "toEmailId": "y@example.com",
        "tokens": 250, "createdOn": 1700000000, "__v": 0} | fields
    db.generatedemails.insert_one({name: value for name, value in fields.items() if value is not absent})
for uid in served:
    email(uid)
for i, tokens in enumerate((0, 0.0, -250, -0.25, 250.0, Int64(250), 2**40, 1e300, float("nan"), "250", None, absent, True)):
    email("plain", tokens=tokens, createdOn=1700000100 + i)
for i, created in enumerate((1700000200.0, Int64(1700000201), 1700000202.5, Int64(1700000203000), None, absent, 0)):
    email("debt", createdOn=created)
email("nulls", **{name: None for name in ("promptId", "subject", "keywords", "generatedEmail", "toEmailId", "tokens", "__v")})
email("absent", **{name: absent for name in ("promptId", "subject", "keywords", "generatedEmail", "toEmailId", "tokens", "__v")})
email("texts", subject=7, keywords=["a"], generatedEmail={"a": 1}, toEmailId=True, promptId=1)
email("long", subject="s" * 200000, keywords="\u65e5" * 200000, generatedEmail="g\n" * 3000000)
email("strange", generatedEmail="&&&&Mail Sentiment&&&& ####\r\n\t\u0001 \u0000 hidden", subject="\U0001f600\u0027\"$two", fingerprint="f" * 64,
    provider="openai", model="gpt", finishReason="stop", templateVersion="v2", attempts=2, latencyMs=Int64(1234), promptTokens=11.0, completionTokens=22)
email("running", _id=ObjectId("0000000000000000000000a1"), stamp=ObjectId("0000000000000000000000b1"))
email("plain", _id="no ObjectId", createdOn=1)
for uid in ("gone", "gone", None, 7):
    email(uid)
db.generatedemails.insert_one({"_id": ObjectId("0000000000000000000000c1"), "fence": ObjectId(), "expireOn": datetime.datetime(2100, 1, 1)})

def feedback(uid, created, message="More templates, please."):
    db.feedbackmodels.insert_one({"userId": uid, "email": "x@example.com", "subject": "A suggestion", "message": message, "createdOn": created, "__v": 0})
for created in (1700000000000, 1700000000000.0, Int64(1700000000000), 1700000000000.5, None, day, -1):
    feedback("plain", created)
feedback("plain", 5, None)
feedback("no-address", 6, "m" * 4000000)
feedback("gone", 7)
for uid in served:
    print(uid)' >"$work/served"
served=$(<"$work/served")

# --- into SQLite ---------------------------------------------------------------------------------

first=$work/first.db
copy "$legacy" "sqlite:$first"
is "$code" 1 "a database without its indexes is not copied"
matches "$err" 'run `chatur database prepare`' "the command that makes them is named"
passes "they can be made" chatur_command database prepare
copy "$legacy" "sqlite:$first"
is "$code" 1 "what cannot be carried over is not passed over in silence"
is "$(grep -c 'has no uid$' <<<"$err")" 3 "users without a uid are named, each"
is "$(grep -c 'email  of user [0-9a-f]*: its _id is no ObjectId$' <<<"$err")" 1 "and an email without an ObjectId"
is "$(sed -n 's/.* \(user\|email\) [0-9a-f]*: \([A-Za-z]*\) is no whole number, .*/\1 \2/p' <<<"$err" | sort | uniq -c | xargs)" \
    '5 email tokens 2 user availableTokens 1 user generatedEmailCount 4 user usedTokens' "and amounts that are none"
is "$(grep -c ': its \|: has no \|not complete\|counts or sums differ\|no whole number' <<<"$err")" "$(wc -l <<<"$err")" "and nothing else"
matches "$out" 'not copied: 0 users, 1 emails, 0 feedback' "they are counted"
matches "$out" 'left behind: 3 users, 4 emails, 1 feedback' "and so is what belongs to nobody"
is "$(sqlite3 "$first" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok "the database is sound"
is "$(sqlite3 "$first" "SELECT available_coins, used_coins, generated_count FROM users WHERE uid = 'running'")" '9250|250|1' \
    "what was reserved is used where the email is stored, and given back where it is not"
is "$(sqlite3 "$first" "SELECT available_coins, used_coins FROM users WHERE uid = 'debt'")" '-750|10750' "a debt is a debt"
is "$(sqlite3 "$first" "SELECT length(fingerprint), provider, model, finish_reason, template_version, attempts, latency_ms, prompt_tokens,
    completion_tokens FROM emails WHERE provider <> ''")" '64|openai|gpt|stop|v2|2|1234|11|22' "fingerprint and attribution come along"

# The one email that could not come is not to be in the way of comparing the rest.
mongodb 'db.generatedemails.delete_one({"_id": "no ObjectId"})
db.usermodels.delete_many({"$or": [{"uid": {"$exists": False}}, {"uid": ""}, {"uid": 7}]})'
copy "$legacy" "sqlite:$first"
is "$code" 0 "without what cannot be carried over it is complete"
matches "$out" "copied and compared: $(wc -w <<<"$served") users .*; 0 rows were new" "and compared with nothing left to do"
answers >"$work/on-mongodb"
is "$(grep -c ' 200 \| 403 ' "$work/on-mongodb")" $((2 * $(wc -w <<<"$served"))) "the service has an answer for everybody who is there"
export DB_URI=sqlite:$first
answers >"$work/on-sqlite"
is "$(diff "$work/on-mongodb" "$work/on-sqlite")" '' "the service answers on SQLite what it did on MongoDB"

# --- who stands in nobody's way ------------------------------------------------------------------

odd=${mongodb_uri/chatur_test_/chatur_test_odd_}
DB_URI=$odd passes "another database is made ready" chatur_command database prepare
DB_URI=$odd mongodb '
import datetime
def user(i, **fields):
    who = "user-%d" % i
    db.usermodels.insert_one({"_id": ObjectId("%024x" % i), "uid": who, "userId": who, "email": who + "@example.com", "usedTokens": 0,
        "availableTokens": 9750, "generatedEmailCount": 0} | fields)
    db.generatedemails.insert_one({"userId": who, "promptId": "1", "subject": "s", "generatedEmail": "t", "tokens": 0, "createdOn": 1})
    db.feedbackmodels.insert_one({"userId": who, "email": "", "subject": "s", "message": "m", "createdOn": 1})
email = ObjectId()
user(1)
user(2, availableTokens="9500", reservations={str(email): {"cost": 250, "deadline": Int64(1000), "stamp": ObjectId()}})
user(3)
user(4, erasing=datetime.datetime(2100, 1, 1))'
copy "$odd" "sqlite:$work/odd.db"
is "$code" 1 "a user whose reservation cannot be put right"
is "$(grep -c '^chatur: user 0*2: mongo: ' <<<"$err")" 1 "is named"
matches "$out" 'not copied: 1 users, 1 emails, 1 feedback' "and counted, with what is theirs"
is "$(sqlite3 "$work/odd.db" 'SELECT group_concat(uid) FROM (SELECT uid FROM users ORDER BY uid)')" user-1,user-3 "the others are copied"
matches "$out" 'still being erased: 1 users, .*`chatur database check`' "whoever is being erased is not passed over in silence"
DB_URI=$odd mongodb 'db.usermodels.update_one({"uid": "user-2"}, {"$set": {"availableTokens": 9500}})'
copy "$odd" "sqlite:$work/odd.db"
is "$code" 1 "nor when nothing else is wrong"
matches "$out" 'copied and compared: 3 users' "and the other is copied now"
DB_URI=$odd mongodb 'import datetime
db.usermodels.update_one({"uid": "user-4"}, {"$set": {"erasing": datetime.datetime(2020, 1, 1)}})'
copy "$odd" "sqlite:$work/odd.db"
is "$code" 0 "an erasure that was interrupted is finished first"
is "$(DB_URI=$odd mongodb 'print(sum(c.count_documents({"userId": "user-4"}) for c in (db.usermodels, db.generatedemails, db.feedbackmodels)))')" 0 \
    "and nothing is left of it"

# --- with it -------------------------------------------------------------------------------------

transport_start cgi
order='{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'
call POST /email/generateEmail "$order" "$(token_for debt)"
is "$status" 402 "who is in debt pays first"
call POST /email/generateEmail "$order" "$(token_for null-address)"
is "$status" 200 "who has no address may write"
for uid in no-address null-address empty-address; do
    call POST /user/deleteUser '{}' "$(token_for $uid)"
    is "$status" 200 "and leave: $uid"
done
transport_stop
is "$(sqlite3 "$first" "SELECT uid FROM users WHERE email = ''")" odd-address "without taking others along"
rm "$first"*
copy "$legacy" "sqlite:$first"
is "$code" 0 "copied again"

# --- and back ------------------------------------------------------------------------------------

back=${mongodb_uri/chatur_test_/chatur_test_back_}
copy "sqlite:$first" "$back"
is "$code" 1 "back into MongoDB goes everybody who has an ObjectId"
is "$(grep -c '^chatur: user \(text\|number\)-id: mongo: the id is no ObjectId$' <<<"$err")" 2 "who has none is named"
matches "$out" 'not copied: 2 users, 2 emails, 0 feedback' "and counted, with what is theirs"
is "$(DB_URI=$back mongodb 'print(db.usermodels.find_one({"uid": "debt"})["availableTokens"])')" -750 "with their debts"
sqlite3 "$first" "DELETE FROM emails WHERE uid LIKE '%-id'; DELETE FROM users WHERE uid LIKE '%-id'"
copy "sqlite:$first" "$back"
is "$code" 0 "and that is all of it"
second=$work/second.db
copy "$back" "sqlite:$second"
is "$code" 0 "into SQLite once more"
is "$(dump "$second" | sha256sum)" "$(dump "$first" | sha256sum)" "it is the same in every column"

for name in '' back_ odd_; do
    DB_URI=${mongodb_uri/chatur_test_/chatur_test_$name}
    [[ $mongodb_pid != 0 ]] || mongodb 'db.client.drop_database(db.name)'
done
done_testing
