# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/base/bits.h \
	src/base/buf.c src/base/buf.h \
	src/base/cp437.c src/base/cp437.h \
	src/base/error.c src/base/error.h \
	src/base/log.c src/base/log.h \
	src/base/read_fd.c src/base/read_fd.h \
	src/base/state.c src/base/state.h \
	src/base/text_clean.c src/base/text_clean.h
