# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += src/snap/snapshot.c src/snap/snapshot.h
