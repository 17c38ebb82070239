# etc/run as a user has it in a terminal, and what is left of it. Sourced after lib.sh.
#
#   run STATE_DIR PORT LOG [NAME=VALUE…]   in the background; sets $run_pid. $run_command is what is run
#   is_ready LOG · end_of PID              the latter waits for its end; its status is the exit code
#   processes_of STATE_DIR · has_no_processes STATE_DIR
#
# shellcheck shell=bash

run_command=etc/run
run_pid=''

# The processes that belong to a copy, but not etc/run itself: all of them have something of its
# STATE_DIR open, were it only the log.
processes_of() { # STATE_DIR
    find /proc/[0-9]*/fd -lname "$1/*" 2>/dev/null | cut -d/ -f3 | sort -u | grep -vx "$run_pid" |
        while read -r process; do
            printf '%s %s\n' "$process" "$(tr '\0' ' ' 2>/dev/null <"/proc/$process/cmdline")"
        done
}

has_no_processes() {
    [[ -z $(processes_of "$1") ]]
}

run() { # STATE_DIR PORT LOG [NAME=VALUE…]
    local state=$1 port=$2 log=$3
    shift 3
    : >"$log" # what an earlier one wrote must not be taken for this one's
    # What a shell starts in the background ignores Ctrl-C; in a terminal's foreground nothing does.
    env --default-signal=INT -u JWT_KEY STATE_DIR="$state" PORT="$port" "$@" \
        bash -c "exec $run_command" >"$log" 2>&1 &
    run_pid=$!
}

is_ready() { # LOG
    grep -q '^ChaturMail is ready' "$1"
}

is_over() { # PID
    ! kill -0 "$1" 2>/dev/null
}

end_of() { # PID
    wait_for 20 is_over "$1" || kill -KILL "$1"
    wait "$1"
}
