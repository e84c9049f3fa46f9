# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/snap/snaptest tests/snap/boardtest
TESTS += tests/snap/snaptest tests/snap/boardtest tests/snap/linux.sh tests/snap/used.sh
EXTRA_DIST += tests/snap/linux.sh tests/snap/used.sh
tests_snap_snaptest_SOURCES = tests/snap/snap_test.c tests/snap/rig.c tests/snap/rig.h tests/differ.c tests/differ.h tests/snap/damage.c tests/snap/media_test.c tests/snap/create_test.c tests/snap/position_test.c tests/snap/host_error_test.c tests/snap/damage.h tests/same.h
tests_snap_snaptest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_snap_snaptest_LDADD = libvitrine.a $(CHECK_LIBS)
tests_snap_boardtest_SOURCES = tests/snap/board_test.c tests/snap/console_test.c tests/snap/life_test.c tests/snap/console_test.h tests/snap/rig.c tests/snap/rig.h
tests_snap_boardtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_snap_boardtest_LDADD = libvitrine.a $(ZYDIS_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/snap/usedtest
tests_snap_usedtest_SOURCES = tests/snap/used_test.c tests/snap/rig.c tests/snap/rig.h tests/differ.c tests/differ.h
tests_snap_usedtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_snap_usedtest_LDADD = libvitrine.a $(CHECK_LIBS)
