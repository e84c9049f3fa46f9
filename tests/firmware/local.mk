# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/firmware/firmwaretest
TESTS += tests/firmware/firmwaretest tests/firmware/iasl.sh
dist_noinst_SCRIPTS += tests/firmware/iasl.sh
tests_firmware_firmwaretest_SOURCES = tests/firmware/firmware_test.c
tests_firmware_firmwaretest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_firmware_firmwaretest_LDADD = libvitrine.a $(CHECK_LIBS)
