/* SPDX-License-Identifier: MIT */
/* A machine's life, by firmware of a few bytes: how a run stops, resets and ends, and what its time costs. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "machine/parts.h"
#include "tests/snap/console_test.h"
#include "tests/snap/rig.h"

static uint8_t rom[4096];

/* A machine whose firmware begins with these bytes, at F000:F000, after a jump from the reset vector. */
static struct machine *boot(const char *code, size_t n, void (*change)(struct machine_config *cfg))
{
    struct machine_config cfg = rig_demo_config();
    memset(rom, 0xf4, sizeof rom);
    memcpy(rom, code, n);
    memcpy(rom + 0xff0, "\xea\0\xf0\0\xf0", 5); /* JMP F000:F000 */
    cfg.bios = (struct rom_config){rom, sizeof rom};
    if (change)
        change(&cfg);
    return rig_machine(&cfg, rig_demo_disk());
}

static void no_reboot(struct machine_config *cfg)
{
    cfg->no_reboot = true;
}

static void on_host_time(struct machine_config *cfg)
{
    cfg->clock = CLOCK_HOST;
}

static const char loop[] = "\xeb\xfe";             /* JMP $ */
static const char halt[] = "\xf4";                 /* HLT, without interrupts */
static const char sleep_on[] = "\xfb\xf4\xeb\xfd"; /* STI; L: HLT; JMP L */

START_TEST(a_run_ends_at_its_position_and_its_time)
{
    struct machine *m = boot(loop, 2, NULL);
    ck_assert_int_eq(machine_run(m, 1000), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), 1000);
    ck_assert_int_eq(machine_run(m, 1000), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), 1000);
    ck_assert_int_eq(machine_run(m, 1001), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), 1001);
    uint64_t limit = machine_ns(m) + 50000;
    machine_set_time_limit(m, limit);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_BUDGET);
    ck_assert_uint_ge(machine_ns(m), limit);
    ck_assert_uint_lt(machine_ns(m), limit + 100);
    uint64_t pos = machine_pos(m);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), pos);
    ck_assert_int_eq(machine_exit_code(m), 0);
    ck_assert(!machine_powered_off(m));
    machine_destroy(m);
}
END_TEST

START_TEST(a_halt_without_interrupts_is_dead_and_one_with_them_sleeps)
{
    struct machine *m = boot(halt, 1, NULL);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_DEAD);
    machine_destroy(m);
    m = boot(sleep_on, 4, on_host_time);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_HALTED);
    machine_destroy(m);
    m = boot(halt, 1, on_host_time);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_DEAD);
    machine_destroy(m);
    m = boot(sleep_on, 4, NULL); /* on virtual time, sleep is skipped up to what may come in */
    machine_set_time_limit(m, 7000000);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_BUDGET);
    ck_assert_uint_eq(machine_ns(m), 7000000);
    ck_assert_uint_lt(machine_pos(m), 100);
    machine_destroy(m);
}
END_TEST

/* MOV DX,CF9h; MOV AL,6; OUT DX,AL; JMP $: the PIIX3's reset. MOV DX,501h; MOV AL,5: isa-debug-exit. */
static const char reset_code[] = "\xba\xf9\x0c\xb0\x06\xee\xeb\xfe";
static const char exit_code[] = "\xba\x01\x05\xb0\x05\xee\xeb\xfe";
/* LIDT CS:[F010h] of limit 0; INT3: no handler for that, nor for the fault, nor for the double fault. */
static const char triple[] = "\x2e\x0f\x01\x1e\x10\xf0\xcc\xeb\xfe\0\0\0\0\0\0\0\0\0\0\0\0\0";

