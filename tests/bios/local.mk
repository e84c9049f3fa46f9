# SPDX-License-Identifier: MIT
# The BIOS service test: a guest that calls every service; tests/bios/run.sh boots it.

BIOSTEST_SRC = $(top_srcdir)/tests/bios
BIOSTEST_CC = $(GUEST_CC) -m16 -march=i386 -std=gnu17 -Os -ffreestanding -fno-pic -fno-pie -mregparm=3 \
	-fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing -fno-builtin \
	-fomit-frame-pointer -Wall -Wextra
BIOSTEST_OBJ = tests/bios/guest-start.o tests/bios/guest-main.o tests/bios/guest-found.o tests/bios/guest-apm.o tests/bios/guest-system.o \
	tests/bios/guest-pci.o tests/bios/guest-tables.o tests/bios/guest-time.o tests/bios/guest-disk.o tests/bios/guest-floppy.o tests/bios/guest-keyboard.o

check_DATA += tests/bios/services.img tests/bios/diskette.bin tests/bios/beep.bin tests/bios/eltorito.bin tests/bios/geometry.bin tests/bios/apmoff.bin
TESTS += tests/bios/run.sh tests/bios/diskette.sh tests/bios/beep.sh tests/bios/eltorito.sh tests/bios/bootorder.sh tests/bios/geometry.sh tests/bios/apmoff.sh
dist_noinst_SCRIPTS += tests/bios/run.sh tests/bios/diskette.sh tests/bios/beep.sh tests/bios/eltorito.sh tests/bios/bootorder.sh tests/bios/geometry.sh tests/bios/apmoff.sh

tests/bios/guest-start.o: $(BIOSTEST_SRC)/start.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/start.S
tests/bios/guest-main.o: $(BIOSTEST_SRC)/main.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/main.c
tests/bios/guest-found.o: $(BIOSTEST_SRC)/found.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/found.c
tests/bios/guest-apm.o: $(BIOSTEST_SRC)/apm.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/apm.c
tests/bios/guest-system.o: $(BIOSTEST_SRC)/system.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/system.c
tests/bios/guest-pci.o: $(BIOSTEST_SRC)/pci.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/pci.c
tests/bios/guest-tables.o: $(BIOSTEST_SRC)/tables.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/tables.c
tests/bios/guest-time.o: $(BIOSTEST_SRC)/time.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/time.c
tests/bios/guest-disk.o: $(BIOSTEST_SRC)/disk.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/disk.c
tests/bios/guest-floppy.o: $(BIOSTEST_SRC)/floppy.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/floppy.c
tests/bios/guest-keyboard.o: $(BIOSTEST_SRC)/keyboard.c $(BIOSTEST_SRC)/guest.h
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/keyboard.c
tests/bios/guest.elf: $(BIOSTEST_OBJ) $(BIOSTEST_SRC)/guest.ld
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(BIOSTEST_SRC)/guest.ld -o $@ $(BIOSTEST_OBJ)
tests/bios/services.img: tests/bios/guest.elf
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .boot tests/bios/guest.elf $@.tmp && \
		$(OBJCOPY) -O binary -j .text -j .data tests/bios/guest.elf $@.tail && \
		cat $@.tail >> $@.tmp && rm -f $@.tail && mv $@.tmp $@

tests/bios/diskette.o: $(BIOSTEST_SRC)/diskette.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/diskette.S
tests/bios/diskette.bin: tests/bios/diskette.o
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/bios/diskette.elf tests/bios/diskette.o && \
		$(OBJCOPY) -O binary -j .text tests/bios/diskette.elf $@
tests/bios/eltorito.o: $(BIOSTEST_SRC)/eltorito.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/eltorito.S
tests/bios/eltorito.bin: tests/bios/eltorito.o
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/bios/eltorito.elf tests/bios/eltorito.o && \
		$(OBJCOPY) -O binary -j .text tests/bios/eltorito.elf $@

tests/bios/geometry.o: $(BIOSTEST_SRC)/geometry.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/geometry.S
tests/bios/geometry.bin: tests/bios/geometry.o
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/bios/geometry.elf tests/bios/geometry.o && \
		$(OBJCOPY) -O binary -j .text tests/bios/geometry.elf $@
tests/bios/apmoff.o: $(BIOSTEST_SRC)/apmoff.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/apmoff.S
tests/bios/apmoff.bin: tests/bios/apmoff.o
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/bios/apmoff.elf tests/bios/apmoff.o && \
		$(OBJCOPY) -O binary -j .text tests/bios/apmoff.elf $@

tests/bios/beep.o: $(BIOSTEST_SRC)/beep.S
	@$(MKDIR_P) tests/bios
	$(AM_V_CC)$(BIOSTEST_CC) -c -o $@ $(BIOSTEST_SRC)/beep.S
tests/bios/beep.bin: tests/bios/beep.o
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/bios/beep.elf tests/bios/beep.o && \
		$(OBJCOPY) -O binary -j .text tests/bios/beep.elf $@

EXTRA_DIST += tests/bios/diskette.S tests/bios/beep.S
CLEANFILES += tests/bios/beep.o tests/bios/beep.elf tests/bios/beep.bin
CLEANFILES += tests/bios/diskette.o tests/bios/diskette.elf tests/bios/diskette.bin
EXTRA_DIST += tests/bios/eltorito.S
CLEANFILES += tests/bios/eltorito.o tests/bios/eltorito.elf tests/bios/eltorito.bin
EXTRA_DIST += tests/bios/guest.h tests/bios/guest.ld tests/bios/start.S tests/bios/main.c \
	tests/bios/found.c tests/bios/apm.c tests/bios/system.c tests/bios/pci.c tests/bios/tables.c tests/bios/time.c tests/bios/disk.c tests/bios/floppy.c tests/bios/keyboard.c
CLEANFILES += $(BIOSTEST_OBJ) tests/bios/guest.elf tests/bios/services.img
EXTRA_DIST += tests/bios/geometry.S
CLEANFILES += tests/bios/geometry.o tests/bios/geometry.elf tests/bios/geometry.bin
EXTRA_DIST += tests/bios/apmoff.S
CLEANFILES += tests/bios/apmoff.o tests/bios/apmoff.elf tests/bios/apmoff.bin
