# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	devices/disk/ata.h \
	devices/disk/ata_channel.c \
	devices/disk/ata_command.c \
	devices/disk/ata_identify.c \
	devices/disk/piix3_ide.c devices/disk/piix3_ide.h
