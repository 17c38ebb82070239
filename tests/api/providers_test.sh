#!/bin/bash
# Every way a language model's server can answer or fail, played by a stand-in, through the real
# generateEmail: the right status, the right provider, as many calls as there should be; and after
# each, the books balance.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC1091,SC2154 # variables that cross files
. tests/api/lib.sh
. tests/api/models.sh

key=sk-stand-in-0123456789
model_server_start models || {
    echo "Bail out! the stand-in does not start"
    exit 1
}
base=http://127.0.0.1:$model_port
dead=$(free_port)

# True when the filter says `true` of $body.
holds() {
    [[ $(jq "$1" <<<"$body" 2>/dev/null) == true ]]
}

calls() { # how many requests a script had
    jq -s --arg script "$1" 'map(select(.script == $script)) | length' "$work/models.log"
}

whole='.payload[0].generatedEmail == "Dear Jane,\n\nI will be away on Friday; Zoë covers the desk.\n\nBest regards,\nAnn"'
short='.payload[0].generatedEmail == "Dear Jane,\n\nI am away.\n\nBest regards,\nAnn"'

# name | GENERATORS | openai's script | opt's script | settings | status | provider | calls of
# openai, of opt | what else must be true of the answer.
rows=(
    # --- it works
    "a stream|openai|ok|||200|openai|1 0|$whole and .payload[0].model == \"stand-in-1\""
    "completions|openai|ok||OPENAI_API=completions|200|openai|1 0|$whole"
    "OPT|opt||ok||200|opt|0 1|$whole and .payload[0].model == \"stand-in-1\""
    "every byte by itself|openai|bytes|||200|openai|1 0|$whole"
    "CRLF, comments, other fields, several data lines|openai|crlf|||200|openai|1 0|$whole"
    "no usage|openai|nousage|||200|openai|1 0|$whole"
    "no [DONE]|openai|nodone|||200|openai|1 0|$whole"
    "open and silent after the last word|openai|lingers:20000|||200|openai|1 0|$whole"
    "a stream declared as text|openai|typed:text_plain|||200|openai|1 0|$whole"
    "a stream not declared|openai|typed|||200|openai|1 0|$whole"
    "a document where a stream was asked for|openai|plain|||200|openai|1 0|$short"
    "a document of a completion|opt||plain||200|opt|0 1|$short"
    "a document declared as text|openai|plain:text|||200|openai|1 0|$short"
    "the stop text, cut over chunks|opt||stop||200|opt|0 1|$whole"
    "the stop text, which the model does not heed|opt||stop:ever||200|opt|0 1|$whole"
    "something of the server's own after the end|openai|adds|||200|openai|1 0|$whole"
    "an end by another name|openai|reason:end_turn|||200|openai|1 0|.payload[0].generatedEmail | startswith(\"Dear Jane\")"
    "the stop text before the limit of tokens|opt||stop:length||200|opt|0 1|$whole"
    "a late first word in time|openai|first:1200||GENERATE_QUIET_TIMEOUT_S=3|200|openai|1 0|$whole"
    "slow words, longer in all than one may take|openai|slowly:250||GENERATE_QUIET_TIMEOUT_S=1|200|openai|1 0|$whole"
    # --- it is asked again
    "429, then it works|openai|429,ok|||200|openai|2 0|$whole"
    "429 with Retry-After|openai|limit:1,ok|||200|openai|2 0|$whole"
    "429 with a date|openai|limit:d2,ok|||200|openai|2 0|$whole"
    "429 with retry-after-ms|openai|limit:m50,ok|||200|openai|2 0|$whole"
    "500 twice, then it works|openai|500,503,ok|||200|openai|3 0|$whole"
    "500 for ever|openai|500|||503||3 0|"
    "as often as the setting says|openai|500||GENERATE_ATTEMPTS=2|503||2 0|"
    "408 and 409|openai|409,retry:409,ok|||200|openai|3 0|$whole"
    "dropped, then it works|openai|drop,ok|||200|openai|2 0|$whole"
    "cut in the middle, then it works|openai|cut,cut:event,ok|||200|openai|3 0|$whole"
    "cut cleanly, then it works|openai|cutclean,cutclean:event,ok|||200|openai|3 0|$whole"
    "an error in the stream, then it works|openai|text:error,text:errortext,ok|||200|openai|3 0|$whole"
    "an error after half of it, then it works|openai|errorlate,ok|||200|openai|2 0|$whole"
    "aborted, then it works|openai|reason:abort,ok|||200|openai|2 0|$whole"
    "an error as the end, then it works|openai|reason:error,ok|||200|openai|2 0|$whole"
    "a long reason, then it works|openai|reason:insufficient_system_resource,ok|||200|openai|2 0|$whole"
    "an end of which nobody knows|openai|reason:tool_calls||GENERATE_ATTEMPTS=1|503||1 0|"
    "an error that stalls, then it works|openai|stalls:500,ok||GENERATE_TIMEOUT_S=10|200|openai|2 0|$whole"
    "a rate limit in the stream|openai|text:errorrate,ok|||200|openai|2 0|$whole"
    "told to try again|openai|retry:400,ok|||200|openai|2 0|$whole"
    "told not to|openai|noretry:500|||503||1 0|"
    # --- it is not
    "quota, whatever else it says|openai|quota|||503||1 0|"
    "a wrong key|openai|401|||503||1 0|"
    "forbidden|openai|403|||503||1 0|"
    "no such model|openai|404|||503||1 0|"
    "a redirect|openai|redirect|||503||1 0|"
    "a request it does not take|openai|400|||502||1 0|"
    "too long for the model|openai|context|||502||1 0|(.message | test(\"too long\"))"
    "declined|openai|filter|||502||1 0|(.message | test(\"declined\"))"
    "declined at the end|openai|reason:content_filter|||502||1 0|(.message | test(\"declined\"))"
    "declined in words|openai|refusal|||502||1 0|(.message | test(\"declined\"))"
    "declined in the text|openai|says:no|||502||1 0|(.message | test(\"declined\"))"
    "repeating itself|openai|says:more|||502||1 0|"
    "out of tokens: half an email is none|openai|reason:length|||502||1 0|"
    "out of tokens, as others say it|openai|reason:model_length|||502||1 0|"
    "out of tokens, as yet others do|openai|reason:max_tokens|||502||1 0|"
    "a wrong key, said slowly|openai|stalls:401||GENERATE_TIMEOUT_S=5|503||1 0|"
    "no text|openai|empty|||502||1 0|"
    "blank text|openai|empty:blank|||502||1 0|"
    "nothing at all|openai|text:nothing|||502||1 0|"
    "malformed JSON|openai|text:badjson|||502||1 0|"
    "no events|openai|text:badsse|||502||1 0|"
    "JSON of something else|openai|text:other|||502||1 0|"
    "a web page|openai|html|||502||1 0|"
    "an endless text|openai|giant|||502||1 0|"
    "an endless line|openai|giant:line|||502||1 0|"
    "an endless document|openai|giant:document|||502||1 0|"
    # --- it takes too long
    "no answer|openai|hang:20000||GENERATE_QUIET_TIMEOUT_S=1 GENERATE_ATTEMPTS=2|504||2 0|"
    "only comments|openai|first:20000||GENERATE_QUIET_TIMEOUT_S=1 GENERATE_ATTEMPTS=1|504||1 0|"
    "silence in the middle|openai|stall:20000||GENERATE_QUIET_TIMEOUT_S=1 GENERATE_ATTEMPTS=1|504||1 0|"
    "words for ever|openai|slowly:900||GENERATE_TIMEOUT_S=2|504||1 0|"
    "a wait longer than the time left|openai|limit:30||GENERATE_TIMEOUT_S=5|503||1 0|"
    # --- somebody else writes
    "the next group|openai;opt|500|ok|GENERATE_ATTEMPTS=1|200|opt|1 1|$whole"
    "offline as a last resort|openai;offline|401|||200|offline|1 0|.payload[0].model == \"offline-1\""
    "offline after all of the time|openai;offline|hang:20000||GENERATE_TIMEOUT_S=1|200|offline|1 0|true"
    "the next one when the text is bad|openai;opt|html|ok||200|opt|1 1|$whole"
    "the next one when the prompt is too long|openai;opt|context|ok||200|opt|1 1|$whole"
    "the next one when it is declined|openai;opt|filter|ok||200|opt|1 1|$whole"
    "the next one instead of a second wait|openai;opt|hang:20000|ok|GENERATE_QUIET_TIMEOUT_S=1|200|opt|1 1|$whole"
    "the next one instead of a long pause|openai;opt|limit:10|ok||200|opt|1 1|$whole"
    "the other of the group|openai=1,opt=1|401|ok||200|opt|? 1|$whole"
    "a drained one is not asked|openai=0,opt|ok|ok||200|opt|0 1|$whole"
    "everybody fails|openai;opt|401|html||502||1 1|"
    "declined by one, and the other is dead|openai;opt|filter|401||502||1 1|(.message | test(\"declined\"))"
    # --- fields that a server does not take
    "no stream_options|openai|refuses:stream_options|||200|openai|2 0|$whole"
    "max_completion_tokens only|openai|refuses:max_tokens|||200|openai|2 0|$whole"
    "no repetition_penalty|opt||refuses:repetition_penalty||200|opt|0 2|$whole"
    "no stop|opt||refuses:stop||200|opt|0 2|$whole"
)

