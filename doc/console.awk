# SPDX-License-Identifier: MIT
# A session at the console, from its commands (the first file) and its answers: each prompt gets its command.
NR == FNR { command[NR] = $0; next }
{
    while (sub(/^\(vitrine\) /, ""))
        if (++n in command) print "(vitrine) " command[n]
    sub(/[ \r]+$/, "")
    if ($0 != "") print
}
