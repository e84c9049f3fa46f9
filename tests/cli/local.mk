# SPDX-License-Identifier: MIT
TESTS += tests/cli/agree.sh tests/cli/chardev.sh tests/cli/errors.sh tests/cli/commit_format.sh tests/cli/files.sh tests/cli/hmp.sh tests/cli/image_lock.sh tests/cli/images.sh tests/cli/line_edit.sh tests/cli/log.sh tests/cli/options.sh tests/cli/qemu_lines.sh tests/cli/qmp.sh tests/cli/qmp_shapes.sh tests/cli/refused.sh tests/cli/script.sh tests/cli/trays.sh
EXTRA_DIST += tests/cli/agree.sh tests/cli/chardev.sh tests/cli/errors.sh tests/cli/commit_format.sh tests/cli/files.sh tests/cli/hmp.sh tests/cli/image_lock.sh tests/cli/images.sh tests/cli/line_edit.sh tests/cli/log.sh tests/cli/options.sh tests/cli/qemu_lines.sh tests/cli/qmp.sh tests/cli/qmp_shapes.sh tests/cli/refused.sh tests/cli/script.sh tests/cli/trays.sh tests/cli/lib.sh tests/cli/qemu_names
check_PROGRAMS += tests/cli/qmpcheck
tests_cli_qmpcheck_SOURCES = tests/cli/qmpcheck.c
tests_cli_qmpcheck_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_cli_qmpcheck_LDADD = $(JANSSON_LIBS)
check_PROGRAMS += tests/cli/refusedtest
tests_cli_refusedtest_SOURCES = tests/cli/refusedtest.c
tests_cli_refusedtest_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_cli_refusedtest_LDADD = $(VITRINE_LIBS)
# The parser of the command line in the test itself.
check_PROGRAMS += tests/cli/optionstest
TESTS += tests/cli/optionstest
tests_cli_optionstest_SOURCES = tests/cli/parse.c tests/cli/parse.h tests/cli/device_options_test.c tests/cli/drive_options_test.c tests/cli/machine_options_test.c \
	tests/cli/screen_options_test.c tests/cli/stream_options_test.c
tests_cli_optionstest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_cli_optionstest_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)
# QMP and the console without a machine.
check_PROGRAMS += tests/cli/controltest
TESTS += tests/cli/controltest
tests_cli_controltest_SOURCES = tests/cli/control_rig.c tests/cli/control_rig.h tests/cli/console_test.c \
	tests/cli/qmp_test.c tests/cli/qmp_query_test.c tests/cli/words_test.c
tests_cli_controltest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(JANSSON_CFLAGS)
tests_cli_controltest_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/cli/chardevtest
TESTS += tests/cli/chardevtest
tests_cli_chardevtest_SOURCES = tests/cli/chardev_test.c
tests_cli_chardevtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_cli_chardevtest_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/cli/hostfilestest
TESTS += tests/cli/hostfilestest
tests_cli_hostfilestest_SOURCES = tests/cli/host_files_test.c
tests_cli_hostfilestest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_cli_hostfilestest_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)
