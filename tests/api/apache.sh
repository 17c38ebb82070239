# A real Apache, for the tests of plain CGI. Sourced after lib.sh.
#
#   apache_home                   makes $work/home, an installed copy that any user may read, and
#                                 $work/state, which the user Apache runs as may write
#   apache_start FOLDER [MODULE…] starts it with its files in FOLDER; modules beside the usual ones,
#                                 and more configuration on standard input; sets $port and $url.
#                                 False: it did not start, and apache_complaints says why
#   apache_stop
#
# The API is below $prefix, which is empty unless a test sets it.
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the variables are for the tests, or from lib.sh

apache_pid='' apache_folder='' prefix=''

# Apache refuses to be root, and CGI programs should not be.
unprivileged() {
    if [[ $(id -u) == 0 ]]; then
        exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    fi
    exec "$@"
}

give_away() { # FOLDER
    [[ $(id -u) != 0 ]] || chown -R 65534:65534 "$1"
}

apache_home() {
    local file
    mkdir -p "$work/home" "$work/state"
    cp -R templates tutorials etc "$work/home"
    (cd "$BUILD" && find cgi-bin -type d -o -executable -print) | while read -r file; do
        mkdir -p "$work/home/$(dirname "$file")"
        cp -P "$BUILD/$file" "$work/home/$file"
    done
    chmod a+rx "$work"
    chmod -R a+rX "$work/home"
    give_away "$work/state"
}

apache_start() {
    local modules=/usr/lib/apache2/modules module
    apache_folder=$1
    shift
    mkdir -p "$apache_folder"
    port=$(free_port)
    url=http://127.0.0.1:$port
    {
        for module in mpm_event authz_core cgid alias env mime headers "$@"; do
            echo "LoadModule ${module}_module $modules/mod_$module.so"
        done
        printf '%s\n' "ServerRoot $apache_folder" 'ServerName 127.0.0.1' "Listen 127.0.0.1:$port" \
            "PidFile $apache_folder/pid" "ScriptSock $apache_folder/cgid" "ErrorLog $apache_folder/error.log" \
            'TypesConfig /dev/null'
        cat
    } >"$apache_folder/httpd.conf"
    give_away "$apache_folder"
    unprivileged apache2 -D FOREGROUND -f "$apache_folder/httpd.conf" 2>"$apache_folder/stderr" &
    apache_pid=$!
    wait_for 10 curl -fs -o "$work/answer" "$url$prefix/health"
}

apache_complaints() {
    cat "$apache_folder/stderr" "$apache_folder/error.log" 2>/dev/null | tail -n 20
}

apache_stop() {
    [[ -n $apache_pid ]] || return 0
    kill -TERM "$apache_pid" 2>/dev/null
    wait "$apache_pid" 2>/dev/null
    apache_pid=''
}
