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

# It starts ./vitrine.
check_PROGRAMS += tests/link/machinetest
TESTS += tests/link/machinetest
tests_link_machinetest_SOURCES = tests/link/machine_test.c
tests_link_machinetest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_machinetest_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/link/protocoltest
TESTS += tests/link/protocoltest
tests_link_protocoltest_SOURCES = tests/link/protocol_test.c
tests_link_protocoltest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_protocoltest_LDADD = libvitrine.a $(CHECK_LIBS)

check_PROGRAMS += tests/link/scripttest
TESTS += tests/link/scripttest
tests_link_scripttest_SOURCES = tests/link/script_test.c
tests_link_scripttest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_scripttest_LDADD = libvitrine.a $(CHECK_LIBS)

check_PROGRAMS += tests/link/configtest
TESTS += tests/link/configtest
tests_link_configtest_SOURCES = tests/link/config_test.c
tests_link_configtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_configtest_LDADD = libvitrine.a $(CHECK_LIBS)

check_PROGRAMS += tests/link/committest
TESTS += tests/link/committest
tests_link_committest_SOURCES = tests/link/commit_test.c tests/link/rig.h src/front/front_commit.c
tests_link_committest_CPPFLAGS = $(libvitrine_a_CPPFLAGS) $(CHECK_CFLAGS)
tests_link_committest_LDADD = libvitrine.a $(CHECK_LIBS)
