#!/bin/bash
# A Redis that is slow, silent, cut off in the middle of answers, still loading, or no Redis at all, while
# requests run at two copies; what must hold is what redis_server_test.sh says.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/copies.sh
. tests/api/redis_faults.sh

mend() { say pass; }
hang() { say hang; }
lag() { say delay 200; }
cut_all() { say cut 1; }
cut_some() { say cut 3; }
load_data() { say say -LOADING Redis is loading the dataset in memory; }
babble() { say say HTTP/1.1 400 Bad Request; }
lie() { say say :1; }

during "a network that hangs" hang mend
during slow lag mend
during "cut off in every answer" cut_all mend
during "cut off in some" cut_some mend
during loading load_data mend
during "talking nonsense" babble mend
during "answering something else" lie mend
check_log
done_testing
