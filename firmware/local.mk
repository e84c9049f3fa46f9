# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	firmware/blobs.S firmware/blobs.h \
	firmware/linux_loader.c firmware/linux_loader.h

libvitrine_a_CCASFLAGS = -Wa,-I$(builddir)
firmware/libvitrine_a-blobs.$(OBJEXT): bios/bios.bin firmware/vgabios/vgabios.bin \
	firmware/linuxboot/linuxboot.bin images/demo/demo.img
