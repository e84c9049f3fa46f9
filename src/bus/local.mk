# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/bus/apic.h \
	src/bus/audio.h \
	src/bus/blk.h \
	src/bus/bus.h \
	src/bus/chr.h \
	src/bus/cpuregs.h \
	src/bus/dev.c src/bus/dev.h \
	src/bus/input.h \
	src/bus/irq.h \
	src/bus/keys.c src/bus/keys.h \
	src/bus/keysym.c \
	src/bus/msr.h \
	src/bus/msr_space.c \
	src/bus/pci.c src/bus/pci.h \
	src/bus/port.c \
	src/bus/surface.h \
	src/bus/usb.h
