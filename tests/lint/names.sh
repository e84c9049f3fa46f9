#!/bin/sh
# SPDX-License-Identifier: MIT
# A file's name stands once in src and devices, so that a name finds its file; and a header's guard is its path.
set -u
cd "${srcdir:-.}" || exit 1
status=0
twice=$(find src devices -name '*.[ch]' | grep -v /gen_ | sed 's,.*/,,' | sort | uniq -d)
for name in $twice; do
    echo "$name stands twice:" $(find src devices -name "$name")
    status=1
done
for header in $(find src -name "*.h" ! -name "*.inc.h" ! -name "gen_*" | sort); do
    guard=VITRINE_$(echo "${header#src/}" | tr 'a-z/.' 'A-Z__')
    grep -q "^#ifndef $guard\$" "$header" || { echo "$header: the guard is not $guard"; status=1; }
done
[ $status = 0 ] && echo "$(find src devices -name '*.[ch]' | wc -l) names, none twice"
exit $status
