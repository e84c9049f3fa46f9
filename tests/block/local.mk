# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/block/blocktest
TESTS += tests/block/blocktest
tests_block_blocktest_SOURCES = \
	tests/block/block_test.c tests/block/fault_test.c tests/block/rule_test.c \
	tests/block/host_calls.c tests/block/host_calls.h tests/same.h
tests_block_blocktest_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pread,--wrap=pwrite,--wrap=fdatasync,--wrap=calloc,--wrap=free
tests_block_blocktest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_block_blocktest_LDADD = libvitrine.a $(CHECK_LIBS)