new_user ann.lee@example.com
emails=0
number=0
for row in "${rows[@]}"; do
    IFS='|' read -r name generators openai opt settings wanted provider wanted_calls filter <<<"$row"
    number=$((number + 1))
    openai_script=a$number=${openai:-ok} # tagged, so that each row's has its own turn
    opt_script=b$number=${opt:-ok}
    read -ra extra <<<"$settings"
    writer_start GENERATORS="$generators" OPENAI_API_KEY=$key OPENAI_BASE_URL="$base/$openai_script/v1" \
        OPT_BASE_URL="$base/$opt_script/v1" "${extra[@]}"
    write_email
    writer_stop
    got_calls="$(calls "$openai_script") $(calls "$opt_script")"
    what=
    [[ $status == "$wanted" ]] || what="HTTP $status instead of $wanted: ${body:0:300}"
    if [[ $wanted == 200 ]]; then
        emails=$((emails + 1))
        holds ".payload[0].provider == \"$provider\"" || what+=" the provider is not $provider: ${body:0:300}"
    fi
    # shellcheck disable=SC2053 # the wanted one is a pattern
    [[ $got_calls == $wanted_calls ]] || what+=" calls: $got_calls instead of $wanted_calls"
    [[ -z $filter ]] || holds "$filter" || what+=" not true: $filter of ${body:0:400}"
    books=$(balance)
    coins=$((emails * 250))
    [[ $books == "$((10000000 - coins)) $coins $emails 0" ]] || what+=" the books: $books after $emails emails"
    if [[ -z $what ]]; then ok "$name"; else not_ok "$name" "$what"; fi
