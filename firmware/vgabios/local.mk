# SPDX-License-Identifier: MIT
# The VGA BIOS: our own PCI expansion ROM, built from 16-bit C and assembly.
# NOTE: the compiler flags stand here alone, since the user's CFLAGS are for host code.

VGABIOS_SRC = $(top_srcdir)/firmware/vgabios
VGABIOS_CC = $(GUEST_CC) -I$(srcdir)/src -m16 -march=i386 -Os -std=gnu17 -ffreestanding -fno-pic -fno-pie -mregparm=3 \
	-mpreferred-stack-boundary=2 -fno-jump-tables -fno-tree-switch-conversion -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing -fno-builtin \
	-fomit-frame-pointer -Wall -Wextra
# NOTE: the compiler has no address space for CS: what it takes for FS (ROMDATA) is CS in the end.
VGABIOS_CS = sed 's/%fs:/%cs:/g' $(@:.o=.s) > $(@:.o=.cs.s) && $(VGABIOS_CC) -c -o $@ $(@:.o=.cs.s)
VGABIOS_OBJ = firmware/vgabios/rom-entry.o firmware/vgabios/rom-int10.o \
	firmware/vgabios/rom-modes.o firmware/vgabios/rom-text.o firmware/vgabios/rom-graphics.o \
	firmware/vgabios/rom-palette.o firmware/vgabios/rom-chargen.o firmware/vgabios/rom-state.o \
	firmware/vgabios/rom-vbe.o firmware/vgabios/rom-font8x8.o firmware/vgabios/rom-font8x14.o \
	firmware/vgabios/rom-font8x16.o

noinst_PROGRAMS += firmware/vgabios/mkfont firmware/vgabios/mkrom
firmware_vgabios_mkfont_SOURCES = firmware/vgabios/mkfont.c
firmware_vgabios_mkfont_LDADD =
firmware_vgabios_mkrom_SOURCES = firmware/vgabios/mkrom.c
firmware_vgabios_mkrom_LDADD =

noinst_DATA += firmware/vgabios/vgabios.bin

firmware/vgabios/rom-entry.o: $(VGABIOS_SRC)/entry.S
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -c -o $@ $(VGABIOS_SRC)/entry.S

firmware/vgabios/rom-int10.o: $(VGABIOS_SRC)/int10.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/int10.c && $(VGABIOS_CS)
firmware/vgabios/rom-modes.o: $(VGABIOS_SRC)/modes.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/modes.c && $(VGABIOS_CS)
firmware/vgabios/rom-text.o: $(VGABIOS_SRC)/text.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/text.c && $(VGABIOS_CS)
firmware/vgabios/rom-graphics.o: $(VGABIOS_SRC)/graphics.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/graphics.c && $(VGABIOS_CS)
firmware/vgabios/rom-palette.o: $(VGABIOS_SRC)/palette.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/palette.c && $(VGABIOS_CS)
firmware/vgabios/rom-chargen.o: $(VGABIOS_SRC)/chargen.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/chargen.c && $(VGABIOS_CS)
firmware/vgabios/rom-state.o: $(VGABIOS_SRC)/state.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/state.c && $(VGABIOS_CS)
firmware/vgabios/rom-vbe.o: $(VGABIOS_SRC)/vbe.c $(VGABIOS_SRC)/vgabios.h $(srcdir)/src/std/dispi.h
	@$(MKDIR_P) firmware/vgabios
	$(AM_V_CC)$(VGABIOS_CC) -S -o $(@:.o=.s) $(VGABIOS_SRC)/vbe.c && $(VGABIOS_CS)

firmware/vgabios/font8x8.S: $(VGABIOS_SRC)/font8x8.txt firmware/vgabios/mkfont$(EXEEXT)
	$(AM_V_GEN)firmware/vgabios/mkfont$(EXEEXT) font8x8 8 $(VGABIOS_SRC)/font8x8.txt > $@.tmp && mv $@.tmp $@
firmware/vgabios/font8x14.S: $(VGABIOS_SRC)/font8x14.txt firmware/vgabios/mkfont$(EXEEXT)
	$(AM_V_GEN)firmware/vgabios/mkfont$(EXEEXT) font8x14 14 $(VGABIOS_SRC)/font8x14.txt > $@.tmp && mv $@.tmp $@
firmware/vgabios/font8x16.S: $(VGABIOS_SRC)/font8x16.txt firmware/vgabios/mkfont$(EXEEXT)
	$(AM_V_GEN)firmware/vgabios/mkfont$(EXEEXT) font8x16 16 $(VGABIOS_SRC)/font8x16.txt > $@.tmp && mv $@.tmp $@
firmware/vgabios/rom-font8x8.o: firmware/vgabios/font8x8.S
	$(AM_V_CC)$(VGABIOS_CC) -c -o $@ firmware/vgabios/font8x8.S
firmware/vgabios/rom-font8x14.o: firmware/vgabios/font8x14.S
	$(AM_V_CC)$(VGABIOS_CC) -c -o $@ firmware/vgabios/font8x14.S
firmware/vgabios/rom-font8x16.o: firmware/vgabios/font8x16.S
	$(AM_V_CC)$(VGABIOS_CC) -c -o $@ firmware/vgabios/font8x16.S

firmware/vgabios/vgabios.elf: $(VGABIOS_OBJ) $(VGABIOS_SRC)/vgabios.ld
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(VGABIOS_SRC)/vgabios.ld -o $@ $(VGABIOS_OBJ)
firmware/vgabios/vgabios.bin: firmware/vgabios/vgabios.elf firmware/vgabios/mkrom$(EXEEXT)
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .rom firmware/vgabios/vgabios.elf firmware/vgabios/vgabios.raw && \
		firmware/vgabios/mkrom$(EXEEXT) firmware/vgabios/vgabios.raw $@

EXTRA_DIST += firmware/vgabios/entry.S firmware/vgabios/vgabios.h firmware/vgabios/vgabios.ld \
	firmware/vgabios/int10.c firmware/vgabios/modes.c firmware/vgabios/text.c \
	firmware/vgabios/graphics.c firmware/vgabios/palette.c firmware/vgabios/chargen.c \
	firmware/vgabios/state.c firmware/vgabios/vbe.c firmware/vgabios/font8x8.txt \
	firmware/vgabios/font8x14.txt firmware/vgabios/font8x16.txt
CLEANFILES += $(VGABIOS_OBJ) $(VGABIOS_OBJ:.o=.s) $(VGABIOS_OBJ:.o=.cs.s) firmware/vgabios/vgabios.elf firmware/vgabios/vgabios.raw \
	firmware/vgabios/vgabios.bin firmware/vgabios/font8x8.S firmware/vgabios/font8x14.S \
	firmware/vgabios/font8x16.S
