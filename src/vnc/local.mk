# SPDX-License-Identifier: MIT
vitrine_SOURCES += \
	src/vnc/vnc_client.c \
	src/vnc/vnc_priv.h \
	src/vnc/vnc_process.c src/vnc/vnc_process.h \
	src/vnc/vnc_server.c src/vnc/vnc_server.h