done

# --- streamed -----------------------------------------------------------------------------------------

# The status, the events in order without repetition, and who was asked how often.
streamed() { # NAME OPENAI'S-SCRIPT OPT'S-SCRIPT WANTED EMAILS-MORE [NAME=VALUE…]
    local name=$1 openai=$2 opt=$3 wanted=$4 more=$5 kinds got books
    shift 5
    writer_start "GENERATORS=openai;opt" OPENAI_BASE_URL="$base/$openai/v1" OPT_BASE_URL="$base/$opt/v1" "$@"
    stream_email
    writer_stop
    kinds=$(tr -d '\r' <<<"$body" | sed -n 's/^event: //p' | uniq | paste -sd ' ')
    got="$status $kinds: $(calls "$openai") $(calls "$opt")"
    emails=$((emails + more))
    coins=$((emails * 250))
    books=$(balance)
    is "$got, the books: $books" "$wanted, the books: $((10000000 - coins)) $coins $emails 0" "$name"
}
streamed "a stream is streamed" s1=slowly:5 t1=ok "200 delta done: 1 0" 1
is "$(tr -d '\r' <<<"$body" | sed -n '/^event: delta$/{n;s/^data: //p}' | jq -rj .text)" \
    "$(tr -d '\r' <<<"$body" | sed -n '/^event: done$/{n;s/^data: //p}' | jq -r '.payload[0].generatedEmail')" \
    "and its pieces are the email"
streamed "before the first word, the next one is asked without a word" s2=401 t2=ok "200 delta done: 1 1" 1
streamed "after it, nobody else is" s3=long_then:cut t3=ok "200 delta error: 1 0" 0
streamed "nor after an error in the stream" s4=long_then:error t4=ok "200 delta error: 1 0" 0
streamed "nor after silence" s5=long_then:silence t5=ok "200 delta error: 1 0" 0 GENERATE_QUIET_TIMEOUT_S=1
streamed "when all fail before the first word, the status says so" s6=401 t6=500 "503 : 1 1" 0 GENERATE_ATTEMPTS=1

# --- attribution --------------------------------------------------------------------------------------

