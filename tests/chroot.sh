#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/chroot.sh [--why-not | FOLDER [COMMAND...]]
#
# Builds and checks the last commit as somebody does who has a new machine: in a Debian 12 that debootstrap makes
# (minbase, with nothing of the host's but package sources, proxies, certificates and the names of what serves them), as
# an ordinary user without sudo.  What ./check asks root for is run by root as it stands there, and ./check again.  FOLDER
# (a new one under /var/tmp where none is named) holds the system and is removed afterwards unless it was named.  COMMAND
# is what runs inside, ./check where none is named.  Run by root, in a work tree with git: --why-not says what is missing
# for that, with status 1.

set -eu
me=tests/chroot.sh
say() { echo "$me: $*"; }
die() {
    echo "$me: $*" >&2
    exit 1
}

suite=bookworm
top=$(cd "$(dirname "$0")/.." && pwd)

# shellcheck disable=SC2016 # apt expands these
find_mirror() {
    apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" "Component: main" 2>/dev/null | head -n 1
}
why_not() {
    if [ "$(id -u)" != 0 ]; then
        echo "debootstrap and chroot need root"
    elif ! command -v debootstrap >/dev/null; then
        echo "debootstrap is not installed"
    elif ! command -v git >/dev/null || ! git -C "$top" rev-parse -q --verify HEAD >/dev/null 2>&1; then
        echo "this is no work tree of git's"
    elif [ -z "$(find_mirror)" ]; then
        echo "the host's apt has no source for Debian $suite"
    elif ! unshare --mount true 2>/dev/null; then
        echo "root may mount nothing here"
    else
        return 1
    fi
}
if reason=$(why_not); then
    [ "${1-}" != --why-not ] || { echo "$reason" && exit 1; }
    die "$reason"
fi
[ "${1-}" != --why-not ] || exit 0

# The mounts below are this script's own: they are gone when it ends, however it ends.
if [ -z "${VITRINE_CHROOT_MOUNTS-}" ]; then
    VITRINE_CHROOT_MOUNTS=1 exec unshare --mount --propagation=private sh "$top/tests/chroot.sh" "$@"
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

mirror=$(find_mirror)
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
cp -L /etc/resolv.conf "$root/etc/"
if [ -d /usr/local/share/ca-certificates ]; then
    mkdir -p "$root/usr/local/share/ca-certificates"
    cp -R /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
fi
# minbase has no /etc/hosts, not even for "localhost".  What the host finds through its own is a name of a source or proxy.
rm -f "$root/etc/hosts"
cat "$root/etc/apt/sources.list" "$root/etc/apt/apt.conf.d/90proxy" | sed -n 's,.*://\([^/:]*\).*,\1,p' | sort -u |
    while read -r name; do
        awk -v name="$name" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == name) print $1, name }' /etc/hosts
    done >"$root/etc/hosts.new"
if [ -s "$root/etc/hosts.new" ]; then mv "$root/etc/hosts.new" "$root/etc/hosts"; else rm "$root/etc/hosts.new"; fi

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

# inside USER COMMAND...: with the environment of a new login.
inside() {
    who=$1
    shift
    home=/root
    [ "$who" = root ] || home=/home/$who
    chroot --userspec="$who:$who" "$root" /usr/bin/env -i HOME="$home" USER="$who" LOGNAME="$who" TERM="${TERM-dumb}" \
        CI="${CI-}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        sh -c 'cd && if [ -d vitrine ]; then cd vitrine; fi && exec "$@"' sh "$@"
}

user=newcomer
inside root id $user >/dev/null 2>&1 || inside root useradd -m -s /bin/sh $user
say "copying the last commit"
folder=$root/home/$user/vitrine
rm -rf "$folder"
mkdir -p "$folder"
git -C "$top" archive HEAD | tar -x -C "$folder"
chroot "$root" chown -R $user:$user /home/$user/vitrine

say "running $* in it as an ordinary user"
# attempt COMMAND...: leaves what it says in $root/told, too.
attempt() {
    { inside $user "$@" </dev/null 2>&1 && echo 0 || echo $?; } | tee "$root/told" | sed -u '$d'
    status=$(tail -n 1 "$root/told")
}
attempt "$@"
wanted=$(sed -n 's/^    \(apt-get update; apt-get install .*\)/\1/p' "$root/told")
if [ "$status" != 0 ] && [ -n "$wanted" ]; then
    say "running as root what it asks for"
    yes | inside root sh -c "$wanted" || die "that failed"
    say "running $* again"
    attempt "$@"
fi
say "ended with status $status"
exit "$status"
