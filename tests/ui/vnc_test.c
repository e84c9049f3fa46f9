/* SPDX-License-Identifier: MIT */
/* The VNC server at its socket (RFC 6143, and QEMU's extensions as rfbproto has them), in this process. */
#include "config.h"

#ifdef HAVE_VNCSERVER

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "vnc/vnc_server.h"
#include "vnc_viewer.h"

static struct {
    struct vnc *vnc;
    int listener;
    char said[65536];
} rig;

static void on_key(void *ctx, uint32_t keysym, uint8_t qnum, bool down)
{
    ck_assert_ptr_eq(ctx, &rig);
    size_t n = strlen(rig.said);
    snprintf(rig.said + n, sizeof rig.said - n, "key %x %02x %d; ", keysym, qnum, down);
}

static void on_pointer(void *ctx, bool relative, int x, int y, uint8_t buttons, uint32_t w, uint32_t h)
{
    (void)ctx;
    size_t n = strlen(rig.said);
    snprintf(rig.said + n, sizeof rig.said - n, "%s %d %d %02x of %ux%u; ", relative ? "rel" : "abs", x, y, buttons, w,
             h);
}

static void on_left(void *ctx)
{
    (void)ctx;
    strcat(rig.said, "left; ");
}

/* What the server passes on within 5 s. */
static void says(const char *want)
{
    for (unsigned i = 0; i < 500 && strcmp(rig.said, want) != 0; i++) {
        struct pollfd p = {.fd = vnc_fd(rig.vnc), .events = POLLIN};
        poll(&p, 1, 10);
        vnc_pump(rig.vnc);
    }
    ck_assert_str_eq(rig.said, want);
    rig.said[0] = 0;
}

static void serve(bool password, enum vnc_share share)
{
    static const struct vnc_ops ops = {on_key, on_pointer, on_left};
    struct error err = {""};
    rig.listener = viewer_listen();
    rig.vnc = vnc_open("the guest", &rig.listener, 1, password, share, &ops, &rig, &err);
    ck_assert_msg(rig.vnc, "%s", err.text);
    ck_assert_msg(vnc_serve(rig.vnc, &err), "%s", err.text);
}

/* --- The picture --- */

static uint32_t picture[100 * 60];

static void paint(unsigned w, unsigned h, uint32_t seed)
{
    for (unsigned i = 0; i < w * h; i++)
        picture[i] = (i * 0x010307 + seed) & 0xffffff;
}

static void sees(struct viewer *v)
{
    for (unsigned i = 0; i < v->w * v->h; i++)
        ck_assert_msg((v->pixels[i] & 0xffffff) == picture[i], "pixel %u,%u is %06x, not %06x", i % v->w, i / v->w,
                      v->pixels[i], picture[i]);
}

/* Asks for all of it, and takes updates until they show it: what was asked for before may come first. */
static void comes_to_see(struct viewer *v)
{
    uint8_t r[12];
    for (unsigned i = 0; i < 20; i++) {
        bool all = true;
        viewer_ask(v, false);
        viewer_update(v, r);
        for (unsigned n = 0; n < v->w * v->h; n++)
            all &= (v->pixels[n] & 0xffffff) == picture[n];
        if (all)
            return;
    }
    sees(v);
}

