# SPDX-License-Identifier: MIT
#
# setup.sh: what ./try and ./check share: install what is missing, bootstrap, configure, build.
# Sourced with $top (the source folder) and $me (the script's name) set.

: "${top:?}" "${me:?}"
build=$top/build
# The packages that somebody without sudo has to ask for.
groups="build image check"

say() { echo "$me: $*"; }
die() {
    echo "$me: $*" >&2
    exit 1
}

is_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

# Prints "PACKAGE REASON" for each package of the groups that dpkg does not know as installed.
missing_packages() {
    for group; do
        while read -r package for programs reason; do
            [ "$for" = "$group" ] || continue
            status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
            [ "$status" = installed ] || echo "$package $reason"
        done <"$top/build-aux/packages"
    done
}

# have_packages GROUP...: they are all installed, or this is no Debian system and nobody knows.
have_packages() { ! is_debian || [ -z "$(missing_packages "$@")" ]; }

apt_install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o Dpkg::Use-Pty=0 --no-install-recommends "$@"
}

# install_packages GROUP...: 0 when all packages of the groups are there afterwards.
# A package list that is stale or absent is read again once; that apt-get update fails (one
# source of many suffices for that) is no failure as long as the packages arrive.  Where one
# package cannot be had, the others are installed all the same.
install_packages() {
    if ! is_debian; then
        say "this is no Debian system: nothing is installed (build-aux/packages lists what is needed)"
        return 0
    fi
    wanted=$(missing_packages "$@")
    [ -n "$wanted" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
        # Without it somebody else has to do it, and is asked once: for all that ./try and ./check want.
        # shellcheck disable=SC2086
        command -v sudo >/dev/null || as_root=nobody wanted=$(missing_packages $groups)
    fi
    say "these Debian packages are missing:"
    echo "$wanted" | while read -r package reason; do
        printf '    %-16s %s\n' "$package" "$reason"
    done
    names=$(echo "$wanted" | cut -d' ' -f1 | tr '\n' ' ')
    if [ "$as_root" = nobody ]; then
        echo "$me: there is no sudo here. As root, please run (this is for ./try and ./check both):" >&2
        echo "    apt-get update; apt-get install --no-install-recommends $names" >&2
        echo "$me: and then start ./$me again." >&2
        exit 1
    fi
    [ -z "$as_root" ] || say "installing them through sudo"
    installed_something=yes
    # shellcheck disable=SC2086
    apt_install $names && return 0
    say "reading the package lists again"
    $as_root apt-get update -q || say "some package lists could not be read; trying all the same"
    # shellcheck disable=SC2086
    apt_install $names && return 0
    for package in $names; do
        apt_install "$package" || say "$package cannot be installed"
    done
    have_packages "$@"
}

# bootstrap, configure in ./build, make.
build_all() {
    # Once it is there, make keeps it up to date.
    if [ ! -x "$top/configure" ]; then
        say "bootstrapping"
        (cd "$top" && autoreconf -fi) || die "autoreconf failed (see above)"
    fi
    [ ! -f "$top/config.status" ] ||
        die "this folder is configured for a build in itself; run 'make distclean' first"
    mkdir -p "$build" || die "cannot make the folder $build"
    # What was installed just now may be a library that the last configure did not find.
    if [ ! -f "$build/config.status" ] || [ ! -f "$build/Makefile" ] || [ -n "${installed_something-}" ]; then
        say "configuring in $build"
        (cd "$build" && ../configure) || die "configure failed (see above and $build/config.log)"
    fi
    say "building"
    make -C "$build" -j"$(nproc)" --no-print-directory || die "the build failed (see above)"
}

# guest_image NAME: makes build/images/NAME.img where it is missing or older than its recipe.
# 0 when there is an image; 3 when no package source can be reached and there is none.
guest_image() {
    image=$build/images/$1.img
    make -q -C "$build" "images/$1.img" >/dev/null 2>&1 && return 0
    say "making the guest image $1"
    status=0
    sh "$top/images/guest.sh" "$build/images" "$1" || status=$?
    [ $status = 0 ] && return 0
    if [ -s "$image" ]; then
        say "keeping the image that was made before"
        return 0
    fi
    return $status
}
