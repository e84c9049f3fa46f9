#!/bin/sh
# SPDX-License-Identifier: MIT
# Guest images: however many ask for one at once, one recipe at a time works in a folder, and an image is made once.
. "${srcdir:-.}/tests/cli/lib.sh"
here=$PWD
cd "$srcdir" && cp images/guest.sh "$work/" && cd "$here" || exit 1

# Recipes that tell when two of them are at work.
for guest in one two; do
    cat >"$work/$guest.sh" <<'IN'
mkdir "$1/busy" 2>/dev/null || echo "$0" >>"$1/together"
sleep 0.3
echo made >>"$1/$(basename "$0" .sh).img"
rmdir "$1/busy" 2>/dev/null
exit 0
IN
done
printf 'exit 3\n' >"$work/none.sh"
for guest in one two one two one; do
    sh "$work/guest.sh" "$work/images" $guest missing 2>>"$work/log" &
    all="${all-} $!"
done
for pid in $all; do
    if wait "$pid"; then good; else bad "guest.sh: status $?: $(cat "$work/log")"; fi
done
if [ ! -e "$work/images/together" ]; then good; else bad "two recipes at once"; fi
for guest in one two; do
    if [ "$(cat "$work/images/$guest.img")" = made ]; then good; else bad "$guest: made more than once"; fi
done
if grep -q "waiting for somebody else" "$work/log"; then good; else bad "nobody is told to wait"; fi
# Without "missing" it is made again; a recipe's status is handed on, and the next one is not kept waiting.
sh "$work/guest.sh" "$work/images" none
if [ $? -eq 3 ]; then good; else bad "the recipe's status is lost"; fi
sh "$work/guest.sh" "$work/images" one
if [ "$(wc -l <"$work/images/one.img")" -eq 2 ]; then good; else bad "not made again"; fi
finish 11
