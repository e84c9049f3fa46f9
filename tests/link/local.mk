# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/link/linktest
TESTS += tests/link/linktest
tests_link_linktest_SOURCES = tests/link/link_test.c
tests_link_linktest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_linktest_LDADD = libvitrine.a $(CHECK_LIBS)
