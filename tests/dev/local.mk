# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/dev/devtest
TESTS += tests/dev/devtest
tests_dev_devtest_SOURCES = \
	tests/dev/devtest.c tests/dev/rig.c tests/dev/rig.h tests/dev/ata_bits.h \
	tests/dev/faulty.c tests/dev/faulty.h \
	tests/dev/apic_test.c \
	tests/dev/ata_fault_test.c \
	tests/dev/ata_reset_test.c \
	tests/dev/ata_rule_test.c \
	tests/dev/atapi_reply_test.c \
	tests/dev/atapi_test.c \
	tests/dev/fw_cfg_test.c \
	tests/dev/geometry_test.c \
	tests/dev/hpet_test.c \
	tests/dev/i8042_test.c \
	tests/dev/i8237_test.c \
	tests/dev/i8254_test.c \
	tests/dev/i8259_test.c \
	tests/dev/mc146818_test.c \
	tests/dev/fdc_fault_test.c \
	tests/dev/fdc_rule_test.c tests/dev/fdc_rig.h \
	tests/dev/fdc_test.c \
	tests/dev/pcspk_test.c \
	tests/dev/lpt_test.c \
	tests/dev/ide_test.c \
	tests/dev/ps2_mouse_test.c \
	tests/dev/ps2_keyboard_test.c tests/dev/ps2_rig.h \
	tests/dev/i8042_limit_test.c \
	tests/dev/ps2_mouse_limit_test.c \
	tests/dev/reset_test.c \
	tests/dev/uhci_limit_test.c tests/dev/uhci_schedule_test.c tests/dev/uhci_rig.h \
	tests/dev/southbridge_test.c \
	tests/dev/uhci_test.c \
	tests/dev/usb_descriptor_test.c \
	tests/dev/usb_hid_test.c tests/dev/usb_rig.h \
	tests/dev/vmmouse_test.c \
	tests/dev/misc_test.c \
	tests/dev/chips_test.c \
	tests/dev/ioapic_test.c \
	tests/dev/lapic_test.c tests/dev/lapic_rig.h \
	tests/dev/registers_test.c \
	tests/dev/ns16550_test.c \
	tests/dev/pci_test.c \
	tests/dev/piix4_test.c \
	tests/dev/state_lists.h tests/dev/state_sizes.c tests/dev/state_sizes.h tests/dev/state_test.c
tests_dev_devtest_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_dev_devtest_LDADD = libvitrine.a $(CHECK_LIBS)
