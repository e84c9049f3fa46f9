/* SPDX-License-Identifier: MIT */
/* The link: messages whole and malformed, the configuration, frames. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "link/cells.h"
#include "link/configmsg.h"
#include "link/framebuffer.h"
#include "link/guest.h"
#include "link/vnc_link.h"
#include "tests/link/rig.h"

/* A link whose other end is a bare socket. */
struct rig {
    struct link link;
    int peer;
    struct link_msg msg;
};

static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof *r);
    int fds[2];
    struct error err;
    ck_assert(link_pair(fds, &err));
    link_init(&r->link, fds[0]);
    r->peer = fds[1];
    return r;
}

static void rig_free(struct rig *r)
{
    link_close(&r->link);
    close(r->peer);
    free(r);
}

static void put(struct rig *r, uint32_t type, uint32_t len, size_t really)
{
    uint8_t *b = calloc(1, LINK_HEADER + really);
    st32(b, type);
    st32(b + 4, len);
    ck_assert_int_eq(send(r->peer, b, LINK_HEADER + really, 0), (ssize_t)(LINK_HEADER + really));
    free(b);
}

START_TEST(link_message_comes_whole)
{
    struct rig *r = rig_new();
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_NONE);
    put(r, LINK_KEY, 5, 5);
    put(r, LINK_QUIT, 0, 0);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_MSG);
    ck_assert_uint_eq(r->msg.type, LINK_KEY);
    ck_assert_uint_eq(r->msg.len, 5);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_MSG);
    ck_assert_uint_eq(r->msg.len, 0);
    close(r->peer);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_EOF);
    r->peer = -1;
    rig_free(r);
}
END_TEST

START_TEST(link_wrong_lengths_are_bad)
{
    static const struct {
        uint32_t len;
        size_t really;
    } wrong[] = {{0, 1}, {1, 0}, {5, 4}, {UINT32_MAX, 3}, {LINK_MAX + 1, 8}, {LINK_MAX + 1, LINK_MAX + 1}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct rig *r = rig_new();
        put(r, LINK_KEY, wrong[i].len, wrong[i].really);
        ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_BAD);
        rig_free(r);
    }
    struct rig *r = rig_new();
    ck_assert_int_eq(send(r->peer, "abc", 3, 0), 3);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_BAD);
    rig_free(r);
}
END_TEST

START_TEST(link_longest_message_passes)
{
    struct rig *r = rig_new();
    put(r, LINK_SERIAL_OUT, LINK_MAX, LINK_MAX);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_MSG);
    ck_assert_uint_eq(r->msg.len, LINK_MAX);
    rig_free(r);
}
END_TEST

START_TEST(link_more_than_one_descriptor_is_bad_and_none_leaks)
{
    struct rig *r = rig_new();
    unsigned before = open_fds();
    send_fds(r->peer, 1);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_MSG);
    ck_assert_int_ge(r->msg.fd, 0);
    ck_assert_int_ne(fcntl(r->msg.fd, F_GETFD) & FD_CLOEXEC, 0);
    close(r->msg.fd);
    for (unsigned n = 2; n <= 8; n += 3) {
        send_fds(r->peer, n);
        ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_BAD);
        ck_assert_int_eq(r->msg.fd, -1);
    }
    ck_assert_uint_eq(open_fds(), before);
    rig_free(r);
}
END_TEST

