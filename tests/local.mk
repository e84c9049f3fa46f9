# SPDX-License-Identifier: MIT
# Guests that run without an operating system. A room adds a boot sector to BOOT_SECTORS: NAME.bin, made of NAME.S.
SECTOR_CC = $(GUEST_CC) -m16 -march=i386 -std=gnu17 -Os -ffreestanding -fno-pic -fno-pie -mregparm=3 \
	-fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing -fno-builtin \
	-fomit-frame-pointer -Wall -Wextra
BOOT_SECTORS =
tests/%.bin: $(top_srcdir)/tests/%.S
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(SECTOR_CC) -c -o $(@:.bin=.o) $<
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o $(@:.bin=.elf) $(@:.bin=.o) && $(OBJCOPY) -O binary -j .text $(@:.bin=.elf) $@
# A boot sector that loads what follows it (tests/bios/guest.ld).
tests/%.img: tests/%.elf
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .boot $< $@.tmp && \
		$(OBJCOPY) -O binary -j .text -j .data $< $@.tail && \
		cat $@.tail >> $@.tmp && rm -f $@.tail && mv $@.tmp $@

include tests/base/local.mk
include tests/lint/local.mk
include tests/dev/local.mk
include tests/isa/local.mk
include tests/cpu/local.mk
include tests/bios/local.mk
include tests/multiboot/local.mk
include tests/firmware/local.mk
include tests/fuzz/local.mk
include tests/vga/local.mk
include tests/guest/local.mk
include tests/snap/local.mk
include tests/replay/local.mk
include tests/cli/local.mk
include tests/link/local.mk
include tests/jail/local.mk
include tests/block/local.mk
include tests/ui/local.mk
include tests/bench/local.mk

check_DATA += $(BOOT_SECTORS)
EXTRA_DIST += $(BOOT_SECTORS:.bin=.S)
CLEANFILES += $(BOOT_SECTORS) $(BOOT_SECTORS:.bin=.o) $(BOOT_SECTORS:.bin=.elf)
