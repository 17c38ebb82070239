#!/bin/bash
# The supervisor, with stub endpoints that crash, dawdle and refuse to start on demand: what it makes,
# what it does when workers die, how it reloads, and that it goes without a trace.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
chatur=$BUILD/bin/chatur

export HOME_DIR=$work STUB_DIR=$work/stub JWT_KEY=0123456789abcdef0123456789abcdef STOP_TIMEOUT_S=10
unset WORKERS SOCKET_GROUP LOG_LEVEL
cgi_bin=$work/cgi-bin
supervisor='' state='' log='' exit_code=''
supervisors=()

# Every supervisor started here, and through it every worker; a killed one's workers end by themselves.
stop_supervisors() {
    ((${#supervisors[@]} == 0)) || kill -TERM "${supervisors[@]}" 2>/dev/null
    wait
}
trap 'stop_supervisors; clean_up' EXIT

mkdir -p "$STUB_DIR" "$cgi_bin/email" "$cgi_bin/user" "$cgi_bin/auth" "$cgi_bin/.hidden"
stub=$work/stub_endpoint
if ! "${CC:-cc}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$stub" tests/api/stub_endpoint.c -lfcgi; then
    echo 'Bail out! the stub endpoint does not compile'
    exit 1
fi

# --- what the tests do ---------------------------------------------------------------------------

# supervise NAME [SETTING=VALUE…]: starts one with its state in $work/NAME; sets $supervisor, $state, $log.
supervise() {
    state=$work/$1
    log=$work/$1.log
    shift
    rm -f "$log" # what an earlier one wrote must not be taken for this one's
    env STATE_DIR="$state" "$@" "$chatur" supervise --cgi-bin "$cgi_bin" >"$log.out" 2>"$log" &
    supervisor=$!
    supervisors+=("$supervisor")
}

supervise_until_ready() {
    supervise "$@"
    wait_for 20 logged '"ready"' || diag "$(cat "$log")"
}

# ends: waits until $supervisor is gone by itself; sets $exit_code.
ends() {
    wait_for 20 gone "$supervisor" || kill -KILL "$supervisor"
    wait "$supervisor" 2>/dev/null
    exit_code=$?
}

stop_it() {
    kill -TERM "$supervisor"
    ends
}

gone() {
    ! kill -0 "$1" 2>/dev/null || [[ $(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null) == Z ]]
}

all_gone() {
    local process
    for process in $1; do
        gone "$process" || return 1
    done
}

logged() {
    grep -qsF -- "$1" "$log"
}

# logged_times N TEXT: at least so often.
logged_times() {
    [[ $(grep -csF -- "$2" "$log") -ge $1 ]]
}

# ask ENDPOINT [QUERY]: prints the last line of the answer; false when there is none.
ask() {
    local answer
    answer=$(env -i REQUEST_METHOD=GET QUERY_STRING="${2:-}" \
        cgi-fcgi -bind -connect "$state/run/$1.sock" </dev/null 2>/dev/null | tail -n 1)
    printf '%s\n' "$answer"
    [[ $answer == pid*end ]]
}

# workers ENDPOINT: prints the ids of $supervisor's workers of it.
workers() {
    local process
    for process in $(pgrep -P "$supervisor"); do
        [[ $(tr '\0' '\n' <"/proc/$process/cmdline" | head -n 1) == "$cgi_bin/$1" ]] && printf '%s ' "$process"
    done 2>/dev/null
}

has_workers() {
    [[ $(workers "$1" | wc -w) == "$2" ]]
}

exists() {
    [[ -e $1 ]]
}

reload() {
    kill -HUP "$supervisor"
}

install_endpoint() {
    cp "$stub" "$work/next" && mv "$work/next" "$cgi_bin/$1"
}

for endpoint in health email/generateEmail user/getJWTToken; do
    install_endpoint "$endpoint"
done
cp "$stub" "$cgi_bin/.hidden/endpoint"
ln -s ../user/getJWTToken "$cgi_bin/auth/getJWTToken"
ln -s "$stub" "$cgi_bin/outside"
ln -s nothing "$cgi_bin/dangling"
echo 'not executable' >"$cgi_bin/email/notes.o"
echo one >"$STUB_DIR/version"

# --- a worker that dies again and again; it is looked at once more at the end ----------------------

supervise_until_ready lonely WORKERS=1
lonely=$supervisor lonely_state=$state lonely_log=$log
for ((death = 1; death <= 4; death++)); do
    wait_for 10 has_workers health 1
    kill -KILL "$(workers health)"
    wait_for 10 logged_times "$death" 'health: worker'
done
is "$(grep -oE 'was killed by signal 9 \(KILL\).*starts in [0-9.]+ s' "$log" | grep -oE '[0-9.]+ s$' | tr '\n' ' ')" \
    '0.2 s 0.4 s 0.8 s 1.6 s ' 'the pause before a restart doubles'
passes 'and it serves again' wait_for 10 ask health
lonely_since=$SECONDS

# --- what it makes -------------------------------------------------------------------------------

echo 'PORT=4545' >"$work/settings"
exec 9> >(head -n 1 >"$work/told"; : >"$work/told.end")
READY_FD=9 supervise main ENV_FILE="$work/settings"
exec 9>&-
passes 'it tells who started it when it is ready' wait_for 20 exists "$work/told.end"
is "$(wc -c <"$work/told")" 1 'with a line feed'
passes 'and logs it' logged '"ready"'
is "$(cd "$state" && find run -mindepth 1 -printf '%p %y %m %l\n' | sort)" "$(sort <<END
run/auth d 750 
run/auth/getJWTToken.sock l 777 ../user/getJWTToken.sock
run/email d 750 
run/email/generateEmail.sock s 660 
run/health.sock s 660 
run/lock f 640 
run/user d 750 
run/user/getJWTToken.sock s 660 
END
)" 'a socket per endpoint, a link per second name, nothing for anything else'
is "$(stat -c %a "$state/run")" 750 'the folder is closed to others'
for endpoint in health email/generateEmail user/getJWTToken auth/getJWTToken; do
    passes "$endpoint answers" ask "$endpoint"
done
is "$(workers health | wc -w)" 2 'as many workers as asked for'
worker=$(workers health | cut -d' ' -f1)
is "$(readlink "/proc/$worker/fd/1")" /dev/null "a worker's standard output goes nowhere"
is "$(find "/proc/$worker/fd" -mindepth 1 -printf '%l\n' | grep -cE 'lock|eventpoll|pipe')" 0 \
    "a worker holds none of the supervisor's descriptors"
passes 'a link that leads out of the folder is warned of' logged 'outside: left out'

before=$(stat -c %i "$state/run/health.sock" "$state/run/lock")
STATE_DIR=$state timeout 10 "$chatur" supervise --cgi-bin "$cgi_bin" 2>"$work/second.log"
is $? 1 'a second supervisor is refused'
matches "$(<"$work/second.log")" "already running \(pid $supervisor\)" 'it says who runs already'
is "$(stat -c %i "$state/run/health.sock" "$state/run/lock")" "$before" 'and touches nothing'

# --- a crash -------------------------------------------------------------------------------------

ask health crash >/dev/null
passes 'a crash is logged with its reason' wait_for 10 logged 'was killed by signal 6 (ABRT)'
passes 'the other worker serves meanwhile' ask health
passes 'and a new one comes' wait_for 10 has_workers health 2

# --- an endpoint whose workers fail again and again, as a client of NGINX has it ------------------

mkdir -p "$work/built" "$state/nginx/temporary" "$state/log"
ln -s "$BUILD/bin" "$work/built/bin"
ln -s "$cgi_bin" "$work/built/cgi-bin"
port=$(free_port)
for part in nginx http server; do
    env BUILD="$work/built" HOME_DIR="$PWD" STATE_DIR="$state" PORT="$port" etc/nginx/render "$part" \
        >"$state/nginx/$part.conf"
done
nginx -p "$state/nginx/" -c nginx.conf -e "$state/log/nginx.log" &
nginx=$!

# post_to PATH: prints the status, Retry-After and the status in the body, and whether it took 2 s.
post_to() {
    local code started=$EPOCHREALTIME
    code=$(curl -s -o "$work/answer" -D "$headers" -w '%{http_code}' --max-time 100 --json '{}' "http://127.0.0.1:$port$1")
    printf '%s %s %s %s\n' "$code" "$(sed -n 's/^Retry-After: \([0-9]*\).*/\1/p' "$headers")" \
        "$(jq -c '[.status, .payload]' "$work/answer" 2>/dev/null)" \
        "$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a < 2 ? "soon" : b - a }')"
}
serves() {
    [[ $(post_to "$1") == '200 '* ]]
}
passes 'NGINX finds it' wait_for 10 serves /health

mv "$cgi_bin/health" "$work/whole"
cp "$(type -P false)" "$cgi_bin/health"
other=$(workers email/generateEmail)
# shellcheck disable=SC2046 # a list
kill -KILL $(workers health)
passes 'workers that fail again and again are given up on for a while' wait_for 20 logged 'health: no worker stays up'
until=$((SECONDS + 5)) # in which there are tries to start one
while ((SECONDS < until)); do
    post_to /health
    sleep 0.2
done >"$work/answers"
is "$(sort -u "$work/answers")" '503 1 [0,null] soon' 'their clients are told so soon'
ge "$(wc -l <"$work/answers")" 4 'again and again'
passes 'the others serve' serves /email/generateEmail
is "$(workers email/generateEmail)" "$other" 'undisturbed'
mv "$work/whole" "$cgi_bin/health"
passes 'repaired, it serves again by itself' wait_for 30 serves /health
is "$(post_to /health)" '200   soon' 'at once'
passes 'which is logged' wait_for 10 logged 'health: serving again'
passes 'with as many workers as before' wait_for 30 has_workers health 2
kill -QUIT "$nginx"
wait "$nginx"
rm -r "$state/nginx" "$state/log"

# --- reloading -----------------------------------------------------------------------------------

# Asks on and on until $work/enough exists; what fails goes to $work/failed.
hammer() {
    while ! exists "$work/enough"; do
        if ask "$1" >>"$work/answered"; then :; else echo failed >>"$work/failed"; fi
    done
}

: >"$work/failed"
: >"$work/answered"
old=$(workers health)$(workers email/generateEmail)$(workers user/getJWTToken)
ask email/generateEmail slow=2000 >"$work/slow" &
slow=$!
hammer health &
hammering=$!
wait_for 10 test -s "$work/answered"
echo two >"$STUB_DIR/version"
reload
passes 'HUP reloads' wait_for 20 logged '"reloaded"'
passes 'every old worker goes' wait_for 20 all_gone "$old"
wait_for 10 grep -q 'version two' "$work/answered"
: >"$work/enough"
wait "$hammering" "$slow"
is "$(<"$work/failed")" '' 'no request fails while workers are replaced'
matches "$(<"$work/slow")" 'version one end' 'and the one in flight is finished by the old worker'
matches "$(ask health)" 'version two' 'new workers serve'

echo 300 >"$STUB_DIR/delay"
reload
wait_for 10 logged_times 2 '"reloading"'
reload
passes 'HUP during a reload is remembered' wait_for 20 logged_times 3 '"reloaded"'
rm "$STUB_DIR/delay"

# A folder's workers as they are, to see that they stay.
everybody() {
    pgrep -P "$supervisor" | sort | tr '\n' ' '
}
settled() {
    [[ $(everybody | wc -w) == 6 ]]
}
wait_for 20 settled
old=$(everybody)
for endpoint in health email/generateEmail user/getJWTToken; do
    echo 'not a program' >"$work/next"
    chmod +x "$work/next"
    mv "$work/next" "$cgi_bin/$endpoint"
done
reload
passes 'HUP with binaries that cannot run says so' wait_for 20 logged 'reloaded in part: 3 of 3 endpoints keep'
is "$(everybody)" "$old" 'and keeps the old workers'
for endpoint in health email/generateEmail user/getJWTToken; do
    install_endpoint "$endpoint"
done
: >"$STUB_DIR/refuse"
echo 300 >"$STUB_DIR/delay"
reload
passes 'HUP with workers that refuse their settings says so' wait_for 20 logged_times 2 'reloaded in part'
is "$(everybody)" "$old" 'and keeps the old workers'
passes 'which serve' ask email/generateEmail
rm "$STUB_DIR/refuse" "$STUB_DIR/delay"

echo 'PORT=none' >"$work/settings"
reload
passes 'HUP with a setting that is wrong says so' wait_for 20 logged 'not reloaded: '
printf 'PORT=4545\nDB_URI=foo://x\n' >"$work/settings"
reload
passes 'HUP with a setting that no worker could start with, too' wait_for 20 logged "settings:2: DB_URI: no database"
echo 'PORT=4545' >"$work/settings"
mv "$cgi_bin" "$cgi_bin.away"
reload
passes 'HUP without the folder says so' wait_for 20 logged 'not reloaded: cannot read'
mv "$cgi_bin.away" "$cgi_bin"
is "$(everybody)" "$old" 'and all keep the old workers'

echo 'PORT=4545' >"$work/settings"
mkdir "$cgi_bin/prompt"
install_endpoint prompt/getPrompts
ln -s getPrompts "$cgi_bin/prompt/getAllPrompts"
rm -r "$cgi_bin/user" "$cgi_bin/auth/getJWTToken"
reload
passes 'a new endpoint is served after HUP' wait_for 20 ask prompt/getPrompts
passes 'and its second name' wait_for 20 ask prompt/getAllPrompts
passes 'an endpoint that is gone is taken away' wait_for 20 eval '! exists "$state/run/user"'
passes 'and its second name' wait_for 20 eval '! exists "$state/run/auth"'
passes 'and its workers' wait_for 20 settled
wait_for 20 logged_times 4 '"reloaded"'
printf 'PORT=4545\nWORKERS=3\n' >"$work/settings"
reload
passes 'HUP takes over more WORKERS' wait_for 20 has_workers health 3
wait_for 20 logged_times 5 '"reloaded"'
printf 'PORT=4545\nWORKERS=2\n' >"$work/settings"
reload
passes 'and fewer' wait_for 20 has_workers health 2
wait_for 20 logged_times 6 '"reloaded"'
passes 'all of them' wait_for 20 settled

# --- stopping ------------------------------------------------------------------------------------

old=$(everybody)
ask health slow=1500 >"$work/slow" &
slow=$!
busy() {
    [[ $(ss -Hx state established src "$state/run/health.sock" | wc -l) -gt 0 ]]
}
wait_for 10 busy
stop_it
wait "$slow"
matches "$(<"$work/slow")" 'end$' 'TERM lets the request in flight finish'
is "$exit_code" 0 'the supervisor exits with 0'
passes 'no worker is left' all_gone "$old"
passes 'no socket, no lock, no folder is left' eval '! exists "$state/run"'
is "$(wc -c <"$log.out")" 0 'it printed nothing on standard output'

supervise_until_ready stuck STOP_TIMEOUT_S=1
ask health slow=60000 >"$work/slow" &
slow=$!
wait_for 10 busy
old=$(everybody)
started=$SECONDS
stop_it
wait "$slow"
is "$exit_code" 0 'a request that does not end does not keep it'
ge 6 $((SECONDS - started)) 'for longer than STOP_TIMEOUT_S'
passes 'its worker is killed' all_gone "$old"
passes 'which is logged' logged 'did not end in time'

# --- killed --------------------------------------------------------------------------------------

supervise_until_ready killed
old=$(everybody)
{
    kill -KILL "$supervisor"
    wait "$supervisor"
} 2>/dev/null # the shell's remark about it
passes 'a killed supervisor leaves no worker behind' wait_for 10 all_gone "$old"
# shellcheck disable=SC2086 # a list
all_gone "$old" || kill -KILL $old
passes 'but its sockets' exists "$state/run/prompt/getPrompts.sock"
rm -r "$cgi_bin/prompt"
supervise_until_ready killed
passes 'the next one starts' ask health
passes 'and clears away what is stale' eval '! exists "$state/run/prompt"'
stop_it
passes 'and goes without a trace' eval '! exists "$state/run"'

# --- what it refuses -----------------------------------------------------------------------------

: >"$STUB_DIR/refuse"
supervise refused
ends
rm "$STUB_DIR/refuse"
is "$exit_code" 1 'workers that refuse to start at first end it'
matches "$(<"$log")" 'cannot start: a worker of (health|email/generateEmail) exited' 'with their name'
passes 'and leave nothing' eval '! exists "$state/run"'

supervise "$(printf 'long%.0s' {1..40})"
ends
is "$exit_code" 1 'a path that no socket can have ends it'
matches "$(<"$log")" 'STATE_DIR is too long' 'with the reason'
passes 'and leaves nothing' eval '! exists "$state/run"'

mkdir -p "$work/taken/run"
echo precious >"$work/taken/run/health.sock"
supervise taken
ends
is "$exit_code" 1 'a file where a socket should be ends it'
is "$(<"$work/taken/run/health.sock")" precious 'and is left alone'

mkdir -p "$work/empty"
STATE_DIR=$work/none timeout 10 "$chatur" supervise --cgi-bin "$work/empty" 2>"$work/empty.log"
is $? 1 'a folder without endpoints ends it'
matches "$(<"$work/empty.log")" 'there is no endpoint in' 'with the reason'

supervise group SOCKET_GROUP=no-such-group
ends
is "$exit_code" 1 'an unknown SOCKET_GROUP ends it'
matches "$(<"$log")" 'SOCKET_GROUP: there is no group no-such-group' 'with the reason'

# A group that we may give things to: any for root, else one of our others.
if [[ $EUID == 0 ]]; then group=nogroup; else group=$(id -Gn | cut -d' ' -f2); fi
if [[ -n $group && $group != "$(id -gn)" ]]; then
    supervise_until_ready group SOCKET_GROUP="$group"
    is "$(stat -c %G "$state/run" "$state/run/email" "$state/run/email/generateEmail.sock" | sort -u)" "$group" \
        'folders and sockets belong to SOCKET_GROUP'
    stop_it
fi

# --- many endpoints ------------------------------------------------------------------------------

# The first worker to run looks for the last endpoint's socket.
plain_cgi_bin=$cgi_bin
cgi_bin=$work/many
mkdir "$cgi_bin"
for number in {10..60}; do
    ln "$stub" "$cgi_bin/b$number"
done
printf '#!/bin/bash\n[ ! -S "$STATE_DIR/run/b60.sock" ] || : >"$STUB_DIR/all-there"\nexec %q\n' "$stub" >"$cgi_bin/a"
chmod +x "$cgi_bin/a"
supervise_until_ready many WORKERS=1
passes 'every socket is there before the first worker' exists "$STUB_DIR/all-there"
stop_it
cgi_bin=$plain_cgi_bin

# --- the lonely one has been quiet for a while ----------------------------------------------------

supervisor=$lonely state=$lonely_state log=$lonely_log
rested() {
    ((SECONDS - lonely_since > 10))
}
wait_for 15 rested
kill -KILL "$(workers health)"
passes 'a worker that lasted comes back at once when it dies' wait_for 10 logged_times 2 'starts in 0.2 s'
stop_it
is "$exit_code" 0 'and all is well'

# --- the real thing ------------------------------------------------------------------------------

if [[ -x $BUILD/cgi-bin/health ]]; then
    state=$work/real log=$work/real.log
    env -u HOME_DIR STATE_DIR="$state" "$chatur" supervise 2>"$log" &
    supervisor=$!
    supervisors+=("$supervisor")
    passes 'without a folder it runs the one beside its own' wait_for 20 logged '"ready"'
    matches "$(env -i REQUEST_METHOD=GET QUERY_STRING=live \
        cgi-fcgi -bind -connect "$state/run/health.sock" </dev/null)" '"live":true' 'health answers'
    stop_it
    is "$exit_code" 0 'and it stops'
fi

done_testing
