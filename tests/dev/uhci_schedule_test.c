/* SPDX-License-Identifier: MIT */
/* The paths of UHCI's schedule: frames, queues, descriptors, what ends them. UHCI Design Guide 1.1, section 3. */
#include "tests/dev/uhci_rig.h"

START_TEST(each_frame_has_its_entry)
{
    schedule(T);
    for (unsigned n = 0; n < 4; n++) {
        static const uint32_t frame[] = {0, 1, 511, 1023};
        put32(LIST + 4 * frame[n], TD + 16 * n);
        td(n, T, ACTIVE | (uint32_t)1 << 25, IN, 99, 8, DATA);
    }
    static const uint32_t at[] = {1023, 1024, 1025, 1535, 2047};
    static const unsigned which[] = {3, 0, 1, 2, 3};
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        out(CMD, 2, 0);
        out(FRNUM, 2, at[i]);
        put32(TD + 16 * which[i] + 4, ACTIVE | (uint32_t)1 << 25);
        frames(1);
        ck_assert_msg(!(status(which[i]) & ACTIVE), "frame %u", at[i]);
    }
}
END_TEST

START_TEST(transactions_reach_the_function_at_the_address)
{
    uint8_t sent[1280];
    enable(PORT1), enable(PORT2);
    for (unsigned i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7 + i / 256);
    phys_write(rig.bus.mem, DATA, sent, sizeof sent, INIT_DEBUG);
    static const struct {
        uint8_t pid;
        unsigned len;
    } c[] = {{SETUP, 8}, {OUT, 1}, {OUT, 0}, {OUT, 1280}, {IN, 1}, {IN, 1280}, {IN, 0}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++)
        for (unsigned n = 0; n < 2; n++) {
            memset(f[n].data, 0, sizeof f[n].data);
            f[0].packets = f[1].packets = 0;
            f[n].answer = (int)c[i].len;
            put32(DATA + 0x1000, 0xeeeeeeee);
            td(0, T, ACTIVE, c[i].pid, 5 + n, c[i].len, c[i].pid == IN ? DATA + 0x1000 - (c[i].len & ~3u) : DATA);
            schedule(QH | Q);
            queue(QH, T, TD);
            frames(1);
            ck_assert_msg(f[n].packets == 1 && !f[1 - n].packets, "case %u, function %u", i, n);
            ck_assert_uint_eq(f[n].pid, c[i].pid);
            ck_assert_uint_eq(f[n].ep, 3);
            ck_assert_uint_eq(f[n].len, c[i].len);
            ck_assert_uint_eq(status(0), ((c[i].len - 1) & 0x7ff));
            if (c[i].pid != IN)
                ck_assert_mem_eq(f[n].data, sent, c[i].len);
            ck_assert_uint_eq(word_at(QH + 4), T);
            ck_assert_uint_eq(in(STS, 2), 0);
            phys_write(rig.bus.mem, DATA, sent, sizeof sent, INIT_DEBUG);
        }
    /* Not to a port that is off, suspended or in reset. */
    static const uint16_t states[] = {0x0081, 0x1085, 0x0285, 0x0085};
    for (unsigned i = 0; i < ARRAY_LEN(states); i++) {
        u->port[0].sc = states[i];
        f[0].packets = 0;
        td(0, T, ACTIVE, OUT, 5, 1, DATA);
        queue(QH, T, TD);
        frames(1);
        ck_assert_msg(f[0].packets == (states[i] == 0x0085), "port at %x", states[i]);
    }
    td(0, T, ACTIVE, OUT, 5, 1281, DATA); /* longer than any packet */
    queue(QH, T, TD);
    frames(1);
    ck_assert_uint_eq(in(STS, 2), 0x30);
}
END_TEST

