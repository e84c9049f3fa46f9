#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/chroot.sh [FOLDER [COMMAND...]]
#
# Builds and checks the last commit in a fresh Debian 12 that debootstrap makes, so that an
# install step that is missing shows.  Run by root, in a work tree with git.  FOLDER (a new one
# under /var/tmp where none is named) holds the system and is removed afterwards unless it was
# named.  COMMAND is what runs inside, ./check where none is named.  Package sources, proxies and
# keys are the host's.

set -eu
me=tests/chroot.sh
say() { echo "$me: $*"; }
die() {
    echo "$me: $*" >&2
    exit 1
}

suite=bookworm
top=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || die "debootstrap and chroot need root"
command -v debootstrap >/dev/null || die "debootstrap is missing: install it"

# The mounts below are this script's own: they are gone when it ends, however it ends.
if [ -z "${VITRINE_CHROOT_MOUNTS-}" ]; then
    VITRINE_CHROOT_MOUNTS=1 exec unshare --mount --propagation private sh "$top/tests/chroot.sh" "$@"
fi

if [ $# -gt 0 ]; then
    mkdir -p "$1"
    root=$(cd "$1" && pwd)
    shift
else
    root=$(mktemp -d /var/tmp/vitrine-chroot.XXXXXX)
    trap 'umount -R "$root/proc" "$root/dev" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
    trap 'exit 1' HUP INT TERM
fi
[ $# -gt 0 ] || set -- ./check

# shellcheck disable=SC2016 # apt expands these
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" "Component: main" |
    head -n 1)
[ -n "$mirror" ] || die "the host's apt has no source for Debian $suite"

if [ ! -x "$root/bin/sh" ]; then
    say "making a Debian $suite in $root"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
        die "debootstrap failed (see $root.log)"
    rm -f "$root.log"
fi

# The host's Debian sources, keys, proxies and certificates; other sources are none of a fresh
# system's.
# shellcheck disable=SC2016 # apt expands these
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    "Identifier: Packages" "Origin: Debian" | sort -u >"$root/etc/apt/sources.list"
[ -s "$root/etc/apt/sources.list" ] || echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
apt-config dump | grep -iE '^Acquire::(https?|ftp)::.*Proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
if [ -d /usr/local/share/ca-certificates ]; then
    mkdir -p "$root/usr/local/share/ca-certificates"
    cp -R /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
fi

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

say "copying the last commit"
rm -rf "$root/src/vitrine"
mkdir -p "$root/src/vitrine"
git -C "$top" archive HEAD | tar -x -C "$root/src/vitrine"

say "running $* in it"
status=0
chroot "$root" /usr/bin/env -i HOME=/root TERM="${TERM-dumb}" CI="${CI-}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c 'cd /src/vitrine && exec "$@"' sh "$@" </dev/null || status=$?
say "ended with status $status"
exit $status