/* A descriptor keeps its place between what was queued before and after it, and is closed here once it is sent. */
START_TEST(link_passed_descriptor_waits_in_the_queue)
{
    struct rig *r = rig_new();
    struct link *peer = calloc(1, sizeof *peer);
    static const uint8_t big[LINK_CHUNK];
    int pipe_fd[2], got = -1;
    unsigned before = 0;
    ck_assert_int_eq(pipe(pipe_fd), 0);
    link_init(peer, r->peer);
    while (!link_queued(&r->link))
        link_send(&r->link, LINK_DEBUGCON, big, sizeof big), before++;
    link_pass(&r->link, LINK_MEDIUM, "message", 7, pipe_fd[1]);
    link_send(&r->link, LINK_QUIT, NULL, 0);
    for (unsigned i = 0; i < before + 2; i++) {
        link_flush(&r->link);
        ck_assert_int_eq(link_recv(peer, &r->msg), LINK_GOT_MSG);
        ck_assert_uint_eq(r->msg.type, i < before ? LINK_DEBUGCON : i == before ? LINK_MEDIUM : LINK_QUIT);
        ck_assert(i == before ? r->msg.fd >= 0 : r->msg.fd < 0);
        if (i == before)
            got = r->msg.fd;
    }
    ck_assert_int_eq(write(got, "y", 1), 1);
    close(got);
    char bytes[2];
    ck_assert_int_eq(read(pipe_fd[0], bytes, 2), 1);
    ck_assert_int_eq(read(pipe_fd[0], bytes, 2), 0); /* the sender has none any more */
    close(pipe_fd[0]);
    free(peer);
    rig_free(r);
}
END_TEST

/* What is never sent is closed with the link. */
START_TEST(link_close_closes_what_was_to_be_passed)
{
    struct rig *r = rig_new();
    static const uint8_t big[LINK_CHUNK];
    int pipe_fd[2];
    char byte;
    ck_assert_int_eq(pipe(pipe_fd), 0);
    while (!link_queued(&r->link))
        link_send(&r->link, LINK_DEBUGCON, big, sizeof big);
    link_pass(&r->link, LINK_MEDIUM, "message", 7, pipe_fd[1]);
    rig_free(r);
    ck_assert_int_eq(read(pipe_fd[0], &byte, 1), 0); /* nobody has the other end any more */
    close(pipe_fd[0]);
}
END_TEST

START_TEST(guest_drives_takes_whole_replies_only)
{
    uint8_t reply[MAX_DRIVES * 41] = {LINK_DRIVE_FITTED | LINK_DRIVE_OPEN, 7};
    struct guest_drive d[MAX_DRIVES];
    ck_assert(guest_drives(reply, sizeof reply, d));
    ck_assert(d[0].fitted && d[0].open && !d[0].medium && !d[0].locked);
    ck_assert_uint_eq(d[0].reads, 7);
    ck_assert(!d[1].fitted);
    ck_assert(!guest_drives(reply, sizeof reply - 1, d));
    ck_assert(!guest_drives(reply, 0, d));
}
END_TEST

START_TEST(link_sender_queues_and_never_waits)
{
    struct rig *r = rig_new();
    uint8_t part[1000] = {0};
    enum { MANY = 5000 };
    for (unsigned i = 0; i < MANY; i++) {
        st32(part, i);
        link_send(&r->link, LINK_SERIAL_OUT, part, sizeof part);
    }
    ck_assert_uint_gt(link_queued(&r->link), 0);
    static uint8_t in[LINK_HEADER + LINK_MAX];
    for (unsigned i = 0; i < MANY; i++) {
        ck_assert_int_eq(recv(r->peer, in, sizeof in, MSG_DONTWAIT), LINK_HEADER + (ssize_t)sizeof part);
        ck_assert_uint_eq(ld32(in + LINK_HEADER), i);
        link_flush(&r->link);
    }
    ck_assert_uint_eq(link_queued(&r->link), 0);
    rig_free(r);
}
END_TEST

