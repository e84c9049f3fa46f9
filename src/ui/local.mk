# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ui/keymap.c src/ui/keymap.h \
	src/ui/picture.c src/ui/picture.h \
	src/ui/terminal.c src/ui/terminal.h \
	src/ui/vnc.c src/ui/vnc.h src/ui/vnc_client.c src/ui/vnc_priv.h \
	src/ui/waker.c src/ui/waker.h \
	src/ui/window.c src/ui/window.h \
	src/ui/window_fit.c
