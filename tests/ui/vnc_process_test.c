/* SPDX-License-Identifier: MIT */
/* The process that serves viewers, from the front end's side: what it takes, passes on, and dies of. */
#include "config.h"

#ifdef HAVE_VNCSERVER

#include "vnc_viewer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rfb/rfb.h>

#include "base/bits.h"
#include "link/vnc_link.h"
#include "vnc/vnc_process.h"

static struct {
    int link;
    pid_t pid;
    struct vnc_picture picture;
} front;

/* The next record; false: the process has ended. */
static bool hear(struct vnc_record *r)
{
    size_t nfds;
    struct pollfd p = {.fd = front.link, .events = POLLIN};
    ck_assert_msg(poll(&p, 1, 10000) == 1, "the process says nothing");
    return vnc_link_receive(front.link, r, NULL, 0, &nfds) == VNC_GOT_RECORD;
}

static void tell(struct vnc_record r)
{
    ck_assert(vnc_link_send(front.link, &r, NULL, 0, 1000));
}

static int ended(void)
{
    int status;
    ck_assert_int_eq(waitpid(front.pid, &status, 0), front.pid);
    close(front.link);
    return status;
}

static void begin(void)
{
    int pair[2];
    struct error err;
    ck_assert(vnc_link_pair(pair, &err));
    front.pid = fork();
    if (!front.pid) {
        close(pair[0]);
        alarm(0);
        vnc_process_main(pair[1]);
        _exit(99);
    }
    close(pair[1]);
    front.link = pair[0];
}

static void start(bool password)
{
    struct error err;
    struct vnc_record r = {.type = VNC_START, .flag = password, .text = "the guest"};
    begin();
    ck_assert(vnc_picture_make(&front.picture, &err));
    int fds[] = {front.picture.fd_read, viewer_listen()};
    ck_assert(vnc_link_send(front.link, &r, fds, 2, 1000));
    ck_assert(hear(&r));
    ck_assert_uint_eq(r.type, VNC_READY);
    ck_assert_str_eq(r.text, "");
}

START_TEST(what_viewers_do_is_passed_on)
{
    static struct viewer v;
    struct vnc_record r;
    uint8_t head[12];
    start(false);
    for (unsigned i = 0; i < 100 * 50; i++)
        front.picture.map[i] = i * 3;
    tell((struct vnc_record){.type = VNC_FRAME, .w = 100, .h = 50, .y0 = 0, .y1 = 50});
    usleep(100000);
    ck_assert(viewer_come(&v, true));
    ck_assert(hear(&r));
    ck_assert_uint_eq(r.type, VNC_VIEWER);
    ck_assert(r.index == 0 && r.flag == 1 && r.text[0]);
    ck_assert_uint_eq(v.w, 100);
    viewer_encodings(&v, (const int32_t[]){0, ENCODING_MOTION}, 2);
    ck_assert_int_eq(viewer_update(&v, head), ENCODING_MOTION);
    viewer_ask(&v, false);
    viewer_update(&v, head);
    for (unsigned i = 0; i < 100 * 50; i++)
        ck_assert_uint_eq(v.pixels[i] & 0xffffff, i * 3);
    viewer_give(&v, "\4\1\0\0\1\2\3\4", 8);
    ck_assert(hear(&r));
    ck_assert(r.type == VNC_KEY && r.keysym == 0x1020304 && r.qnum == 0 && r.flag == 1);
    viewer_give(&v, "\xff\0\0\0\0\0\xff\x0d\0\0\0\x1c", 12);
    ck_assert(hear(&r));
    ck_assert(r.type == VNC_KEY && r.keysym == 0xff0d && r.qnum == 0x1c && r.flag == 0);
    viewer_give(&v, "\5\3\x80\1\x7f\xfd", 6);
    ck_assert(hear(&r));
    ck_assert(r.type == VNC_POINTER && r.flag == 1 && r.x == 2 && r.y == -2 && r.buttons == 3 && r.w == 100 &&
              r.h == 50);
    tell((struct vnc_record){.type = VNC_MODE, .flag = 1});
    ck_assert_int_eq(viewer_update(&v, head), ENCODING_MOTION);
    viewer_give(&v, "\5\0\0\7\0\x9", 6);
    ck_assert(hear(&r));
    ck_assert(r.type == VNC_POINTER && r.flag == 0 && r.x == 7 && r.y == 9 && r.buttons == 0);
    viewer_go(&v);
    bool left = false, free_again = false;
    while (!(left && free_again) && hear(&r)) {
        left |= r.type == VNC_LEFT;
        free_again |= r.type == VNC_VIEWER && r.index == 0 && r.flag == 0 && !r.text[0];
    }
    close(front.link); /* the front end is gone */
    ck_assert_int_eq(ended(), 0);
}
END_TEST

