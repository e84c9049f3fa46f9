# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/snap/checkpoint.c src/snap/checkpoint.h \
	src/snap/snapshot.c src/snap/snapshot.h
