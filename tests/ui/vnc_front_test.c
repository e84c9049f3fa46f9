/* SPDX-License-Identifier: MIT */
/*
 * VNC's half in the front end, without viewers: the process that serves them is this program once more (--vnc-process),
 * which passes records on between the front end and a socket of the test's.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/input.h"
#include "front/front.h"
#include "link/vnc_link.h"
#include "tests/ui/said.h"

enum { DIE = 1000, ABORT, STATUS = 7 }; /* types of records for the process itself */

/* --- The process --- */

static int be_process(int link)
{
    struct vnc_record r;
    int fds[1 + VNC_LISTENERS];
    size_t n;
    while (vnc_link_receive(link, &r, fds, ARRAY_LEN(fds), &n) == VNC_GOT_NONE)
        poll(&(struct pollfd){.fd = link, .events = POLLIN}, 1, -1);
    const uint32_t *picture = n >= 2 ? vnc_picture_map(fds[0]) : NULL;
    struct vnc_record answer = {.type = strcmp(r.text, "mute") ? VNC_READY : VNC_LEFT};
    if (!strcmp(r.text, "fail") || !picture || r.type != VNC_START || fcntl(STDIN_FILENO, F_GETFD) < 0)
        strcpy(answer.text, "there is no\033");
    if (!strcmp(r.text, "die") || !vnc_link_send(link, &answer, NULL, 0, 1000))
        return 1;
    poll(&(struct pollfd){.fd = fds[1], .events = POLLIN}, 1, -1); /* NOTE: listeners never wait */
    int test = accept(fds[1], NULL, NULL);
    for (;;) {
        struct pollfd p[2] = {{.fd = link, .events = POLLIN}, {.fd = test, .events = POLLIN}};
        poll(p, 2, -1);
        if (p[1].revents) {
            if (recv(test, &r, sizeof r, MSG_WAITALL) != (ssize_t)sizeof r) {
                close(test); /* the front end ends it */
                test = -1;
                continue;
            }
            if (r.type == ABORT)
                abort();
            if (r.type == DIE || !vnc_link_send(link, &r, NULL, 0, 1000))
                return STATUS;
        }
        if (p[0].revents) {
            enum vnc_got got = vnc_link_receive(link, &r, NULL, 0, &n);
            if (got == VNC_GOT_END)
                return 0;
            if (r.type == VNC_FRAME)
                r.keysym = picture[r.y0 * r.w]; /* what it sees there */
            if (got == VNC_GOT_RECORD && send(test, &r, sizeof r, MSG_NOSIGNAL) < 0)
                return 0;
        }
    }
}

/* --- The stage --- */

static struct front f;
static struct options o;
static char path[64];
static uint64_t now;
static int test = -1; /* to the process */

void link_send(struct link *l, enum link_type type, const void *data, size_t len)
{
    const uint8_t *b = data;
    ck_assert(l == &f.guest.link && type == LINK_KEY && len == 2);
    note("%02x%c ", b[0], b[1] == KEY_HOST ? '+' : b[1] == KEY_UP ? '-' : '?');
}

void guest_pointer(struct guest *g, enum link_axes axes, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level)
{
    ck_assert(g == &f.guest && mask == POINTER_ALL);
    note("%s %d %d %d %02x;", axes == LINK_AXES_ABSOLUTE ? "abs" : "rel", x, y, wheel, level);
}

uint64_t front_now(void)
{
    return now;
}

void front_complain(const char *text)
{
    note("%s;", text);
}

static void reach(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strcpy(to.sun_path, path);
    if (test >= 0)
        close(test);
    test = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(test, (struct sockaddr *)&to, sizeof to), 0);
}

static void prepare(void)
{
    memset(&f, 0, sizeof f);
    memset(&o, 0, sizeof o);
    done_log[0] = 0;
    now = UINT64_C(1000000000000);
    f.o = &o;
    snprintf(path, sizeof path, "/tmp/vitrine-vnctest.%d", (int)getpid());
    o.vnc.on = true;
    o.vnc.path = path;
    ck_assert_int_eq(front_vnc_fd(&f), -1);
}

static void setup(void)
{
    struct error err = {""};
    prepare();
    ck_assert_msg(front_open_vnc(&f, &err), "%s", err.text);
    reach();
}

static void teardown(void)
{
    front_close_vnc(&f);
    ck_assert_ptr_null(f.vnc);
    ck_assert_int_ne(access(path, F_OK), 0); /* the socket's name is free again */
}

/* What the process says, and the front end does about it. */
static void says(struct vnc_record r)
{
    ck_assert_int_eq(send(test, &r, sizeof r, MSG_NOSIGNAL), sizeof r);
    struct pollfd p = {.fd = front_vnc_fd(&f), .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, 20000), 1);
    front_vnc_pump(&f);
}

