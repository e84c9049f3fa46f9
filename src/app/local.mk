# SPDX-License-Identifier: MIT
bin_PROGRAMS += vitrine
vitrine_SOURCES = \
	src/app/app.h \
	src/app/main.c \
	src/app/run.c \
	src/app/version.c
vitrine_CPPFLAGS = $(libvitrine_a_CPPFLAGS)
vitrine_LDADD = $(VITRINE_LIBS)
dist_man1_MANS += vitrine.1
