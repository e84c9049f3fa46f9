/* SPDX-License-Identifier: MIT */
/* Register-level tests of the chips, each rule by its data sheet. */
#include <stdlib.h>

#include "tests/dev/rig.h"

int main(void)
{
    Suite *s = suite_create("devices");
    suite_add_tcase(s, state_tests());
    suite_add_tcase(s, register_tests());
    suite_add_tcase(s, chip_tests());
    suite_add_tcase(s, ioapic_tests());
    suite_add_tcase(s, lapic_tests());
    suite_add_tcase(s, apic_tests());
    suite_add_tcase(s, fw_cfg_tests());
    suite_add_tcase(s, hpet_tests());
    suite_add_tcase(s, i8259_tests());
    suite_add_tcase(s, i8254_tests());
    suite_add_tcase(s, mc146818_tests());
    suite_add_tcase(s, i8042_tests());
    suite_add_tcase(s, misc_tests());
    suite_add_tcase(s, pci_tests());
    suite_add_tcase(s, piix4_tests());
    suite_add_tcase(s, southbridge_tests());
    suite_add_tcase(s, ns16550_tests());
    suite_add_tcase(s, i8237_tests());
    suite_add_tcase(s, ide_tests());
    suite_add_tcase(s, geometry_tests());
    suite_add_tcase(s, ata_reset_tests());
    suite_add_tcase(s, ata_rule_tests());
    suite_add_tcase(s, ata_fault_tests());
    suite_add_tcase(s, fdc_tests());
    suite_add_tcase(s, fdc_rule_tests());
    suite_add_tcase(s, fdc_fault_tests());
    suite_add_tcase(s, pcspk_tests());
    suite_add_tcase(s, lpt_tests());
    suite_add_tcase(s, atapi_tests());
    suite_add_tcase(s, atapi_reply_tests());
    suite_add_tcase(s, ps2_mouse_tests());
    suite_add_tcase(s, uhci_tests());
    suite_add_tcase(s, uhci_limit_tests());
    suite_add_tcase(s, uhci_schedule_tests());
    suite_add_tcase(s, usb_descriptor_tests());
    suite_add_tcase(s, usb_hid_tests());
    suite_add_tcase(s, vmmouse_tests());
    suite_add_tcase(s, ps2_keyboard_tests());
    suite_add_tcase(s, i8042_limit_tests());
    suite_add_tcase(s, ps2_mouse_limit_tests());
    suite_add_tcase(s, reset_tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
