# SPDX-License-Identifier: MIT
# "make bench": Vitrine against Bochs and QEMU's TCG on the same guests, as ratios. Never part of "make check".
BENCH_SRC = $(top_srcdir)/tests/bench
BENCH_CC = $(GUEST_CC) -m32 -march=i686 -mno-mmx -mno-sse -std=gnu17 -O2 -fno-tree-loop-distribute-patterns \
	-ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -nostdlib -static -Wall -Wextra
BENCH_ROUNDS = 3

EXTRA_PROGRAMS += tests/bench/bench
tests_bench_bench_SOURCES = tests/bench/bench.c
tests_bench_bench_LDADD = -lm
EXTRA_PROGRAMS += tests/bench/checkpoints
tests_bench_checkpoints_SOURCES = tests/bench/checkpoints.c
tests_bench_checkpoints_LDADD = libvitrine.a
# What checkpoints and state hashes cost a boot of Linux; needs "make image-linux".
bench-checkpoints: tests/bench/checkpoints$(EXEEXT)
	tests/bench/checkpoints$(EXEEXT) images/linux.vmlinuz images/linux.initrd images/linux.img
.PHONY: bench-checkpoints
EXTRA_DIST += tests/bench/start.S tests/bench/kernels.c tests/bench/guest.ld

# The disk is 20 cylinders of 16 heads and 63 sectors: Bochs wants to be told a geometry.
tests/bench/guest.img: $(BENCH_SRC)/start.S $(BENCH_SRC)/kernels.c $(BENCH_SRC)/guest.ld
	@$(MKDIR_P) tests/bench
	$(AM_V_GEN)$(BENCH_CC) -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-T,$(BENCH_SRC)/guest.ld \
		-o tests/bench/guest.elf $(BENCH_SRC)/start.S $(BENCH_SRC)/kernels.c
	$(AM_V_at)$(OBJCOPY) -O binary tests/bench/guest.elf $@.tmp
	$(AM_V_at)truncate -s 10321920 $@.tmp && chmod a-x $@.tmp && mv -f $@.tmp $@

# images/linux.img takes part where "make image-linux" has made it.
bench: vitrine$(EXEEXT) tests/bench/bench$(EXEEXT) tests/bench/guest.img
	@linux=images/linux.img; test -f $$linux || linux=; \
	tests/bench/bench$(EXEEXT) -n $(BENCH_ROUNDS) ./vitrine$(EXEEXT) tests/bench/guest.img $$linux
.PHONY: bench

CLEANFILES += tests/bench/bench$(EXEEXT) tests/bench/checkpoints$(EXEEXT) tests/bench/guest.elf tests/bench/guest.img tests/bench/bochs.img \
	tests/bench/bochs.img.lock tests/bench/bochs.rc tests/bench/bochs.go tests/bench/bochs.log
