# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	firmware/acpi.c firmware/acpi.h \
	firmware/aml.c firmware/aml.h \
	firmware/blobs.S firmware/blobs.h \
	firmware/dsdt.c \
	firmware/linux_loader.c firmware/linux_loader.h \
	firmware/smbios.c firmware/smbios.h \
	firmware/multiboot_loader.c firmware/multiboot_loader.h

libvitrine_a_CCASFLAGS = -Wa,-I$(builddir)
firmware/libvitrine_a-blobs.$(OBJEXT): bios/bios.bin firmware/vgabios/vgabios.bin \
	firmware/bootrom/linuxboot.bin firmware/bootrom/multiboot.bin images/demo/demo.img
