# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/link/linktest
TESTS += tests/link/linktest
tests_link_linktest_SOURCES = tests/link/link_test.c tests/link/rig.h
tests_link_linktest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_linktest_LDADD = libvitrine.a $(CHECK_LIBS)

check_PROGRAMS += tests/link/guesttest
TESTS += tests/link/guesttest
tests_link_guesttest_SOURCES = tests/link/guest_test.c tests/link/rig.h
tests_link_guesttest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_guesttest_LDADD = libvitrine.a $(CHECK_LIBS)
