# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/machine/catalog.c src/machine/catalog.h \
	src/machine/drive_port.c src/machine/drive_port.h \
	src/machine/input.c \
	src/machine/inspect.c \
	src/machine/machine.c src/machine/machine.h \
	src/machine/media.c src/machine/media.h \
	src/machine/parts.h \
	src/machine/pc.c \
	src/machine/pc_firmware.c \
	src/machine/pc_usb.c