START_TEST(a_viewer_sees_the_picture_its_changes_and_its_new_size)
{
    static struct viewer v;
    static const int32_t mine[] = {0, ENCODING_SIZE};
    uint8_t r[12];
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    paint(100, 50, 1);
    vnc_frame(rig.vnc, picture, 100, 50, 0, 50);
    usleep(50000);
    ck_assert(viewer_come(&v, true));
    ck_assert_uint_eq(v.w, 100);
    ck_assert_uint_eq(v.h, 50);
    viewer_encodings(&v, mine, 2);
    viewer_ask(&v, false);
    while (viewer_update(&v, r))
        ;
    sees(&v);
    /* Lines 10 to 12 and then 30, of two frames before the viewer asks again. */
    for (unsigned i = 0; i < 300; i++)
        picture[1000 + i] ^= 0xffffff;
    vnc_frame(rig.vnc, picture, 100, 50, 10, 13);
    picture[30 * 100 + 99] = 0x123456;
    vnc_frame(rig.vnc, picture, 100, 50, 30, 31);
    for (unsigned i = 0; i < 20; i++) { /* in one update or two */
        bool all = true;
        viewer_ask(&v, true);
        viewer_update(&v, r);
        ck_assert_uint_ge(be16(r + 2), 10);
        ck_assert_uint_le(be16(r + 2) + be16(r + 6), 31);
        for (unsigned n = 0; n < 5000; n++)
            all &= (v.pixels[n] & 0xffffff) == picture[n];
        if (all)
            break;
        ck_assert_uint_lt(i, 19);
    }
    sees(&v);
    static const struct {
        unsigned w, h;
    } sizes[] = {{80, 50}, {80, 60}, {100, 60}, {20, 10}};
    for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
        paint(sizes[i].w, sizes[i].h, 77 * i);
        vnc_frame(rig.vnc, picture, sizes[i].w, sizes[i].h, 3, 4); /* another size: all of it */
        viewer_ask(&v, true);
        while (viewer_update(&v, r) != ENCODING_SIZE)
            viewer_ask(&v, true);
        ck_assert_uint_eq(v.w, sizes[i].w);
        ck_assert_uint_eq(v.h, sizes[i].h);
        comes_to_see(&v);
    }
    paint(20, 10, 5); /* sizes that come and go before anybody looks */
    vnc_frame(rig.vnc, picture, 30, 10, 0, 10);
    vnc_frame(rig.vnc, picture, 40, 10, 0, 10);
    vnc_frame(rig.vnc, picture, 20, 10, 0, 10);
    usleep(50000);
    comes_to_see(&v);
    ck_assert_uint_eq(v.w, 20);
    viewer_go(&v);
    says("left; ");
}
END_TEST

/* --- Keys and the pointer --- */

START_TEST(keys_come_by_keysym_or_by_their_place)
{
    static struct viewer v;
    static const int32_t mine[] = {0, ENCODING_KEYS};
    uint8_t r[12];
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert(viewer_come(&v, true));
    viewer_give(&v, "\4\1\0\0\0\0\xff\x0d", 8);
    viewer_give(&v, "\4\0\0\0\1\0\0\x41", 8);
    says("key ff0d 00 1; key 1000041 00 0; ");
    viewer_encodings(&v, mine, 2);
    ck_assert_int_eq(viewer_update(&v, r), ENCODING_KEYS); /* the server knows them */
    ck_assert_mem_eq(r, "\0\0\0\0\2\x80\1\xe0", 8);
    /* QEMU's extended key event: 255, 0, down (16 bits), keysym, key (32 bits each). */
    viewer_give(&v, "\xff\0\0\1\0\0\xff\x0d\0\0\0\x1c", 12);
    viewer_give(&v, "\xff\0\0\0\0\0\xff\x0d\0\0\0\x9c", 12);
    viewer_give(&v, "\xff\0\1\0\x12\x34\x56\x78\0\0\0\0", 12);
    says("key ff0d 1c 1; key ff0d 9c 0; key 12345678 00 1; ");
    viewer_give(&v, "\xff\0\0\1\0\0\0\1\1\0\0\x1c", 12); /* no key has such a number */
    viewer_give(&v, "\xff\0\0\1\0\0\0\2\0\1\0\x1c", 12);
    viewer_give(&v, "\xff\0\0\1\0\0\0\3\0\0\1\x1c", 12);
    says("key 1 00 1; key 2 00 1; key 3 00 1; ");
    viewer_give(&v, "\xff\1\0\1\0\0\0\1\0\0\0\x1c", 12); /* another of QEMU's messages: not spoken here */
    ck_assert(!viewer_take(&v, r, 1));
    says("left; ");
    viewer_go(&v);
    ck_assert(viewer_come(&v, true));
    viewer_give(&v, "\xfe", 1);
    ck_assert(!viewer_take(&v, r, 1));
    says("left; ");
    viewer_go(&v);
}
END_TEST