writer_start GENERATORS=openai OPENAI_API_KEY=$key OPENAI_BASE_URL="$base/a=500,ok/v1"
write_email
writer_stop
stored=$(sqlite3 -separator ' ' "$work/state/chatur.db" \
    'SELECT provider, model, finish_reason, attempts, prompt_tokens, completion_tokens, latency_ms > 0,
        length(template_version) > 0 FROM emails ORDER BY rowid DESC LIMIT 1')
is "$stored" "openai stand-in-1 stop 2 11 22 1 1" "who wrote it, and at what expense, is stored"

spent() { # what is stored of the last email, and who wrote it
    sqlite3 -separator ' ' "$work/state/chatur.db" \
        'SELECT provider, attempts, prompt_tokens, completion_tokens FROM emails ORDER BY rowid DESC LIMIT 1'
}
writer_start "GENERATORS=openai;opt" OPENAI_BASE_URL="$base/a=reason:length/v1" OPT_BASE_URL="$base/a=ok/v1"
write_email
writer_stop
is "$(spent)" "opt 2 22 44" "what was cut off is paid for as well"
writer_start "GENERATORS=openai;opt" OPENAI_BASE_URL="$base/a=says:no/v1" OPT_BASE_URL="$base/a=stop/v1"
write_email
writer_stop
is "$(spent)" "opt 2 22 44" "as is what was declined, and what came after the stop text"

# --- what is asked ------------------------------------------------------------------------------------

asked() { # SCRIPT FILTER: of its last request
    jq -s --arg script "$1" "map(select(.script == \$script)) | last | ($2)" "$work/models.log"
}
writer_start GENERATORS=openai OPENAI_API_KEY=$key OPENAI_BASE_URL="$base/b=ok/v1" OPENAI_MODEL=m-1 \
    OPENAI_ORGANIZATION=org-1 OPENAI_PROJECT=proj-1 OPENAI_MAX_TOKENS=77
write_email
writer_stop
is "$(asked b=ok '[.authorization, .organization, .project] | join(" ")')" "\"Bearer $key org-1 proj-1\"" \
    "key, organisation and project are headers"
is "$(asked b=ok '.body | [.model, .max_tokens, .stream, .stream_options.include_usage,
    (.messages | map(.role) | join("+"))] | map(tostring) | join(" ")')" \
    '"m-1 77 true true system+user"' "a chat is asked as one"
writer_start GENERATORS=opt OPT_BASE_URL="$base/c=ok/v1/" OPT_MODEL=facebook/opt-125m OPT_MAX_TOKENS=99
write_email
writer_stop
is "$(asked c=ok '[.authorization, .body.model, .body.max_tokens, .body.repetition_penalty,
    (.body.prompt | type), (.body.stop | length > 0), .body.stream] | map(tostring) | join(" ")')" \
    '" facebook/opt-125m 99 1.15 string true true"' "a base model is asked to continue a text, and when to stop"

# --- many calls of one process ------------------------------------------------------------------------

writer_start GENERATORS=openai OPENAI_BASE_URL="$base/d=ok/v1" THREADS=1
for _ in 1 2 3; do write_email; done
is "$(jq -s 'map(select(.script == "d=ok") | .fd) | unique | length' "$work/models.log")" 1 \
    "a thread's connection is kept"
is "$(asked d=ok .authorization)" '""' "a server that is not OpenAI's needs no key"
writer_stop

writer_start GENERATORS=opt OPT_BASE_URL="$base/e=refuses:repetition_penalty/v1" THREADS=1
for _ in 1 2; do write_email; done
is "$(calls e=refuses:repetition_penalty)" 3 "what a server does not take is remembered"
writer_stop

writer_start "GENERATORS=openai;offline" OPENAI_BASE_URL="$base/f=500/v1" GENERATE_ATTEMPTS=1
for _ in {1..12}; do
    write_email
    [[ $status == 200 ]] || diag "$status $body"
done
is "$(calls f=500)" 5 "a server that always fails is left alone (the breaker)"
writer_stop

for words in says:no says:more reason:length refusal; do
    writer_start "GENERATORS=openai;offline" OPENAI_BASE_URL="$base/w=$words/v1" GENERATE_ATTEMPTS=1
    for _ in {1..8}; do write_email; done
    is "$(calls "w=$words")" 8 "what depends on a user's words closes a server to nobody ($words)"
    writer_stop
done

