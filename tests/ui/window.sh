#!/bin/sh
# SPDX-License-Identifier: MIT
# The window under Xvfb: what it shows is the guest's picture to the pixel; keys reach the guest by their place; scaling, resizing,
# full screen, the screenshot key, the title and the close button.
. "${srcdir:-.}/tests/cli/lib.sh"
. "${srcdir:-.}/tests/ui/display.sh"
for tool in Xvfb xdotool xwd; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: the window's test, for want of $tool"
        exit 77
    fi
done
if "$vitrine" -version | grep -q "QMP: no"; then
    echo "skipped: the window's test, for want of QMP"
    exit 77
fi
xwdppm=$PWD/tests/ui/xwdppm
qmptalk=$PWD/tests/ui/qmptalk
[ -x "$xwdppm" ] && [ -x "$qmptalk" ] || { bad "tests/ui/xwdppm and qmptalk are not built" && finish 99; }
cd "$work" || exit 1
unset WAYLAND_DISPLAY XDG_RUNTIME_DIR SDL_VIDEODRIVER

start_display
trap 'kill $xvfb 2>/dev/null; rm -rf "$work"' EXIT

wm=
if command -v openbox >/dev/null; then
    openbox >wm.log 2>&1 &
    wm=$!
    trap 'kill $wm $xvfb 2>/dev/null; rm -rf "$work"' EXIT
    sleep 0.5
fi

mkfifo commands
LIBGL_ALWAYS_SOFTWARE=1 "$vitrine" -name "the guest" -qmp unix:qmp,server,nowait -serial stdio <commands >serial 2>err &
front=$!
exec 4>commands
window=
i=0
while [ -z "$window" ] && [ $i -lt 100 ]; do
    sleep 0.1
    i=$((i + 1))
    window=$(xdotool search --name "the guest" 2>/dev/null | tail -n 1)
done
[ -n "$window" ] || { bad "no window: $(cat err)" && finish 99; }
xdotool windowfocus --sync "$window"

# qmp COMMAND: one command on a connection of its own, by vitrine's own console protocol over the socket.
qmp() {
    printf '{"execute":"qmp_capabilities"}\n%s\n' "$1" | "$qmptalk" qmp >answer
}

size() { xdotool getwindowgeometry --shell "$window" | sed -n "s/^$1=//p"; }
# grab FILE X Y W H [COLUMNS ROWS]: a part of the window; the pixels of the picture that it is. $blurred: not all are sharp.
grab() {
    file=$1
    shift
    xwd -silent -id "$window" -out dump && "$xwdppm" "$@" <dump >"$file"
    blurred=$?
}
# Waits until the window shows, in the rectangle given, what the guest's screen is (COLUMNS x ROWS); at most 10 s.
shows_guest() {
    i=0
    while [ $i -lt 50 ]; do
        qmp '{"execute":"screendump","arguments":{"filename":"guest.ppm"}}'
        grab shown.ppm "$@"
        cmp -s guest.ppm shown.ppm && return 0
        sleep 0.2
        i=$((i + 1))
    done
    return 1
}
# reaches X Y W H: the guest's 720 x 400 picture fills the rectangle: its corners are the picture's.
corners() { # FILE COLUMNS ROWS
    for at in 0 $(($2 - 1)) $(($2 * ($3 - 1))) $(($2 * $3 - 1)); do
        tail -c $(($2 * $3 * 3)) "$1" | od -An -tx1 -j $((at * 3)) -N 3
    done
}
reaches() {
    i=0
    while [ $i -lt 50 ]; do
        grab shown.ppm "$@"
        [ "$(corners shown.ppm "$3" "$4")" = "$(corners guest.ppm 720 400)" ] && return 0
        sleep 0.1
        i=$((i + 1))
    done
    return 1
}
wait_text() {
    i=0
    while [ $i -lt 100 ]; do
        qmp '{"execute":"x-vitrine-text-screen"}'
        grep -q "$1" answer && return 0
        sleep 0.1
        i=$((i + 1))
    done
    return 1
}
wait_title() {
    i=0
    while [ $i -lt 50 ]; do
        xdotool getwindowname "$window" | grep -q -e "$1" && return 0
        sleep 0.1
        i=$((i + 1))
    done
    return 1
}
wait_size() {
    i=0
    while [ $i -lt 50 ]; do
        [ "$(size WIDTH)x$(size HEIGHT)" = "$1" ] && return 0
        sleep 0.1
        i=$((i + 1))
    done
    return 1
}

