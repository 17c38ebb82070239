#!/bin/bash
# Two users: on no endpoint does one see, change or lose what is the other's.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/database.sh

generate_for() { # TOKEN SUBJECT: prints the id
    call POST /email/generateEmail \
        "{\"subject\":\"$2\",\"keywords\":\"k\",\"promptId\":\"1\",\"toEmail\":\"x@example.com\"}" "$1"
    jq -r '.payload[0].id' <<<"$body"
}

transport_start nginx
ann=$(sign_in_as ann@example.com)
bob=$(sign_in_as bob@example.com)
anns=$(generate_for "$ann" "Anns subject")
bobs=$(generate_for "$bob" "Bobs subject")
isnt "$anns" "$bobs" "two emails"

expect 200 "Ann's history" POST /email/getGeneratedEmail '{}' "$ann"
answer_has "is Ann's" '[.payload[].subject] == ["Anns subject"]'
expect 200 "Bob's history" POST /email/getGeneratedEmail '{}' "$bob"
answer_has "is Bob's" '[.payload[].subject] == ["Bobs subject"]'
expect 404 "Bob's email as a place in Ann's history" POST /email/getGeneratedEmail "{\"before\":\"$bobs\"}" "$ann"
expect 404 "Ann deletes Bob's email" POST /email/deleteEmail "{\"id\":\"$bobs\"}" "$ann"
expect 200 "another uid in the body" POST /user/getUserData '{"uid":"dev-bob","email":"bob@example.com"}' "$ann"
answer_has "changes nothing" '.payload[0].email == "ann@example.com"'
expect 200 "userId in the body" POST /email/getGeneratedEmail '{"userId":"x","uid":{"$ne":""}}' "$ann"
answer_has "changes nothing" '[.payload[].subject] == ["Anns subject"]'

# Many at once, through the same threads: a subject never turns up in another's email.
requests=$work/requests
for ((i = 0; i < 36; i++)); do
    for who in ann bob; do
        printf 'next\nurl = "%s/email/generateEmail"\nheader = "Authorization: Bearer %s"\n' "$url" "${!who}"
        printf 'header = "Content-Type: application/json"\noutput = "%s/%s.%d"\n' "$work" "$who" "$i"
        printf 'data = "{\\"subject\\":\\"only %s may see %d\\",\\"keywords\\":\\"%s\\",\\"promptId\\":\\"%d\\",\\"toEmail\\":\\"x@example.com\\"}"\n' \
            "$who" "$i" "secret-of-$who" $((i % 5 + 1))
    done
done | sed 1d >"$requests"
curl -s --parallel --parallel-max 30 -K "$requests"
mixed=0
for who in ann bob; do
    other=$([ $who = ann ] && echo bob || echo ann)
    for ((i = 0; i < 36; i++)); do
        body=$(<"$work/$who.$i")
        holds '.payload[0] | .subject == $own and (.generatedEmail
            | test($key) and (test("of-" + $other) or test("only " + $other) | not))' \
            --arg own "only $who may see $i" --arg key "secret-of-$who" --arg other "$other" ||
            mixed=$((mixed + 1))
    done
done
is "$mixed" 0 "72 interleaved generations keep to their own words"

expect 200 "Ann leaves" POST /user/deleteUser '{}' "$ann"
expect 401 "Ann is gone" POST /email/getGeneratedEmail '{}' "$ann"
expect 200 "Bob's history" POST /email/getGeneratedEmail '{}' "$bob"
answer_has "is whole" '.payload | length == 37 and all(.subject | test("^Bobs|^only bob"))'
expect 200 "Bob's balance" POST /user/getUserData '{}' "$bob"
answer_has "is whole" '.payload[0] | .availableTokens == 750 and .usedTokens == 9250'
is "$(database_count orphans)" 0 \
    "nothing of Ann is left in the database"
transport_stop
done_testing
