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

# Integer instructions: against the host's processor, and by rule.
check_PROGRAMS += tests/isa/hostdifftest
TESTS += tests/isa/hostdifftest
tests_isa_hostdifftest_SOURCES = tests/isa/host_diff_test.c tests/isa/form_rows.c tests/isa/form_rows.h \
	tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_hostdifftest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_hostdifftest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/compathosttest
TESTS += tests/isa/compathosttest
tests_isa_compathosttest_SOURCES = tests/isa/compat_host_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_compathosttest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_compathosttest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/integertest
TESTS += tests/isa/integertest
tests_isa_integertest_SOURCES = tests/isa/integer_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_integertest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_integertest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/operandtest
TESTS += tests/isa/operandtest
tests_isa_operandtest_SOURCES = tests/isa/operand_test.c tests/isa/form_rows.c tests/isa/form_rows.h tests/isa/rig.c tests/isa/rig.h \
	tests/isa/coverage.h
tests_isa_operandtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_operandtest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/undefinedtest
TESTS += tests/isa/undefinedtest
tests_isa_undefinedtest_SOURCES = tests/isa/undefined_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_undefinedtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_undefinedtest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/stringtest
TESTS += tests/isa/stringtest
tests_isa_stringtest_SOURCES = tests/isa/string_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_stringtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_stringtest_LDADD = libvitrine.a $(CHECK_LIBS)

# Hardware captures: make check VECTORS=FOLDER.
check_PROGRAMS += tests/vectors
tests_vectors_SOURCES = tests/isa/vectors.c tests/isa/moo.c tests/isa/moo.h tests/isa/iem.c tests/isa/iem.h \
	tests/isa/iem_run.c tests/isa/iem_run.h tests/isa/iem_state.c tests/isa/iem_state.h \
	tests/isa/form_rows.c tests/isa/form_rows.h tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_vectors_CPPFLAGS = $(AM_CPPFLAGS) $(ZLIB_CFLAGS)
tests_vectors_LDADD = libvitrine.a $(ZLIB_LIBS)
TESTS += tests/isa/vectors.sh
dist_noinst_SCRIPTS += tests/isa/vectors.sh
AM_TESTS_ENVIRONMENT = VECTORS='$(VECTORS)'; export VECTORS; ICED='$(ICED)'; export ICED;

# x87: against the host's, and by rule.
check_PROGRAMS += tests/isa/x87hosttest
TESTS += tests/isa/x87hosttest
tests_isa_x87hosttest_SOURCES = tests/isa/x87_host_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_x87hosttest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_x87hosttest_LDADD = libvitrine.a $(CHECK_LIBS)
check_PROGRAMS += tests/isa/x87test
TESTS += tests/isa/x87test
tests_isa_x87test_SOURCES = tests/isa/x87_test.c tests/isa/x87_rules.c tests/isa/x87_pending.c tests/isa/x87_trans.c tests/isa/x87_pairs.c \
	tests/isa/x87_rig.c tests/isa/x87_rig.h tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_x87test_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(QUADMATH_CPPFLAGS)
tests_isa_x87test_LDADD = libvitrine.a $(CHECK_LIBS) $(QUADMATH_LIBS)

# MMX and SSE: against the host's processor.
check_PROGRAMS += tests/isa/simdhosttest
TESTS += tests/isa/simdhosttest
tests_isa_simdhosttest_SOURCES = tests/isa/simd_host_test.c tests/isa/rig.c tests/isa/rig.h tests/isa/coverage.h
tests_isa_simdhosttest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_isa_simdhosttest_LDADD = libvitrine.a $(CHECK_LIBS)

# The instruction table against iced's data: make check ICED=FOLDER.
check_PROGRAMS += tests/isa/icedtest
TESTS += tests/isa/icedtest
tests_isa_icedtest_SOURCES = tests/isa/iced_test.c
tests_isa_icedtest_LDADD = libvitrine.a
