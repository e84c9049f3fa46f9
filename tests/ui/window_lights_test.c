/* SPDX-License-Identifier: MIT */
/* The drives' lights, and for how long the window waits. */
#include <dirent.h>
#include <poll.h>
#include <unistd.h>

#include "base/bits.h"
#include "window_rig.h"

#define GREY 0x405060

/* --- Lights --- */

enum { READ = 0x20a040, WRITE = 0xc03020 };
static const char *const light_names[] = {"hda", "hdb", "hdc", "hdd", "fda", "fdb"};

/* From the right: 4 pixels, 24 of a light, 4 pixels, the next. 0: there is none in that place. */
static void light(unsigned place, uint32_t paper, const char *name)
{
    int x = 720 - 4 - (int)(place + 1) * 28, y = 400 - 16 - 4;
    for (int dy = 0; dy < 16; dy++)
        for (int dx = 0; dx < 24; dx++) {
            bool ink = name && panel_font[(uint8_t)name[dx / 8]][dy] & (0x80 >> dx % 8);
            rig_shows(x + dx, y + dy, ink ? 0xffffff : name ? paper : GREY);
        }
    rig_shows(x - 1, y, GREY);
    rig_shows(x + 24, y, GREY);
    rig_shows(x, y - 1, GREY);
    rig_shows(x, y + 16, GREY);
}

START_TEST(each_drive_has_its_light_of_reading_or_writing)
{
    rig_picture(720, 400, GREY);
    rig_pass(5000);
    light(0, 0, NULL);
    for (unsigned i = 0; i < ARRAY_LEN(light_names); i++) {
        window_lights(rig.w, (uint8_t)(1 << i), 0);
        window_pump(rig.w);
        light(0, READ, light_names[i]);
        light(1, 0, NULL);
        rig_pass(149);
        light(0, READ, light_names[i]);
        rig_pass(1);
        light(0, 0, NULL);
        window_lights(rig.w, 0, (uint8_t)(1 << i));
        window_pump(rig.w);
        light(0, WRITE, light_names[i]);
        light(1, 0, NULL);
        rig_pass(150);
        light(0, 0, NULL);
    }
}
END_TEST

START_TEST(lights_stand_side_by_side_and_writing_covers_reading)
{
    rig_picture(720, 400, GREY);
    rig_pass(5000);
    window_lights(rig.w, 0xff, 0x21);
    window_pump(rig.w);
    for (unsigned i = 0; i < ARRAY_LEN(light_names); i++)
        light(i, i == 0 || i == 5 ? WRITE : READ, light_names[5 - i]);
    rig_pass(100);
    window_lights(rig.w, 0x01, 0); /* read again: the writing still shows */
    window_pump(rig.w);
    light(5, WRITE, "hda");
    rig_pass(50);
    light(0, READ, "hda");
    light(1, 0, NULL);
    rig_pass(99);
    light(0, READ, "hda");
    rig_pass(1);
    light(0, 0, NULL);
}
END_TEST

START_TEST(lights_that_nobody_wants_are_not_shown_and_cost_nothing)
{
    rig_picture(720, 400, GREY);
    rig_pass(5000);
    rig.w->lights_off = true;
    window_lights(rig.w, 1, 1);
    ck_assert(!rig.w->dirty);
    rig_pass(1);
    light(0, 0, NULL);
    rig_pass(200);
    rig.w->lights_off = false;
    window_lights(rig.w, 0, 0);
    ck_assert(!rig.w->dirty);
    window_lights(rig.w, 2, 0);
    ck_assert(rig.w->dirty);
    rig.now = UINT32_MAX - 149; /* ends at 0, which means none */
    window_lights(rig.w, 1, 0);
    rig_pass(1);
    ck_assert(rig.w->light[0].read_until == 1);
}
END_TEST

/* --- Waiting --- */

static int wait_of(int timeout)
{
    struct pollfd none;
    rig.waited = -2;
    ck_assert_int_eq(window_poll(rig.w, &none, 0, timeout), 0);
    return rig.waited;
}

