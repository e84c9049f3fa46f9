#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/lint/packages.sh [list]
#
# Each program that a script or a recipe calls is the shell's, ours, on every Debian machine, or named by a row of
# build-aux/packages, so that ./check on a new machine lacks nothing. "list" prints what is called, and by whom.
# tests/lint/calls.awk finds the calls; it is tried on a script of its own first.
set -u
cd "${srcdir:-.}" || exit 1
what=${1:-check}
work=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-packages.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() {
    failed=$((failed + 1))
    echo "FAIL: $*"
}

calls() { awk -f tests/lint/calls.awk "$@" | LC_ALL=C sort -u; }

# --- The finder finds a program wherever a shell would run one, and nothing else. ---
cat >"$work/lib.sh" <<'END'
passes_on() { shift; "$@"; }
END
cat >"$work/tried.sh" <<'END'
# comment_word; after_comment
alpha; bravo && charlie || ! delta | echo not_1 'not_2; not_3' "not_4 $(foxtrot "$(golf)")" &
own() { hotel; }
own not_5 && passes_on not_6 india not_7
if juliet; then kilo; elif lima; then mike; else november; fi
while oscar; do papa; done; for not_8 in not_9 not_10; do quebec; done
for tool in romeo sierra; do command -v $tool >/dev/null; done
case not_11 in
not_12 | "not_13") tango ;;
*) uniform >not_14 2>&1 <not_15 ;;
esac
A=1 B="$(victor)" whiskey x=not_16; exec timeout -s KILL $((1 + $(xray))) yankee
find not_17 -exec zulu {} +
trap 'able' EXIT; sh -c 'baker; charlie2'; timeout 5 env C=2 nice -n 3 dog; easy --not_18 \
    not_19
cat <<IN | fox
not_20; $(george) \$(not_21)
IN
cat <<'IN'
$(not_22)
IN
"$not_23" ./not_24 not_25; tests/not_26; /usr/bin/how; (item; jig) 2>not_27; king=/usr/share/love/mike2
xargs -n 1 nan <not_28; [ -n "${not_29:-$(obo)}" ]; command peter; if ! own; then queen; fi; { roger; }
END
printf 'all: not_30\n\t$(AM_V_GEN)sugar -x $(NOT_31); $(NOT_32) not_33\n\t@-for x in $(NOT_34); do \\\n\t tare $$x; done\n\tmake_var=$$(uncle)\n' >"$work/tried.mk"
cat >"$work/expected" <<'END'
able alpha baker bravo cat charlie charlie2 delta dog easy env find fox foxtrot george golf hotel how india item jig juliet
kilo king lima mike nan nice november obo oscar papa peter quebec queen roger romeo sh sierra sugar tango tare timeout uncle
uniform victor whiskey xargs xray yankee zulu /usr/share/love/mike2
END
calls "$work/lib.sh" "$work/tried.sh" "$work/tried.mk" | cut -d ' ' -f 1 | LC_ALL=C sort -u >"$work/found"
tr ' ' '\n' <"$work/expected" | grep -v '^king$' | LC_ALL=C sort -u >"$work/wanted"
if ! diff "$work/wanted" "$work/found"; then
    bad "calls.awk does not find what the trial calls (<), or finds what it does not call (>)"
fi

# --- What may be called. ---
# Of packages that every Debian has: Essential, and what debootstrap's minbase adds.
everywhere='apt-cache apt-config apt-get awk basename cat chmod chown cksum cmp comm cp cut date dd diff dirname
dpkg-deb dpkg-query env find flock fold getent grep gzip head id ln ls md5sum mkdir mkfifo mktemp mount mv
nice nproc od paste readlink rm rmdir sed seq setpriv sh sleep sort stat stty tail tar tee timeout touch tr
truncate umount uniq unshare useradd wc xargs yes chroot'
for program in $everywhere; do
    echo "$program"
done >"$work/allowed"
echo sudo >>"$work/allowed" # asked for, and done without
awk '!/^#/ && $3 != "-" { n = split($3, p, ","); for (i = 1; i <= n; i++) print p[i] }' build-aux/packages >>"$work/allowed"

find check try .ci/run build-aux images tests Makefile.am bios firmware devices src doc -type f \
    \( -name '*.sh' -o -name '*.mk' -o -name Makefile.am -o -name check -o -name try -o -name run \) |
    LC_ALL=C sort >"$work/files"
# shellcheck disable=SC2046
calls $(cat "$work/files") >"$work/calls"
if [ "$what" = list ]; then
    cat "$work/calls"
    exit
fi
# A file is named by a row when the row names it or a folder above it.
awk -v allowed="$work/allowed" '
    BEGIN { while ((getline name <allowed) > 0) ok[name] = 1 }
    {
        path = $1
        while (path != "" && !(path in ok)) if (!sub(/\/[^\/]*$/, "", path)) path = ""
        if (path == "") print "    " $1 " in " $2
    }' "$work/calls" >"$work/unknown"
if [ -s "$work/unknown" ]; then
    bad "no row of build-aux/packages names these (third column), and they are not on every Debian machine:"
    cat "$work/unknown"
fi
[ "$(cut -d ' ' -f 1 "$work/calls" | uniq | wc -l)" -ge 80 ] || bad "too few calls found: is srcdir right?"

# --- The rows are true: four columns, and an installed package has what its row names. ---
while read -r package for programs reason; do
    case "$package $for" in
    "#"*) continue ;;
    *" build" | *" image" | *" check" | *" all" | *" develop") ;;
    *) bad "build-aux/packages: $package: no group '$for'" ;;
    esac
    [ -n "$reason" ] || bad "build-aux/packages: $package: there are four columns"
    [ "$programs" != - ] && command -v dpkg-query >/dev/null || continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || continue
    for program in $(echo "$programs" | tr , ' '); do
        [ -e "$program" ] || command -v "$program" >/dev/null || [ -e "/sbin/$program" ] || [ -e "/usr/sbin/$program" ] ||
            bad "build-aux/packages: $package is installed, and there is no $program"
    done
done <build-aux/packages
# Essential or required, says dpkg; awk is whichever awk there is.
if command -v dpkg-query >/dev/null; then
    dpkg-query -W -f='${Package} ${Essential} ${Priority}\n' | awk '$2 == "yes" || $3 == "required" || $1 == "apt" { print $1 }' >"$work/base"
    # shellcheck disable=SC2046
    dpkg-query -S $(for program in $everywhere; do echo "*bin/$program"; done) 2>/dev/null |
        sed -n 's,^\([^ ]*\): \(/usr\)\{0\,1\}/s\{0\,1\}bin/\([^/]*\)$,\1 \3,p' >"$work/owners"
    for program in awk $(awk -v base="$work/base" '
        BEGIN { while ((getline name <base) > 0) ok[name] = 1 }
        { sub(/:.*/, "", $1) }
        $1 in ok { print $2 }' "$work/owners"); do
        echo " $program "
    done >"$work/always"
    for program in $everywhere; do
        grep -q " $program " "$work/always" || bad "$program is not on every Debian machine"
    done
fi
echo "$(cut -d ' ' -f 1 "$work/calls" | uniq | wc -l) programs and files in $(wc -l <"$work/files") scripts, $failed faults"
[ $failed = 0 ]
