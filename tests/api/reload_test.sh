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
