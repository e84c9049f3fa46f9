#!/bin/sh
# SPDX-License-Identifier: MIT
# -display curses in a terminal of tmux's: the text screen with its colours and lines, keys, graphics modes, another size, and the
# terminal as it was on every way out.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -display curses </dev/null 2>&1 | grep -q "no curses"; then
    echo "skipped: -display curses, since this build has no ncursesw"
    exit 77
fi
refuses "are no terminal" -display curses
refuses "cannot both use the terminal" -display curses -serial stdio
refuses "cannot both use the terminal" -curses -qmp stdio
refuses "exclude each other" -nographic -display curses
refuses "no terminal" -daemonize -display curses
for tool in tmux pgrep; do
    if ! command -v $tool >/dev/null; then
        leaves_out 40 "-display curses on a terminal, since $tool is not there"
        finish 45
    fi
done
cd "$work" || exit 1
tmux() { command tmux -u -f /dev/null -S "$work/tmux$opened" "$@" 2>>tmux.log; }
opened=0
trap 'tmux kill-server 2>/dev/null; rm -rf "$work"' EXIT

# open LOCALE ARGUMENT...: a new terminal of 100 x 30; vitrine's process number in $work/pid.
open() {
    locale=$1
    shift
    rm -f pid ended
    tmux kill-server
    opened=$((opened + 1))
    TERM=screen-256color tmux new-session -d -x 100 -y 30 \
        "stty -g >before; LC_ALL=$locale sh -c 'echo \$\$ >pid; exec \"$vitrine\" -display curses $*'; echo \$? >ended; stty -g >after; echo DONE; sleep 60"
}
screen() { tmux capture-pane -p "$@"; }
# shows TEXT: it comes to be on the terminal within 20 s.
shows() {
    n=0
    while ! screen | grep -qF -e "$1"; do
        n=$((n + 1))
        if [ $n -ge 200 ]; then
            bad "no '$1' on the terminal:"
            screen | head -30
            return
        fi
        sleep 0.1
    done
    good
}
# left STATUS: it has ended with that status, and the terminal is as it was.
left() {
    shows DONE
    if [ "$(cat ended)" = "$1" ]; then good; else bad "status $(cat ended), not $1"; fi
    if cmp -s before after; then good; else bad "the terminal's settings: $(diff before after)"; fi
    if [ "$(tmux display -p '#{alternate_on} #{cursor_flag}')" = "0 1" ]; then
        good
    else
        bad "alternate screen and cursor: $(tmux display -p '#{alternate_on} #{cursor_flag}')"
    fi
}

open C.UTF-8
shows "┌─ Menu ───"
shows "██    ██  ▀▀██▀▀"
# The chosen line is white on blue; moving it makes another one so.
if screen -e | grep "Showcase" | grep -q '44m'; then good; else bad "no blue: $(screen -e | grep Showcase)"; fi
tmux send-keys Down
sleep 1
if screen -e | grep "Plasma" | grep -q '44m'; then good; else bad "Down: $(screen -e | grep Plasma)"; fi
tmux send-keys Enter
shows "640 x 480 Graphic mode"
tmux send-keys Escape
shows "┌─ Menu ───"
# The keyboard's page shows scan codes: of F12, of Alt by Esc and a key, of Shift.
tmux send-keys 3
sleep 1
tmux send-keys F12
shows "58"
tmux send-keys Escape a
shows "38"
tmux send-keys A
shows "2A"
tmux resize-window -x 60 -y 20
sleep 0.5
tmux send-keys C-a h
shows "Ctrl-A x quits"
tmux send-keys C-a x
left 0

# Without UTF-8: lines by the terminal's own set, no stray bytes.
open C
shows "Menu"
tmux send-keys C-a x
left 0

open C.UTF-8
shows "Menu"
kill -TERM "$(cat pid)"
left 0

open C.UTF-8
shows "Menu"
kill -SEGV "$(cat pid)"
left 139

# The machine process dies: what there is to say is on the terminal as it was.
open C.UTF-8
shows "Menu"
kill -KILL "$(pgrep -P "$(cat pid)" | head -n 1)"
left 1
shows "ended by signal 9"

open C.UTF-8 -hda /nonexistent
left 1
shows "there is no such file"
finish 45