START_TEST(waits_end_with_what_stands_for_a_while)
{
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    ck_assert_int_eq(wait_of(10), 10);
    ck_assert_int_eq(wait_of(-1), 60000);
    ck_assert_int_eq(wait_of(0), -2); /* only looks */
    window_message(rig.w, "a word");
    ck_assert_int_eq(wait_of(10), 10);
    ck_assert_int_eq(wait_of(-1), 2000); /* the text on the picture */
    rig_pass(1500);
    ck_assert_int_eq(wait_of(-1), 500);
    ck_assert_int_eq(wait_of(501), 500);
    ck_assert_int_eq(wait_of(499), 499);
    rig_pass(500);
    ck_assert_int_eq(wait_of(-1), 4000); /* the one in the title */
    ck_assert_int_eq(wait_of(4001), 4000);
    ck_assert_int_eq(wait_of(3999), 3999);
    rig_pass(4000);
    ck_assert_int_eq(wait_of(-1), 60000);
    window_lights(rig.w, 1, 0);
    ck_assert_int_eq(wait_of(-1), 50);
    ck_assert_int_eq(wait_of(51), 50);
    ck_assert_int_eq(wait_of(49), 49);
    rig_pass(150);
    ck_assert_int_eq(wait_of(-1), 60000);
}
END_TEST

/* Linux lists a process's threads as a folder's entries. */
static unsigned threads(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

START_TEST(the_thread_that_waits_ends_with_the_window)
{
    unsigned with = threads();
    rig_close();
    ck_assert_uint_lt(threads(), with);
    rig_open();
}
END_TEST

START_TEST(a_wait_ends_when_a_descriptor_or_the_display_has_something)
{
    int fds[2];
    struct pollfd p;
    ck_assert_int_eq(pipe(fds), 0);
    p = (struct pollfd){.fd = fds[0], .events = POLLIN};
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    ck_assert_int_eq(window_poll(rig.w, &p, 1, -1), 0); /* the wait ends at once, with nothing */
    ck_assert_int_eq(rig.waited, 60000);
    rig.waits = true;
    for (unsigned i = 0; i < 3; i++) { /* what comes while it waits */
        pid_t child = fork();
        if (!child) {
            usleep(30000);
            _exit(write(fds[1], "x", 1) != 1);
        }
        ck_assert_int_eq(window_poll(rig.w, &p, 1, -1), 1);
        ck_assert_int_eq(p.revents, POLLIN);
        ck_assert(!SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT)); /* the waker's own is gone */
        rig.waited = -2;
        ck_assert_int_eq(window_poll(rig.w, &p, 1, -1), 1); /* there already: no wait */
        ck_assert_int_eq(rig.waited, -2);
        char c;
        ck_assert_int_eq(read(fds[0], &c, 1), 1);
    }
    SDL_PushEvent(&(SDL_Event){.type = SDL_QUIT});
    rig.waited = -2;
    ck_assert_int_eq(window_poll(rig.w, &p, 1, -1), 0);
    ck_assert_int_eq(rig.waited, -2);
    for (unsigned i = 0; i < 3; i++) /* NOTE: SDL ends a turn early at a mark of its own */
        window_pump(rig.w);
    rig_says("close 1; ");
}
END_TEST

TCase *window_lights_case(void)
{
    TCase *t = tcase_create("window_lights");
    tcase_add_checked_fixture(t, rig_open, rig_close);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, each_drive_has_its_light_of_reading_or_writing);
    tcase_add_test(t, lights_stand_side_by_side_and_writing_covers_reading);
    tcase_add_test(t, lights_that_nobody_wants_are_not_shown_and_cost_nothing);
    tcase_add_test(t, waits_end_with_what_stands_for_a_while);
    tcase_add_test(t, the_thread_that_waits_ends_with_the_window);
    tcase_add_test(t, a_wait_ends_when_a_descriptor_or_the_display_has_something);
    return t;
}
