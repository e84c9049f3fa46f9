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
# grab FILE X Y W H: a part of the window
grab() {
    xwd -silent -id "$window" -out dump && "$xwdppm" "$2" "$3" "$4" "$5" <dump >"$1"
}
# Waits until the window shows, in the rectangle given, what the guest's screen is; at most 10 s.
shows_guest() {
    i=0
    while [ $i -lt 50 ]; do
        qmp '{"execute":"screendump","arguments":{"filename":"guest.ppm"}}'
        grab shown.ppm "$1" "$2" "$3" "$4"
        cmp -s guest.ppm shown.ppm && return 0
        sleep 0.2
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

# Twice the size: whole pixels, each of them four. Sampled at every second pixel it is the guest's picture again.
xdotool windowsize "$window" 1280 900
if wait_size 1280x900 && shows_guest 280 250 720 400; then good; else bad "1280x900: not centred at 1:1"; fi
xdotool key --window "$window" ctrl+alt+u
if wait_size 720x400 && shows_guest 0 0 720 400; then good; else bad "Ctrl+Alt+U: $(size WIDTH)x$(size HEIGHT)"; fi

# Aspect-true: 720 x 400 fills a window of 4:3, so that its corners show the guest's corner colours.
xdotool windowsize "$window" 800 600
wait_size 800x600
xdotool key --window "$window" ctrl+alt+a
sleep 1
grab bottom.ppm 400 598 1 1
qmp '{"execute":"screendump","arguments":{"filename":"guest.ppm"}}'
if [ "$(tail -c 3 bottom.ppm | od -An -tx1)" = "$(tail -c 3 guest.ppm | od -An -tx1)" ]; then
    good
else
    bad "aspect-true does not reach the window's bottom: $(tail -c 3 bottom.ppm | od -An -tx1)"
fi
xdotool key --window "$window" ctrl+alt+a
sleep 0.5
grab bottom.ppm 400 598 1 1
if [ "$(tail -c 3 bottom.ppm | od -An -tx1)" = " 00 00 00" ]; then good; else bad "whole pixels leave no black border"; fi
xdotool key --window "$window" ctrl+alt+u
wait_size 720x400

# Keys: by the places of the keys, all of them.
qmp '{"execute":"cont"}'
if wait_title "MIPS"; then good; else bad "no speed in the title: $(xdotool getwindowname "$window")"; fi
xdotool key --window "$window" 3
if wait_text "ESC\|Esc"; then good; else bad "key 3 did not open the keyboard's page: $(cat answer)"; fi
xdotool key a shift+b 5 minus Tab
if wait_text "aB5-"; then good; else bad "typed keys did not come: $(cat answer)"; fi
xdotool key Escape
if wait_text "Self-test"; then good; else bad "Escape did not come: $(cat answer)"; fi

# The screenshot key.
xdotool key --window "$window" ctrl+alt+s
if wait_title "screenshot saved"; then good; else bad "no word of the screenshot in the title"; fi
set -- vitrine-*.p?g
[ -s "$1" ] || set -- vitrine-*.ppm
if [ $# -eq 1 ] && [ -s "$1" ]; then good; else bad "no screenshot in the current folder"; fi

# Full screen and back: a window manager's work.
if [ -n "$wm" ]; then
    xdotool key --window "$window" ctrl+alt+f
    if wait_size 1280x1024; then good; else bad "full screen: $(size WIDTH)x$(size HEIGHT)"; fi
    xdotool key --window "$window" ctrl+alt+f
    if wait_size 720x400; then good; else bad "back from full screen: $(size WIDTH)x$(size HEIGHT)"; fi
else
    leaves_out 2 "full screen, for want of a window manager (openbox)"
fi

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

xdotool key --window "$window" ctrl+alt+q 2>/dev/null
if wait $front; then good; else bad "closing: status $?, $(cat err)"; fi
exec 4>&-
[ $failed -eq 0 ] || cat err
finish 19
