# The database behind the API, as a test looks at it without the service. Sourced after lib.sh.
#
#   mongodb_start [OPTION…]     a server by tests/mongodb; sets $mongodb_uri and $mongodb_pid, its
#                               process; the server ends with the test
#   mongodb_stop                ends the last one started
#   mongodb SCRIPT [ARGUMENT…]  runs Python with `db`, the database of $DB_URI, and prints what it does
#   database_count WHAT         orphans (emails and feedback of nobody) or reservations, in the database
#                               of $DB_URI, or of $work/state when there is none
#   copy FROM TO                chatur database copy: sets $code, $out and $err
#   dump FILE                   prints all that a SQLite database has, to be compared
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that cross files

mongodb_starter='' mongodb_uri='' mongodb_pid=''

mongodb_start() {
    local said=$work/mongodb.$RANDOM
    # Unless a test is about time, a machine that is busy with others has more of it.
    [[ " $* " == *' --own '* ]] || export DB_TIMEOUT_MS=${DB_TIMEOUT_MS:-10000}
    : >"$said"
    setpriv --pdeathsig TERM tests/mongodb "$@" >"$said" 2>"$said.errors" &
    mongodb_starter=$!
    wait_for 60 has_said "$said"
    if [[ ! -s $said ]]; then
        echo "Bail out! $(<"$said.errors")"
        exit 1
    fi
    read -r mongodb_uri mongodb_pid <"$said"
}

has_said() { # FILE; or it will not any more
    [[ -s $1 ]] || ! kill -0 "$mongodb_starter" 2>/dev/null
}

mongodb_stop() {
    kill "$mongodb_starter" 2>/dev/null
    wait "$mongodb_starter" 2>/dev/null
}

mongodb() {
    local script=$1
    shift
    DB_URI=$DB_URI tests/pymongo - "$@" <<PYTHON
import os, sys
import pymongo
from bson import ObjectId, Int64
db = pymongo.MongoClient(os.environ["DB_URI"], serverSelectionTimeoutMS=10000).get_default_database()
$script
PYTHON
}

database_count() {
    if [[ ${DB_URI:-} == mongodb* ]]; then
        case $1 in
        orphans)
            mongodb 'uids = db.usermodels.distinct("uid")
print(sum(c.count_documents({"userId": {"$exists": True, "$nin": uids}}) for c in (db.generatedemails, db.feedbackmodels)))'
            ;;
        reservations)
            mongodb 'print(sum(len(u.get("reservations", {})) for u in db.usermodels.find()))'
            ;;
        esac
        return
    fi
    case $1 in
    orphans) sqlite3 "$work/state/chatur.db" 'SELECT count(*) FROM pragma_foreign_key_check' ;;
    reservations) sqlite3 "$work/state/chatur.db" 'SELECT count(*) FROM reservations' ;;
    esac
}

# copy FROM TO: sets $code, $out and $err.
copy() {
    DB_URI=$1 COPY_DB_URI=$2 chatur_command database copy >"$work/out" 2>"$work/err"
    code=$? out=$(<"$work/out") err=$(<"$work/err")
}

# All of a SQLite database, in an order; feedback without its ids, which are SQLite's own.
dump() { # FILE [WHAT ORDERS FEEDBACK OF THE SAME TIME]
    sqlite3 "$1" "SELECT * FROM users ORDER BY uid; SELECT * FROM emails ORDER BY id;
        SELECT uid, email, subject, message, created_ms FROM feedback ORDER BY uid, created_ms, ${2:-id}"
}
