#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/fuzz/guided.sh SOURCE
#
# Run in a build folder (make fuzz-devices): builds tests/fuzz/guided by clang with libFuzzer, ASan and UBSan in the
# folder fuzz-guided and runs it for FUZZ_SECONDS.  The first corpus is what tests/fuzz/devices makes out of seeds; what
# reaches something new is added to fuzz-guided/corpus.  A stream that fails stays as fuzz-guided/found/crash-*:
# "tests/fuzz/devices -f FILE" runs it again in the usual build.
set -eu
source=$1
seconds=${FUZZ_SECONDS:-300}
if ! echo 'int LLVMFuzzerTestOneInput(const void *p, unsigned long n) { return p && n > 1000000; }' |
    ${CLANG:-clang} -fsanitize=fuzzer -x c - -o fuzz-probe 2>/dev/null; then
    echo "SKIP: ${CLANG:-clang} cannot link libFuzzer (Debian: clang, libclang-rt-14-dev)"
    exit 77
fi
rm -f fuzz-probe
mkdir -p fuzz-guided/corpus fuzz-guided/found
for seed in 1 2 3; do tests/fuzz/devices -o fuzz-guided/corpus $seed 48 >/dev/null 2>&1; done
cd fuzz-guided
flags='-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'
[ -f Makefile ] || "$source/configure" --disable-werror CC="${CLANG:-clang}" CFLAGS="$flags" >configure.log
make -j2 --no-print-directory >make.log
make --no-print-directory tests/fuzz/guided >>make.log
# A stream is at most 97 records of 16 bytes; one that runs for 100 s hangs.
tests/fuzz/guided -max_total_time="$seconds" -max_len=1552 -timeout=100 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix=found/ corpus 2>&1 | tee guided.log | grep -E '^#[0-9]*[[:space:]]*(INITED|pulse|DONE)|stat::|FAIL|ERROR|SUMMARY' ||
    true
! grep -q -E 'SUMMARY: |FAIL: ' guided.log
