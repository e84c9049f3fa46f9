# SPDX-License-Identifier: MIT
# Adds to the page of instructions where each one's function stands: "nm -l" of the library first, then the page.
# Most functions come out of a macro or a template, so that their names stand nowhere as written. With names=1 it
# writes lines for a tags file instead.
function place(text,   n, part) {
    n = split(text, part, "/src/cpu/")
    return n > 1 ? part[n] : ""
}
FNR == NR {
    if ($3 !~ /^x_/ || $2 !~ /^[Tt]$/) next
    where = place($4)
    if (where == "") next
    if (names) {
        split(where, at, ":")
        print $3 "\t" top "src/cpu/" at[1] "\t" at[2] ";\"\tf"
        next
    }
    # A function's variants (_m32, _r16, 32 ...) follow its name.
    name = $3
    for (;;) {
        if (!((name, where) in known)) {
            known[name, where] = 1
            list[name] = list[name] (list[name] == "" ? "" : " ") where
        }
        if (!match(name, /[0-9][0-9]$/) && (!match(name, /_[^_]*$/) || RSTART < 3)) break
        name = substr(name, 1, RSTART - 1)
    }
    next
}
names { next }
{
    found = ""
    for (i = 1; i <= NF; i++) if ($i ~ /^x_/) { found = list[$i]; break }
    printf "%s%s\n", $0, found == "" ? "" : "  " found
}
