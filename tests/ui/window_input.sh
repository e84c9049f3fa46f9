#!/bin/sh
# SPDX-License-Identifier: MIT
# The window's hands: the pointer is grabbed by a click and released by the key in the title; keys held at a loss of the focus are
# released; the clipboard is typed and filled; pause, speed, help and the menu by their keys and the mouse; bursts, warp and
# pauses lose and repeat no key; closing asks once.
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
released() { ! titled "Ctrl+Alt+G"; }
check "Ctrl+Alt+G does not release the pointer" released
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
check "no word of what cannot be typed" titled "1 character cannot be typed"
check "the clipboard was not typed" shows 'Copy & Paste: 100%!'
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

# What is pressed while it stands still waits.
key ctrl+alt+p
check "no pause" titled "(paused)"
key Return
key k
check "no word of keys that wait" titled "keys wait"
key m
sleep 0.3
if shows ' km'; then bad "a key reached a guest that stands still"; else good; fi
key ctrl+alt+p
check "keys pressed in a pause do not come" shows ' km'

# Help and the menu take the keys; the guest gets none of them. A drive offers what fits it: no text, no CD for a diskette drive.
echo "no image" >notes.txt
truncate -s 1474560 disc.iso
key ctrl+alt+h
key x
key Escape
key ctrl+alt+m
key Down
key Return
sleep 0.3
for k in Down Down Down Down Return; do key $k; done
check "no change of the medium" titled "fda: two.img"
holds() { qmp '{"execute":"query-block"}' && grep -q "$1" answer; }
check "two.img is not in the drive" holds "two.img"
if shows '!x'; then bad "a key for the help reached the guest"; else good; fi

# The same by the mouse. A line is 16 pixels high, the panel in the middle of 720 x 400, its first line in its second row:
# the main menu's 23 lines with 2 drives fill it, fda is in the 4th; the list for fda has 11 with what was used lately (two.img,
# one.img), the first of the folder in the 7th.
point() { xdotool mousemove --window "$window" 360 $(((400 - ($1 + 2) * 16) / 2 + $2 * 16 + 8)) click 1; }
key ctrl+alt+m
sleep 0.5
point 23 4
sleep 0.5
point 10 6
check "no change of the medium by clicks" titled "fda: one.img"
check "one.img is not in the drive" holds "one.img"

# A path that is wrong stays, with the reason; it can be mended. Tab goes on as far as there is one way. The mouse opens it.
mkdir images && truncate -s 1474560 images/three.img
xdotool mousemove --window "$window" 20 20 click 3
sleep 0.5
key Down
key Return
sleep 0.5
key Return
sleep 0.3
xdotool type --delay 20 "ima/three.img"
key Return
sleep 0.5
for k in 1 2 3 4 5 6 7 8 9 0; do key BackSpace; done
key Tab
sleep 0.2
key Tab
sleep 0.2
key Return
check "a path that was mended and completed is not taken" titled "fda: three.img"
check "three.img is not in the drive" holds "images/three.img"
if grep -q "^vitrine: .*ima/three.img: there is no such file" err; then good; else bad "no word of the wrong path: $(cat err)"; fi
: >err

# The menu's other items: go on, Ctrl-Alt-Del, reset.
key Escape
check "the demo's menu does not come" shows "Self-test"
qmp '{"execute":"stop"}'
key ctrl+alt+m
for k in Down Down Down Down Return; do key $k; done
check "the menu's Go on does nothing" titled "MIPS"
key 3
check "the keyboard's page does not come" shows "What you type"
key ctrl+alt+m
for k in Down Down Return; do key $k; done
check "no word of Ctrl-Alt-Del" titled "Ctrl-Alt-Del is sent"
check "the menu's Ctrl-Alt-Del does not come" shows "1D 38 53"
key ctrl+alt+m
for k in Down Down Down Down Down Return; do key $k; done
check "the menu's Reset does nothing" shows "start number *[2-9]"

# Closing a running guest's window asks once.
kill -0 $front || bad "the front end has ended: $(cat err)"
xdotool key --clearmodifiers alt+F4
sleep 0.5
if kill -0 $front 2>/dev/null; then good; else bad "a running guest's window closed without a question"; fi
key Escape
sleep 0.3
xdotool key --clearmodifiers alt+F4
sleep 0.5
if kill -0 $front 2>/dev/null; then good; else bad "a question that was answered no counts"; fi
xdotool key --clearmodifiers alt+F4
gone() { ! kill -0 $front 2>/dev/null; }
wait_for gone || { bad "the second close does not end it" && kill $front; }
wait $front
if [ $? -eq 0 ] && ! [ -s err ]; then good; else bad "the window manager's close: $(cat err)"; fi

# Fast and warped typing, by a boot sector that prints what INT 16h gives: MOV AH,0; INT 16h; MOV AH,0Eh; MOV BX,7; INT 10h; JMP.
{
    printf '\264\000\315\026\264\016\273\007\000\315\020\353\363'
    head -c 497 /dev/zero
    printf '\125\252'
    head -c 1474048 /dev/zero
} >typist.img
LIBGL_ALWAYS_SOFTWARE=1 "$vitrine" -display sdl,window-close=off -qmp unix:qmp,server,nowait -fda typist.img -boot a >out 2>err &
front=$!
helpers="$front $helpers"
named() { window=$(xdotool search --name "typist.img" 2>/dev/null | tail -n 1) && [ -n "$window" ]; }
check "the title has not the image's name" named
xdotool windowfocus --sync "$window"
typed() { qmp '{"execute":"x-vitrine-text-screen"}' && sed 's/","//g' answer | grep -q -e "$1"; } # lines joined
key period
check "the typist does not run" typed '\.'
# 300 keys without a pause, half of them with Shift.
burst=
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do burst="${burst}aBcDeFgHiJkLmNoPqRsT"; done
xdotool type --delay 0 "$burst"
key x
check "a burst of 300 keys does not come as it was typed" typed "[.]${burst}x"
# A key that is held repeats, in the host's time.
xdotool keydown z
check "a key that is held does not repeat" typed "xzzz"
xdotool keyup z
key ctrl+alt+w
check "no warp" titled "(warp)"
key period
xdotool type --delay 150 "date"
key period
check "typing in warp does not come as it was typed" typed "\.date\."
# Held for half a second it has been down for minutes of the guest's time. The host's delay is 660 ms.
xdotool keydown q
sleep 0.3
xdotool keyup q
key period
check "a key held in warp repeats by the guest's clock" typed "\.q\."
xdotool key --clearmodifiers alt+F4
check "window-close=off is not told" titled "window-close=off"
key ctrl+alt+q
key ctrl+alt+q
wait_for gone || { bad "Ctrl+Alt+Q twice does not end it" && kill $front; }
wait $front
if [ $? -eq 0 ] && ! [ -s err ]; then good; else bad "Ctrl+Alt+Q: $(cat err)"; fi

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
finish 51
