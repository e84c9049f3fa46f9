# SPDX-License-Identifier: MIT
GUEST_TESTS = tests/guest/demo.sh tests/guest/linux_disk.sh tests/guest/linux_kernel.sh tests/guest/linux_cpu.sh \
	tests/guest/grub.sh tests/guest/linux_qmp.sh tests/guest/linux_acpi.sh tests/guest/isolinux.sh tests/guest/linux_pointer.sh
TESTS += $(GUEST_TESTS)
EXTRA_DIST += $(GUEST_TESTS) tests/guest/lib.sh
CLEANFILES += images/linux.lock images/grub.lock images/isolinux.lock

clean-local: guest-clean
guest-clean:
	rm -rf tests/guest/shots
.PHONY: guest-clean
