# SPDX-License-Identifier: MIT
bin_PROGRAMS += vitrine
vitrine_SOURCES = \
	src/app/front.c src/app/front.h \
	src/app/front_commit.c \
	src/app/front_media.c \
	src/app/front_menu.c \
	src/app/front_start.c \
	src/app/front_log.c \
	src/app/front_streams.c \
	src/app/front_text.c \
	src/app/front_vnc.c \
	src/app/front_window.c \
	src/app/machine_process.c src/app/machine_process.h \
	src/app/main.c \
	src/app/requests.c \
	src/app/run_loop.c \
	src/app/script_run.c
vitrine_CPPFLAGS = $(libvitrine_a_CPPFLAGS)
vitrine_LDADD = $(VITRINE_LIBS)
dist_man1_MANS += vitrine.1
