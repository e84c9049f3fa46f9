#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes run downwards only: each room has a floor, and may include rooms on lower floors, or itself. The table is HACKING's.
set -eu
top=${srcdir:-.}
cd "$top"

exec awk '
BEGIN {
    split("base:0 std:0 isa:1 mem:1 time:1 jail:1 bus:2 cpu:3 firmware:3 devices:4 block:4 net:4 jit:4 " \
          "machine:5 snap:6 dbg:7 link:8 ctl:9 ui:9 front:10 inside:10 vnc:10 app:11", rows, " ")
    for (i in rows) { split(rows[i], f, ":"); floor[f[1]] = f[2] }
    # the two that see less than their floor would let them
    split("base std bus devices", d, " "); for (i in d) sees["devices", d[i]] = 1
    # the confined process: nothing that opens, connects or draws
    split("ctl ui front", d, " "); for (i in d) hidden["inside", d[i]] = hidden["vnc", d[i]] = 1
    # what the bus transcribes of memory and time it hands on
    sees["devices", "mem"] = sees["devices", "time"] = 1
    while ((("find src devices firmware -name \"*.[chS]\" -o -name \"*.def\"") | getline path) > 0) check(path)
    printf "%d includes in %d files, %d run upwards\n", includes, files, bad
    if (files < 50) { print "too few files read: is srcdir right?"; exit 1 }
    exit bad > 0
}
function room(path,   p, n) {
    n = split(path, p, "/")
    if (p[1] == "src") return p[2]
    return p[1]
}
function check(path,   from, line, to) {
    from = room(path)
    if (path ~ /^firmware\/(vgabios|linuxboot)\//) return # guest code
    if (!(from in floor)) { printf "%s: room %s has no floor\n", path, from; bad++; return }
    files++
    while ((getline line < path) > 0) {
        # What runs in the confined process neither opens nor connects nor draws; link and jail have the socket.
        if (line ~ /^#[ \t]*include[ \t]+</ && floor[from] != 9 && from !~ /^(front|vnc|app|link|jail)$/ &&
            line ~ /<(fcntl|dirent|glob|netdb|netinet\/.*|arpa\/.*|sys\/(socket|un)|termios|SDL.*|rfb\/.*|n?curses.*)\.h>/) {
            printf "%s: %s in what the confined process runs\n", path, line; bad++
        }
        if (line !~ /^#[ \t]*include[ \t]+"/) continue
        sub(/^#[ \t]*include[ \t]+"/, "", line); sub(/".*/, "", line)
        if (line !~ /\//) continue # config.h, a neighbour
        to = room(line)
        includes++
        if (!(to in floor)) { printf "%s: includes %s, which is in no room\n", path, line; bad++; continue }
        if (to == from) continue
        if ((from, to) in hidden) { printf "%s: a confined process includes %s\n", path, line; bad++; continue }
        if (floor[to] >= floor[from] || (from == "devices" && !(("devices", to) in sees))) {
            printf "%s (%s, floor %d) includes %s (floor %d)\n", path, from, floor[from], line, floor[to]; bad++
        }
    }
    close(path)
}' </dev/null
