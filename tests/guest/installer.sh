#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's installer for i386 to its list of languages on VGA text; keys move in it, and the next page comes.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image installer
cat >"$work/script" <<IN
wait "Select a language" within 120s
after 1s screenshot $shots/installer.png
key down
after 300ms key down
after 300ms key up
after 300ms key up
after 300ms key ret
wait "Select your location" within 30s
after 500ms screenshot $shots/installer_location.png
quit
IN
run 250 "$work/script" -m 512 -cdrom "$images/installer.img" -boot d
shot_is installer
shot_is installer_location
finish 3
