#!/bin/sh
# SPDX-License-Identifier: MIT
# The window's hands: the pointer is grabbed by a click and released by the key in the title; keys held at a loss of the focus are
# released; the clipboard is typed and filled; pause, speed, help and the menu of media by their keys.
. "${srcdir:-.}/tests/cli/lib.sh"
. "${srcdir:-.}/tests/ui/display.sh"
for tool in Xvfb xdotool openbox xclip; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: the window's input, for want of $tool"
        exit 77
    fi
done
if "$vitrine" -version | grep -q "QMP: no"; then
    echo "skipped: the window's input, for want of QMP"
    exit 77
fi
qmptalk=$PWD/tests/ui/qmptalk
demo=$PWD/images/demo/demo.img
cd "$work" || exit 1
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0}" # NOTE: the display's libraries keep memory of their own to the end
unset WAYLAND_DISPLAY XDG_RUNTIME_DIR SDL_VIDEODRIVER
start_display
helpers=$xvfb
trap 'kill $helpers 2>/dev/null; rm -rf "$work"' EXIT
# wait_for COMMAND...: at most 10 s.
wait_for() {
    i=0
    while ! "$@"; do
        i=$((i + 1))
        [ $i -lt 100 ] || return 1
        sleep 0.1
    done
}
openbox >wm.log 2>&1 &
helpers="$! $helpers"
sleep 0.5

cp "$demo" demo.img && chmod u+w demo.img
truncate -s 1474560 one.img
truncate -s 1474560 two.img
LIBGL_ALWAYS_SOFTWARE=1 "$vitrine" -name "the guest" -qmp unix:qmp,server,nowait -hda demo.img -boot c -fda one.img >out 2>err &
front=$!
helpers="$front $helpers"
named() { window=$(xdotool search --name "the guest" 2>/dev/null | tail -n 1) && [ -n "$window" ]; }
wait_for named || { bad "no window: $(cat err)" && finish 99; }
xdotool windowfocus --sync "$window"
qmp() { printf '{"execute":"qmp_capabilities"}\n%s\n' "$1" | "$qmptalk" qmp >answer; }
shows() { qmp '{"execute":"x-vitrine-text-screen"}' && grep -q -e "$1" answer; }
titled() { xdotool getwindowname "$window" | grep -q -e "$1"; }
# check WHAT COMMAND...: WHAT says what is wrong.
check() {
    what=$1
    shift
    if wait_for "$@"; then good; else bad "$what: $(xdotool getwindowname "$window"); $(tail -n 2 answer)"; fi
}
key() { xdotool key --clearmodifiers "$1"; }

check "the demo guest's menu does not come" shows "Self-test"
[ $failed -eq 0 ] || finish 99

# The pointer: before the click nothing reaches the guest, then motion, buttons and the wheel do.
key 7
check "the mouse's page does not come" shows "Type 4: wheel and five buttons"
xdotool mousemove --window "$window" 200 200
xdotool mousemove --window "$window" 300 250
check "the pointer moved without a grab" shows "x  296   y  120   wheel   0"
xdotool click 1
check "the title does not say how to get out" titled "Ctrl+Alt+G"
xdotool mousemove_relative --sync 30 10
check "no motion reaches the guest" shows "x  326   y  130   wheel   0"
xdotool click 4
check "the wheel does not turn" shows "x  326   y  130   wheel   1"
xdotool mousedown 1
xdotool mousemove_relative --sync -- -26 -10
check "no motion with a button down" shows "x  300   y  120"
xdotool mouseup 1
key ctrl+alt+g
sleep 0.3
if titled "Ctrl+Alt+G"; then bad "Ctrl+Alt+G does not release the pointer"; else good; fi
xdotool mousemove --window "$window" 100 100
sleep 0.3
check "a released pointer moves the guest's" shows "x  300   y  120"
key Escape
check "Escape does not come" shows "Self-test"

# Keys that are down when the focus goes are released in the guest.
key 3
check "the keyboard's page does not come" shows "What you type"
xdotool keydown shift
sleep 0.3
xterm=$(xdotool search --name openbox 2>/dev/null | head -n 1)
xdotool windowfocus "${xterm:-$(xdotool search --maxdepth 1 --name . | head -n 1)}" 2>/dev/null || xdotool windowminimize "$window"
sleep 0.3
xdotool keyup shift
xdotool windowmap "$window" 2>/dev/null
xdotool windowactivate "$window" 2>/dev/null
xdotool windowfocus --sync "$window"
key b
check "the shift key stayed down in the guest" shows ' b'

# The clipboard, typed, with what no key types told; and the screen in the clipboard.
printf 'Copy & Paste: 100%%\303\244!' | xclip -selection clipboard -i
key ctrl+alt+v
check "the clipboard was not typed" shows 'Copy & Paste: 100%!'
check "no word of what cannot be typed" titled "1 character cannot be typed"
key ctrl+alt+c
check "no word of the copy" titled "clipboard"
if xclip -selection clipboard -o 2>/dev/null | grep -q 'Copy & Paste: 100%!'; then good; else bad "the screen is not in the clipboard"; fi

# Pause, speed, warp.
key ctrl+alt+p
check "no pause" titled "(paused)"
key ctrl+alt+p
check "the pause does not end" titled "MIPS"
key ctrl+alt+minus
check "no speed limit" titled "(limit 75 %)"
key ctrl+alt+w
check "no warp" titled "(warp)"
key ctrl+alt+w

# Help and the menu of media take the keys; the guest gets none of them.
key ctrl+alt+h
key x
key Escape
key ctrl+alt+m
key Return
sleep 0.3
for k in Down Down Down Return; do key $k; done
check "no change of the medium" titled "the medium is changed"
qmp '{"execute":"query-block"}'
if grep -q "two.img" answer; then good; else bad "two.img is not in the drive: $(tail -n 1 answer)"; fi
if shows '!x'; then bad "a key for the help reached the guest"; else good; fi
kill -0 $front || bad "the front end has ended: $(cat err)"
xdotool key --clearmodifiers alt+F4
wait $front
if [ $? -eq 0 ] && ! [ -s err ]; then good; else bad "the window manager's close: $(cat err)"; fi

# Without -name the title says the program's name once.
LIBGL_ALWAYS_SOFTWARE=1 "$vitrine" -S >out 2>err &
front=$!
helpers="$front $helpers"
window=
unnamed() { window=$(xdotool search --name "^Vitrine" 2>/dev/null | tail -n 1) && [ -n "$window" ]; }
wait_for unnamed
case $(xdotool getwindowname "$window") in
*Vitrine*Vitrine*) bad "the title: $(xdotool getwindowname "$window")" ;;
Vitrine*) good ;;
*) bad "no title: $(xdotool getwindowname "$window")" ;;
esac
kill $front
wait $front
finish 25
