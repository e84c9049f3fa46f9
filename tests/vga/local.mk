# SPDX-License-Identifier: MIT
# Pictures of every kind of mode: a guest draws them, a host program knows what a screen shows. The guest shares the
# BIOS test's start-up code.

VGATEST_SRC = $(top_srcdir)/tests/vga

check_DATA += tests/vga/guest.img
check_PROGRAMS += tests/vga/expect
tests_vga_expect_SOURCES = tests/vga/expect.c tests/vga/scenes.h
TESTS += tests/vga/run.sh
dist_noinst_SCRIPTS += tests/vga/run.sh
EXTRA_DIST += tests/vga/guest.c

tests/vga/guest.elf: $(VGATEST_SRC)/guest.c $(VGATEST_SRC)/scenes.h tests/bios/guest-start.o $(BIOSTEST_SRC)/guest.ld
	@$(MKDIR_P) tests/vga
	$(AM_V_CC)$(SECTOR_CC) -I$(top_srcdir) -c -o tests/vga/guest.o $(VGATEST_SRC)/guest.c
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(BIOSTEST_SRC)/guest.ld -o $@ tests/bios/guest-start.o tests/vga/guest.o

CLEANFILES += tests/vga/guest.o tests/vga/guest.elf tests/vga/guest.img