if wait_text "Self-test"; then good; else bad "the demo guest's menu does not come: $(cat answer)"; fi
if wait_size 720x400; then good; else bad "the window has $(size WIDTH)x$(size HEIGHT)"; fi
# The clock in the guest's corner ticks: a stopped guest shows one picture.
qmp '{"execute":"stop"}'
if shows_guest 0 0 720 400; then good; else bad "the window does not show the guest's picture"; fi
if wait_title "(paused)"; then good; else bad "title: $(xdotool getwindowname "$window")"; fi

# A larger window is filled in the shape that a monitor gives the mode: 4:3 for text, sharp; so 1280 x 900 is 1200 x 900.
xdotool windowsize "$window" 1280 900
if wait_size 1280x900 && shows_guest 40 0 1200 900 720 400; then good; else bad "1280x900: not filled in the monitor's shape"; fi
if [ $blurred -eq 0 ]; then good; else bad "1280x900: the picture is blurred"; fi
grab left.ppm 0 0 40 900
if [ "$(tail -c 108000 left.ppm | tr -d '\0' | wc -c)" -eq 0 ]; then good; else bad "1280x900: the border is not black"; fi

# Whole pixels: 720 x 400 once, in the middle; and back.
xdotool key ctrl+alt+a
if wait_title "whole pixels" && shows_guest 280 250 720 400; then good; else bad "1280x900: not centred at 1:1"; fi
xdotool key ctrl+alt+a
if wait_title "monitor's shape" && shows_guest 40 0 1200 900 720 400; then good; else bad "1280x900: not filled again"; fi
xdotool key ctrl+alt+u
if wait_size 720x400 && shows_guest 0 0 720 400; then good; else bad "Ctrl+Alt+U: $(size WIDTH)x$(size HEIGHT)"; fi

# The window that nobody has given another size follows the scaling: no border, nothing shrunk.
xdotool key ctrl+alt+a
if wait_size 720x540 && reaches 0 0 720 540; then good; else bad "Ctrl+Alt+A in the normal window: $(size WIDTH)x$(size HEIGHT)"; fi
xdotool key ctrl+alt+a
if wait_size 720x400 && shows_guest 0 0 720 400; then good; else bad "Ctrl+Alt+A again: $(size WIDTH)x$(size HEIGHT)"; fi
xdotool key ctrl+alt+u

# What the title says stands on the picture too, and goes.
toast_seen() {
    xdotool key ctrl+alt+l
    i=0
    while [ $i -lt 10 ]; do
        grab toast.ppm 260 340 200 40
        cmp -s toast.ppm bare.ppm || return 0
        i=$((i + 1))
    done
    return 1
}
shows_guest 0 0 720 400
grab bare.ppm 260 340 200 40
if toast_seen || toast_seen || toast_seen; then good; else bad "no text on the picture"; fi
if shows_guest 0 0 720 400; then good; else bad "the text on the picture stays"; fi

# Keys: by the places of the keys, all of them.
qmp '{"execute":"cont"}'
if wait_title "MIPS"; then good; else bad "no speed in the title: $(xdotool getwindowname "$window")"; fi
xdotool key 3
if wait_text "ESC\|Esc"; then good; else bad "key 3 did not open the keyboard's page: $(cat answer)"; fi
xdotool key a shift+b 5 minus Tab
if wait_text "aB5-"; then good; else bad "typed keys did not come: $(cat answer)"; fi
xdotool key Escape
if wait_text "Self-test"; then good; else bad "Escape did not come: $(cat answer)"; fi

