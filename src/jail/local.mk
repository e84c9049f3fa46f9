# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/jail/jail.c src/jail/jail.h \
	src/jail/capabilities.c \
	src/jail/landlock.c src/std/dispi.h src/std/landlock.h \
	src/jail/limits.c \
	src/jail/seccomp.c \
	src/jail/seccomp_filter.c src/jail/seccomp_filter.h \
	src/jail/seccomp_viewers.c \
	src/jail/user.c
