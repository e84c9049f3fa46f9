#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/mutate/mutate.sh SOURCES TEST...          (make mutate SEED=1 N=50 [IN=src/bus] [LIST=1])
#
# Single mutations of a drawn sample of lines of src and devices, each built alone and run against the quick set: which
# mistakes does no test see? Works in ./mutate, on a copy of the sources; the copy's build folder is kept from run to
# run. The first test that fails, or does not end, has seen the mutant; those that the file rooms names for its folder
# run first. IN draws from some folders or files only.
# Not counted are mutants that do not compile, and those that the compiler makes the same code of.
set -u
sources=$(cd "$1" && pwd) || exit 1
shift
here=$PWD
seed=${SEED:-1}
count=${N:-50}
tab=$(printf '\t')
case $seed$count in
*[!0-9]*) echo "SEED and N are numbers"; exit 1 ;;
esac

draw_sample() { # the generator of tables is left out: each of its mutants would be a build of everything
    # shellcheck disable=SC2086
    (cd "$1" && find ${IN:-src devices} -name '*.[ch]' ! -path src/isa/gen.c ! -name 'gen_*' | LC_ALL=C sort |
        xargs awk -v seed="$seed" -v count="$count" -f "$sources/tests/mutate/mutate.awk")
}

if [ "${LIST:-}" ]; then
    draw_sample "$sources" | awk -F '\t' '{ printf "%d. %s:%d: %s\n    %s\n    %s\n", $1, $2, $3, $4, $5, $6 }'
    exit
fi
if [ "$sources" = "$here" ]; then
    echo "make mutate needs a build folder that is not the sources' (./check makes ./build)"
    exit 1
fi

