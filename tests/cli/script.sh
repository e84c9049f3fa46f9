#!/bin/sh
# SPDX-License-Identifier: MIT
# Input scripts: errors name their line; the demo guest is driven by keys; two runs on a virtual clock are one run.
. "${srcdir:-.}/tests/cli/lib.sh"

wrong() {
    printf '%b' "$2" >"$work/s"
    refuses "$1" -display none --input-script "$work/s"
}
wrong "line 1: .*there are at, after" 'dance\n'
wrong "line 2: .*time" '# a comment\nat noon type "x"\n'
wrong "line 1: .*time" 'at 5 quit\n'
wrong "line 1: .*double quotes" 'type hello\n'
wrong "line 1: .*closing quote" 'type "hello\n'
wrong "line 1: .*there are .* in a text" 'type "\\q"\n'
wrong "line 3: .*no key of that name" 'after 1s\n\nkey ctrl-nokey\n'
wrong "line 1: .*has no key" 'type "\303\244"\n'
wrong "line 1: .*name of a file" 'screenshot\n'
wrong "line 1: .*more on the line" 'quit now\n'
wrong "line 1: .*no key of that name" 'keydown nokey\n'
wrong "line 1: .*whole number" 'mouse_move 3\n'
wrong "line 1: .*out of range" 'mouse_move 3 40000\n'
wrong "line 1: .*out of range" 'mouse_abs -1 0\n'
wrong "line 1: .*out of range" 'mouse_button 32\n'
wrong "line 1: .*more on the line" 'mouse_button 1 2\n'
wrong "line 1: did not see in time 'no such text'" 'wait "no such text" within 100ms\n'

# The queue of keys has room for 4096 presses: 2047 letters fit, as two presses each, one more does not.
letters=$(printf '%02047d' 0 | tr 0 a)
wrong "line 2: too much to type at once" "\ntype \"a$letters\"\n"
printf 'type "%s"\nafter 1ms quit\n' "$letters" >"$work/s"
if timeout 60 "$vitrine" -display none --warp --input-script "$work/s" >"$work/out" 2>"$work/err"; then good; else bad "2047 letters: $(cat "$work/err")"; fi

cat >"$work/s" <<IN
wait "Vitrine" within 20s
after 500ms screenshot $work/menu.ppm
key 3
after 1s type "Hello, World 123\n"
after 300ms screenshot $work/keys.ppm
key esc
after 500ms quit
IN
run() {
    timeout 120 "$vitrine" -display none --clock virtual --input-script "$work/s" --hash-log "$1" >"$work/out" 2>"$work/err" ||
        bad "the demo guest: $(cat "$work/err")"
}
run "$work/h1"
cp "$work/keys.ppm" "$work/keys1.ppm"
run "$work/h2"
if cmp "$work/menu.ppm" "$work/keys.ppm" >/dev/null; then bad "keys changed nothing on the screen"; else good; fi
if cmp "$work/keys.ppm" "$work/keys1.ppm"; then good; else bad "two runs show two screens"; fi
if cmp "$work/h1" "$work/h2" && [ "$(wc -l <"$work/h1")" -ge 2 ]; then good; else bad "two runs have two hash logs"; fi

# A journal recorded on the host's clock gives the same states again.
cat >"$work/s" <<IN
wait "Vitrine" within 20s
key 3
after 500ms type "abc"
keydown shift
mouse_move 5 -3 1
mouse_button 3
keyup shift
mouse_abs 100 200
mouse_button 0
after 500ms quit
IN
timeout 60 "$vitrine" -display none -rtc base=2024-02-29 --input-script "$work/s" --record "$work/j" --hash-log "$work/h1" \
    >"$work/out" 2>"$work/err" || bad "recording: $(cat "$work/err")"
timeout 60 "$vitrine" -display none -rtc base=2024-02-29 --replay "$work/j" --hash-log "$work/h2" >"$work/out" 2>"$work/err" ||
    bad "replaying: $(cat "$work/err")"
if cmp "$work/h1" "$work/h2"; then good; else bad "a replay has another hash log"; fi

# Warp: an hour that the guest waits through takes no hour, and no minute.
printf 'wait "Vitrine" within 20s\nat 3600s quit\n' >"$work/s"
if timeout 100 "$vitrine" -display none --warp --input-script "$work/s" >"$work/out" 2>"$work/err"; then good; else bad "--warp: $(cat "$work/err")"; fi

# A picture that cannot be saved ends the run, with the file's name and the reason.
printf 'wait "Vitrine" within 20s screenshot %s/folder/that/is/not/there.png\n' "$work" >"$work/s"
timeout 60 "$vitrine" -display none --clock virtual --input-script "$work/s" >"$work/out" 2>"$work/err"
if [ $? -eq 1 ] && grep -q "there.png.*No such file or directory" "$work/err"; then good; else bad "a picture: $(cat "$work/err")"; fi
refuses "percent" --speed 0
refuses "percent" --speed fast
refuses "percent" --speed 20000%
finish 28