/* A packet shorter than asked for, by the length and by the wish to know. */
START_TEST(short_packets)
{
    enable(PORT1);
    for (unsigned c = 0; c < 8; c++) {
        bool spd = c & 1, less = c & 2, is_in = c & 4;
        out(STS, 2, 0x1f);
        f[0].answer = less ? 7 : 8;
        td(0, TD + 16, ACTIVE | (spd ? SPD : 0), is_in ? IN : OUT, 5, 8, DATA);
        schedule(QH | Q);
        queue(QH, T, TD);
        frames(1);
        bool stays = spd && less && is_in;
        ck_assert_msg(word_at(QH + 4) == (stays ? TD : TD + 16), "case %u", c);
        ck_assert_msg((in(STS, 2) & 1) == stays, "case %u: status %x", c, in(STS, 2));
        ck_assert_uint_eq(u->cause, stays ? 2 : 0);
    }
}
END_TEST

/* An answer that is longer than asked for is babble; one that is as long is not. */
START_TEST(answers_by_kind)
{
    static const struct {
        int answer;
        uint32_t want;
        unsigned sts;
        bool moves;
    } c[] = {{USB_NAK, ACTIVE | 1u << 19, 0, false},
             {USB_STALL, STALLED, 2, false},
             {9, STALLED | 1u << 20, 2, false},
             {8, 7, 0, true},
             {7, 6, 0, true},
             {0, 0x7ff, 0, true}};
    enable(PORT1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        out(STS, 2, 0x1f);
        f[0].answer = c[i].answer;
        put32(DATA, 0), put32(DATA + 4, 0);
        td(0, TD + 16, ACTIVE | 0x007f0000, IN, 5, 8, DATA);
        td(1, T, 0, IN, 5, 8, DATA);
        schedule(QH | Q);
        queue(QH, T, TD);
        frames(1);
        ck_assert_msg(status(0) == c[i].want, "answer %d: %08x, not %08x", c[i].answer, status(0), c[i].want);
        ck_assert_msg(in(STS, 2) == c[i].sts, "answer %d: status %x", c[i].answer, in(STS, 2));
        ck_assert_uint_eq(word_at(QH + 4), c[i].moves ? TD + 16 : TD);
        uint32_t first = c[i].moves && c[i].answer ? 0x5a5a5a5a : 0;
        ck_assert_uint_eq(word_at(DATA), first);
        ck_assert_uint_eq(word_at(DATA + 4), c[i].answer == 8            ? 0x5a5a5a5a
                                             : c[i].answer == 7 && first ? 0x005a5a5a
                                                                         : 0);
    }
}
END_TEST

/* Breadth first: one descriptor of each queue; depth first: as many as say so. */
START_TEST(queues_go_across_or_down)
{
    enable(PORT1);
    f[0].answer = 8;
    for (unsigned depth = 0; depth < 2; depth++) {
        uint32_t vf = depth ? VF : 0;
        for (unsigned n = 0; n < 3; n++)
            td(n, n < 2 ? (TD + 16 * (n + 1)) | vf : T, ACTIVE, IN, 5, 8, DATA);
        td(3, T, ACTIVE, IN, 5, 8, DATA);
        queue(QH, (QH + 16) | Q, TD);
        queue(QH + 16, T, TD + 48);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg(!!(status(1) & ACTIVE) == !depth && !!(status(2) & ACTIVE) == !depth, "depth %u", depth);
        ck_assert_uint_eq(status(0) & ACTIVE, 0);
        ck_assert_uint_eq(status(3) & ACTIVE, 0);
        ck_assert_uint_eq(word_at(QH + 4), depth ? T : TD + 16);
        if (!depth) {
            rig_run(&rig, MS);
            ck_assert_uint_eq(status(1) & ACTIVE, 0);
            ck_assert_uint_ne(status(2) & ACTIVE, 0);
        }
    }
    /* A queue in a queue's place; an empty one; a descriptor beside a queue. */
    td(0, T, ACTIVE, IN, 5, 8, DATA);
    td(1, T, ACTIVE | (uint32_t)1 << 25, IN, 5, 8, DATA);
    queue(QH, T, (QH + 16) | Q);
    queue(QH + 16, (QH + 32) | Q, T);
    queue(QH + 32, TD + 16, TD);
    rig_run(&rig, MS);
    ck_assert_uint_eq(status(0) & ACTIVE, 0);
    ck_assert_uint_eq(status(1) & ACTIVE, 0);
    ck_assert_uint_eq(word_at(QH + 4), (QH + 16) | Q);
}
END_TEST