/* Replies and pictures: in parts of 32 KiB, the last of which says so; nothing is a part, too. */
START_TEST(link_long_answers_come_in_parts)
{
    static const size_t sizes[] = {0, 1, 32767, 32768, 32769, 65536, 70000};
    static uint8_t data[70000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 251);
    for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
        struct rig *r = rig_new();
        struct link *peer = calloc(1, sizeof *peer);
        size_t len = sizes[i / 2], at = 0;
        bool last = false;
        link_init(peer, r->peer);
        if (i % 2)
            link_reply(&r->link, 0x12345678, data, len);
        else
            link_picture(&r->link, 0x12345678, data, len);
        while (!last) {
            link_flush(&r->link);
            ck_assert_msg(link_recv(peer, &r->msg) == LINK_GOT_MSG, "%zu bytes: nothing after %zu", len, at);
            ck_assert_uint_eq(r->msg.type, i % 2 ? LINK_REPLY : LINK_PICTURE);
            ck_assert_uint_eq(ld32(r->msg.data), 0x12345678);
            size_t n = r->msg.len - 5;
            last = len - at <= 32768;
            ck_assert_uint_eq(r->msg.data[4], last ? LINK_LAST : LINK_MORE);
            ck_assert_msg(n == (last ? len - at : 32768), "%zu bytes: a part of %zu at %zu", len, n, at);
            ck_assert_msg(!memcmp(r->msg.data + 5, data + at, n), "%zu bytes: another part at %zu", len, at);
            at += n;
        }
        ck_assert_int_eq(link_recv(peer, &r->msg), LINK_GOT_NONE);
        free(peer);
        rig_free(r);
    }
}
END_TEST

START_TEST(link_last_words_are_heard_after_an_unread_message)
{
    struct rig *r = rig_new();
    link_send(&r->link, LINK_STATS, NULL, 0);
    put(r, LINK_EXIT, 0, 0);
    close(r->peer);
    r->peer = -1;
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_MSG);
    ck_assert_uint_eq(r->msg.type, LINK_EXIT);
    ck_assert_int_eq(link_recv(&r->link, &r->msg), LINK_GOT_EOF);
    rig_free(r);
}
END_TEST

/* --- Configuration --- */

static void fill(struct machine_config *c)
{
    memset(c, 0, sizeof *c);
    strcpy(c->machine, "pc");
    strcpy(c->cpu, "pentiumpro");
    c->engine = ENGINE_TCG;
    c->ram_mb = 77;
    c->clock = CLOCK_VIRTUAL;
    c->clock_rate = 0x123456789;
    c->rtc_seconds = UINT64_C(0xfedcba9876543210);
    c->drive[2] = (struct drive_config){.present = true,
                                        .medium = true,
                                        .kind = DRIVE_CD,
                                        .fd = 9,
                                        .readonly = true,
                                        .bytes = 12345678901,
                                        .name = "a name"};
    c->serial[0] = c->serial[3] = true;
    c->vga = true;
    c->debugcon = true;
    c->debugcon_iobase = 0x402;
    c->ndevices = 2;
    strcpy(c->device[1].cls, "isa-debug-exit");
    c->device[1].nprops = 2;
    strcpy(c->device[1].props[1], "iosize=4");
    strcpy(c->cmdline, "console=ttyS0 quiet");
    strcpy(c->boot, "cd");
    strcpy(c->boot_once, "d");
    c->boot_strict = c->acpi = c->vmport = true;
    c->boot_splash_ms = 1500;
    c->boot_retry_ms = BOOT_NO_RETRY;
    c->drive[2].bootindex = NO_BOOTINDEX;
    c->drive[2].cache = CACHE_UNSAFE;
    strcpy(c->drive[2].id, "ide1-cd0");
    c->nglobals = 1;
    strcpy(c->global[0].cls, "isa-debug-exit");
    strcpy(c->global[0].value, "0x501");
    c->uuid[15] = 7;
    c->uuid_said = true;
    c->no_reboot = true;
}