/* Of each number the last that is good and the first that is not. */
START_TEST(records_that_no_front_end_sends_end_it)
{
    static const struct {
        struct vnc_record r;
        bool good;
    } row[] = {
        {{.type = VNC_FRAME, .w = 1, .h = 1, .y1 = 1}, true},
        {{.type = VNC_FRAME, .w = 0, .h = 1, .y1 = 1}, false},
        {{.type = VNC_FRAME, .w = 1, .h = 0}, false},
        {{.type = VNC_FRAME, .w = SURFACE_MAX_W, .h = 1, .y1 = 1}, true},
        {{.type = VNC_FRAME, .w = SURFACE_MAX_W + 1, .h = 1, .y1 = 1}, false},
        {{.type = VNC_FRAME, .w = 1, .h = SURFACE_MAX_H, .y1 = 1}, true},
        {{.type = VNC_FRAME, .w = 1, .h = SURFACE_MAX_H + 1, .y1 = 1}, false},
        {{.type = VNC_FRAME, .w = 9, .h = 9, .y0 = 5, .y1 = 5}, true},
        {{.type = VNC_FRAME, .w = 9, .h = 9, .y0 = 6, .y1 = 5}, false},
        {{.type = VNC_FRAME, .w = 9, .h = 9, .y0 = 9, .y1 = 9}, true},
        {{.type = VNC_FRAME, .w = 9, .h = 9, .y0 = 0, .y1 = 10}, false},
        {{.type = VNC_MODE, .flag = 1}, true},
        {{.type = VNC_SET_PASSWORD, .flag = 1, .text = "x"}, true},
        {{.type = VNC_KEY}, false},
        {{.type = VNC_READY}, false},
        {{.type = VNC_START}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        start(false);
        tell(row[i].r);
        struct pollfd p = {.fd = front.link, .events = POLLIN};
        bool lives = poll(&p, 1, row[i].good ? 60 : 10000) == 0;
        ck_assert_msg(lives == row[i].good, "row %zu: it %s", i, lives ? "lives" : "ended");
        close(front.link);
        front.link = -1;
        ck_assert_int_eq(ended(), 0);
    }
}
END_TEST

START_TEST(a_start_that_is_none_is_said)
{
    struct vnc_record r = {.type = VNC_MODE};
    begin();
    tell(r);
    ck_assert(hear(&r) && r.type == VNC_READY);
    ck_assert_str_eq(r.text, "the front end said nothing");
    ck_assert(!hear(&r));
    ck_assert_int_eq(ended(), 1 << 8);
    begin();
    r = (struct vnc_record){.type = VNC_START, .text = "no descriptors"};
    tell(r);
    ck_assert(hear(&r) && r.type == VNC_READY);
    ck_assert_str_eq(r.text, "the front end said nothing");
    ck_assert_int_eq(ended(), 1 << 8);
    int pair[2];
    begin(); /* a descriptor that is no picture */
    ck_assert_int_eq(pipe(pair), 0);
    int fds[] = {pair[0], viewer_listen()};
    r = (struct vnc_record){.type = VNC_START};
    ck_assert(vnc_link_send(front.link, &r, fds, 2, 1000));
    ck_assert(hear(&r) && r.type == VNC_READY);
    ck_assert_str_eq(r.text, "the picture's memory is not what it should be");
    ck_assert_int_eq(ended(), 1 << 8);
}
END_TEST

/* RFC 6143 7.2.2: the challenge, encrypted with the password; libvncserver has the cipher. */
static bool gets_in(const char *password, unsigned len)
{
    uint8_t b[32];
    struct viewer v;
    bool in = false;
    v.fd = viewer_connect();
    ck_assert(viewer_take(&v, b, 12));
    viewer_give(&v, "RFB 003.008\n", 12);
    ck_assert(viewer_take(&v, b, 1) && viewer_take(&v, b + 1, b[0]));
    ck_assert(memchr(b + 1, 2, b[0]) && !memchr(b + 1, 1, b[0])); /* no way around the password */
    viewer_give(&v, "\2", 1);
    ck_assert(viewer_take(&v, b, 16));
    char key[9] = "";
    strncpy(key, password, 8);
    rfbEncryptBytes(b, key);
    b[15] ^= (uint8_t)(len == 15);
    viewer_give(&v, b, 16);
    in = viewer_take(&v, b, 4) && !memcmp(b, "\0\0\0\0", 4);
    viewer_go(&v);
    return in;
}

static void password(const char *text)
{
    struct vnc_record r = {.type = VNC_SET_PASSWORD, .flag = text != NULL};
    snprintf(r.text, sizeof r.text, "%s", text ? text : "");
    tell(r);
    usleep(100000);
}

START_TEST(a_password_lets_in_who_knows_it_once_it_is_set)
{
    start(true);
    ck_assert(!gets_in("", 16));
    ck_assert(!gets_in("secret", 16));
    password("secret12");
    ck_assert(gets_in("secret12", 16));
    ck_assert(!gets_in("secret13", 16));
    ck_assert(!gets_in("secret12", 15));
    ck_assert(!gets_in("", 16));
    password("abc"); /* nothing of the longer one stays */
    ck_assert(gets_in("abc", 16));
    ck_assert(!gets_in("abcret12", 16));
    password(NULL);
    ck_assert(!gets_in("abc", 16));
    ck_assert(!gets_in("", 16));
    kill(front.pid, SIGKILL);
    ended();
}
END_TEST

TCase *vnc_process_case(void)
{
    TCase *t = tcase_create("VNC process");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, what_viewers_do_is_passed_on);
    tcase_add_test(t, records_that_no_front_end_sends_end_it);
    tcase_add_test(t, a_start_that_is_none_is_said);
    tcase_add_test(t, a_password_lets_in_who_knows_it_once_it_is_set);
    return t;
}

#else
typedef int no_vnc_process_test;
#endif
