# SPDX-License-Identifier: MIT
# A Multiboot kernel of our own, in both forms that the standard has.

MULTIBOOT_SRC = $(top_srcdir)/tests/multiboot

check_DATA += tests/multiboot/kernel.elf tests/multiboot/kernel.flat
TESTS += tests/multiboot/run.sh
dist_noinst_SCRIPTS += tests/multiboot/run.sh

tests/multiboot/kernel.elf: $(MULTIBOOT_SRC)/kernel.S $(MULTIBOOT_SRC)/kernel.ld
	@$(MKDIR_P) tests/multiboot
	$(AM_V_CC)$(GUEST_CC) -m32 -c -o tests/multiboot/kernel.o $(MULTIBOOT_SRC)/kernel.S && \
		$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack --no-warn-rwx-segments -T $(MULTIBOOT_SRC)/kernel.ld \
			-o $@ tests/multiboot/kernel.o
tests/multiboot/kernel.flat: $(MULTIBOOT_SRC)/kernel.S $(MULTIBOOT_SRC)/kernel.ld
	@$(MKDIR_P) tests/multiboot
	$(AM_V_CC)$(GUEST_CC) -m32 -DADDRESSES -c -o tests/multiboot/flat.o $(MULTIBOOT_SRC)/kernel.S && \
		$(LD) -m elf_i386 -nostdlib --build-id=none -z noexecstack --no-warn-rwx-segments -T $(MULTIBOOT_SRC)/kernel.ld \
			-o tests/multiboot/flat.elf tests/multiboot/flat.o && \
		$(OBJCOPY) -O binary -j .text tests/multiboot/flat.elf $@

EXTRA_DIST += tests/multiboot/kernel.S tests/multiboot/kernel.ld
CLEANFILES += tests/multiboot/*.o tests/multiboot/*.elf tests/multiboot/kernel.flat
