# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ctl/chardev.c src/ctl/chardev.h \
	src/ctl/chardev_mux.c src/ctl/chardev_open.c src/ctl/chardev_priv.h \
	src/ctl/chardev_option.c src/ctl/chardev_option.h \
	src/ctl/control.c src/ctl/control.h src/ctl/control_vnc.c \
	src/ctl/host_socket.c src/ctl/host_socket.h \
	src/ctl/line_edit.c src/ctl/line_edit.h \
	src/ctl/monitor.c src/ctl/monitor.h src/ctl/telnet.c \
	src/ctl/drives.c \
	src/ctl/hmp.c src/ctl/hmp.h src/ctl/hmp_info.c \
	src/ctl/images.c src/ctl/images.h \
	src/ctl/keys.c src/ctl/keys.h src/ctl/keysym.c \
	src/ctl/keyval.c src/ctl/modules.c src/ctl/modules.h \
	src/ctl/options.c src/ctl/options.h \
	src/ctl/options_audio.c src/ctl/options_boot.c src/ctl/options_device.c src/ctl/options_display.c \
	src/ctl/options_drive.c src/ctl/options_driveunit.c src/ctl/options_machine.c src/ctl/options_private.h src/ctl/options_stream.c \
	src/ctl/qmp.c src/ctl/qmp.h \
	src/ctl/qmp_basic.c src/ctl/qmp_block.c \
	src/ctl/qmp_commands.c src/ctl/qmp_commands.h \
	src/ctl/qmp_input.c src/ctl/qmp_query.c src/ctl/qmp_schema.c \
	src/ctl/refused.c \
	src/ctl/script.c src/ctl/script.h
