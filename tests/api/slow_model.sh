# A build that differs from the one under test in its generator alone. Sourced by tests after lib.sh.
#
#   use_slow_model   makes it and sets $BUILD; tests/api/slow_model.c says how it is directed
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # $work is from lib.sh

use_slow_model() {
    local real_build=$BUILD compile libraries crypto
    BUILD=$work/slow
    mkdir "$BUILD"
    cp -a "$real_build/cgi-bin" "$real_build/bin" "$BUILD/"
    ln -s "$PWD/templates" "$PWD/tutorials" "$PWD/etc" "$BUILD/"
    read -ra compile <"$real_build/flags"
    crypto=$(sed -n 's/^crypto *:= //p' Makefile)
    read -ra libraries < <(sed -n "s/^libraries *= //p" Makefile | sed "s/\$(crypto)/$crypto/")
    if ! "${compile[@]}" -o "$BUILD/cgi-bin/email/generateEmail" tests/api/slow_model.c \
        "$real_build/cgi-bin/email/generateEmail.o" "$real_build/libchatur.a" "${libraries[@]}"; then
        echo 'Bail out! the slow model does not compile'
        exit 1
    fi
}
