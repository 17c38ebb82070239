#!/bin/bash
# The operator's command: what it prints, what it refuses, and what it does about a user.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
chatur=$BUILD/bin/chatur
export STATE_DIR=$work/state JWT_KEY=0123456789abcdef0123456789abcdef DEV_LOGIN=1
unset PORT LISTEN DB_URI

# run ARGUMENT…: sets $code, $out and $err.
run() {
    "$chatur" "$@" >"$work/out" 2>"$work/err"
    code=$? out=$(<"$work/out") err=$(<"$work/err")
}

run
is "$code" 2 'without a command it exits with 2'
matches "$err" 'usage: chatur COMMAND' 'and says how it is used'
run dance
is "$code" 2 'an unknown command exits with 2'
matches "$err" 'no command "dance"' 'and is named'
run help
is "$code" 0 'help is one'
for command in supervise config check user database help version; do
    matches "$out" "  $command " "help lists $command"
done
run version
matches "$out" '^chatur [0-9]+\.[0-9]+\.[0-9]+$' 'version is a version'
run help me
is "$code" 2 'a command without arguments takes none'
"$chatur" help >/dev/full 2>/dev/null
is $? 1 'output that cannot be written is a failure'

# --- settings ------------------------------------------------------------------------------------

PORT=70000 run config
is "$code" 1 'a bad setting is a failure'
matches "$err" 'PORT must be' 'and is named'
is "$out" '' 'and nothing is printed'
run config
is "$code" 0 'config prints what is in force'
matches "$out" "STATE_DIR=$STATE_DIR " 'with values'
is "$(grep -c "$JWT_KEY" "$work/out")" 0 'without secrets'
PORT=4711 run config --get PORT
is "$code $out" '0 4711' 'one setting is printed raw: a number'
run config --get DEV_LOGIN
is "$code $out" '0 1' 'a switch'
run config --get STATE_DIR
is "$code $out" "0 $STATE_DIR" 'a path'
DB_URI="sqlite:$work/a b.db" run config --get DB_URI
is "$code $out" "0 sqlite:$work/a b.db" 'a path with a space'
run config --get JWT_KEY
is "$code $out" '1 ' 'a secret is not'
is "$(grep -c "$JWT_KEY" "$work/err")" 0 'not even in the error'
DB_URI=mongodb://user:password@host/db run config --get DB_URI
is "$code $out" '1 ' 'nor a URI that holds one'
run config --get NOTHING
is "$code $out" '1 ' 'nor what is no setting'
run config --get
is "$code" 2 'a name is needed'
run config --example
is "$out" "$(<etc/env.example)" 'the example is etc/env.example'

# --- check ---------------------------------------------------------------------------------------

run check
is "$code" 0 'what is here is fit to be deployed'
is "$err" '' 'without a word of complaint'
run check --settings
is "$code $out" '0 configuration: valid' 'the settings can be checked alone'
run check --everything
is "$code" 2 'but nothing else'

# What a start would stumble over: SETTING=VALUE, and what is said about it.
touch "$work/settings"
while IFS='|' read -r setting message; do
    env "$setting" "$chatur" check >"$work/out" 2>"$work/err"
    is "$?" 1 "$setting is a failure"
    is "$(wc -l <"$work/err")" 1 'in one line'
    matches "$(<"$work/err")" "^chatur: $message" 'which names it'
    is "$(grep -c '^configuration' "$work/out")" 0 'and nothing says that it is valid'