START_TEST(the_pointer_comes_with_the_picture_that_it_refers_to)
{
    static struct viewer v;
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert(viewer_come(&v, true));
    viewer_give(&v, "\5\0\0\0\0\0", 6);
    viewer_give(&v, "\5\xff\2\x7f\1\xdf", 6);
    says("abs 0 0 00 of 640x480; abs 639 479 ff of 640x480; ");
    viewer_go(&v);
    says("left; ");
}
END_TEST

/* QEMU's pointer motion change: a rectangle's x is 1 for places, 0 for motion around 7FFFh. */
START_TEST(viewers_that_know_motion_are_told_of_it_and_send_it)
{
    static struct viewer v, plain;
    static const int32_t mine[] = {0, ENCODING_MOTION};
    uint8_t r[12];
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert(viewer_come(&plain, true));
    ck_assert(viewer_come(&v, true));
    viewer_encodings(&v, mine, 2);
    ck_assert_int_eq(viewer_update(&v, r), ENCODING_MOTION);
    ck_assert_uint_eq(be16(r), 0);
    ck_assert_mem_eq(r + 2, "\0\0\2\x80\1\xe0", 6);
    viewer_give(&v, "\5\1\x80\4\x7f\xfc", 6);
    viewer_give(&v, "\5\0\x7f\xff\x7f\xff", 6);
    says("rel 5 -3 01 of 640x480; rel 0 0 00 of 640x480; ");
    viewer_give(&plain, "\5\0\0\4\0\5", 6);
    says("abs 4 5 00 of 640x480; ");
    vnc_pointer_mode(rig.vnc, true);
    ck_assert_int_eq(viewer_update(&v, r), ENCODING_MOTION);
    ck_assert_uint_eq(be16(r), 1);
    viewer_give(&v, "\5\0\0\4\0\5", 6);
    says("abs 4 5 00 of 640x480; ");
    vnc_pointer_mode(rig.vnc, true); /* no news */
    vnc_pointer_mode(rig.vnc, false);
    ck_assert_int_eq(viewer_update(&v, r), ENCODING_MOTION);
    ck_assert_uint_eq(be16(r), 0);
    vnc_pointer_mode(rig.vnc, true);
    viewer_update(&v, r);
    viewer_go(&v);
    says("left; ");
    ck_assert(viewer_come(&v, true)); /* one that comes while the guest takes places */
    viewer_encodings(&v, mine, 2);
    ck_assert_int_eq(viewer_update(&v, r), ENCODING_MOTION);
    ck_assert_uint_eq(be16(r), 1);
    viewer_give(&v, "\5\0\0\4\0\5", 6);
    says("abs 4 5 00 of 640x480; ");
    struct pollfd p = {.fd = plain.fd, .events = POLLIN}; /* nobody told this one */
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    viewer_go(&plain);
    says("left; ");
    viewer_go(&v);
    says("left; ");
}
END_TEST

/* Keys wait where nobody takes them; motion is dropped; what was first comes first. */
START_TEST(keys_wait_for_room_and_motion_does_not)
{
    static struct viewer v;
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert(viewer_come(&v, true));
    static uint8_t many[1500 * 8]; /* at once: the socket has no room for so many small messages */
    for (unsigned i = 0; i < 1500; i++)
        memcpy(many + 8 * i, (uint8_t[]){4, i & 1, 0, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}, 8);
    viewer_give(&v, many, sizeof many);
    usleep(200000);
    unsigned lines = 0;
    for (unsigned i = 0; i < 500 && lines < 1500; i++) {
        vnc_pump(rig.vnc);
        for (const char *p = rig.said; (p = strstr(p, "key ")); p++, lines++) {
            unsigned sym, down;
            ck_assert_int_eq(sscanf(p, "key %x 00 %u", &sym, &down), 2);
            ck_assert_uint_eq(sym, lines);
            ck_assert_uint_eq(down, lines & 1);
        }
        rig.said[0] = 0;
        usleep(5000);
    }
    ck_assert_uint_eq(lines, 1500);
    for (unsigned i = 0; i < 1500; i++)
        memcpy(many + 6 * i, "\5\0\0\4\0\5", 6);
    viewer_give(&v, many, 1500 * 6);
    viewer_give(&v, "\4\1\0\0\0\0\0\x61", 8);
    usleep(200000);
    unsigned motions = 0, keys = 0;
    for (unsigned i = 0; i < 500 && !keys; i++) {
        vnc_pump(rig.vnc);
        for (const char *p = rig.said; (p = strstr(p, "abs ")); p++)
            motions++;
        keys += strstr(rig.said, "key 61") != NULL;
        rig.said[0] = 0;
        usleep(5000);
    }
    ck_assert_uint_eq(motions, 1024);
    ck_assert_uint_eq(keys, 1);
    viewer_go(&v);
    says("left; ");
}
END_TEST

