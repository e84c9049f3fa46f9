# SPDX-License-Identifier: MIT
# Fuzz harnesses: a short run in "make check", longer ones by hand or in "make check-long".
check_PROGRAMS += tests/fuzz/devices
TESTS += tests/fuzz/devices
tests_fuzz_devices_SOURCES = tests/fuzz/devices.c
tests_fuzz_devices_LDADD = libvitrine.a
