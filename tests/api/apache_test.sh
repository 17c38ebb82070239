#!/bin/bash
# Plain CGI under Apache: both configurations in etc/apache let the Authorization header through and
# serve nothing but endpoints.
# shellcheck disable=SC2016 # the variables are Apache's
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
. tests/api/apache.sh

starts() { # NAME MODULE…, and more configuration on standard input
    local name=$1
    shift
    {
        printf 'SetEnv %s\n' "STATE_DIR $work/state" 'DEV_LOGIN 1' 'ENV_FILE /dev/null' \
            'JWT_KEY 0123456789abcdef0123456789abcdef'
        cat
    } >"$work/$name.conf"
    if ! apache_start "$work/$name" "$@" <"$work/$name.conf"; then
        not_ok "$name: Apache starts" "$(apache_complaints)"
        exit 1
    fi
    ok "$name: Apache starts"
}

serves_endpoints() { # NAME
    token=$(sign_in "$1@example.com")
    matches "$token" '^[^.]+[.][^.]+[.][^.]+$' "$1: signing in"
    post "$prefix/user/getUserData" '{}' "$token"
    is "$status $(jq -r '.payload[0].email' <<<"$body")" "200 $1@example.com" "$1: the session is known"
    post "$prefix/user/getUserData" '{}'
    is "$status $(jq .status <<<"$body")" "401 0" "$1: without one it is 401"
    post "$prefix/auth/getJWTToken" '{}'
    is "$status $(jq .status <<<"$body")" "400 0" "$1: second names work"
}

is_not_there() { # PATH…
    local path
    for path in "$@"; do
        post "$path" '{}'
        matches "$status" '^40[34]$' "$path is not served"
        is "$(jq .status <<<"$body")" 0 "and that is said in an envelope"
    done
}

# --- a virtual host ------------------------------------------------------------------------------

home=$work/home
apache_home
starts vhost <<CONF
Define CHATUR_HOME $home
Include $home/etc/apache/chatur.conf
CONF
serves_endpoints vhost
touch "$home/cgi-bin/user/notes.o"
is_not_there /nothing /user /user/notes.o /etc/env.example /icons/ /user/../../etc/run
post /user/getUserData "{\"a\":\"$(head -c 70000 /dev/zero | tr '\0' a)\"}" "$token"
is "$status $(jq .status <<<"$body")" "413 0" "vhost: a body over the limit"
is "$(curl -s -o "$work/answer" -w '%{http_code} %{content_type}' "$url/icons/request.png")" "200 image/png" "vhost: icons"
is "$(curl -s -o "$work/answer" -w '%{content_type}' "$url/nothing")" "application/json; charset=utf-8" "vhost: errors are JSON"
apache_stop

# --- shared hosting, with each of the two ways for the header ------------------------------------

served=$work/public_html/api
mkdir "$work/public_html"
cp -R "$home/cgi-bin" "$served"
touch "$served/user/notes.txt"
prefix=/api
sign_in() {
    post /api/user/getJWTToken "{\"email\":\"$1\",\"idToken\":\"any\",\"loginMethod\":\"dev\"}"
    jq -r '.payload[0].token' <<<"$body"
}
for way in passauth rewrite; do
    rm -f "$served/.htaccess"
    sed "s|/home/you/chaturmail|$home|" etc/apache/htaccess >"$served/.htaccess"
    [[ $way == passauth ]] || sed -i '/^CGIPassAuth/d' "$served/.htaccess"
    starts "$way" rewrite <<CONF
DocumentRoot $work/public_html
<Directory $work/public_html>
    Require all granted
    AllowOverride Options FileInfo AuthConfig
</Directory>
CONF
    serves_endpoints "$way"
    is_not_there /api/nothing /api/user/notes.txt /api/.htaccess
    apache_stop
done
done_testing