START_TEST(config_round_trip)
{
    struct machine_config a, b;
    struct run_config ra = {.display = true, .audio = true, .log = 1, .speed = 100}, rb;
    struct buf m = {0};
    struct error err;
    fill(&a);
    config_put(&a, &ra, &m);
    ck_assert(config_get(&b, &rb, m.data, m.len, &err));
    ck_assert(rb.display);
    ck_assert_int_eq(b.drive[2].fd, -1); /* descriptors do not travel as numbers */
    a.drive[2].fd = -1;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        a.drive[i].fd = -1;
    struct buf again = {0};
    config_put(&b, &rb, &again);
    ck_assert_uint_eq(m.len, again.len);
    ck_assert_mem_eq(m.data, again.data, m.len);
    ck_assert_str_eq(b.device[1].props[1], "iosize=4");
    ck_assert_uint_eq(b.rtc_seconds, a.rtc_seconds);
    ck_assert_int_eq(b.boot_retry_ms, BOOT_NO_RETRY);
    ck_assert_str_eq(b.global[0].value, "0x501");
    ck_assert_uint_eq(b.uuid[15], 7);
    buf_free(&m);
    buf_free(&again);
}
END_TEST

START_TEST(config_cut_short_or_too_long_is_refused)
{
    struct machine_config a, b;
    struct run_config ra = {false}, rb;
    struct buf m = {0};
    struct error err;
    fill(&a);
    config_put(&a, &ra, &m);
    for (size_t n = 0; n < m.len; n++)
        ck_assert(!config_get(&b, &rb, m.data, n, &err));
    buf_add8(&m, 0);
    ck_assert(!config_get(&b, &rb, m.data, m.len, &err));
    buf_free(&m);
}
END_TEST

START_TEST(config_any_single_wrong_byte_stays_in_bounds)
{
    struct machine_config a, b;
    struct run_config ra = {false}, rb;
    struct buf m = {0};
    struct error err;
    unsigned refused = 0;
    fill(&a);
    config_put(&a, &ra, &m);
    for (size_t i = 0; i < m.len; i++) {
        uint8_t old = m.data[i];
        m.data[i] = 0xff;
        if (!config_get(&b, &rb, m.data, m.len, &err)) {
            refused++;
        } else {
            ck_assert_uint_le(b.ndevices, MAX_DEVICES);
            ck_assert_uint_le(b.ram_mb, 3583);
            ck_assert_ptr_nonnull(memchr(b.cmdline, 0, sizeof b.cmdline));
        }
        m.data[i] = old;
    }
    ck_assert_uint_gt(refused, 50); /* lengths, booleans, counts, ranges */
    buf_free(&m);
}
END_TEST

START_TEST(config_bounds_hold_on_both_sides_and_name_the_field)
{
    static const struct {
        uint32_t ram_mb;
        bool good;
    } row[] = {{0, false}, {1, true}, {3583, true}, {3584, false}};
    struct machine_config a, b;
    struct run_config ra = {false}, rb;
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        struct buf m = {0};
        struct error err = {""};
        fill(&a);
        a.ram_mb = row[i].ram_mb;
        config_put(&a, &ra, &m);
        ck_assert_msg(config_get(&b, &rb, m.data, m.len, &err) == row[i].good, "%u MB: %s", row[i].ram_mb, err.text);
        ck_assert_msg(row[i].good || strstr(err.text, "ram_mb: out of range"), "%s", err.text);
        buf_free(&m);
    }
    struct buf m = {0};
    struct error err = {""};
    fill(&a);
    a.drive[2].kind = (enum drive_kind)(DRIVE_FLOPPY + 1);
    config_put(&a, &ra, &m);
    ck_assert(!config_get(&b, &rb, m.data, m.len, &err));
    ck_assert_msg(strstr(err.text, "drive[2]: kind: out of range") != NULL, "%s", err.text);
    buf_free(&m);
}
END_TEST

/* --- Frames --- */

