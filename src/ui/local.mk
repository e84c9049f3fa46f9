# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/ui/keymap.c src/ui/keymap.h \
	src/ui/picture.c src/ui/picture.h \
	src/ui/sound.c src/ui/sound.h \
	src/ui/terminal.c src/ui/terminal.h \
	src/ui/text_display.c src/ui/text_display.h \
	src/ui/waker.c src/ui/waker.h \
	src/ui/window.c src/ui/window.h \
	src/ui/panel.c src/ui/panel.h \
	src/ui/window_fit.c \
	src/ui/window_input.c \
	src/ui/window_menu.c \
	src/ui/window_picture.c \
	src/ui/window_raw.c \
	src/ui/window_overlay.c \
	src/ui/window_priv.h
nodist_libvitrine_a_SOURCES += src/ui/gen_font.c
CLEANFILES += src/ui/gen_font.c

# The VGA BIOS's 8x16 font as C.
src/ui/gen_font.c: firmware/vgabios/font8x16.S
	@$(MKDIR_P) src/ui
	$(AM_V_GEN){ echo '#include "ui/panel.h"'; echo 'const uint8_t panel_font[256][PANEL_CELL_H] = {'; \
		sed -n 's/^ *\.byte \(.*\)/    {\1},/p' firmware/vgabios/font8x16.S; echo '};'; } > $@.tmp && mv $@.tmp $@
