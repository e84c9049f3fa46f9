# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/link/cells.c src/link/cells.h \
	src/link/configmsg.c src/link/configmsg.h \
	src/link/fields.c src/link/fields.h \
	src/link/framebuffer.c src/link/framebuffer.h \
	src/link/guest.c src/link/guest.h \
	src/link/link.c src/link/link.h \
	src/link/protocol.c src/link/protocol.h \
	src/link/script.c src/link/script.h \
	src/link/vnc_link.c src/link/vnc_link.h
EXTRA_DIST += src/link/README