START_TEST(a_reset_begins_anew_or_ends_the_machine)
{
    static const struct {
        const char *code;
        size_t n;
        enum run_stop stop;
    } row[] = {{reset_code, 8, RUN_SHUTDOWN}, {triple, 22, RUN_TRIPLE}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct machine *m = boot(row[i].code, row[i].n, NULL);
        ck_assert_int_eq(machine_run(m, 2000), RUN_BUDGET);
        ck_assert_uint_gt(machine_reset_count(m), 10);
        ck_assert_uint_eq(machine_pos(m), 2000);
        machine_destroy(m);
        m = boot(row[i].code, row[i].n, no_reboot);
        ck_assert_int_eq(machine_run(m, 2000), row[i].stop);
        ck_assert_uint_eq(machine_reset_count(m), 0);
        ck_assert_uint_lt(machine_pos(m), 20);
        machine_destroy(m);
    }
}
END_TEST

static void power(struct machine *m, uint8_t what, unsigned len)
{
    uint8_t b[2] = {what, what};
    journal_input(&m->journal, J_POWER, 0, b, len);
}

START_TEST(a_reset_from_outside_counts_as_the_guests)
{
    struct machine *m = boot(loop, 2, NULL);
    machine_run(m, 100);
    power(m, POWER_RESET, 2); /* no request */
    power(m, POWER_RESET, 0);
    machine_run(m, 200);
    ck_assert_uint_eq(machine_reset_count(m), 0);
    power(m, POWER_RESET, 1);
    ck_assert_int_eq(machine_run(m, 300), RUN_BUDGET);
    ck_assert_uint_eq(machine_reset_count(m), 1);
    power(m, POWER_BUTTON, 1); /* without a driver: nothing happens */
    power(m, 99, 1);
    ck_assert_int_eq(machine_run(m, 400), RUN_BUDGET);
    ck_assert_uint_eq(machine_reset_count(m), 1);
    machine_destroy(m);
    m = boot(loop, 2, no_reboot);
    power(m, POWER_RESET, 1);
    ck_assert_int_eq(machine_run(m, 300), RUN_SHUTDOWN);
    ck_assert_uint_eq(machine_reset_count(m), 0);
    machine_destroy(m);
    m = boot(halt, 1, on_host_time); /* an NMI wakes what nothing else does: vector 2 is zero, so F4h is not met */
    ck_assert_int_eq(machine_run(m, UINT64_MAX), RUN_DEAD);
    power(m, POWER_NMI, 1);
    uint64_t pos = machine_pos(m);
    machine_run(m, pos + 3);
    ck_assert_uint_gt(machine_pos(m), pos);
    machine_destroy(m);
}
END_TEST

START_TEST(the_exit_device_ends_the_machine_with_its_code)
{
    struct machine *m = boot(exit_code, 8, NULL);
    ck_assert_int_eq(machine_run(m, 2000), RUN_EXIT);
    ck_assert_int_eq(machine_exit_code(m), 5 << 1 | 1);
    ck_assert_uint_lt(machine_pos(m), 20);
    machine_destroy(m);
}
END_TEST

static void once_cd(struct machine_config *cfg)
{
    strcpy(cfg->boot_once, "d");
}

/* CMOS 3Dh: the CD first, and from the first reset on the disk. */
START_TEST(boot_once_is_over_with_the_first_reset)
{
    struct machine *m = boot(loop, 2, once_cd);
    static const uint8_t want[] = {3, 2, 1, 1};
    for (unsigned i = 0; i < 4; i++) {
        port_out(m->ports, 0x70, 1, 0x3d, INIT_CPU0);
        ck_assert_uint_eq(port_in(m->ports, 0x71, 1, INIT_CPU0), want[i]);
        if (i == 1)
            journal_input(&m->journal, J_BOOT, 0, "a", 1); /* what is said later stays */
        else
            power(m, POWER_RESET, 1);
        machine_run(m, 100 * (i + 1));
    }
    machine_destroy(m);
}
END_TEST

/*
 * After 10000 positions of 1 ms of the host's time a position costs 100 ns, and a quarter of the lag is added, at most
 * four times and at least minus half of what was spent. Of that the new rate takes a quarter.
 */
