# SPDX-License-Identifier: MIT
# Guest images.  They are made on request ("make image-linux") out of Debian packages, as an
# ordinary user, and stay in images/ of the build folder.

image_scripts = images/guest.sh images/packages.sh images/disk.sh images/cd.sh images/package-file.sh images/linux.sh \
	images/linux-pae.sh images/isolinux.sh images/hdt.sh images/installer.sh
image_linux_files = \
	images/linux/hello.txt \
	images/linux/inittab \
	images/linux/profile \
	images/linux/rc \
	images/linux/syslinux.cfg
image_isolinux_files = images/isolinux/hello.txt images/isolinux/isolinux.cfg
image_cd = images/packages.sh images/cd.sh

EXTRA_DIST += images/guests $(image_scripts) $(image_linux_files) $(image_isolinux_files) \
	images/hdt/isolinux.cfg images/installer/isolinux.cfg

# "make image-NAME" with a name of images/guests.
image-%: images/%.img
	@:

images/linux.img: images/packages.sh images/disk.sh images/linux.sh $(image_linux_files)
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/guest.sh images linux
images/linux-pae.img: images/packages.sh images/disk.sh images/linux.sh images/linux-pae.sh $(image_linux_files)
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/guest.sh images linux-pae
images/isolinux.img: $(image_cd) images/isolinux.sh images/linux.img $(image_isolinux_files)
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/guest.sh images isolinux
images/hdt.img: $(image_cd) images/hdt.sh images/hdt/isolinux.cfg
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/guest.sh images hdt
images/installer.img: $(image_cd) images/installer.sh images/installer/isolinux.cfg
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/guest.sh images installer
images/grub.img images/grub-cd.img images/grub-floppy.img images/memtest.img images/ipxe.img: \
	images/packages.sh images/package-file.sh
	$(AM_V_GEN)guest=$(@F); $(SHELL) $(srcdir)/images/guest.sh images $${guest%.img}

# The demo guest: a disk image whose first sector starts it, embedded in vitrine.
# NOTE: the compiler flags stand here alone, since the user's CFLAGS are for host code.
DEMO_SRC = $(top_srcdir)/images/demo
DEMO_CC = $(GUEST_CC) -m32 -march=i486 -mno-mmx -mno-sse -mno-80387 -std=gnu17 -Os \
	-ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -nostdlib -static \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wl,--build-id=none
DEMO_FILES = $(DEMO_SRC)/boot.S $(DEMO_SRC)/start.S $(DEMO_SRC)/ata.c $(DEMO_SRC)/bios.c \
	$(DEMO_SRC)/counter.c $(DEMO_SRC)/cpu.c $(DEMO_SRC)/keyboard.c $(DEMO_SRC)/lib.c \
	$(DEMO_SRC)/main.c $(DEMO_SRC)/mouse.c $(DEMO_SRC)/pages.c $(DEMO_SRC)/pc.c $(DEMO_SRC)/raster.c \
	$(DEMO_SRC)/scenes.c $(DEMO_SRC)/screen.c $(DEMO_SRC)/selftest.c \
	$(DEMO_SRC)/serial.c

noinst_DATA += images/demo/demo.img
EXTRA_DIST += images/demo/boot.S images/demo/start.S images/demo/demo.ld images/demo/demo.h \
	images/demo/ata.c images/demo/bios.c images/demo/counter.c images/demo/cpu.c \
	images/demo/keyboard.c images/demo/lib.c images/demo/main.c images/demo/mouse.c images/demo/pages.c \
	images/demo/pc.c images/demo/raster.c images/demo/scenes.c images/demo/screen.c \
	images/demo/selftest.c images/demo/serial.c

# 27C00h = 7C00h + 256 sectors, as demo.ld has it.
images/demo/demo.img: $(DEMO_FILES) $(DEMO_SRC)/demo.h $(DEMO_SRC)/demo.ld
	@$(MKDIR_P) images/demo
	$(AM_V_GEN)$(DEMO_CC) -Wl,-T,$(DEMO_SRC)/demo.ld -o images/demo/demo.elf $(DEMO_FILES)
	$(AM_V_at)$(OBJCOPY) -O binary --pad-to 0x27c00 images/demo/demo.elf $@.tmp
	$(AM_V_at)chmod a-x $@.tmp && mv -f $@.tmp $@

CLEANFILES += images/demo/demo.elf images/demo/demo.img

# What was downloaded goes with "make distclean" only.
CLEANFILES += images/*.img images/*.vmlinuz images/*.initrd images/lock
distclean-local: images-distclean
images-distclean:
	rm -rf images/packages
.PHONY: images-distclean