START_TEST(frame_numbers_out_of_range_are_refused)
{
    static const struct {
        uint8_t slot;
        uint32_t w, h, y0, y1;
        bool good;
    } t[] = {
        {0, 640, 480, 0, 480, true},
        {1, SURFACE_MAX_W, SURFACE_MAX_H, SURFACE_MAX_H - 1, SURFACE_MAX_H, true},
        {2, 640, 480, 0, 480, false},
        {255, 640, 480, 0, 480, false},
        {0, 0, 480, 0, 480, false},
        {0, 640, 0, 0, 0, false},
        {0, SURFACE_MAX_W + 1, 480, 0, 480, false},
        {0, 640, SURFACE_MAX_H + 1, 0, 480, false},
        {0, UINT32_MAX, UINT32_MAX, 0, 1, false},
        {0, 640, 480, 5, 5, false},
        {0, 640, 480, 6, 5, false},
        {0, 640, 480, 0, 481, false},
        {0, 640, 480, UINT32_MAX, 10, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        uint8_t b[17] = {t[i].slot};
        st32(b + 1, t[i].w);
        st32(b + 5, t[i].h);
        st32(b + 9, t[i].y0);
        st32(b + 13, t[i].y1);
        struct link_msg m = {LINK_FRAME, sizeof b, b, -1};
        struct frame_info info;
        ck_assert_msg(frame_get(&m, &info) == t[i].good, "row %zu", i);
        m.len--;
        ck_assert(!frame_get(&m, &info));
    }
}
END_TEST

START_TEST(frame_slot_in_use_is_not_written)
{
    struct rig *r = rig_new();
    static struct frame_writer f;
    const uint32_t *map;
    struct error err;
    uint32_t stride;
    int fd = frame_create(&map, &err);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_lt(ftruncate(fd, 4096), 0); /* sealed: nobody can cut it under the front end's mapping */
    ck_assert(frame_writer_init(&f, fd, &r->link, &err));
    struct surface s = frame_surface(&f);
    for (uint32_t n = 1; n <= 4; n++) {
        uint32_t *p = s.begin(s.ctx, 8, 4, &stride);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq(stride, 8);
        p[n - 1] = n;
        s.end(s.ctx, 0, 1);
    }
    /* Two frames were taken; the third and fourth wait, together, until a slot comes back. */
    ck_assert_uint_eq(map[0], 1);
    ck_assert_uint_eq(map[1], 0);
    const uint32_t *second = map + FRAME_SLOT_BYTES / 4;
    ck_assert_uint_eq(second[1], 2);
    ck_assert_uint_eq(second[2], 0);
    ck_assert(frame_done(&f, 0));
    ck_assert_uint_eq(map[0], 1);
    ck_assert_uint_eq(map[1], 2);
    ck_assert_uint_eq(map[3], 4);
    ck_assert_uint_eq(second[2], 0);
    ck_assert(!frame_done(&f, FRAME_SLOTS));
    ck_assert_ptr_null(s.begin(s.ctx, SURFACE_MAX_W + 1, 4, &stride));
    munmap((void *)(uintptr_t)map, FRAME_SLOTS * FRAME_SLOT_BYTES);
    close(fd);
    rig_free(r);
}
END_TEST

/* --- The picture for VNC's viewers --- */

START_TEST(vnc_picture_is_whole_and_cannot_be_written_by_viewers)
{
    struct vnc_picture p;
    struct error err = {""};
    unsigned before = open_fds();
    ck_assert_msg(vnc_picture_make(&p, &err), "%s", err.text);
    ck_assert_int_lt(ftruncate(p.fd_read, 4096), 0);
    ck_assert_ptr_eq(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, p.fd_read, 0), MAP_FAILED);
    p.map[1] = 7;
    p.map[VNC_PICTURE_BYTES / 4 - 1] = 9;
    const uint32_t *seen = vnc_picture_map(p.fd_read);
    ck_assert_ptr_nonnull(seen);
    ck_assert(seen[1] == 7 && seen[VNC_PICTURE_BYTES / 4 - 1] == 9);
    munmap((void *)(uintptr_t)seen, VNC_PICTURE_BYTES);
    vnc_picture_free(&p);
    ck_assert(!p.map && p.fd_read == -1);
    vnc_picture_free(&p);
    int other = memfd_create("other", MFD_CLOEXEC);
    ck_assert_int_eq(ftruncate(other, (off_t)VNC_PICTURE_BYTES - 1), 0); /* of another size */
    ck_assert_ptr_null(vnc_picture_map(other));
    close(other);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

/* Each place at which descriptors may run out: an error with a text, and none is left or closed that was there. */
START_TEST(pictures_without_descriptors_are_errors)
{
    struct rlimit was, few;
    int first = dup(0);
    const unsigned before = open_fds();
    close(first);
    getrlimit(RLIMIT_NOFILE, &was);
    for (unsigned spare = 0; spare <= 1; spare++) {
        struct error err = {""};
        struct vnc_picture p;
        const uint32_t *map = NULL;
        few = (struct rlimit){(rlim_t)first + spare, was.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        bool made = vnc_picture_make(&p, &err);
        int fd = spare ? -1 : frame_create(&map, &err);
        setrlimit(RLIMIT_NOFILE, &was);
        ck_assert_msg(!made && !p.map && p.fd_read == -1 && fd < 0, "%u spare: a picture", spare);
        ck_assert_msg(strstr(err.text, "Too many open files"), "%u spare: %s", spare, err.text);
        ck_assert_uint_eq(open_fds(), before - 1);
    }
}
END_TEST

START_TEST(cells_size_must_fit_what_comes)
{
    static const struct {
        uint8_t flags;
        uint32_t w, h;
        size_t more;
        bool good;
    } rows[] = {
        {1, 80, 25, 4000, true},      {7, 1, 1, 2, true},
        {1, 80, 25, 3999, false},     {1, 80, 25, 4002, false},
        {1, 0, 25, 0, false},         {1, 80, 0, 0, false},
        {1, 0x80000001, 2, 4, false}, {1, CELLS_MAX_COLS + 1, 1, 2 * (CELLS_MAX_COLS + 1), false},
        {0, 640, 480, 0, true},       {0, 640, 480, 2, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        struct cells c;
        buf_add8(&b, rows[i].flags);
        buf_add32(&b, rows[i].w);
        buf_add32(&b, rows[i].h);
        buf_add32(&b, UINT32_MAX);
        buf_add32(&b, 3);
        for (size_t k = 0; k < rows[i].more; k++)
            buf_add8(&b, (uint8_t)k);
        ck_assert_msg(cells_get(b.data, b.len, &c) == rows[i].good, "row %zu", i);
        ck_assert(!rows[i].good || (c.w == rows[i].w && c.h == rows[i].h && c.y == 3));
        ck_assert(!cells_get(b.data, 16, &c));
        buf_free(&b);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("link");
    TCase *t = tcase_create("link");
    tcase_add_test(t, link_message_comes_whole);
    tcase_add_test(t, link_wrong_lengths_are_bad);
    tcase_add_test(t, link_longest_message_passes);
    tcase_add_test(t, link_more_than_one_descriptor_is_bad_and_none_leaks);
    tcase_add_test(t, link_passed_descriptor_waits_in_the_queue);
    tcase_add_test(t, link_close_closes_what_was_to_be_passed);
    tcase_add_test(t, guest_drives_takes_whole_replies_only);
    tcase_add_test(t, link_sender_queues_and_never_waits);
    tcase_add_test(t, link_long_answers_come_in_parts);
    tcase_add_test(t, link_last_words_are_heard_after_an_unread_message);
    tcase_add_test(t, config_round_trip);
    tcase_add_test(t, config_cut_short_or_too_long_is_refused);
    tcase_add_test(t, config_bounds_hold_on_both_sides_and_name_the_field);
    tcase_add_test(t, config_any_single_wrong_byte_stays_in_bounds);
    tcase_add_test(t, frame_numbers_out_of_range_are_refused);
    tcase_add_test(t, frame_slot_in_use_is_not_written);
    tcase_add_test(t, vnc_picture_is_whole_and_cannot_be_written_by_viewers);
    tcase_add_test(t, pictures_without_descriptors_are_errors);
    tcase_add_test(t, cells_size_must_fit_what_comes);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