/* --- Who is there --- */

static unsigned viewers(void)
{
    char host[VNC_VIEWERS][VNC_HOST];
    unsigned n = 0;
    vnc_viewers(rig.vnc, host);
    for (unsigned i = 0; i < VNC_VIEWERS; i++)
        n += host[i][0] != 0;
    return n;
}

static bool are(unsigned want)
{
    for (unsigned i = 0; i < 500 && viewers() != want; i++) {
        vnc_pump(rig.vnc);
        usleep(10000);
    }
    return viewers() == want;
}

START_TEST(sixteen_viewers_have_room_and_room_comes_back)
{
    static struct viewer v[VNC_VIEWERS + 1];
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert_uint_eq(viewers(), 0);
    for (unsigned i = 0; i < VNC_VIEWERS; i++)
        ck_assert_msg(viewer_come(&v[i], true), "viewer %u", i);
    ck_assert(are(VNC_VIEWERS));
    ck_assert(!viewer_come(&v[VNC_VIEWERS], true));
    viewer_go(&v[VNC_VIEWERS]);
    viewer_go(&v[3]);
    ck_assert(are(VNC_VIEWERS - 1));
    usleep(50000);
    ck_assert(viewer_come(&v[3], true));
    for (unsigned i = 0; i < VNC_VIEWERS; i++)
        viewer_go(&v[i]);
    ck_assert(are(0));
    usleep(50000);
    ck_assert(viewer_come(&v[0], true));
    ck_assert(are(1));
}
END_TEST

/* RFC 6143 7.3.1: one that does not share sends the others away, unless share= says otherwise (as QEMU's). */
START_TEST(share_decides_whom_an_exclusive_viewer_sends_away)
{
    static struct viewer first, second;
    uint8_t b;
    serve(false, (enum vnc_share)_i);
    ck_assert(viewer_come(&first, true));
    bool in = viewer_come(&second, false);
    if (_i == VNC_SHARE_ALLOW_EXCLUSIVE) {
        ck_assert(in);
        ck_assert(!viewer_take(&first, &b, 1));
    } else {
        ck_assert(in == (_i != VNC_SHARE_IGNORE) || in);
        viewer_give(&first, "\4\1\0\0\0\0\0\x61", 8);
        says("key 61 00 1; ");
    }
}
END_TEST

START_TEST(no_password_is_taken_where_none_is_asked_for)
{
    serve(false, VNC_SHARE_ALLOW_EXCLUSIVE);
    ck_assert(!vnc_password(rig.vnc, "secret"));
    ck_assert(!vnc_password(rig.vnc, NULL));
}
END_TEST

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    Suite *s = suite_create("VNC");
    TCase *t = tcase_create("VNC");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_viewer_sees_the_picture_its_changes_and_its_new_size);
    tcase_add_test(t, keys_come_by_keysym_or_by_their_place);
    tcase_add_test(t, the_pointer_comes_with_the_picture_that_it_refers_to);
    tcase_add_test(t, viewers_that_know_motion_are_told_of_it_and_send_it);
    tcase_add_test(t, keys_wait_for_room_and_motion_does_not);
    tcase_add_test(t, sixteen_viewers_have_room_and_room_comes_back);
    tcase_add_loop_test(t, share_decides_whom_an_exclusive_viewer_sends_away, VNC_SHARE_ALLOW_EXCLUSIVE,
                        VNC_SHARE_IGNORE + 1);
    tcase_add_test(t, no_password_is_taken_where_none_is_asked_for);
    suite_add_tcase(s, t);
    suite_add_tcase(s, vnc_process_case());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#else
#include <stdio.h>

int main(void)
{
    puts("skipped: VNC, since this build has no libvncserver");
    return 77;
}
#endif
