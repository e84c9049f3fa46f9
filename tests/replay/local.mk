# SPDX-License-Identifier: MIT
TESTS += tests/replay/costly.sh tests/replay/demo.sh tests/replay/linux.sh
EXTRA_DIST += tests/replay/costly.S tests/replay/costly.sh tests/replay/demo.sh tests/replay/linux.sh

check_DATA += tests/replay/costly.bin
tests/replay/costly.bin: $(srcdir)/tests/replay/costly.S
	@$(MKDIR_P) tests/replay
	$(AM_V_CC)$(BIOSTEST_CC) -c -o tests/replay/costly.o $(srcdir)/tests/replay/costly.S
	$(AM_V_GEN)$(LD) -m elf_i386 -Ttext 0x7c00 -nostdlib --build-id=none -z noexecstack \
		-o tests/replay/costly.elf tests/replay/costly.o && $(OBJCOPY) -O binary -j .text tests/replay/costly.elf $@
CLEANFILES += tests/replay/costly.o tests/replay/costly.elf tests/replay/costly.bin