work=$here/mutate
tree=$work/tree
build=$work/build
mkdir -p "$work/home" "$build" || exit 1
exec 9>"$work/lock"
flock -n 9 || { echo "another make mutate runs in $work"; exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-mutate.XXXXXX") || exit 1 # what killed tests leave behind
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP

# --- A copy of the sources. What a run before left mutated is newer than its object again. ---
rm -rf "$tree"
mkdir "$tree"
for entry in "$sources"/* "$sources"/.clang-format "$sources"/.ci; do
    [ -e "$entry/config.status" ] || [ ! -e "$entry" ] || cp -Rp "$entry" "$tree/" || exit 1
done
[ ! -s "$work/mutated" ] || touch "$tree/$(cat "$work/mutated")"
: >"$work/mutated"

make_() { (cd "$build" && MAKEFLAGS='' nice make -s "$@" >"$work/make.log" 2>&1 9>&-); }
[ -f "$build/config.status" ] || (cd "$build" && ../tree/configure --quiet --disable-werror CC="${CC:-cc}" CFLAGS=-O2 9>&-) || exit 1
for images in "$here"/images/*.img; do # made once is enough
    [ ! -f "$images" ] || { mkdir -p "$build/images" && ln -sf "$images" "$build/images/"; }
done
make_ all || { tail "$work/make.log"; exit 1; }
make_ check TESTS= || { tail "$work/make.log"; exit 1; }

# run TEST SECONDS: in a group of its own that dies with it; processor time and memory are bounded for what outlives the group.
run() {
    case $1 in
    *.sh) set -- "$2" sh "../tree/$1" ;;
    *) set -- "$2" "./$1" ;;
    esac
    (
        cd "$build" || exit 1
        # shellcheck disable=SC3045
        ulimit -t 600 -v 16000000 2>/dev/null
        srcdir=../tree HOME=$work/home TMPDIR=$scratch VECTORS=''
        export srcdir HOME TMPDIR VECTORS
        exec nice timeout -k 5 "$@"
    ) >"$work/test.log" 2>&1 </dev/null 9>&-
}

# --- The tests, and how long each takes where nothing is wrong. ---
key=$(cd "$tree" && find src devices bios firmware images tests -type f ! -path 'tests/mutate/*' ! -path 'tests/lint/*' |
    LC_ALL=C sort | xargs cat | cksum)
if [ "$(head -n 1 "$work/times" 2>/dev/null)" != "$key" ]; then
    echo "$key" >"$work/times.new"
    for test in "$@"; do
        start=$(date +%s)
        run "$test" 600
        status=$?
        if [ $status = 0 ]; then
            echo "$test $(($(date +%s) - start))" >>"$work/times.new"
        else
            echo "left out: $test, whose status is $status without a mutation"
        fi
    done
    mv "$work/times.new" "$work/times"
fi
sed 1d "$work/times" | LC_ALL=C sort -k 2n -k 1 >"$work/tests"
mkdir -p "$work/before" || exit 1
for program in libvitrine.a vitrine "$@"; do
    case $program in
    *.sh) ;;
    *) cp "$build/$program" "$work/before/$(basename "$program")" ;;
    esac
done
same_as_before() { cmp -s "$build/$1" "$work/before/$(basename "$1")"; }

# The tests for a file: its room's, then the rest, shortest first; each with its limit in seconds.
tests_for() {
    awk -v file="$1" -v rooms="$tree/tests/mutate/rooms" '
        BEGIN {
            while ((getline line <rooms) > 0)
                if (split(line, f, " ") > 1 && f[1] != "#" && index(file, f[1]) == 1 && length(f[1]) > length(best)) {
                    best = f[1]
                    mine = line
                }
            n = split(mine, first, " ")
        }
        { limit[$1] = 20 + 5 * $2; order[NR] = $1 }
        END {
            for (i = 2; i <= n; i++) if (first[i] in limit) { print first[i], limit[first[i]]; done[first[i]] = 1 }
            print "-", 0
            for (i = 1; i <= NR; i++) if (!(order[i] in done)) print order[i], limit[order[i]]
        }' "$work/tests"
}

# judge FILE: sets verdict, after the mutated file is in its place.
judge() {
    make_ libvitrine.a || { verdict='does not compile'; return; }
    if same_as_before libvitrine.a; then
        make_ vitrine || { verdict='does not compile'; return; }
        ! same_as_before vitrine || { verdict='the same code'; return; }
    fi
    tests_for "$1" >"$work/order"
    everything=
    while read -r test limit; do
        if [ "$test" = - ]; then # only those still alive need every program
            make_ all && make_ check TESTS= || { verdict='does not compile'; return; }
            everything=1
            continue
        fi
        case $everything$test in
        1*) ;;
        *.sh) make_ all && make_ check TESTS= || { verdict='does not compile'; return; } ;;
        *) make_ "$test" || { verdict='does not compile'; return; } ;;
        esac
        case $test in
        *.sh) ;;
        *) ! same_as_before "$test" || continue ;; # the changed object is not linked into it
        esac
        run "$test" "$limit"
        status=$?
        case $status in
        124 | 137) # no end, or a loaded host: once more, with more time
            run "$test" $((limit * 3))
            status=$?
            ;;
        esac
        case $status in
        0 | 77) ;;
        124 | 137) verdict="seen by $test (no end)"; return ;;
        *) verdict="seen by $test"; return ;;
        esac
    done <"$work/order"
    verdict=SURVIVES
}

seen=0
alive=0
out=0
result=$work/seed-$seed
: >"$result"
draw_sample "$tree" >"$work/sample"
while IFS="$tab" read -r number file line kind old new; do
    echo "$file" >"$work/mutated"
    cp -p "$tree/$file" "$work/original"
    awk -v at="$line" -v row="$number" -v sample="$work/sample" '
        BEGIN { while ((getline r <sample) > 0) { split(r, f, "\t"); if (f[1] == row) text = f[6] } }
        FNR == at { print text; next }
        { print }' "$work/original" >"$tree/$file"
    judge "$file"
    cp "$work/original" "$tree/$file"
    touch "$tree/$file"
    rm -rf "$scratch"/*
    case $verdict in
    seen*) seen=$((seen + 1)) ;;
    SURVIVES) alive=$((alive + 1)) ;;
    *) out=$((out + 1)) ;;
    esac
    printf '%d. %s:%d: %s: %s\n    %s\n    %s\n' "$number" "$file" "$line" "$kind" "$verdict" "$old" "$new" | tee -a "$result"
done <"$work/sample"
make_ libvitrine.a && : >"$work/mutated"

total=$((seen + alive))
{
    echo
    echo "Survivors:"
    grep -A 2 ': SURVIVES$' "$result" | grep -v '^--'
    echo
    echo "seed $seed: $total mutants, $seen seen ($((total ? seen * 100 / total : 0)) %), $alive alive; $out not counted"
} >"$work/end"
cat "$work/end" >>"$result"
cat "$work/end"
