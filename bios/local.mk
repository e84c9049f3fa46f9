# SPDX-License-Identifier: MIT
# The system BIOS: 64 KiB of 16-bit C and assembly, linked as segment F000h.
# NOTE: the compiler flags stand here alone, since the user's CFLAGS are for host code.

BIOS_SRC = $(top_srcdir)/bios
BIOS_CC = $(GUEST_CC) -march=i386 -std=gnu17 -Os -ffreestanding -fno-pic -fno-pie -mregparm=3 \
	-fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing -fomit-frame-pointer \
	-Wall -Wextra -I$(BIOS_SRC)
BIOS_OBJ = bios/rom-entry.o bios/rom-post.o bios/rom-string.o bios/rom-text.o bios/rom-time.o \
	bios/rom-i8042.o bios/rom-keyboard.o bios/rom-mouse.o bios/rom-serial.o bios/rom-printer.o \
	bios/rom-pci.o bios/rom-pcibios.o bios/rom-memory.o bios/rom-fwcfg.o bios/rom-optrom.o \
	bios/rom-ata.o bios/rom-disk.o bios/rom-floppy.o bios/rom-cdrom.o bios/rom-eltorito.o bios/rom-boot.o bios/rom-system.o bios/rom-tables.o \
	bios/rom-bios32.o bios/rom-apic.o bios/rom-mptable.o bios/rom-loader.o bios/rom-mtrr.o bios/rom-font.o bios/rom-pcibios32.o \
	bios/rom-apm.o bios/rom-apm32.o
BIOS_H = $(BIOS_SRC)/bios.h $(BIOS_SRC)/bda.h $(BIOS_SRC)/io.h $(BIOS_SRC)/regs.h \
	$(BIOS_SRC)/pci.h $(BIOS_SRC)/ata.h $(BIOS_SRC)/pirtable.h

noinst_DATA += bios/bios.bin

bios/rom-entry.o: $(BIOS_SRC)/entry.S $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/entry.S
bios/rom-post.o: $(BIOS_SRC)/post.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/post.c
bios/rom-string.o: $(BIOS_SRC)/string.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/string.c
bios/rom-text.o: $(BIOS_SRC)/text.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/text.c
bios/rom-time.o: $(BIOS_SRC)/time.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/time.c
bios/rom-i8042.o: $(BIOS_SRC)/i8042.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/i8042.c
bios/rom-keyboard.o: $(BIOS_SRC)/keyboard.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/keyboard.c
bios/rom-mouse.o: $(BIOS_SRC)/mouse.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/mouse.c
bios/rom-serial.o: $(BIOS_SRC)/serial.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/serial.c
bios/rom-printer.o: $(BIOS_SRC)/printer.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/printer.c
bios/rom-pci.o: $(BIOS_SRC)/pci.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/pci.c
bios/rom-pcibios.o: $(BIOS_SRC)/pcibios.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/pcibios.c
bios/rom-memory.o: $(BIOS_SRC)/memory.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/memory.c
bios/rom-fwcfg.o: $(BIOS_SRC)/fwcfg.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/fwcfg.c
bios/rom-optrom.o: $(BIOS_SRC)/optrom.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/optrom.c
bios/rom-ata.o: $(BIOS_SRC)/ata.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/ata.c
bios/rom-disk.o: $(BIOS_SRC)/disk.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/disk.c
bios/rom-cdrom.o: $(BIOS_SRC)/cdrom.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/cdrom.c
bios/rom-eltorito.o: $(BIOS_SRC)/eltorito.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/eltorito.c
bios/rom-floppy.o: $(BIOS_SRC)/floppy.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/floppy.c
bios/rom-boot.o: $(BIOS_SRC)/boot.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/boot.c
bios/rom-system.o: $(BIOS_SRC)/system.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/system.c
bios/rom-apic.o: $(BIOS_SRC)/apic.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/apic.c
bios/rom-mtrr.o: $(BIOS_SRC)/mtrr.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/mtrr.c
bios/rom-tables.o: $(BIOS_SRC)/tables.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/tables.c
bios/rom-mptable.o: $(BIOS_SRC)/mptable.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/mptable.c
bios/rom-loader.o: $(BIOS_SRC)/loader.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/loader.c
bios/rom-bios32.o: $(BIOS_SRC)/bios32.S
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m32 -c -o $@ $(BIOS_SRC)/bios32.S
# NOTE: no tables, since in protected mode the data segment is not theirs.
bios/rom-apm.o: $(BIOS_SRC)/apm.c $(BIOS_SRC)/apm.h $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m16 -fno-jump-tables -fno-tree-switch-conversion -c -o $@ $(BIOS_SRC)/apm.c
bios/rom-apm32.o: $(BIOS_SRC)/apm.c $(BIOS_SRC)/apm.h $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m32 -DBIOS32 -fno-jump-tables -fno-tree-switch-conversion -c -o $@ $(BIOS_SRC)/apm.c
bios/rom-pcibios32.o: $(BIOS_SRC)/pcibios.c $(BIOS_H)
	@$(MKDIR_P) bios
	$(AM_V_CC)$(BIOS_CC) -m32 -DBIOS32 -fno-jump-tables -c -o $@ $(BIOS_SRC)/pcibios.c
bios/font8x8.bin: firmware/vgabios/rom-font8x8.o
	@$(MKDIR_P) bios
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .rodata firmware/vgabios/rom-font8x8.o $@
bios/rom-font.o: $(BIOS_SRC)/font.S bios/font8x8.bin
	$(AM_V_CC)$(BIOS_CC) -m16 -c -o $@ $(BIOS_SRC)/font.S

bios/bios.elf: $(BIOS_OBJ) $(BIOS_SRC)/rombios.ld
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(BIOS_SRC)/rombios.ld -Map=bios/bios.map -o $@ $(BIOS_OBJ)
bios/bios.bin: bios/bios.elf
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .data -j .text -j .fixed bios/bios.elf $@ && chmod 644 $@

EXTRA_DIST += bios/apic.c bios/apm.c bios/apm.h bios/ata.c bios/ata.h bios/bda.h bios/bios.h bios/bios32.S bios/boot.c bios/cdrom.c bios/disk.c bios/eltorito.c bios/mtrr.c bios/entry.S \
	bios/floppy.c bios/font.S bios/fwcfg.c bios/i8042.c bios/io.h bios/keyboard.c bios/loader.c bios/memory.c bios/mouse.c bios/mptable.c \
	bios/optrom.c bios/pci.c bios/pci.h bios/pcibios.c bios/pirtable.h bios/post.c bios/printer.c bios/regs.h \
	bios/rombios.ld bios/serial.c bios/string.c bios/system.c bios/tables.c bios/text.c bios/time.c
CLEANFILES += $(BIOS_OBJ) bios/bios.elf bios/bios.map bios/bios.bin bios/font8x8.bin
