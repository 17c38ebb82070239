#!/bin/bash
# Templates and tutorials are edited in place: changed, added, broken, removed, without a restart.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh

home=$work/home
mkdir "$home"
cp -R templates tutorials etc "$home"
export HOME_DIR=$home
transport_start nginx
token=$(sign_in_as ann@example.com)

title_of() { # ID
    call POST /prompt/getPrompts '{}' "$token"
    jq -r --arg id "$1" '.payload[] | select(.id == $id) | .title' <<<"$body"
}
# Said ten times over: several workers answer, and each looks for itself, about once a second.
has_title() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ "$(title_of "$1")" = "$2" ] || return 1
    done
}

is "$(title_of 1)" Request "the template as it is"
sed -i 's/^title: .*/title: Changed/' "$home/templates/request.yaml"
wait_for 5 has_title 1 Changed
is $? 0 "a changed template is offered within seconds"

sed -i 's/^title: .*/title: [broken/' "$home/templates/request.yaml"
sed 's/^id: .*/id: "77"/; s/^title: .*/title: Another/' "$home/templates/announcement.yaml" >"$home/templates/another.yaml"
wait_for 5 has_title 77 Another
is $? 0 "an added template is offered"
is "$(title_of 1)" Changed "a broken template keeps its last good version"
grep -q 'request\.yaml:[0-9]*:' "$work/state/log/chatur.log"
is $? 0 "the log names the broken file and its line"
call POST /email/generateEmail '{"subject":"s","keywords":"k","promptId":"77","toEmail":"x@example.com"}' "$token"
is "$status" 200 "the added template writes emails"
call POST /email/generateEmail '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$token"
is "$status" 200 "so does the last good version of the broken one"

# --- a worker that starts while a file is broken knows the last good version ----------------------

warns() {
    call GET /health
    holds '.payload[0].ready and .payload[0].warning == "request.yaml is invalid, its last good version stays"'
}
wait_for 5 warns
is $? 0 "the service is ready, and its health names the broken file"

kill_workers() { # ENDPOINT
    workers_of "$1" | xargs -r kill -KILL
}
# Others than those, and answering.
has_other_workers() { # ENDPOINT OLD
    local now
    now=$(workers_of "$1" | sort)
    [ -n "$now" ] && [ -z "$(comm -12 <(sort <<<"$2") <(printf '%s\n' "$now"))" ]
}
writes_an_email() {
    call POST /email/generateEmail '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}' "$token"
    [ "$status" = 200 ]
}
for endpoint in getPrompts generateEmail health; do
    workers=$(workers_of "$endpoint")
    isnt "$workers" "" "there are workers of $endpoint to kill"
    kill_workers "$endpoint"
    wait_for 20 has_other_workers "$endpoint" "$workers"
    is $? 0 "new workers of $endpoint"
done
wait_for 10 has_title 1 Changed
is $? 0 "workers that started since the file broke offer its last good version"
wait_for 10 writes_an_email
is $? 0 "and write emails by it"
is "$(stat -c %a "$work/state/last-good" "$work/state/last-good/templates" "$work/state/last-good/templates/request.yaml" | xargs)" \
    "700 700 600" "only the service reads its copies"

# The same machine's CGI programs; the token and the state are the same.
by_cgi() { # PATH BODY: sets $status and $body
    printf '%s' "$2" | env -i PATH="$PATH" STATE_DIR="$work/state" HOME_DIR="$home" JWT_KEY="$JWT_KEY" DEV_LOGIN=1 \
        GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST CONTENT_TYPE=application/json CONTENT_LENGTH=${#2} \
        HTTP_AUTHORIZATION="Bearer $token" "$BUILD/cgi-bin$1" >"$answer" 2>>"$work/endpoints.log"
    read_cgi_answer
}
by_cgi /email/generateEmail '{"subject":"s","keywords":"k","promptId":"1","toEmail":"x@example.com"}'
is "$status" 200 "a CGI request writes by the last good version"
by_cgi /prompt/getPrompts '{}'
is "$(jq -r '.payload[] | select(.id == "1") | .title' <<<"$body")" Changed "and offers it"

cp "$home/templates/announcement.yaml" "$home/templates/twice.yaml"
by_cgi /prompt/getPrompts '{}'
is "$(jq -r '[.payload[].id] | index("1", "2") != null' <<<"$body" | xargs)" "true true" \
    "files that do not go together (an id twice) leave the last good ones in force"
rm "$home/templates/twice.yaml"

sed -i 's/^title: .*/title: Repaired/' "$home/templates/request.yaml"
by_cgi /prompt/getPrompts '{}'
is "$(jq -r '.payload[] | select(.id == "1") | .title' <<<"$body")" Repaired "repaired, it is offered by CGI at once"
wait_for 5 has_title 1 Repaired
is $? 0 "and by the workers"
healthy() {
    call GET /health
    holds '.payload == [{"live":true,"ready":true}]'
}
wait_for 5 healthy
is $? 0 "nothing is left to warn of"

# --- put in place with an old time ------------------------------------------------------------------

call POST /prompt/getPrompts '{}' "$token"
newest=$(jq '[.payload[].updatedOn] | max' <<<"$body")
is_over() {
    [ "$(date +%s)" -gt "$newest" ]
}
wait_for 5 is_over
sed 's/^title: .*/title: Old/' "$home/templates/request.yaml" >"$work/request.yaml"
touch -d 2001-01-01 "$work/request.yaml"
cp -p "$work/request.yaml" "$home/templates/request.yaml"
wait_for 5 has_title 1 Old
call POST /prompt/getPrompts "{\"updatedAfter\":$newest}" "$token"
is "$(jq -r '[.payload[]?.title] | join(" ")' <<<"$body")" Old "what came with an old mtime is new to clients"

rm "$home/templates/another.yaml"
wait_for 5 has_title 77 ""
is $? 0 "a removed template is gone"

tutorial_is_there() {
    call POST /tutorial/getTutorials '{}' "$token"
    holds 'any(.payload[]; .title == "New here" and (.htmlContent | test("<strong>words</strong>")))'
}
printf '# New here\n\nSome **words**.\n' >"$home/tutorials/9-new.md"
wait_for 5 tutorial_is_there
is $? 0 "an added tutorial is shown, as HTML"

mv "$home/etc/htdocs/banner.png" "$home/etc/htdocs/banner.away"
expect 200 "without a banner" POST /misc/getBannerImage '{}' "$token"
answer_has "the banner is the string NULL" '.payload == [{"imageData":"NULL"}]'
transport_stop
done_testing