# The screenshot key.
xdotool key ctrl+alt+s
if wait_title "screenshot saved: vitrine-[0-9-]*\.p"; then good; else bad "no word of the screenshot in the title"; fi
set -- vitrine-*.p?g
[ -s "$1" ] || set -- vitrine-*.ppm
if [ $# -eq 1 ] && [ -s "$1" ]; then good; else bad "no screenshot in the current folder"; fi

# Full screen and back: a window manager's work. 720 x 400 on 1280 x 1024: 1280 x 960.
qmp '{"execute":"stop"}'
if [ -n "$wm" ]; then
    xdotool key ctrl+alt+f
    if wait_size 1280x1024; then good; else bad "full screen: $(size WIDTH)x$(size HEIGHT)"; fi
    if reaches 0 32 1280 960; then good; else bad "full screen: not filled in 4:3"; fi
    xdotool key ctrl+alt+f
    if wait_size 720x400; then good; else bad "back from full screen: $(size WIDTH)x$(size HEIGHT)"; fi
else
    leaves_out 3 "full screen, for want of a window manager (openbox)"
fi
qmp '{"execute":"cont"}'

# A graphics mode changes the window's size.
xdotool windowfocus --sync "$window"
xdotool key 1
i=0
while [ "$(size WIDTH)" = 720 ] && [ $i -lt 50 ]; do
    sleep 0.1
    i=$((i + 1))
done
qmp '{"execute":"stop"}'
if [ "$(size WIDTH)" != 720 ] && shows_guest 0 0 "$(size WIDTH)" "$(size HEIGHT)"; then
    good
else
    bad "graphics: the window of $(size WIDTH)x$(size HEIGHT) does not show the guest's picture"
fi

# A picture that does not change costs nothing: no frames, no redrawing.
ticks() { sed 's/.*) //' "/proc/$front/stat" | awk '{ print $12 + $13 }'; }
sleep 1
before=$(ticks)
sleep 2
after=$(ticks)
if [ $((after - before)) -le 6 ]; then good; else bad "$((after - before)) ticks of 10 ms in 2 s for a stopped guest"; fi

# A guest that stands still ends without a question.
xdotool key ctrl+alt+q 2>/dev/null
i=0
while kill -0 $front 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
kill $front 2>/dev/null && bad "Ctrl+Alt+Q does not end a guest that stands still"
if wait $front; then good; else bad "closing: status $?, $(cat err)"; fi
exec 4>&-
[ $failed -eq 0 ] || cat err

# Whole factors: 320 x 200 pixels of mode 13h, each another colour than its neighbours, by a boot sector: MOV AX,13h; INT 10h;
# MOV AX,0A000h; MOV ES,AX; XOR DI,DI; L: MOV AX,DI; ADD AL,AH; STOSB; TEST DI,DI; JNZ L; HLT; JMP $-1.
{
    printf '\270\023\000\315\020\270\000\240\216\300\061\377\211\370\000\340\252\205\377\165\367\364\353\375'
    head -c 486 /dev/zero
    printf '\125\252'
    head -c 163328 /dev/zero
} >pixels.img
LIBGL_ALWAYS_SOFTWARE=1 "$vitrine" -display sdl,confirm=off -qmp unix:qmp,server,nowait -fda pixels.img -boot a >out 2>err &
front=$!
window=
i=0
while [ -z "$window" ] && [ $i -lt 100 ]; do
    sleep 0.1
    i=$((i + 1))
    window=$(xdotool search --name "pixels.img" 2>/dev/null | tail -n 1)
done
if [ -n "$window" ]; then good; else bad "the title has not the image's name: $(cat err)"; fi
if wait_size 640x400 && shows_guest 0 0 640 400; then good; else bad "mode 13h: $(size WIDTH)x$(size HEIGHT)"; fi
xdotool windowfocus --sync "$window"
if [ -n "$wm" ]; then # twice as wide, 2.4 times as high
    xdotool key ctrl+alt+f
    wait_size 1280x1024
    if shows_guest 0 32 1280 960 640 400 && [ $blurred -eq 0 ]; then good; else bad "mode 13h in 4:3: blurred $blurred"; fi
    xdotool key ctrl+alt+a
    if shows_guest 0 112 1280 800 640 400 && [ $blurred -eq 0 ]; then good; else bad "mode 13h, whole pixels: blurred $blurred"; fi
    xdotool key ctrl+alt+a ctrl+alt+f
    if wait_size 640x480; then good; else bad "back from full screen, aspect-true: $(size WIDTH)x$(size HEIGHT)"; fi
else
    leaves_out 3 "full screen, for want of a window manager (openbox)"
fi
# confirm=off: the key ends it though it runs.
xdotool key ctrl+alt+q 2>/dev/null
i=0
while kill -0 $front 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
kill $front 2>/dev/null && bad "Ctrl+Alt+Q with confirm=off does not end it"
if wait $front; then good; else bad "closing with confirm=off: status $?, $(cat err)"; fi
finish 32
