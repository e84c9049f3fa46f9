#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh DIR PACKAGE...
#
# Downloads Debian packages for i386 into DIR/debs, as an ordinary user: apt runs on a state
# folder of its own (DIR/apt) with the host's own sources and keys, so that neither the host's
# package database nor its foreign architectures are touched.  A package that only depends on
# the one that is meant (linux-image-686) is followed to it.
#
# Prints "NAME FILE" for each package that was asked for.  Exit status: 0, 1 on an error that
# is told in one line, 3 when no package source can be reached.

set -eu

me=images/packages.sh
die() { status=$1; shift; echo "$me: $*" >&2; exit "$status"; }

[ $# -ge 2 ] || die 1 "usage: packages.sh DIR PACKAGE..."
mkdir -p "$1" || die 1 "cannot make the folder $1"
dir=$(cd "$1" && pwd)
shift

command -v apt-get >/dev/null || die 1 "apt-get is missing: guest images are made of Debian packages"

mkdir -p "$dir/apt/state/lists/partial" "$dir/apt/cache/archives/partial" "$dir/debs"
: >>"$dir/apt/status"
log=$dir/apt/log
# NOTE: "#clear" drops the host's hooks (they would run on the host's own caches); a list can
# only be cleared in a configuration file, not by -o.
cat >"$dir/apt/conf" <<END
Dir::State "$dir/apt/state";
Dir::State::status "$dir/apt/status";
Dir::Cache "$dir/apt/cache";
APT::Architecture "i386";
#clear APT::Architectures;
APT::Architectures { "i386"; };
APT::Sandbox::User "";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END

apt_get() { apt-get -c "$dir/apt/conf" -q "$@"; }
apt_cache() { apt-cache -c "$dir/apt/conf" "$@"; }

# The index counts as there when it knows at least one package.
have_index() { [ -n "$(apt_cache pkgnames 2>/dev/null | head -n 1)" ]; }

# apt-get update fails as soon as one of many sources does; whether that matters shows when
# the packages are downloaded.
update() {
    echo "$me: reading the package lists for i386" >&2
    apt_get update >"$log" 2>&1 || ! have_index ||
        echo "$me: some package lists could not be read (see $log)" >&2
}

# Follows PACKAGE to the one with the content: linux-image-686 -> linux-image-6.1.0-NN-686.
resolve() {
    case $1 in
    linux-image-*)
        real=$(apt_cache depends --important "$1" 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
        echo "${real:-$1}"
        ;;
    *) echo "$1" ;;
    esac
}

# Downloads what is not there yet; the version that the index names is the one that counts.
download() {
    for package; do
        real=$(resolve "$package")
        version=$(apt_cache show --no-all-versions "$real" 2>/dev/null |
            sed -n 's/^Version: //p' | head -n 1)
        [ -n "$version" ] || { missing=$package; return 1; }
        file=$dir/debs/${real}_$version.deb
        if [ ! -f "$file" ]; then
            echo "$me: downloading $real $version" >&2
            rm -rf "$dir/new" && mkdir "$dir/new"
            (cd "$dir/new" && apt_get download "$real=$version") >>"$log" 2>&1 ||
                { missing=$real; return 1; }
            mv "$dir"/new/*.deb "$file" && rmdir "$dir/new"
        fi
        found="$found$package $file
"
    done
}

have_index || update
found=
if ! download "$@"; then
    update # a stale index names files that the source has replaced since
    have_index || die 3 "no Debian package source can be reached (see $log)"
    found=
    if ! download "$@"; then
        if grep -qE '(Could not (resolve|connect)|Temporary failure|timed out|[Uu]nreachable)' "$log"; then
            die 3 "no Debian package source can be reached for $missing (see $log)"
        fi
        die 1 "the package $missing cannot be had from this host's sources (see $log)"
    fi
fi
printf '%s' "$found"
