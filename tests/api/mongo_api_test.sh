#!/bin/bash
# The API on MongoDB, by its own suites: every endpoint through NGINX and as CGI, two users apart, many
# at once, kill -9. Smaller in number than on SQLite: the server may be a slow one.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/database.sh

# Each begins with an empty database; its TAP is ours.
run_suite() { # NAME [VARIABLE=VALUE…]
    local name=$1
    shift
    export DB_URI=${mongodb_uri/chatur_test_/chatur_test_${name}_}
    chatur_command database prepare >/dev/null || echo "Bail out! the database cannot be prepared"
    env "$@" "tests/api/${name}_test.sh"
    [[ $mongodb_pid != 0 ]] || mongodb 'db.client.drop_database(db.name)'
}

# shellcheck disable=SC2119 # no options
mongodb_start
run_suite endpoints MODE=nginx
mongodb_uri=${mongodb_uri/chatur_test_/chatur_test_again_}
run_suite endpoints MODE=cgi
run_suite isolation
run_suite concurrency USERS=3
run_suite crash COPIES=2