/* A frame has 1500 bytes, 13 of them around each packet; a ring of queues uses them. */
START_TEST(a_frame_has_1500_bytes)
{
    static const struct {
        unsigned len, packets;
    } c[] = {{1280, 2}, {737, 2}, {736, 3}, {8, 72}, {0, 116}};
    enable(PORT1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        f[0].answer = (int)c[i].len;
        f[0].packets = 0;
        for (unsigned n = 0; n < 150; n++)
            td(n, (TD + 16 * (n + 1)) | VF, ACTIVE, IN, 5, c[i].len, DATA);
        td(150, T, 0, IN, 5, 8, DATA);
        queue(QH, QH | Q, TD);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg(f[0].packets == c[i].packets, "%u bytes: %u packets, not %u", c[i].len, f[0].packets,
                      c[i].packets);
        out(CMD, 2, 0);
    }
}
END_TEST

/* Two queues in a ring: served in turn while something moves, and left in the round where nothing does. */
START_TEST(a_ring_ends_with_the_first_idle_round)
{
    enable(PORT1), enable(PORT2);
    f[0].answer = 8, f[1].answer = USB_NAK;
    for (unsigned n = 0; n < 3; n++)
        td(n, n < 2 ? TD + 16 * (n + 1) : T, ACTIVE, IN, 5, 8, DATA);
    td(3, T, ACTIVE, IN, 6, 8, DATA);
    queue(QH, (QH + 16) | Q, TD);
    queue(QH + 16, QH | Q, TD + 48);
    schedule(QH | Q);
    frames(1);
    ck_assert_uint_eq(f[0].packets, 3);
    ck_assert_uint_eq(f[1].packets, 3); /* twice while the other moves, once to see that nothing does */
    ck_assert_uint_eq(word_at(QH + 4), T);
}
END_TEST

/* Each place in memory that the controller wants and that is not there: a system error, and it stops. */
START_TEST(memory_that_is_not_there_stops_the_controller)
{
    for (unsigned c = 0; c < 6; c++) {
        out(CMD, 2, 2);
        enable(PORT1);
        f[0].answer = 8;
        f[0].packets = 0;
        td(0, T, ACTIVE | IOC, c == 3 ? OUT : IN, 5, 8, c >= 3 && c < 5 ? 0xfee00000 : DATA);
        td(1, T, ACTIVE, IN, 5, 8, DATA);
        queue(QH, TD + 16, c == 2 ? 0xfee00000 : TD);
        schedule(c == 1 ? 0xfee00000 | Q : c == 5 ? 0xfee00000 : QH | Q);
        if (c == 0)
            out(FLBASE, 4, 0xfee00000);
        frames(3);
        ck_assert_msg(in(STS, 2) == 0x28, "case %u: status %x", c, in(STS, 2));
        ck_assert_uint_eq(in(CMD, 2), 0);
        ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
        ck_assert_uint_eq(in(FRNUM, 2), 1);
        ck_assert_int_eq(irq.level, 1);
        ck_assert_uint_eq(f[0].packets, c == 4);
        ck_assert_uint_ne(status(1) & ACTIVE, 0); /* nothing after it */
    }
}
END_TEST

