# SPDX-License-Identifier: MIT
front_sources = \
	src/front/front.c src/front/front.h \
	src/front/front_commit.c \
	src/front/front_images.c src/front/front_images.h \
	src/front/front_jail.c \
	src/front/front_log.c \
	src/front/front_media.c \
	src/front/front_menu.c \
	src/front/front_process.c \
	src/front/front_start.c \
	src/front/front_streams.c \
	src/front/front_text.c \
	src/front/front_vnc.c \
	src/front/front_vnc_keys.c src/front/front_vnc_keys.h \
	src/front/front_window.c
vitrine_SOURCES += $(front_sources)
