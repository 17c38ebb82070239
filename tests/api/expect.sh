# What a call must answer. Sourced by tests after lib.sh and transports.sh.
#
#   expect STATUS NAME METHOD PATH [BODY [TOKEN [HEADER…]]]
#       calls, and checks the HTTP status and the envelope that goes with it
#   answer_has NAME FILTER [JQ OPTION…]   the body makes a jq filter true
#   header_is NAME HEADER VALUE           the answer has this header with this value
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables are the other two files'

envelope='
    (keys_unsorted == ["status", "message", "payload"])
    and (.status == 0 or .status == 1)
    and (.message | type == "string" and length > 0)
    and (.payload == null
         or (.status == 1 and (.payload | type == "array" and length > 0 and all(type == "object"))))
    and ($http == 200 or .status == 0)'

# True only when the filter says `true` of a body that is there: jq -e is content with no input at all.
holds() {
    local filter=$1
    shift
    [ "$(jq -n "$@" "input | ($filter)" 2>/dev/null <<<"$body")" = true ]
}

expect() {
    local wanted=$1 name=$2
    shift 2
    call "$@"
    if [ "$status" != "$wanted" ]; then
        not_ok "$mode: $name" "HTTP $status instead of $wanted: ${body:0:300}"
    elif ! holds "$envelope" --argjson http "$status"; then
        not_ok "$mode: $name" "not an envelope: ${body:0:300}"
    else
        ok "$mode: $name"
    fi
}

answer_has() {
    local name=$1 filter=$2
    shift 2
    if holds "$filter" "$@"; then
        ok "$mode: $name"
    else
        not_ok "$mode: $name" "not true: $filter" "in: ${body:0:600}"
    fi
}

header_is() {
    local name=$1 header=$2 wanted=$3 got
    got=$(sed -n "s/^$header: //Ip" "$headers")
    if [ "$got" = "$wanted" ]; then
        ok "$mode: $name"
    else
        not_ok "$mode: $name" "$header is '$got' instead of '$wanted'"
    fi
}

# Signs in with the development provider and prints the token.
sign_in_as() {
    call POST /user/getJWTToken "{\"email\":\"$1\",\"idToken\":\"x\",\"loginMethod\":\"dev\"}"
    if [ "$status" != 200 ]; then # or all that follows would look like bad tokens
        echo "sign_in_as $1: HTTP $status, ${body:0:300}" >&2
        tail -n 3 "$work/state/log/chatur.log" "$work/endpoints.log" >&2 2>/dev/null
    fi
    jq -r '.payload[0].token' <<<"$body"
}
