# SPDX-License-Identifier: MIT
# The Linux boot ROM, "genroms/linuxboot.bin" of fw_cfg. firmware/vgabios/mkrom makes its checksum.

LINUXBOOT_SRC = $(top_srcdir)/firmware/linuxboot

noinst_DATA += firmware/linuxboot/linuxboot.bin

firmware/linuxboot/rom-linuxboot.o: $(LINUXBOOT_SRC)/linuxboot.S
	@$(MKDIR_P) firmware/linuxboot
	$(AM_V_CC)$(GUEST_CC) -m16 -march=i386 -c -o $@ $(LINUXBOOT_SRC)/linuxboot.S
firmware/linuxboot/linuxboot.elf: firmware/linuxboot/rom-linuxboot.o $(LINUXBOOT_SRC)/linuxboot.ld
	$(AM_V_CCLD)$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack \
		-T $(LINUXBOOT_SRC)/linuxboot.ld -o $@ firmware/linuxboot/rom-linuxboot.o
firmware/linuxboot/linuxboot.bin: firmware/linuxboot/linuxboot.elf firmware/vgabios/mkrom$(EXEEXT)
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .rom firmware/linuxboot/linuxboot.elf \
		firmware/linuxboot/linuxboot.raw && \
		firmware/vgabios/mkrom$(EXEEXT) firmware/linuxboot/linuxboot.raw $@

EXTRA_DIST += firmware/linuxboot/linuxboot.S firmware/linuxboot/linuxboot.ld
CLEANFILES += firmware/linuxboot/rom-linuxboot.o firmware/linuxboot/linuxboot.elf \
	firmware/linuxboot/linuxboot.raw firmware/linuxboot/linuxboot.bin
