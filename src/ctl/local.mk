# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ctl/images.c src/ctl/images.h \
	src/ctl/keys.c src/ctl/keys.h \
	src/ctl/keyval.c \
	src/ctl/options.c src/ctl/options.h \
	src/ctl/options_drive.c \
	src/ctl/refused.c \
	src/ctl/script.c src/ctl/script.h
