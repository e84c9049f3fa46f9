# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ctl/control.c src/ctl/control.h \
	src/ctl/control_vnc.c \
	src/ctl/drives.c \
	src/ctl/host_file.c src/ctl/host_file.h \
	src/ctl/images.c src/ctl/images.h \
	src/ctl/refused_commands.c src/ctl/refused_commands.h

libvitrine_a_SOURCES += \
	src/ctl/chardev/chardev.c src/ctl/chardev/chardev.h \
	src/ctl/chardev/chardev_mux.c \
	src/ctl/chardev/chardev_open.c \
	src/ctl/chardev/chardev_option.c src/ctl/chardev/chardev_option.h \
	src/ctl/chardev/chardev_priv.h \
	src/ctl/chardev/host_socket.c src/ctl/chardev/host_socket.h \
	src/ctl/chardev/telnet.c

libvitrine_a_SOURCES += \
	src/ctl/hmp/complete.c src/ctl/hmp/complete.h \
	src/ctl/hmp/hmp.c src/ctl/hmp/hmp.h \
	src/ctl/hmp/hmp_info.c \
	src/ctl/hmp/line_edit.c src/ctl/hmp/line_edit.h src/ctl/hmp/line_edit_priv.h \
	src/ctl/hmp/line_search.c \
	src/ctl/hmp/monitor.c src/ctl/hmp/monitor.h

libvitrine_a_SOURCES += \
	src/ctl/options/keyval.c \
	src/ctl/options/modules.c src/ctl/options/modules.h \
	src/ctl/options/option_table.c \
	src/ctl/options/options.c src/ctl/options/options.h \
	src/ctl/options/options_audio.c \
	src/ctl/options/options_boot.c \
	src/ctl/options/options_cpu.c \
	src/ctl/options/options_device.c \
	src/ctl/options/options_display.c \
	src/ctl/options/options_drive.c \
	src/ctl/options/options_driveunit.c \
	src/ctl/options/options_help.c \
	src/ctl/options/options_machine.c \
	src/ctl/options/options_priv.h \
	src/ctl/options/options_run.c \
	src/ctl/options/options_stream.c \
	src/ctl/options/refused.c

libvitrine_a_SOURCES += \
	src/ctl/qmp/json_text.c src/ctl/qmp/json_text.h \
	src/ctl/qmp/qmp.c src/ctl/qmp/qmp.h \
	src/ctl/qmp/qmp_basic.c \
	src/ctl/qmp/qmp_block.c \
	src/ctl/qmp/qmp_commands.c src/ctl/qmp/qmp_commands.h \
	src/ctl/qmp/qmp_input.c \
	src/ctl/qmp/qmp_query.c \
	src/ctl/qmp/qmp_schema.c
