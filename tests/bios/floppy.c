/* SPDX-License-Identifier: MIT */
/* INT 13h for diskettes. Drive 00h has a diskette of 1.44 MB that the runner made, 01h has one of 720 KB. */
#include "guest.h"

#define BUF_SEG 0x8000

static uint16_t fd(uint8_t function, uint8_t count, uint8_t drive, uint8_t track, uint8_t head, uint8_t sector,
                   uint16_t off)
{
    struct regs r;
    prepare(&r);
    r.ah = function;
    r.al = count;
    r.ch = track;
    r.cl = sector;
    r.dh = head;
    r.dl = drive;
    r.es = BUF_SEG;
    r.bx = off;
    intr(0x13, &r);
    return r.flags & CF ? 0x100 | r.ah : r.ah;
}

static void fill(uint16_t off, uint16_t bytes, uint8_t v)
{
    for (uint16_t i = 0; i < bytes; i++)
        poke8(BUF_SEG, off + i, v + i / 512);
}

static void test_parameters(void)
{
    struct regs r;
    prepare(&r);
    r.ah = 0x08;
    r.dl = 0;
    intr(0x13, &r);
    check(!(r.flags & CF), "diskette_parameters");
    check_eq(r.bx & 0xff, 4, "diskette_parameters_type_of_1440k");
    check_eq(r.cx, 0x4f12, "diskette_parameters_last_track_and_sector");
    check_eq(r.dh, 1, "diskette_parameters_last_head");
    check_eq(r.dl, 2, "diskette_parameters_count_the_drives");
    check_eq(peek8(r.es, r.di + 4), 18, "diskette_parameters_point_at_a_table");
    check_eq(peek8(r.es, r.di + 3), 2, "diskette_table_has_512_bytes_a_sector");
    prepare(&r);
    r.ah = 0x15;
    r.dl = 0;
    intr(0x13, &r);
    check_eq(r.ah, 2, "diskette_type_has_a_change_line");
    prepare(&r);
    intr(0x11, &r);
    check_eq(r.ax & 0xc1, 0x41, "equipment_counts_two_diskette_drives");
    check_eq(cmos(0x10), 0x44, "cmos_has_the_drives_types");
    check_eq(peek8(0x40, 0x8f) & 0x77, 0x77, "drive_information_byte");
    for (uint8_t drive = 2; drive < 0x80; drive += drive == 2 ? 1 : 0x7c) {
        prepare(&r);
        r.ah = 0x08;
        r.dl = drive;
        intr(0x13, &r);
        check((r.flags & CF) && r.ah == 0x01 && r.dl == drive, "diskette_parameters_of_an_absent_drive");
        check_eq(peek8(0x40, 0x41), 0x01, "absent_drive_in_40_41");
    }
}

/* The AT's BIOS knows two diskette drives; a number above is a bad command of each service that asks for the drive. */
static void test_drives_above_two(void)
{
    static const uint8_t services[] = {0x02, 0x03, 0x04, 0x05, 0x08, 0x15, 0x16, 0x17, 0x18};
    static const uint8_t drives[] = {2, 3, 0x7f};
    for (unsigned i = 0; i < sizeof services; i++) {
        for (unsigned k = 0; k < sizeof drives; k++) {
            fd(0x00, 0, 0, 0, 0, 0, 0);
            check_eq(fd(services[i], 1, drives[k], 79, 0, 18, 0), 0x101, "diskette_drive_above_two_is_a_bad_command");
            check_eq(peek8(0x40, 0x41), 0x01, "diskette_drive_above_two_in_40_41");
        }
    }
    check_eq(fd(0x00, 0, 2, 0, 0, 0, 0), 0, "diskette_reset_takes_any_drive");
    check_eq(peek8(0x40, 0x41), 0, "diskette_reset_in_40_41");
}

