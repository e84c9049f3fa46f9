# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/jail/jailtest
TESTS += tests/jail/jailtest tests/jail/process.sh
EXTRA_DIST += tests/jail/process.sh
tests_jail_jailtest_SOURCES = tests/jail/jail_test.c
tests_jail_jailtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_jail_jailtest_LDADD = libvitrine.a $(SECCOMP_LIBS) $(CHECK_LIBS)
