# SPDX-License-Identifier: MIT
# The boot ROMs of -kernel, "genroms/NAME.bin" of fw_cfg. firmware/vgabios/mkrom makes their checksums.

BOOTROM_SRC = $(top_srcdir)/firmware/bootrom
BOOTROM_INC = $(BOOTROM_SRC)/bootrom.inc.S $(BOOTROM_SRC)/fwcfg.inc.S
BOOTROM_BUILD = \
	$(MKDIR_P) firmware/bootrom && \
	$(GUEST_CC) -m16 -march=i386 -Wa,-I$(BOOTROM_SRC) -c -o firmware/bootrom/$$rom.o $(BOOTROM_SRC)/$$rom.S && \
	$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack -T $(BOOTROM_SRC)/bootrom.ld \
		-o firmware/bootrom/$$rom.elf firmware/bootrom/$$rom.o && \
	$(OBJCOPY) -O binary -j .rom firmware/bootrom/$$rom.elf firmware/bootrom/$$rom.raw && \
	firmware/vgabios/mkrom$(EXEEXT) firmware/bootrom/$$rom.raw $@

noinst_DATA += firmware/bootrom/linuxboot.bin firmware/bootrom/multiboot.bin

firmware/bootrom/linuxboot.bin: $(BOOTROM_SRC)/linuxboot.S $(BOOTROM_INC) $(BOOTROM_SRC)/bootrom.ld \
	firmware/vgabios/mkrom$(EXEEXT)
	$(AM_V_GEN)rom=linuxboot; $(BOOTROM_BUILD)
firmware/bootrom/multiboot.bin: $(BOOTROM_SRC)/multiboot.S $(BOOTROM_INC) $(BOOTROM_SRC)/bootrom.ld \
	firmware/vgabios/mkrom$(EXEEXT)
	$(AM_V_GEN)rom=multiboot; $(BOOTROM_BUILD)

EXTRA_DIST += firmware/bootrom/linuxboot.S firmware/bootrom/multiboot.S firmware/bootrom/bootrom.inc.S \
	firmware/bootrom/fwcfg.inc.S firmware/bootrom/bootrom.ld
CLEANFILES += firmware/bootrom/*.o firmware/bootrom/*.elf firmware/bootrom/*.raw firmware/bootrom/*.bin
