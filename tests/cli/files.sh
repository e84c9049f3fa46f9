#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that the front end writes: complete or as they were, never a drive's image, and nothing waits for a reader.
. "${srcdir:-.}/tests/cli/lib.sh"
talk=$PWD/tests/ui/qmptalk
cd "$work" || exit 1

truncate -s 4M disk.img
truncate -s 1474560 a.img b.img
ln disk.img hard.img
ln -s disk.img soft.img
mkfifo fifo
mkdir folder shut
echo precious >file
echo precious >shut/file
echo precious >readonly
chmod 400 readonly

# --- Options: each that names a file to write ---
quiet="-display none -monitor none -serial none -snapshot"
for option in "-D" "-hash-log" "-record" "-coverage" "-pidfile" "-serial file:" "-debugcon file:"; do
    for image in disk.img hard.img soft.img ./folder/../disk.img; do
        # shellcheck disable=SC2086,SC2046
        refuses "is the image of drive hda" $quiet -d int $(case $option in *:) echo "$option$image" ;; *) echo "$option $image" ;; esac) disk.img
    done
    # shellcheck disable=SC2086,SC2046
    refuses "is a directory; name a file" $quiet -d int $(case $option in *:) echo "${option}folder" ;; *) echo "$option folder" ;; esac) disk.img
    # shellcheck disable=SC2086,SC2046
    refuses "FIFO" $quiet -d int $(case $option in *:) echo "${option}fifo" ;; *) echo "$option fifo" ;; esac) disk.img
done
refuses "is the image of drive hda" -display none -monitor none -serial none -audiodev wav,id=w,path=disk.img disk.img
if [ "$(wc -c <disk.img)" = 4194304 ] && [ "$(tr -d '\0' <disk.img | wc -c)" = 0 ]; then good; else bad "the image was changed"; fi
refuses "the name of the file is empty" -display none -monitor none -serial none -pidfile "" disk.img

# --- QMP: whole files ---
"$vitrine" -display none -monitor none -serial file:sent -debugcon file:said -record taken -D log -d int -fda a.img -qmp "unix:$work/qmp,server=on,wait=off" -pidfile pid disk.img 2>err &
machine=$!
tries=0
until [ -S qmp ] && [ -s pid ] || [ $tries -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
# ask COMMAND ARGUMENTS: the answer to a command.
ask() {
    printf '{"execute":"qmp_capabilities"}\n{"execute":"%s","arguments":{%s}}\n' "$1" "$2" | timeout 20 "$talk" qmp | tail -n 1
}
answers() { # PATTERN COMMAND ARGUMENTS
    pattern=$1
    shift
    answer=$(ask "$@")
    case $answer in
    *$pattern*) good ;;
    *) bad "$*: '$answer', not '$pattern'" ;;
    esac
}
same() { # WHAT FILE TEXT
    if [ "$(cat "$2")" = "$3" ]; then good; else bad "$1: $2 holds '$(head -c 60 "$2")'"; fi
}
answers '"error"' pmemsave '"val":1099511623680,"size":4096,"filename":"file"'
same "a request that fails" file precious
answers '"error"' pmemsave '"val":1099511623680,"size":4096,"filename":"new"'
if [ ! -e new ]; then good; else bad "a request that fails leaves a file"; fi
for image in disk.img hard.img soft.img a.img; do
    answers "is the image of drive" pmemsave "\"val\":0,\"size\":64,\"filename\":\"$image\""
    answers "is the image of drive" memsave "\"val\":0,\"size\":64,\"filename\":\"$image\""
    answers "is the image of drive" screendump "\"filename\":\"$image\""
done
answers "is a FIFO" pmemsave '"val":0,"size":64,"filename":"fifo"'
answers "is a FIFO" screendump '"filename":"fifo"'
answers "is a directory" screendump '"filename":"folder"'
answers "cannot be written" screendump '"filename":"nowhere/picture.ppm"'
answers '"return"' pmemsave '"val":0,"size":64,"filename":"/dev/null"'
if [ -c /dev/null ]; then good; else bad "/dev/null is gone"; fi
answers '"return"' pmemsave '"val":1048576,"size":4096,"filename":"file"'
if [ "$(wc -c <file)" = 4096 ]; then good; else bad "pmemsave wrote $(wc -c <file) bytes"; fi
ln -s file link
answers '"return"' pmemsave '"val":1048576,"size":64,"filename":"link"'
if [ -L link ] && [ "$(wc -c <file)" = 64 ]; then good; else bad "a link is not followed"; fi
# A link to what is not there makes it, one that leads nowhere is told; none is replaced.
ln -s folder/far near
answers '"return"' pmemsave '"val":1048576,"size":64,"filename":"near"'
if [ -L near ] && [ "$(wc -c <folder/far)" = 64 ]; then good; else bad "a link's file is not made"; fi
ln -s ring2 ring1 && ln -s ring1 ring2 && ln -s nowhere/file astray
answers "Too many levels of symbolic links" pmemsave '"val":0,"size":64,"filename":"ring1"'
answers "No such file" screendump '"filename":"astray"'
if [ -L ring1 ] && [ -L astray ]; then good; else bad "a link was replaced"; fi
# Names up to the longest that there is.
long=$(printf '%0255d' 0)
answers '"return"' pmemsave "\"val\":0,\"size\":64,\"filename\":\"$long\""
if [ "$(wc -c <"$long")" = 64 ]; then good; else bad "a name of 255 characters"; fi
answers "File name too long" pmemsave "\"val\":0,\"size\":64,\"filename\":\"${long}0\""
# What the machine is writing all the while is no target.
for file in sent said taken log; do
    answers "is being written by this machine" pmemsave "\"val\":0,\"size\":64,\"filename\":\"$file\""
    answers "is being written by this machine" screendump "\"filename\":\"./$file\""
done
# What is put in later counts as well, and what is taken out no longer.
answers '"return"' blockdev-change-medium '"device":"floppy0","filename":"b.img"'
answers "is the image of drive fda" pmemsave '"val":0,"size":64,"filename":"b.img"'
answers '"return"' pmemsave '"val":0,"size":64,"filename":"a.img"'
chmod 555 shut
if [ "$(id -u)" = 0 ]; then
    leaves_out 3 "a file and a folder that may not be written, which root may"
else
    answers "Permission denied" pmemsave '"val":0,"size":64,"filename":"readonly"'
    answers '"return"' pmemsave '"val":1048576,"size":64,"filename":"shut/file"'
    if [ "$(wc -c <shut/file)" = 64 ]; then good; else bad "a file in a shut folder has $(wc -c <shut/file) bytes"; fi
fi
chmod 755 shut
if ls -A | grep -q '^\.vitrine'; then bad "left behind: $(ls)"; else good; fi

# The file of -pidfile goes, unless it is somebody else's by then.
if [ "$(cat pid)" = $machine ]; then good; else bad "pid: $(cat pid)"; fi
echo other >pid.new && mv pid.new pid
ask quit "" >/dev/null
wait $machine
same "somebody else's pidfile" pid other
finish 91
