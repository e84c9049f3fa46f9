# SPDX-License-Identifier: MIT
# What the command line's tests share. They run in the build folder; $srcdir is the sources'.
set -u
srcdir=${srcdir:-.}
vitrine=${VITRINE:-$PWD/vitrine}
work=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
ran=0
failed=0
left_out=0

good() { ran=$((ran + 1)); }
bad() {
    ran=$((ran + 1))
    failed=$((failed + 1))
    echo "FAIL: $*"
}

# refuses PATTERN ARGUMENT...: vitrine ends with status 1, nothing on standard output and one line that matches on standard error.
refuses() {
    pattern=$1
    shift
    timeout 20 "$vitrine" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ $status -ne 1 ]; then
        bad "status $status, not 1: vitrine $*: $(cat "$work/err")"; [ -f "$work/s" ] && cat "$work/s"
    elif [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -q "^vitrine: " "$work/err"; then
        bad "not one line: vitrine $*: $(cat "$work/err")"
    elif ! grep -q -e "$pattern" "$work/err"; then
        bad "no '$pattern' in: $(cat "$work/err")"
    elif [ -s "$work/out" ]; then
        bad "standard output is not empty: vitrine $*"
    else
        good
    fi
}

# leaves_out COUNT REASON: a part of COUNT checks that this host or build cannot run; finish expects so many fewer.
leaves_out() {
    left_out=$((left_out + $1))
    shift
    echo "skipped: $*"
}

# finish LEAST: at least so many checks must have run.
finish() {
    least=$(($1 - left_out))
    [ $ran -ge $least ] || bad "only $ran checks ran, at least $least should"
    echo "$((ran - failed)) passed, $failed failed"
    [ $failed -eq 0 ]
    exit $?
}