# The first waits once, since twice would be too long; all others are told at once.
writer_start GENERATORS=openai OPENAI_BASE_URL="$base/k=limit:7/v1"
for _ in 1 2 3 4; do write_email; done
is "$status $retry_after $(calls k=limit:7)" "503 7 5" "a server that asks for a pause is not asked over and over"
writer_stop

writer_start "GENERATORS=openai;offline" OPENAI_BASE_URL="$base/g=limit:1,ok/v1" GENERATE_ATTEMPTS=1
write_email
first=$(jq -r '.payload[0].provider' <<<"$body")
write_email
second=$(jq -r '.payload[0].provider' <<<"$body")
sleep 1.1 # what it asked for
write_email
is "$first $second $(jq -r '.payload[0].provider' <<<"$body")" "offline offline openai" \
    "a server that asks for a pause gets one, and is asked again"
writer_stop

shared=("GENERATORS=openai;offline" OPENAI_BASE_URL="$base/s=limit:60,ok/v1" GENERATE_ATTEMPTS=1)
writer_start "${shared[@]}"
write_email
writer_stop
writer_start_again "${shared[@]}"
write_email
is "$(jq -r '.payload[0].provider' <<<"$body") $(calls s=limit:60,ok)" "offline 1" \
    "what one process found out another one knows"
writer_stop

writer_start GENERATORS=openai OPENAI_BASE_URL="$base/h=limit:7/v1" GENERATE_TIMEOUT_S=5
write_email
is "$status $retry_after" "503 7" "a client is told how long to wait"
writer_stop

# --- no server, no trust --------------------------------------------------------------------------------

writer_start GENERATORS=openai OPENAI_BASE_URL="http://127.0.0.1:$dead/v1" GENERATE_ATTEMPTS=2
write_email
is "$status" 503 "a server that is not there"
writer_stop

certificate() { # NAME SUBJECT_ALT_NAME
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=$2" \
        -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate right IP:127.0.0.1
certificate wrong DNS:models.example
model_server_start right "$work/right.pem" "$work/right.key"
right=$model_port
model_server_start wrong "$work/wrong.pem" "$work/wrong.key"
wrong=$model_port
https() { # PORT CA_FILE
    writer_start GENERATORS=openai OPENAI_BASE_URL="https://127.0.0.1:$1/i=ok/v1" GENERATE_ATTEMPTS=1 \
        ${2:+TLS_CA_FILE="$2"}
    write_email
    writer_stop
}
https "$right" "$work/right.pem"
is "$status" 200 "https with a certificate that is trusted"
https "$right" ""
is "$status" 503 "https with one that nobody vouches for"
https "$wrong" "$work/wrong.pem"
is "$status" 503 "https with one for another name"
is "$(wc -c <"$work/wrong.log")" 0 "and not a byte of the request was sent there"

# --- a real one ---------------------------------------------------------------------------------------

if [[ -n ${CHATUR_TEST_OPENAI_BASE_URL:-} ]]; then
    for api in chat completions; do
        [[ ${CHATUR_TEST_OPENAI_API:-chat completions} == *$api* ]] || continue
        writer_start GENERATORS=openai OPENAI_BASE_URL="$CHATUR_TEST_OPENAI_BASE_URL" OPENAI_API=$api \
            OPENAI_API_KEY="${CHATUR_TEST_OPENAI_API_KEY:-}" GENERATE_ALLOW_HTTP=1 GENERATE_TIMEOUT_S=300 \
            GENERATE_QUIET_TIMEOUT_S=120 ${CHATUR_TEST_OPENAI_MODEL:+OPENAI_MODEL="$CHATUR_TEST_OPENAI_MODEL"}
        write_email
        writer_stop
        is "$status" 200 "a real model writes ($api)"
        passes "and what it wrote is an email ($api)" holds '.payload[0] | .provider == "openai" and
            (.generatedEmail | length > 40)'
        diag "$(jq -r '.payload[0] | .model, .generatedEmail' <<<"$body" 2>/dev/null)"
    done
fi

# --- secrets ----------------------------------------------------------------------------------------

is "$(grep -c -e "$key" -e dentist -e 'away on Friday' -e 'as the script says' "$work/writer.log")" 0 \
    "no key, prompt, answer or error text is logged"
passes "failures are logged by class" grep -q 'openai: rate_limit, attempt 1, HTTP 429' "$work/writer.log"
passes "successes are logged with their expense" \
    grep -q 'openai wrote an email: model stand-in-1, finish stop, attempts 2' "$work/writer.log"

done_testing