START_TEST(time_is_steered_to_what_a_position_costs)
{
    static const struct {
        uint64_t busy;
        int64_t lag;
        uint64_t ns; /* of a position, before the quarter is taken */
    } row[] = {
        {1000000, 0, 100},         {1000000, 400000, 110},  {1000000, 16000000, 500},
        {1000000, 999000000, 500}, {1000000, -400000, 90},  {1000000, -2000000, 50},
        {1000000, -9000000, 50},   {1000000000, 0, 100000}, {5000000000, 0, 100000},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct machine *m = boot(loop, 2, NULL);
        machine_run(m, 2000000);
        uint64_t rate = m->clock.rate, now = machine_ns(m);
        m->steer_pos = machine_pos(m) - 9999; /* too few to say anything; what they cost is kept */
        machine_steer(m, now, 0);
        ck_assert_uint_eq(m->clock.rate, rate);
        m->steer_pos = machine_pos(m) - 10000;
        machine_steer(m, now + (uint64_t)row[i].lag, row[i].busy);
        uint64_t want = (rate * 3 + (row[i].ns << 32)) / 4;
        ck_assert_msg(m->clock.rate == want, "row %zu: %llx, not %llx", i, (unsigned long long)m->clock.rate,
                      (unsigned long long)want);
        uint64_t kept = m->clock.rate;
        machine_steer(m, now, 1000); /* it begins again */
        ck_assert_uint_eq(m->clock.rate, kept);
        m->clock.rate = UINT64_C(1) << 32; /* never less than a nanosecond */
        m->steer_pos = machine_pos(m) - 1000000;
        m->steer_busy = 0;
        machine_steer(m, now, 10);
        ck_assert_uint_eq(m->clock.rate, UINT64_C(1) << 32);
        machine_destroy(m);
    }
}
END_TEST

START_TEST(time_is_skipped_forward_only_and_by_a_cpu_that_rests)
{
    static const char stop[] = "\xfa\xf4";
    struct machine *m = boot(loop, 2, NULL);
    machine_run(m, 1000);
    machine_skip_to(m, machine_ns(m) + 12345);
    ck_assert_uint_eq(machine_pos(m), 1000);
    ck_assert_uint_eq(machine_ns(m), 4000);
    machine_destroy(m);
    m = boot(stop, 2, NULL);
    ck_assert_int_eq(machine_run(m, 1000), RUN_DEAD);
    uint64_t ns = machine_ns(m), pos = machine_pos(m), next = machine_next_event(m);
    machine_skip_to(m, ns);
    machine_skip_to(m, ns - 1);
    ck_assert_uint_eq(machine_pos(m), pos);
    machine_skip_to(m, ns + 12345);
    ck_assert_uint_eq(machine_ns(m), MIN(ns + 12345, next));
    ck_assert_uint_eq(machine_pos(m), pos + 1);
    next = machine_next_event(m);
    machine_skip_to(m, next + 12345); /* to the event at most */
    ck_assert_uint_eq(machine_ns(m), next);
    ck_assert_uint_eq(machine_pos(m), pos + 2);
    machine_destroy(m);
}
END_TEST

TCase *life_case(void)
{
    TCase *t = tcase_create("life");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_run_ends_at_its_position_and_its_time);
    tcase_add_test(t, a_halt_without_interrupts_is_dead_and_one_with_them_sleeps);
    tcase_add_test(t, a_reset_begins_anew_or_ends_the_machine);
    tcase_add_test(t, a_reset_from_outside_counts_as_the_guests);
    tcase_add_test(t, the_exit_device_ends_the_machine_with_its_code);
    tcase_add_test(t, boot_once_is_over_with_the_first_reset);
    tcase_add_test(t, time_is_steered_to_what_a_position_costs);
    tcase_add_test(t, time_is_skipped_forward_only_and_by_a_cpu_that_rests);
    return t;
}
