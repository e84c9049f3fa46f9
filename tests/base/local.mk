# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/base/basetest tests/base/journaltest
TESTS += tests/base/basetest tests/base/journaltest
tests_base_basetest_SOURCES = tests/base/base_test.c tests/base/bus_test.c tests/base/bus_test.h tests/base/map_test.c tests/base/map_test.h tests/base/keys_test.c tests/base/keys_test.h \
	tests/base/key_queue_test.c src/inside/key_queue.c src/inside/key_queue.h \
	tests/base/text_test.c tests/base/text_test.h tests/block/host_calls.c tests/block/host_calls.h tests/same.h
tests_base_basetest_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pread,--wrap=pwrite,--wrap=fdatasync
tests_base_basetest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_base_basetest_LDADD = libvitrine.a $(CHECK_LIBS)
tests_base_journaltest_SOURCES = tests/base/journal_test.c
tests_base_journaltest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_base_journaltest_LDADD = libvitrine.a $(CHECK_LIBS)
