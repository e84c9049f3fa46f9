# SPDX-License-Identifier: MIT
GUEST_TESTS = \
	tests/guest/demo.sh \
	tests/guest/linux_disk.sh \
	tests/guest/linux_kernel.sh \
	tests/guest/linux_cpu.sh \
	tests/guest/grub.sh \
	tests/guest/linux_qmp.sh \
	tests/guest/linux_acpi.sh \
	tests/guest/isolinux.sh \
	tests/guest/isolinux_change.sh \
	tests/guest/linux_pointer.sh \
	tests/guest/linux_pae.sh \
	tests/guest/grub_cd.sh \
	tests/guest/grub_floppy.sh \
	tests/guest/memtest.sh \
	tests/guest/ipxe.sh \
	tests/guest/installer.sh \
	tests/guest/hdt.sh \
	tests/guest/seabios.sh
TESTS += $(GUEST_TESTS)
EXTRA_DIST += $(GUEST_TESTS) tests/guest/lib.sh

clean-local: guest-clean
guest-clean:
	rm -rf tests/guest/shots
.PHONY: guest-clean
