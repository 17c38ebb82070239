#!/bin/bash
# Where the tests find a MongoDB server, and a Python to look into it: nothing needs SecantusDB's
# environment where there is another server; and where there is none, that is a failure which says how to
# get one.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/database.sh

ask='db.usermodels.insert_one({"uid": sys.argv[1]}); print(db.name, db.usermodels.count_documents({}))'

# A folder of programs with no mongod among them, and a cache folder with nothing in it.
without_mongod() { # COMMAND…
    local folder=$work/bin program folders
    IFS=: read -ra folders <<<"$PATH"
    if [[ ! -d $folder ]]; then
        mkdir "$folder"
        while read -r program; do
            [[ ${program##*/} == mongod || -e $folder/${program##*/} ]] || ln -s "$program" "$folder/"
        done < <(find "${folders[@]}" -maxdepth 1 -name '[a-z]*' 2>/dev/null)
    fi
    PATH=$folder XDG_CACHE_HOME=$work/empty "$@"
}

# shellcheck disable=SC2119 # no options
mongodb_start
real_uri=$mongodb_uri

# --- a server that runs already --------------------------------------------------------------------

export CHATUR_TEST_MONGODB_URI=$mongodb_uri
at_a_given_server() {
    # shellcheck disable=SC2119
    mongodb_start
    DB_URI=$mongodb_uri mongodb "$ask" ann
    printf '%s\n' "$mongodb_pid"
    DB_URI=$mongodb_uri mongodb 'db.client.drop_database(db.name)'
    mongodb_stop
}
out=$(without_mongod at_a_given_server 2>&1)
matches "$out" $'^chatur_test_[0-9_]+ 1\n0$' "CHATUR_TEST_MONGODB_URI is all that is needed"
isnt "${out%% *}" "$(DB_URI=$real_uri mongodb 'print(db.name)')" "the test has a database of its own there"
out=$(without_mongod tests/mongodb --own 2>&1)
is $? 1 "a server to stop and freeze it is not"
matches "$out" 'no MongoDB server to test with.*etc/deps check' "which is said"
unset CHATUR_TEST_MONGODB_URI

# --- a mongod on the PATH ----------------------------------------------------------------------------

# It does what MongoDB's does with these options, by whatever server this machine has.
server=$(command -v mongod || echo "${XDG_CACHE_HOME:-$HOME/.cache}/chaturmail/secantusdb/bin/secantusd-py")
mkdir "$work/mongod"
cat >"$work/mongod/mongod" <<MONGOD
#!/bin/bash
set -eu
[[ '$server' != */mongod ]] || exec '$server' "\$@"
arguments=() log=()
while [[ \$# -gt 0 ]]; do
    case \$1 in
    --quiet) ;;
    --bind_ip) arguments+=(--host "\$2") && shift ;;
    --dbpath) arguments+=(--storage-path "\$2") && shift ;;
    --port) arguments+=(--port "\$2") && shift ;;
    --auth) arguments+=(--auth) ;;
    *) echo "what is \$1?" >&2 && exit 1 ;;
    esac
    shift
done
echo started >>'$work/mongod/started'
exec '$server' --log-level ERROR "\${arguments[@]}"
MONGOD
chmod +x "$work/mongod/mongod"
is_over() {
    ! kill -0 "$mongodb_pid" 2>/dev/null
}
with_mongod() { # OPTION…
    mongodb_start "$@"
    DB_URI=$mongodb_uri mongodb "$ask" ann
    mongodb_stop
    wait_for 5 is_over && echo gone
}
for option in --own --auth; do
    out=$(PATH=$work/mongod:$PATH XDG_CACHE_HOME=$work/empty with_mongod $option 2>&1)
    matches "$out" $'^chatur_test_[0-9_]+ 1\ngone$' "a mongod on the PATH is all that is needed ($option)"
done
[[ $server == */mongod ]] || is "$(wc -l <"$work/mongod/started")" 3 "it is what was started: once, and twice to get a password"
mkdir "$work/home"
(
    install_only=$(sed -n '/^install_mongodb() {/,/^}/p' etc/deps)
    PATH=$work/mongod:$PATH XDG_CACHE_HOME=$work/home bash -euc "$install_only
install_mongodb"
)
is "$(ls "$work/home")" '' "etc/deps installs no other where there is one"

# --- none ------------------------------------------------------------------------------------------------

out=$(without_mongod tests/mongodb 2>&1)
is $? 1 "no server is a failure"
for way in 'etc/deps check' 'a mongod on the PATH' 'CHATUR_TEST_MONGODB_URI='; do
    matches "$out" "$way" "which says how to get one: $way"
done
# shellcheck disable=SC2119
out=$(without_mongod mongodb_start)
matches "$out" '^Bail out! .*no MongoDB server' "and ends the test that wanted it"
# As if no Python of this machine had pymongo: tests/pymongo knows of none.
sed 's| python3 /usr/bin/python3;|;|' tests/pymongo >"$work/pymongo"
out=$(XDG_CACHE_HOME=$work/empty bash "$work/pymongo" -c 'print("no")' 2>&1)
is $? 1 "no pymongo is one, too"
matches "$out" 'etc/deps check.*python3-pymongo' "which says how to get it"
done_testing