static struct vnc_record hears(uint32_t type)
{
    struct vnc_record r;
    ck_assert_int_eq(recv(test, &r, sizeof r, MSG_WAITALL), sizeof r);
    ck_assert_uint_eq(r.type, type);
    return r;
}

static void key(uint32_t keysym, bool down)
{
    says((struct vnc_record){.type = VNC_KEY, .keysym = keysym, .flag = down});
}

/* --- Keys (keysyms: X11's keysymdef.h; keys: scan codes of set 1) --- */

enum { SHIFT_L = 0xffe1, SHIFT_R, CONTROL_L, CONTROL_R, CAPS_LOCK, ALT_L = 0xffe9, RETURN = 0xff0d };

START_TEST(a_key_that_is_named_by_its_place_is_that_key)
{
    says((struct vnc_record){.type = VNC_KEY, .keysym = 'A', .qnum = 0x10, .flag = 1}), did("10+ ");
    says((struct vnc_record){.type = VNC_KEY, .keysym = 'A', .qnum = 0x10}), did("10- ");
}
END_TEST

START_TEST(keys_of_a_viewer_that_leaves_are_released)
{
    key('a', true), key(SHIFT_R, true), key('b', true), key('b', false);
    done_log[0] = 0;
    says((struct vnc_record){.type = VNC_LEFT}), did("1e- 36- ");
    says((struct vnc_record){.type = VNC_LEFT}), did("");
}
END_TEST

/* --- The pointer --- */

static void point(int x, int y, unsigned buttons)
{
    says((struct vnc_record){.type = VNC_POINTER, .x = x, .y = y, .buttons = buttons, .w = 640, .h = 480});
}

START_TEST(a_pointer_is_motion_to_a_guest_without_absolute_coordinates)
{
    point(100, 50, 0), did("rel 0 0 0 00;"); /* where it begins is no motion */
    point(97, 55, 0), did("rel -3 5 0 00;");
    says((struct vnc_record){.type = VNC_LEFT}), did("");
    point(10, 10, 0), did("rel 0 0 0 00;");
    says((struct vnc_record){.type = VNC_POINTER, .x = 4, .y = -6, .flag = 1}), did("rel 4 -6 0 00;");
    point(300, 300, 0), did("rel 0 0 0 00;"); /* the one before had no place */
    point(301, 300, 0), did("rel 1 0 0 00;");
}
END_TEST

