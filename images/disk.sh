# SPDX-License-Identifier: MIT
#
# disk.sh: functions to lay out a disk image without root and without loop devices.
# Sourced by the recipes.  Sizes and positions are in sectors of 512 bytes.

# Prints the arguments (0-255) as bytes.
bytes() {
    for byte; do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o "$byte")"
    done
}

# A 32 bit number, little endian.
le32() {
    bytes $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# put_at FILE OFFSET: writes standard input over FILE at a byte offset, keeping what follows.
put_at() {
    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Cylinder, head and sector of a sector number as a partition entry has them, for the geometry
# of 16 heads and 63 sectors that an IDE disk of this size reports.  Sector 1 is the first.
chs() {
    cylinder=$(($1 / 1008))
    if [ $cylinder -gt 1023 ]; then
        bytes 254 255 255
    else
        bytes $(($1 / 63 % 16)) $(($1 % 63 + 1 | (cylinder >> 2 & 192))) $((cylinder & 255))
    fi
}

# partition IMAGE INDEX ACTIVE TYPE START COUNT: one of the four entries of the MBR.
partition() {
    {
        bytes "$3"
        chs "$5"
        bytes "$4"
        chs $(($5 + $6 - 1))
        le32 "$5"
        le32 "$6"
    } | put_at "$1" $((446 + 16 * $2))
}

# mbr IMAGE SECTORS CODE SIGNATURE: an empty image with boot code and no partitions.
mbr() {
    rm -f "$1"
    truncate -s $(($2 * 512)) "$1"
    head -c 440 "$3" | put_at "$1" 0
    le32 "$4" | put_at "$1" 440
    bytes 85 170 | put_at "$1" 510
}