static void test_transfers(void)
{
    uint16_t status;
    fd(0x02, 1, 0, 0, 0, 1, 0); /* the diskette is new: 06h */
    check_eq(fd(0x02, 1, 0, 0, 0, 1, 0), 0, "diskette_read");
    check_eq(peek16(BUF_SEG, 510), 0x5aa5, "diskette_read_gives_the_sector");
    check_eq(peek8(0x40, 0x90) & 0xd7, 0x17, "media_state_500_kbit_known");
    fill(0, 36 * 512, 0x21);
    check_eq(fd(0x03, 36, 0, 40, 0, 1, 0), 0, "diskette_write_of_a_cylinder");
    fill(0, 36 * 512, 0);
    check_eq(fd(0x02, 36, 0, 40, 0, 1, 0), 0, "diskette_read_of_a_cylinder");
    check_eq(peek8(BUF_SEG, 35 * 512 + 511), 0x21 + 35, "diskette_write_reaches_its_last_sector");
    check_eq(peek8(BUF_SEG, 18 * 512), 0x21 + 18, "diskette_write_goes_on_at_the_other_side");
    check_eq(peek8(0x40, 0x94), 40, "present_track");
    for (uint32_t i = 0; i < 128; i++)
        poke16(BUF_SEG, i * 512, 0x4000 + i);
    check_eq(fd(0x03, 128, 0, 50, 1, 17, 0), 0, "diskette_write_over_five_cylinders");
    fill(0, 0xfffe, 0);
    check_eq(fd(0x02, 20, 0, 50, 1, 17, 0), 0, "diskette_read_over_the_cylinders_end");
    check(peek16(BUF_SEG, 512) == 0x4001 && peek16(BUF_SEG, 1024) == 0x4002 && peek16(BUF_SEG, 19 * 512) == 0x4013,
          "next_cylinder_begins_with_its_first_sector");
    check_eq(fd(0x02, 1, 0, 54, 0, 18, 0), 0, "diskette_read_of_the_last_written");
    check_eq(peek16(BUF_SEG, 0), 0x4000 + 2 + 3 * 36 + 17, "write_goes_on_cylinder_after_cylinder");
    check_eq(fd(0x02, 36, 0, 79, 1, 1, 0) & 0x100, 0x100, "diskette_read_over_its_own_end_fails");
    outb(0x21, inb(0x21) | 0x40);
    check_eq(fd(0x02, 1, 0, 40, 0, 1, 0), 0, "diskette_read_with_irq_6_masked");
    check(inb(0x21) & 0x40, "irq_6_stays_masked");
    outb(0x21, inb(0x21) & ~0x40);
    check_eq(fd(0x04, 18, 0, 40, 0, 1, 0xff00), 0, "diskette_verify_needs_no_buffer");
    status = fd(0x02, 1, 0, 40, 0, 19, 0);
    check_eq(status, 0x104, "diskette_sector_not_found");
    check_eq(peek8(0x40, 0x41), 0x04, "diskette_status_in_40_41");
    check_eq(fd(0x01, 0, 0, 0, 0, 0, 0), 0x104, "diskette_last_status");
    check_eq(fd(0x02, 2, 0, 0, 0, 1, 0xfe00), 0x109, "diskette_dma_boundary");
    check_eq(fd(0x02, 1, 0, 0, 2, 1, 0), 0x101, "diskette_head_2_is_a_bad_command");
    check_eq(fd(0x0b, 1, 0, 0, 0, 1, 0), 0x101, "diskette_unknown_function");
    check_eq(fd(0x00, 0, 0, 0, 0, 0, 0), 0, "diskette_reset");
    check(peek8(0x40, 0x3f) & 1, "motor_runs");
}

static void test_format(void)
{
    struct regs r;
    prepare(&r);
    r.ah = 0x18;
    r.ch = 79;
    r.cl = 18;
    r.dl = 0;
    intr(0x13, &r);
    check(!(r.flags & CF), "set_media_type_1440k");
    check_eq(peek8(r.es, r.di + 7), 0x6c, "set_media_type_gives_the_format_gap");
    for (uint8_t i = 0; i < 18; i++)
        poke32(BUF_SEG, i * 4, 0x02000000 | (uint32_t)(i + 1) << 16 | 1 << 8 | 41);
    fill(512, 512, 0x33);
    check_eq(fd(0x03, 1, 0, 41, 1, 18, 512), 0, "diskette_write_before_format");
    check_eq(fd(0x05, 18, 0, 41, 1, 0, 0), 0, "diskette_format_track");
    check_eq(fd(0x02, 1, 0, 41, 1, 18, 512), 0, "diskette_read_after_format");
    check_eq(peek16(BUF_SEG, 512), 0xf6f6, "diskette_format_fills_with_f6");
    prepare(&r);
    r.ah = 0x18;
    r.ch = 79;
    r.cl = 36;
    r.dl = 0;
    intr(0x13, &r);
    check_eq(r.flags & CF ? r.ah : 0, 0x0c, "set_media_type_beyond_the_drive");
}

static void test_second_drive(void)
{
    check_eq(fd(0x16, 0, 1, 0, 0, 0, 0), 0x106, "change_line_before_the_first_access");
    check_eq(fd(0x02, 1, 1, 0, 0, 1, 0), 0x106, "changed_diskette_is_told_once");
    check_eq(fd(0x02, 1, 1, 0, 0, 1, 0), 0, "diskette_of_720k_in_a_1440k_drive");
    check_eq(fd(0x16, 0, 1, 0, 0, 0, 0), 0, "change_line_after_an_access");
    check_eq(peek8(0x40, 0x91) & 0xd7, 0x97, "media_state_250_kbit_known");
    check_eq(fd(0x02, 18, 1, 79, 0, 1, 0), 0, "diskette_of_720k_read_of_a_cylinder");
    check_eq(fd(0x02, 1, 1, 0, 0, 10, 0), 0x104, "diskette_of_720k_has_9_sectors");
}

static void test_motor_time_out(void)
{
    uint32_t start;
    fd(0x02, 1, 0, 0, 0, 1, 0);
    start = ticks();
    while ((peek8(0x40, 0x3f) & 1) && ticks() - start < 60)
        ;
    check(ticks() - start >= 35 && ticks() - start <= 39, "motor_stops_after_37_ticks");
}

void test_floppy(void)
{
    test_parameters();
    test_drives_above_two();
    test_transfers();
    test_format();
    test_second_drive();
    test_motor_time_out();
}

/* INT 17h: a printer that is ready takes a byte. */
void test_printer(void)
{
    struct regs r;
    check_eq(peek16(0x40, 0x08), 0x378, "lpt1_is_in_the_data_area");
    for (uint8_t function = 0; function < 3; function++) {
        prepare(&r);
        r.ah = function == 0 ? 1 : function == 1 ? 0 : 2; /* initialise, print, status */
        r.al = 'V';
        r.dx = 0;
        intr(0x17, &r);
        for (int i = 0; i < 1000 && function == 2 && !(r.ah & 0x80); i++) { /* it takes its time */
            r.ah = 2;
            intr(0x17, &r);
        }
        check_eq(r.ah, function == 1 ? r.ah & ~1 : 0x90,
                 function == 0   ? "printer_initialised_is_ready"
                 : function == 1 ? "printer_takes_a_byte"
                                 : "printer_is_ready_and_selected");
    }
}
