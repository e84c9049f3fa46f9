# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	devices/video/vga.c devices/video/vga.h devices/video/vga_priv.h \
	devices/video/vga_mem.c devices/video/vga_timing.c devices/video/vga_text.c \
	devices/video/vga_render.c devices/video/bochs_vbe.c

check_PROGRAMS += tests/dev/test_vga
TESTS += tests/dev/test_vga
tests_dev_test_vga_SOURCES = \
	tests/dev/test_vga.c tests/dev/vga_rig.c tests/dev/vga_rig.h \
	tests/dev/vga_blank_test.c tests/dev/vga_memory_test.c tests/dev/vga_picture_test.c \
	tests/dev/vga_register_test.c tests/dev/vga_text_test.c \
	tests/dev/vga_beam_test.c tests/dev/vga_vbe_test.c \
	tests/dev/vga_window_test.c
tests_dev_test_vga_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_dev_test_vga_LDADD = $(VITRINE_LIBS) $(CHECK_LIBS)
