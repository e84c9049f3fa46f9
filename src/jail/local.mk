# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/jail/jail.c src/jail/jail.h \
	src/jail/landlock.c \
	src/jail/seccomp.c \
	src/jail/seccomp_viewers.c
