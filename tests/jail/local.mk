# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/jail/jailtest tests/jail/attacktest tests/jail/without
TESTS += tests/jail/jailtest tests/jail/attacktest tests/jail/process.sh tests/jail/start.sh
EXTRA_DIST += tests/jail/process.sh tests/jail/start.sh
tests_jail_jailtest_SOURCES = tests/jail/jail_test.c
tests_jail_jailtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_jail_jailtest_LDADD = libvitrine.a $(SECCOMP_LIBS) $(CHECK_LIBS)
tests_jail_attacktest_SOURCES = tests/jail/attack_test.c tests/jail/traced.c tests/jail/traced.h
tests_jail_attacktest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_jail_attacktest_LDADD = libvitrine.a $(SECCOMP_LIBS) $(CHECK_LIBS)
tests_jail_without_SOURCES = tests/jail/without.c
