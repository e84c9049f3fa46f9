# SPDX-License-Identifier: MIT
# What the guest tests share. They run in the build folder; $srcdir is the sources'. Screenshots stay in tests/guest/shots.
# VITRINE names another emulator to test, IMAGES another folder with guest images, KEEP=1 keeps the work folder.
set -u
srcdir=${srcdir:-.}
vitrine=${VITRINE:-$PWD/vitrine}
images=${IMAGES:-$PWD/images}
name=$(basename "$0" .sh)
shots=$PWD/tests/guest/shots
mkdir -p "$shots"
work=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-$name.XXXXXX") || exit 1
helpers=
clean_up() {
    for pid in $helpers; do
        kill "$pid" 2>/dev/null
    done
    if [ "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
ran=0
failed=0
left_out=0
# A build with sanitizers takes its time.
patience=1
grep -q '^SANITIZE_FLAGS = -f' Makefile 2>/dev/null && patience=10

good() { ran=$((ran + 1)); }
bad() {
    ran=$((ran + 1))
    failed=$((failed + 1))
    echo "FAIL: $*"
}
skip() {
    echo "skipped: $*"
    exit 77
}

# need_image NAME (of images/guests): makes it where it is not there yet. Tests that run at once wait for the one that makes it.
need_image() {
    [ -s "$images/$1.img" ] && return
    sh "$srcdir/images/guest.sh" "$images" "$1" missing >"$work/image.log" 2>&1
    status=$?
    case $status in
    0) ;;
    3) skip "$(tail -n 1 "$work/image.log")" ;;
    *)
        cat "$work/image.log"
        echo "FAIL: the guest image $1: images/guest.sh ended with status $status"
        exit 1
        ;;
    esac
}

# A private copy: a test shares nothing that it writes.
copy_image() {
    need_image "$1"
    cp "$images/$1.img" "$work/$1.img" && chmod u+w "$work/$1.img"
}

# run LIMIT SCRIPT OPTION...: a machine on virtual time with the input script; LIMIT is in seconds of the host's.
run() {
    limit=$(($1 * patience))
    script=$2
    shift 2
    timeout "$limit" "$vitrine" -display none --clock virtual --input-script "$script" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ $status -eq 0 ]; then
        good
    else
        bad "status $status of vitrine $*: $(cat "$work/err")"
    fi
    return $status
}

# has FILE TEXT: the guest said so.
has() { if grep -qF -e "$2" "$1"; then good; else bad "no '$2' in what the guest said:" && tail -n 25 "$1"; fi; }
# shot_is NAME: the screenshot was taken and is a whole PNG.
shot_is() {
    if [ "$(od -An -tx1 -N4 "$shots/$1.png" 2>/dev/null | tr -d ' ')" = 89504e47 ] &&
        tail -c 12 "$shots/$1.png" | grep -q IEND; then
        good
    else
        bad "no screenshot $shots/$1.png"
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
    echo "$ran checks, $failed failed"
    [ $failed -eq 0 ]
    exit $?
}
