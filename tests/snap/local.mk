# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/snap/snaptest
TESTS += tests/snap/snaptest tests/snap/linux.sh
EXTRA_DIST += tests/snap/linux.sh
tests_snap_snaptest_SOURCES = tests/snap/snap_test.c tests/snap/rig.c tests/snap/rig.h tests/differ.c tests/differ.h tests/snap/damage.c tests/snap/media_test.c tests/snap/create_test.c tests/snap/damage.h tests/same.h
tests_snap_snaptest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_snap_snaptest_LDADD = libvitrine.a $(CHECK_LIBS)
