# SPDX-License-Identifier: MIT
# A display of the test's own: sourced by the window's tests, in their work folder, with cli/lib.sh's functions.

# start_display: Xvfb, with DISPLAY naming it and its process number in $xvfb; skips the test where no client reaches one.
# NOTE: first without a socket in the file system: /tmp/.X11-unix may be missing, another user's, or closed to this one.
# Linux has the same socket by a name of its own ("abstract"), which needs none of it.
start_display() {
    for sockets in "-nolisten tcp -nolisten unix" "-nolisten tcp"; do
        rm -f display
        # shellcheck disable=SC2086
        Xvfb -displayfd 5 -screen 0 1280x1024x24 $sockets 5>display 2>xvfb.log &
        xvfb=$!
        i=0
        while ! [ -s display ] && [ $i -lt 100 ] && kill -0 $xvfb 2>/dev/null; do
            sleep 0.1
            i=$((i + 1))
        done
        DISPLAY=:$(cat display)
        export DISPLAY
        if [ -s display ] && xdotool getdisplaygeometry >client.log 2>&1; then
            return
        fi
        kill $xvfb 2>/dev/null
        wait $xvfb
    done
    echo "skipped: the window, since Xvfb's display cannot be reached: $(cat xvfb.log client.log 2>/dev/null | grep . | tail -n 1)" \
        "(/tmp/.X11-unix is $(stat -c '%F, mode %a, of %U' /tmp/.X11-unix 2>/dev/null || echo missing))"
    exit 77
}
