# SPDX-License-Identifier: MIT
vnc_sources = \
	src/vnc/vnc_client.c \
	src/vnc/vnc_priv.h \
	src/vnc/vnc_process.c src/vnc/vnc_process.h \
	src/vnc/vnc_server.c src/vnc/vnc_server.h
vitrine_SOURCES += $(vnc_sources)
