# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/ui/uitest tests/ui/windowtest tests/ui/mediatest tests/ui/livekeystest tests/ui/imagestest tests/ui/terminaltest tests/ui/xwdppm tests/ui/qmptalk tests/ui/rfbtalk
TESTS += tests/ui/uitest tests/ui/windowtest tests/ui/mediatest tests/ui/livekeystest tests/ui/imagestest tests/ui/terminaltest tests/ui/curses.sh tests/ui/vnc.sh tests/ui/vnc_process.sh tests/ui/window.sh tests/ui/window_input.sh
EXTRA_DIST += tests/ui/display.sh tests/ui/curses.sh tests/ui/vnc.sh tests/ui/vnc_process.sh tests/ui/window.sh tests/ui/window_input.sh
tests_ui_uitest_SOURCES = tests/ui/fit_test.c
tests_ui_uitest_CPPFLAGS = $(AM_CPPFLAGS) $(SDL2_CFLAGS) $(CHECK_CFLAGS)
tests_ui_uitest_LDADD = libvitrine.a $(SDL2_LIBS) $(CHECK_LIBS)
tests_ui_windowtest_SOURCES = tests/ui/window_rig.c tests/ui/window_rig.h tests/ui/window_input_test.c tests/ui/window_menu_test.c \
	tests/ui/window_view_test.c tests/ui/window_lights_test.c
tests_ui_windowtest_CPPFLAGS = $(AM_CPPFLAGS) $(SDL2_CFLAGS) $(CHECK_CFLAGS)
tests_ui_windowtest_LDADD = libvitrine.a $(SDL2_LIBS) $(CHECK_LIBS)
tests_ui_mediatest_SOURCES = tests/ui/media_test.c
tests_ui_mediatest_CPPFLAGS = $(AM_CPPFLAGS) $(SDL2_CFLAGS) $(CHECK_CFLAGS)
tests_ui_mediatest_LDADD = libvitrine.a $(SDL2_LIBS) $(PNG_LIBS) $(ZLIB_LIBS) $(CHECK_LIBS)
tests_ui_livekeystest_SOURCES = tests/ui/live_keys_test.c src/inside/live_keys.c
tests_ui_livekeystest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_ui_livekeystest_LDADD = $(CHECK_LIBS)
tests_ui_imagestest_SOURCES = tests/ui/images_test.c src/front/front_images.c
tests_ui_imagestest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_ui_imagestest_LDADD = libvitrine.a $(CHECK_LIBS)
tests_ui_xwdppm_SOURCES = tests/ui/xwdppm.c
tests_ui_rfbtalk_SOURCES = tests/ui/rfbtalk.c
tests_ui_qmptalk_SOURCES = tests/ui/qmptalk.c
tests_ui_terminaltest_SOURCES = tests/ui/terminal_test.c
tests_ui_terminaltest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_ui_terminaltest_LDADD = $(CHECK_LIBS) -lutil
BOOT_SECTORS += tests/ui/echo.bin
