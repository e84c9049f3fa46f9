# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/cpu/cputest
TESTS += tests/cpu/cputest
tests_cpu_cputest_SOURCES = \
	tests/cpu/cpu_test.c tests/cpu/rig.c tests/cpu/rig.h \
	tests/cpu/segment_test.c tests/cpu/gate_test.c tests/cpu/paging_test.c \
	tests/cpu/exception_test.c tests/cpu/debug_test.c tests/cpu/system_test.c tests/cpu/task_test.c tests/cpu/simd_test.c tests/cpu/msr_test.c tests/cpu/pae_test.c tests/cpu/smm_test.c tests/cpu/vme_test.c tests/cpu/features_test.c tests/cpu/code_test.c tests/cpu/real_test.c tests/cpu/state_test.c tests/cpu/coherence_test.c tests/cpu/delivery_test.c tests/cpu/transfer_test.c tests/cpu/watch_test.c tests/cpu/io_test.c tests/cpu/ip_test.c tests/cpu/resume_test.c tests/cpu/step_test.c tests/cpu/facts_test.c
tests_cpu_cputest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_cpu_cputest_LDADD = libvitrine.a $(CHECK_LIBS)
