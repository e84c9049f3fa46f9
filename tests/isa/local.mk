# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/isa/decodetest
TESTS += tests/isa/decodetest
tests_isa_decodetest_SOURCES = tests/isa/decode_test.c
tests_isa_decodetest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_decodetest_LDADD = libvitrine.a $(CHECK_LIBS)

# The decoder against Zydis, where Zydis is there.
if HAVE_ZYDIS
check_PROGRAMS += tests/isa/zydistest
TESTS += tests/isa/zydistest
tests_isa_zydistest_SOURCES = tests/isa/zydis_test.c
tests_isa_zydistest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_zydistest_LDADD = libvitrine.a $(CHECK_LIBS) $(ZYDIS_LIBS)
endif

# The generator refuses a bad table.
TESTS += tests/isa/overlap.sh
dist_noinst_SCRIPTS += tests/isa/overlap.sh

# Decode speed: measured, never asserted.
noinst_PROGRAMS += tests/isa/decodebench
tests_isa_decodebench_SOURCES = tests/isa/decode_bench.c
tests_isa_decodebench_LDADD = libvitrine.a