START_TEST(buttons_and_the_wheel_are_rfbs)
{
    static const struct {
        unsigned rfb;
        const char *did;
    } rows[] = {
        {1, "rel 0 0 0 01;"},   {2, "rel 0 0 0 04;"},  {4, "rel 0 0 0 02;"},      {7, "rel 0 0 0 07;"},
        {8, "rel 0 0 1 00;"},   {8, "rel 0 0 0 00;"},  {0, "rel 0 0 0 00;"},      {8, "rel 0 0 1 00;"},
        {16, "rel 0 0 -1 00;"}, {17, "rel 0 0 0 01;"}, {24 | 1, "rel 0 0 1 01;"}, {0, "rel 0 0 0 00;"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        point(5, 5, rows[i].rfb), did(rows[i].did);
}
END_TEST

START_TEST(absolute_coordinates_span_the_picture)
{
    f.takes_absolute = true;
    point(0, 0, 0), did("abs 0 0 0 00;");
    point(639, 479, 1), did("abs 32767 32767 0 01;");
    point(640, 480, 0), did("abs 32767 32767 0 00;");
    point(-1, -1, 0), did("abs 0 0 0 00;");
    point(320, 240, 0), did("abs 16409 16417 0 00;"); /* 320 * 32767 / 639, 240 * 32767 / 479 */
    says((struct vnc_record){.type = VNC_POINTER, .x = 1, .y = 1, .w = 1, .h = 2}), did("abs 0 32767 0 00;");
    says((struct vnc_record){.type = VNC_POINTER, .x = 4, .y = 5, .flag = 1}), did("rel 4 5 0 00;");
}
END_TEST

/* --- The picture, the mode, the password --- */

START_TEST(changed_lines_are_told_and_all_of_a_new_size)
{
    static uint32_t pixels[64 * 32];
    struct frame_info i = {.w = 64, .h = 32, .y0 = 3, .y1 = 5};
    for (unsigned k = 0; k < ARRAY_LEN(pixels); k++)
        pixels[k] = k / 64 + 100;
    front_vnc_frame(&f, pixels, &i);
    struct vnc_record r = hears(VNC_FRAME);
    ck_assert(r.w == 64 && r.h == 32 && r.y0 == 0 && r.y1 == 32 && r.keysym == 100);
    pixels[3 * 64] = 7;
    front_vnc_frame(&f, pixels, &i);
    r = hears(VNC_FRAME);
    ck_assert(r.w == 64 && r.h == 32 && r.y0 == 3 && r.y1 == 5 && r.keysym == 7);
    i.h = 16;
    front_vnc_frame(&f, pixels, &i);
    r = hears(VNC_FRAME);
    ck_assert(r.h == 16 && r.y0 == 0 && r.y1 == 16);
    i.w = 32;
    front_vnc_frame(&f, pixels, &i);
    r = hears(VNC_FRAME);
    ck_assert(r.w == 32 && r.y0 == 0 && r.y1 == 16);
    f.takes_absolute = true;
    front_vnc_pointer_mode(&f);
    ck_assert_uint_eq(hears(VNC_MODE).flag, 1);
    f.takes_absolute = false;
    front_vnc_pointer_mode(&f);
    ck_assert_uint_eq(hears(VNC_MODE).flag, 0);
}
END_TEST

START_TEST(passwords_are_eight_characters_where_one_is_wanted)
{
    struct error err = {""};
    struct front none = {.o = &o};
    ck_assert(!front_vnc_password(&none, "x", &err));
    ck_assert_str_eq(err.text, "there is no VNC server");
    ck_assert(!front_vnc_password(&f, "x", &err));
    ck_assert_str_eq(err.text, "the VNC server was started without password=on");
    o.vnc.password = true;
    ck_assert(front_vnc_password(&f, "123456789", &err));
    struct vnc_record r = hears(VNC_SET_PASSWORD);
    ck_assert_uint_eq(r.flag, 1);
    ck_assert_str_eq(r.text, "12345678");
    ck_assert(front_vnc_password(&f, "ab", &err));
    ck_assert_str_eq(hears(VNC_SET_PASSWORD).text, "ab");
    ck_assert(front_vnc_password(&f, NULL, &err));
    r = hears(VNC_SET_PASSWORD);
    ck_assert(r.flag == 0 && !r.text[0]);
}
END_TEST

START_TEST(viewers_are_listed)
{
    char want[256];
    struct buf out = {0};
    struct front none = {.o = &o};
    front_print_vnc(&none, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, "Server: disabled\n");
    buf_clear(&out);
    front_print_vnc(&f, &out);
    buf_add8(&out, 0);
    snprintf(want, sizeof want, "Server:\n     address: %s (unix)\n        auth: none\nClient: none\n", path);
    ck_assert_str_eq((char *)out.data, want);
    says((struct vnc_record){.type = VNC_VIEWER, .index = 0, .flag = 1, .text = "host\033one"});
    says((struct vnc_record){.type = VNC_VIEWER, .index = 1, .flag = 1, .text = "gone"});
    says((struct vnc_record){.type = VNC_VIEWER, .index = 1, .flag = 0, .text = "gone"});
    says((struct vnc_record){.type = VNC_VIEWER, .index = VNC_VIEWERS - 1, .flag = 1, .text = "last"});
    says((struct vnc_record){.type = VNC_VIEWER, .index = VNC_VIEWERS, .flag = 1, .text = "beyond"});
    o.vnc.password = true;
    buf_clear(&out);
    front_print_vnc(&f, &out);
    buf_add8(&out, 0);
    snprintf(want, sizeof want,
             "Server:\n     address: %s (unix)\n        auth: vnc\nClient:\n     address: host?one\nClient:\n"
             "     address: last\n",
             path);
    ck_assert_str_eq((char *)out.data, want);
    buf_free(&out);
    /* What has no place among the viewers is written nowhere else. */
    struct error err;
    ck_assert(front_vnc_password(&f, "secret", &err));
    says((struct vnc_record){.type = VNC_VIEWER, .index = VNC_VIEWERS, .flag = 1, .text = "beyond"});
    says((struct vnc_record){.type = DIE});
    reach();
    ck_assert_str_eq(hears(VNC_SET_PASSWORD).text, "secret");
}
END_TEST

/* --- Starts --- */

START_TEST(a_process_that_dies_is_started_again_with_what_it_had)
{
    static const uint32_t pixels[8 * 4] = {5};
    struct error err;
    struct frame_info i = {.w = 8, .h = 4, .y0 = 1, .y1 = 2};
    o.vnc.password = true;
    front_vnc_frame(&f, pixels, &i);
    ck_assert(front_vnc_password(&f, "secret", &err));
    f.takes_absolute = true;
    key('a', true);
    done_log[0] = 0;
    says((struct vnc_record){.type = ABORT});
    did("1e- -vnc: the process that serves viewers ended (signal 6); it is started again;");
    reach();
    ck_assert_str_eq(hears(VNC_SET_PASSWORD).text, "secret");
    ck_assert_uint_eq(hears(VNC_MODE).flag, 1);
    struct vnc_record r = hears(VNC_FRAME);
    ck_assert(r.w == 8 && r.h == 4 && r.y0 == 0 && r.y1 == 4 && r.keysym == 5);
}
END_TEST

#define AGAIN "-vnc: the process that serves viewers ended (status 7); it is started again;"
#define NEVER "-vnc: the process that serves viewers ended (status 7); it is not started again;"
/* Five starts in a minute, the first one among them. */
static void die(const char *then)
{
    says((struct vnc_record){.type = DIE});
    did(then);
    if (front_vnc_fd(&f) >= 0)
        reach();
}

START_TEST(a_process_that_dies_again_and_again_stays_dead)
{
    for (unsigned i = 0; i < 4; i++)
        die(AGAIN);
    now += UINT64_C(60000000000); /* the minute is over */
    die(AGAIN);
    now -= 1;
    die(NEVER);
    ck_assert_int_eq(front_vnc_fd(&f), -1);
    front_vnc_pointer_mode(&f); /* nobody is told, and nothing happens */
    front_vnc_pump(&f);
    did("");
}
END_TEST

START_TEST(a_process_that_does_not_start_says_why)
{
    static const struct {
        const char *name, *why;
    } rows[] = {
        {"fail", "there is no?"},
        {"mute", "-vnc: the process that serves viewers did not start"},
        {"die", "-vnc: the process that serves viewers did not start"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {""};
        prepare();
        o.name = rows[i].name;
        ck_assert(!front_open_vnc(&f, &err));
        ck_assert_str_eq(err.text, rows[i].why);
        teardown();
    }
    prepare();
    o.vnc.on = false;
    struct error err = {""};
    ck_assert(front_open_vnc(&f, &err));
    ck_assert_ptr_null(f.vnc);
}
END_TEST

static int bound(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0)
        return fd;
    close(fd);
    return -1;
}

START_TEST(the_first_free_display_is_taken)
{
    struct error err = {""};
    struct control_vnc info;
    prepare();
    o.vnc.path = NULL;
    o.vnc.host = (char *)(uintptr_t) "127.0.0.1";
    for (o.vnc.display = 150 + (unsigned)getpid() % 5000;; o.vnc.display++) {
        int first = bound(5900 + o.vnc.display), second = bound(5901 + o.vnc.display);
        if (second >= 0)
            close(second);
        if (first >= 0 && second >= 0)
            break;
    }
    ck_assert(!front_open_vnc(&f, &err)); /* it is taken, and no other may be */
    ck_assert_msg(!strncmp(err.text, "-vnc: ", 6), "%s", err.text);
    front_close_vnc(&f);
    o.vnc.to = 1;
    ck_assert_msg(front_open_vnc(&f, &err), "%s", err.text);
    front_vnc_info(&f, &info);
    ck_assert(info.enabled && !info.is_unix && !info.is_ipv6 && !info.nviewers);
    ck_assert_str_eq(info.host, "127.0.0.1");
    ck_assert_uint_eq(strtoul(info.service, NULL, 10), 5901 + o.vnc.display);
    front_close_vnc(&f);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], VNC_PROCESS_ARG))
        return be_process(atoi(argv[2]));
    Suite *s = suite_create("front_vnc");
    TCase *t = tcase_create("running"), *starts = tcase_create("starts");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_key_that_is_named_by_its_place_is_that_key);
    tcase_add_test(t, keys_of_a_viewer_that_leaves_are_released);
    tcase_add_test(t, a_pointer_is_motion_to_a_guest_without_absolute_coordinates);
    tcase_add_test(t, buttons_and_the_wheel_are_rfbs);
    tcase_add_test(t, absolute_coordinates_span_the_picture);
    tcase_add_test(t, changed_lines_are_told_and_all_of_a_new_size);
    tcase_add_test(t, passwords_are_eight_characters_where_one_is_wanted);
    tcase_add_test(t, viewers_are_listed);
    tcase_add_test(t, a_process_that_dies_is_started_again_with_what_it_had);
    tcase_add_test(t, a_process_that_dies_again_and_again_stays_dead);
    suite_add_tcase(s, t);
    tcase_set_timeout(starts, 60);
    tcase_add_test(starts, a_process_that_does_not_start_says_why);
    tcase_add_test(starts, the_first_free_display_is_taken);
    suite_add_tcase(s, starts);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
