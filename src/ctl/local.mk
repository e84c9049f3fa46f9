# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ctl/control.c src/ctl/control.h \
	src/ctl/images.c src/ctl/images.h \
	src/ctl/keys.c src/ctl/keys.h \
	src/ctl/keyval.c src/ctl/modules.c src/ctl/modules.h \
	src/ctl/options.c src/ctl/options.h \
	src/ctl/options_boot.c src/ctl/options_device.c \
	src/ctl/options_drive.c src/ctl/options_driveunit.c src/ctl/options_machine.c src/ctl/options_private.h \
	src/ctl/qmp.c src/ctl/qmp.h \
	src/ctl/qmp_commands.c src/ctl/qmp_commands.h \
	src/ctl/refused.c \
	src/ctl/script.c src/ctl/script.h
