# SPDX-License-Identifier: MIT
vitrine_SOURCES += \
	src/inside/budget.c \
	src/inside/key_queue.c src/inside/key_queue.h \
	src/inside/live_keys.c src/inside/live_keys.h \
	src/inside/machine_process.c src/inside/machine_process.h \
	src/inside/requests.c \
	src/inside/run_loop.c \
	src/inside/script_run.c \
	src/inside/watchdog.c src/inside/watchdog.h
