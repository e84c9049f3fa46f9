#!/bin/sh
# SPDX-License-Identifier: MIT
#
# guest.sh DIR GUEST [missing]
#
# Makes DIR/GUEST.img by its recipe (GUEST.sh, or package-file.sh where there is none); with "missing" only where it is
# not there yet.  Recipes share what they download and each other's results, so one at a time works in DIR: the rest
# waits here.  Exit status: the recipe's.

set -eu
me=images/guest.sh
[ $# -ge 2 ] || { echo "usage: $me DIR GUEST [missing]" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
exec 9>"$1/lock"
if ! flock -n 9; then
    echo "$me: waiting for somebody else who makes a guest image in $1" >&2
    flock 9
fi
[ "${3-}" != missing ] || [ ! -s "$1/$2.img" ] || exit 0
if [ -f "$here/$2.sh" ]; then
    sh "$here/$2.sh" "$1"
else
    sh "$here/package-file.sh" "$1" "$2"
fi
