#!/bin/bash
# `make install`: a copy that runs from where it was installed and knows nothing of the sources.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh

target="$work/dest dir"
prefix=/opt/chatur-test
home=$target$prefix/lib/chaturmail

install_it() {
    make -s BUILD="$BUILD" DESTDIR="$target" PREFIX="$prefix" "$1"
}

passes "make install" install_it install
passes "make install, over what is there" install_it install
for file in bin/chatur cgi-bin/health cgi-bin/email/generateEmail etc/run etc/nginx/render; do
    passes "$file can be run" test -x "$home/$file"
done
for file in templates/request.yaml tutorials/1-your-first-email.md etc/nginx/server.conf.in etc/htdocs/banner.png \
    etc/apache/chatur.conf etc/env.example; do
    is "$(stat -c %a "$home/$file")" 644 "$file is there, to be read"
done
# From a folder in which somebody works.
mkdir "$work/tree"
cp -a Makefile lib cgi-bin templates tutorials etc "$work/tree"
if git ls-files --error-unmatch Makefile >/dev/null 2>&1; then # not in an unpacked archive
    is "$(cd "$home" && find templates tutorials etc -type f | sort)" \
        "$(git ls-files templates tutorials etc | grep -vx etc/deps | sort)" "all that is data is there"
fi
for file in templates/{request.yaml~,.request.yaml.swp,.hidden.yaml,notes.txt,request.yaml.orig} tutorials/1-your-first-email.md.bak \
    etc/{run~,.env,nginx/server.conf.in~,nginx/.x.conf,htdocs/icons/request.png~,htdocs/notes.txt,systemd/chaturmail.service.rej}; do
    echo mine >"$work/tree/$file"
done
passes "make install where there are backups and notes" make -s -C "$work/tree" BUILD="$BUILD" DESTDIR="$work/other" PREFIX="$prefix" install
is "$(cd "$work/other" && find . | sort)" "$(cd "$target" && find . | sort)" "leaves them out"
is "$(find "$target" -name '*.o' -o -name '*.d' -o -name '*.tidy' -o -name '*.c' | wc -l)" 0 "nothing else of the build or the sources is"
is "$(readlink "$home/cgi-bin/auth/getJWTToken")" ../user/getJWTToken "second names are links"
is "$(find "$target" -xtype l | wc -l)" 0 "and all links lead somewhere"
is "$(readlink -f "$target$prefix/bin/chatur")" "$(readlink -f "$home/bin/chatur")" "the command is in bin/"
is "$("$target$prefix/bin/chatur" config --get HOME_DIR)" "$home" "and finds its home"
is "$(grep -rlF "$target" "$target" | wc -l)" 0 "no file knows of DESTDIR"

# A CGI request pays for every library at its start.
for library in libssl libcrypto libjwt libcurl libmongoc; do
    is "$(ldd "$home/cgi-bin/user/getUserData" | grep -c "$library")" 0 "getUserData starts without $library"
done

# It runs, without BUILD and from anywhere.
port=$(free_port)
(cd / && exec env -u BUILD STATE_DIR="$work/state" PORT="$port" "$home/etc/run") >"$work/run.log" 2>&1 &
chatur_pid=$!
passes "it runs from there" wait_for 20 grep -q 'Ctrl-C' "$work/run.log"
matches "$(<"$work/run.log")" 'Three days of leave' "and writes an email"
stop_chatur

# systemd's verdict, about the paths that there are.
unit=$target$prefix/lib/systemd/system/chaturmail.service
is "$(grep -c "^ExecStart=$prefix/bin/chatur supervise" "$unit")" 1 "the unit starts what was installed"
if command -v systemd-analyze >/dev/null; then
    sed "s|^ExecStart=.*|ExecStart=$BUILD/bin/chatur supervise|" "$unit" >"$work/chaturmail.service"
    is "$(systemd-analyze verify "$work/chaturmail.service" 2>&1)" '' "systemd finds nothing wrong with it"
fi

passes "make uninstall" install_it uninstall
is "$(find "$target" ! -type d | wc -l)" 0 "leaves no file"
done_testing
