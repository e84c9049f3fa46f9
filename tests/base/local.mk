# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/base/basetest
TESTS += tests/base/basetest
tests_base_basetest_SOURCES = tests/base/base_test.c
tests_base_basetest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_base_basetest_LDADD = libvitrine.a $(CHECK_LIBS)
