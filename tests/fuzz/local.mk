# SPDX-License-Identifier: MIT
# Fuzz harnesses: a short run in "make check", longer ones by hand or in "make check-long".
check_PROGRAMS += tests/fuzz/devices
TESTS += tests/fuzz/devices
FUZZ_SOURCES = tests/fuzz/fuzz.h tests/fuzz/devices.c tests/fuzz/machine.c tests/fuzz/access.c tests/differ.c tests/differ.h \
    tests/fuzz/ops_register.c tests/fuzz/ops_ata.c tests/fuzz/ops_atapi.c tests/fuzz/ops_floppy.c tests/fuzz/ops_usb.c \
    tests/fuzz/ops_video.c tests/fuzz/ops_video_modes.c tests/fuzz/ops_input.c tests/fuzz/ops_timer.c \
    tests/fuzz/ops_interrupt.c tests/fuzz/ops_misc.c
tests_fuzz_devices_SOURCES = $(FUZZ_SOURCES) tests/fuzz/main.c
tests_fuzz_devices_LDADD = libvitrine.a

# The same guided by coverage, under ASan and UBSan: needs clang and its libFuzzer (Debian: clang, libclang-rt-14-dev).
# FUZZ_SECONDS long, in a build folder of its own; the streams that reached something new stay in its corpus.
EXTRA_PROGRAMS += tests/fuzz/guided
tests_fuzz_guided_SOURCES = $(FUZZ_SOURCES) tests/fuzz/guided.c
tests_fuzz_guided_LDADD = libvitrine.a
tests_fuzz_guided_LDFLAGS = -fsanitize=fuzzer
FUZZ_SECONDS = 300
fuzz-devices: tests/fuzz/devices
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(SHELL) $(srcdir)/tests/fuzz/guided.sh $(abs_srcdir)
.PHONY: fuzz-devices
EXTRA_DIST += tests/fuzz/guided.sh tests/fuzz/coverage.sh

# The real front end, and in place of the machine process one that lies.
check_PROGRAMS += tests/fuzz/link_hostile
TESTS += tests/fuzz/link_hostile
tests_fuzz_link_hostile_SOURCES = tests/fuzz/link_hostile.c tests/fuzz/link_hostile.h tests/fuzz/link_machine.c \
	src/app/run.c src/app/version.c $(front_sources) $(vnc_sources)
tests_fuzz_link_hostile_CPPFLAGS = $(libvitrine_a_CPPFLAGS)
tests_fuzz_link_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=close,--wrap=write,--wrap=dup2
tests_fuzz_link_hostile_LDADD = $(VITRINE_LIBS)

# Longer: LONG_SEEDS seeds from LONG_SEED on, loads into used machines, the floors of coverage, the comparisons with the host's processor with more
# trials, hardware captures where VECTORS is given.
LONG_SEED = 100
LONG_SEEDS = 20
check-long: $(check_PROGRAMS)
	@seed=$(LONG_SEED); end=$$(($(LONG_SEED) + $(LONG_SEEDS))); while [ $$seed -lt $$end ]; do \
	    echo "tests/fuzz/devices $$seed"; tests/fuzz/devices $$seed 300 2>fuzz-$$seed.log || { grep -A 1 FAIL fuzz-$$seed.log; exit 1; }; \
	    rm -f fuzz-$$seed.log; seed=$$((seed + 1)); done
	tests/fuzz/link_hostile $(LONG_SEED) 1000
	if [ -f images/grub-floppy.img ]; then tests/snap/usedtest 1000 $(LONG_SEED) diskette images/grub-floppy.img; fi
	if [ -f images/linux.vmlinuz ] && [ -f images/isolinux.img ]; then \
	    tests/snap/usedtest 1000 $(LONG_SEED) linux images/linux.vmlinuz images/linux.initrd images/linux.img images/isolinux.img; fi
	CC='$(CC)' $(SHELL) $(srcdir)/tests/fuzz/coverage.sh $(srcdir) || [ $$? -eq 77 ]
	VITRINE_COMPAT_TRIALS=30000 tests/isa/compathosttest || [ $$? -eq 77 ]
	VITRINE_SIMD_TRIALS=20000 tests/isa/simdhosttest
	VITRINE_DECODE_RANDOM=20000000 tests/isa/zydistest || [ $$? -eq 77 ]
	tests/isa/x87hosttest
	if [ "$(VECTORS)" ]; then tests/vectors "$(VECTORS)"; fi
.PHONY: check-long