done <<END
JWT_KEY=|JWT_KEY is not set
JWT_KEY=short|environment: JWT_KEY is too short
JWT_KEY=0123456789abcdef0123456789abcde|environment: JWT_KEY is too short
DB_URI=foo://x|environment: DB_URI: no database of this build
DB_URI=mysql://x|environment: DB_URI: no database of this build
DB_URI=mongodb://|environment: DB_URI: 
SOCKET_GROUP=nosuchgroup|environment: SOCKET_GROUP: there is no group nosuchgroup
STATE_DIR=/$(printf 'long%.0s' {1..25})|environment: STATE_DIR is too long
PORT=0|environment: PORT must be
LISTEN=here|environment: LISTEN must be
GENERATORS=opt|environment: GENERATORS has opt
END
printf 'PORT=1\nJWT_KEY=short\n' >"$work/settings"
(unset JWT_KEY && ENV_FILE=$work/settings "$chatur" check) >"$work/out" 2>"$work/err"
is "$? $(grep -c "settings:2: JWT_KEY is too short" "$work/err")" '1 1' 'of a file the line is named'
is "$(ls -A "$STATE_DIR" 2>/dev/null)" '' 'nothing is written by checking'
DEV_LOGIN=0 LISTEN=0.0.0.0 run check
is "$code" 0 'an address for other machines is no failure'
matches "$err" '^warning: PUBLIC_URL is not set' 'but warned of without PUBLIC_URL'
DEV_LOGIN=0 LISTEN=0.0.0.0 PUBLIC_URL=https://mail.example.com run check
is "$code $err" '0 ' 'and not with it'
mkdir -p "$work/home"
cp -r templates tutorials "$work/home"
echo 'title: [' >"$work/home/templates/broken.yaml"
: >"$work/home/tutorials/empty.md"
HOME_DIR=$work/home run check
is "$code" 1 'broken files are a failure'
matches "$err" 'broken\.yaml' 'a template is named'
matches "$err" 'empty\.md' 'and a tutorial'
is "$(wc -l <"$work/err")" 2 'each on a line'
mkdir "$work/nothing"
HOME_DIR=$work/nothing run check
is "$code" 1 'a folder without either is a failure'

# --- the database --------------------------------------------------------------------------------

mkdir -p "$STATE_DIR"
for name in nowhere.db no/where.db; do
    for action in 'database check' 'user show ann' 'user erase ann'; do
        # shellcheck disable=SC2086 # two or three arguments
        DB_URI=sqlite:$work/$name run $action
        is "$code" 1 "$action of a database that is not there is a failure"
        matches "$err" "there is no database $work/$name" 'and says so'
    done
    is "$([[ -e $work/${name%/*} ]] && echo made)" '' 'nothing is made'
done
run database prepare
is "$code" 0 'SQLite is made where there is none'
run database prepare
is "$code" 0 'and then there is nothing to prepare'
run database check
is "$code $out" '0 database (sqlite): there, and fit for use' 'the database is looked at'
for action in '' drop 'check twice'; do
    # shellcheck disable=SC2086 # none, one or two arguments
    run database $action
    is "$code" 2 "database $action exits with 2"
done
DB_URI=mongodb://127.0.0.1:1/db run database check
is "$code" 1 'a server that is not there is a failure'
COPY_DB_URI=mongodb://user:password@host/db run config
is "$(grep -c 'password@' "$work/out")" 0 'where a copy goes is a secret'
COPY_DB_URI=nothing run config
is "$code" 1 'and is checked'

# --- users ---------------------------------------------------------------------------------------

# call ENDPOINT BODY [TOKEN]: prints the answer's body.
call_by_hand() {
    env REQUEST_METHOD=POST CONTENT_TYPE=application/json CONTENT_LENGTH=${#2} REMOTE_ADDR=127.0.0.1 \
        ${3:+HTTP_AUTHORIZATION="Bearer $3"} "$BUILD/cgi-bin/$1" <<<"$2" 2>/dev/null | sed '1,/^\r*$/d'
}

mkdir -p "$STATE_DIR"
token=$(call_by_hand user/getJWTToken '{"email":"ann@example.com","idToken":"x","loginMethod":"dev"}' | jq -r '.payload[0].token')
user=$(call_by_hand user/getUserData '{}' "$token")
uid=$(jq -r '.payload[0].uid' <<<"$user")
run user show "$uid"
is "$code" 0 'a user is shown'
matches "$out" 'email: ann@example.com' 'with the address'
matches "$out" 'suspended: no' 'and whether suspended'
run user suspend "$uid"
matches "$err" 'no REDIS_URL is set here.* for 2 more seconds' 'without Redis what may lag behind is said'
is "$code $out" '0 suspended' 'a user is suspended'
run user show "$uid"
matches "$out" 'suspended: yes' 'and shown as such'
is "$(call_by_hand user/getUserData '{}' "$token" | jq -c '[.status, .payload]')" '[0,null]' 'and locked out'
run user restore "$uid"
is "$code $out$err" '0 restored' 'a user is restored, and nothing is said of what harms nobody'
is "$(call_by_hand user/getUserData '{}' "$token")" "$user" 'and let in again'
run user erase "$uid"
is "$code" 0 'a user is erased'
for action in show suspend restore erase; do
    run user "$action" "$uid"
    is "$code" 1 "$action: nobody is there any more"
done
matches "$err" 'no user' 'which is said'
run user promote "$uid"
is "$code" 2 'an unknown action exits with 2'
run user show ''
is "$code" 2 'so does an empty uid'

done_testing
