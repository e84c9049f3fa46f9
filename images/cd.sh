# SPDX-License-Identifier: MIT
#
# cd.sh: a CD that starts through ISOLINUX.  Sourced by the recipes, which have set $out (the folder for images), $work (a
# folder for the work) and $me, and have defined die and lacks.

command -v xorriso >/dev/null || lacks xorriso xorriso

# cd_from PACKAGE FILE TO: a file out of a package that packages.sh has put into $list.
cd_from() {
    deb=$(echo "$list" | sed -n "s/^$1 //p")
    dpkg-deb --fsys-tarfile "$deb" | tar -x -O "$2" >"$work/cd/$3"
    [ -s "$work/cd/$3" ] || die "$1 has no $2"
}

# cd_isolinux MODULE...: ISOLINUX itself with modules of its; wants isolinux and syslinux-common in $list.
cd_isolinux() {
    mkdir -p "$work/cd/isolinux"
    cd_from isolinux ./usr/lib/ISOLINUX/isolinux.bin isolinux/isolinux.bin
    for module in ldlinux "$@"; do
        cd_from syslinux-common "./usr/lib/syslinux/modules/bios/$module.c32" "isolinux/$module.c32"
    done
}

# cd_write NAME EPOCH: $work/cd becomes $out/NAME.img; two runs give the same bytes.
cd_write() {
    export SOURCE_DATE_EPOCH="$2"
    find "$work/cd" -exec touch -h -d "@$2" {} +
    xorriso -as mkisofs -quiet -r -J -V VITRINE -b isolinux/isolinux.bin -c isolinux/boot.cat \
        -no-emul-boot -boot-load-size 4 -boot-info-table \
        --modification-date="$(date -u -d "@$2" +%Y%m%d%H%M%S00)" \
        -o "$work/cd.img" "$work/cd" 2>"$work/log" || { cat "$work/log" >&2; die "xorriso failed"; }
    mv "$work/cd.img" "$out/$1.img"
    echo "$me: $out/$1.img is ready" >&2
}
