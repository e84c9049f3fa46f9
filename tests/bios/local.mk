# SPDX-License-Identifier: MIT
# The BIOS service test: a guest that calls every service; tests/bios/run.sh boots it. The boot sectors are tests of
# single services.

BIOSTEST_SRC = $(top_srcdir)/tests/bios
BIOSTEST_OBJ = tests/bios/guest-start.o tests/bios/guest-main.o tests/bios/guest-found.o tests/bios/guest-apm.o tests/bios/guest-system.o \
	tests/bios/guest-pci.o tests/bios/guest-tables.o tests/bios/guest-time.o tests/bios/guest-disk.o tests/bios/guest-floppy.o tests/bios/guest-keyboard.o

check_DATA += tests/bios/services.img
BOOT_SECTORS += tests/bios/diskette.bin tests/bios/beep.bin tests/bios/eltorito.bin tests/bios/geometry.bin tests/bios/apmoff.bin tests/bios/absent.bin
TESTS += tests/bios/run.sh tests/bios/diskette.sh tests/bios/beep.sh tests/bios/eltorito.sh tests/bios/bootorder.sh tests/bios/geometry.sh tests/bios/apmoff.sh tests/bios/absent.sh
dist_noinst_SCRIPTS += tests/bios/run.sh tests/bios/diskette.sh tests/bios/beep.sh tests/bios/eltorito.sh tests/bios/bootorder.sh tests/bios/geometry.sh tests/bios/apmoff.sh tests/bios/absent.sh

tests/bios/guest-start.o: $(BIOSTEST_SRC)/start.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(SECTOR_CC) -c -o $@ $(BIOSTEST_SRC)/start.S
tests/bios/guest-%.o: $(top_srcdir)/tests/bios/%.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(SECTOR_CC) -c -o $@ $<
tests/bios/services.elf: $(BIOSTEST_OBJ) $(BIOSTEST_SRC)/guest.ld
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(BIOSTEST_SRC)/guest.ld -o $@ $(BIOSTEST_OBJ)

tests/bios/absent.bin tests/bios/geometry.bin: $(top_srcdir)/tests/bios/print_byte.inc.S
EXTRA_DIST += tests/bios/print_byte.inc.S tests/bios/guest.h tests/bios/guest.ld tests/bios/start.S tests/bios/main.c \
	tests/bios/found.c tests/bios/apm.c tests/bios/system.c tests/bios/pci.c tests/bios/tables.c tests/bios/time.c tests/bios/disk.c tests/bios/floppy.c tests/bios/keyboard.c
CLEANFILES += $(BIOSTEST_OBJ) tests/bios/services.elf tests/bios/services.img