/* Memory that can be read only: the word that goes back is an error as well. */
START_TEST(what_cannot_be_written_back_stops_the_controller)
{
    for (unsigned c = 0; c < 3; c++) {
        enum { ROM = 0x100000 };
        struct mapping rom = ram;
        rom.base = ROM;
        rom.enabled = false;
        rom.wr = (struct target){0};
        mem_map(rig.bus.mem, &rom);
        out(CMD, 2, 2);
        enable(PORT1);
        f[0].answer = 8, f[0].packets = 0;
        td(0, T, ACTIVE, IN, 5, 8, c == 2 ? ROM + DATA : DATA);
        td(1, T, ACTIVE, IN, 5, 8, DATA);
        queue(QH, TD + 16, c == 1 ? ROM + TD : TD);
        schedule((c == 0 ? ROM + QH : QH) | Q);
        frames(2);
        ck_assert_msg(in(STS, 2) == 0x28, "case %u: status %x", c, in(STS, 2));
        ck_assert_uint_eq(in(CMD, 2), 0);
        ck_assert_uint_eq(f[0].packets, 1);
        ck_assert_uint_ne(status(1) & ACTIVE, 0);
        ck_assert_msg(!!(status(0) & ACTIVE) == (c > 0), "case %u", c);
        mem_unmap(rig.bus.mem, &rom);
    }
}
END_TEST

/* The terminate bit ends a list whatever address stands beside it. */
START_TEST(terminate_is_no_address)
{
    enable(PORT1);
    f[0].answer = 8;
    td(0, T, ACTIVE, IN, 5, 8, DATA);
    schedule(TD | T);
    frames(1);
    schedule(TD | Q | T);
    frames(1);
    queue(QH, TD | T, TD | T);
    schedule(QH | Q);
    frames(1);
    td(1, TD | T, ACTIVE, IN, 5, 8, DATA);
    queue(QH, T, TD + 16);
    frames(2);
    ck_assert_uint_eq(status(1) & ACTIVE, 0);
    ck_assert_uint_ne(status(0) & ACTIVE, 0);
    ck_assert_uint_eq(f[0].packets, 1);
}
END_TEST

START_TEST(no_answer_counts_down_from_each_count)
{
    for (unsigned count = 0; count < 4; count++) {
        out(STS, 2, 0x1f);
        td(0, T, ACTIVE | count << 27, IN, 77, 8, DATA);
        queue(QH, T, TD);
        schedule(QH | Q);
        frames(1);
        uint32_t want = count == 1 ? STALLED | 1u << 18 : ACTIVE | 1u << 18 | (count ? count - 1 : 0) << 27;
        ck_assert_msg(status(0) == want, "count %u: %08x, not %08x", count, status(0), want);
        ck_assert_uint_eq(in(STS, 2), count == 1 ? 2 : 0);
        out(CMD, 2, 0);
    }
}
END_TEST

START_TEST(interrupt_on_completion_only_where_it_completes)
{
    enable(PORT1);
    for (unsigned c = 0; c < 4; c++) {
        static const int answers[] = {8, USB_NAK, USB_STALL, 8};
        out(STS, 2, 0x1f);
        f[0].answer = answers[c];
        td(0, T, (c == 3 ? 0 : IOC) | ACTIVE, IN, 5, 8, DATA);
        queue(QH, T, TD);
        schedule(QH | Q);
        frames(1);
        ck_assert_msg((in(STS, 2) & 1) == (c == 0 || c == 2), "case %u: status %x", c, in(STS, 2));
        out(CMD, 2, 0);
    }
}
END_TEST

TCase *uhci_schedule_tests(void)
{
    TCase *c = tcase_create("uhci-schedule");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_frame_has_its_entry);
    tcase_add_test(c, transactions_reach_the_function_at_the_address);
    tcase_add_test(c, short_packets);
    tcase_add_test(c, answers_by_kind);
    tcase_add_test(c, queues_go_across_or_down);
    tcase_add_test(c, a_frame_has_1500_bytes);
    tcase_add_test(c, a_ring_ends_with_the_first_idle_round);
    tcase_add_test(c, memory_that_is_not_there_stops_the_controller);
    tcase_add_test(c, what_cannot_be_written_back_stops_the_controller);
    tcase_add_test(c, terminate_is_no_address);
    tcase_add_test(c, no_answer_counts_down_from_each_count);
    tcase_add_test(c, interrupt_on_completion_only_where_it_completes);
    return c;
}
