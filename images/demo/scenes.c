/* SPDX-License-Identifier: MIT */
/*
 * scenes.c: the two moving pictures.  The showcase: a gem that turns in a glass case on a polished
 * floor; and the plasma.  Both follow the timer, so that a slow machine shows fewer pictures of
 * the same movement, and halt until the next one is due.
 */
#include "demo.h"

#define FRAME_TICKS 2    /* 50 pictures a second at most */
#define UNIT        1024 /* of the scene's coordinates */

struct vertex {
    int x, y, z;
};

static uint32_t *const backdrop = (uint32_t *)(CANVAS_MEMORY + CANVAS_WIDTH * CANVAS_HEIGHT * 4);

/* Waits for the next picture; false when a key was pressed. */
static bool next_frame(uint32_t *due)
{
    *due += FRAME_TICKS;
    if ((int32_t)(ticks - *due) > 0)
        *due = ticks;
    for (;;) {
        if (keyboard_key() != KEY_NONE)
            return false;
        if ((int32_t)(ticks - *due) >= 0)
            return true;
        wait_for_event();
    }
}

static void show_rate(uint32_t frames, uint32_t start)
{
    uint32_t elapsed = ticks - start;
    char text[24], *p;
    if (!elapsed)
        return;
    p = format_number(text, frames * TICKS_PER_SECOND / elapsed, 10, 2, ' ');
    memcpy(p, " fps", 5);
    int scale = facts.video.number ? 1 : 2;
    int left = 624 - 56 * scale, top = 472 - 16 * scale;
    for (int y = top; y < 472; y++)
        memcpy(canvas + y * CANVAS_WIDTH + left, backdrop + y * CANVAS_WIDTH + left, (size_t)(624 - left) * 4);
    canvas_text(left, top, (unsigned)scale, 0x9fb8d8, text);
    canvas_show(top, 472, left, 624);
}

/* Opens the canvas, or says why not and waits for a key. */
static bool open_canvas(void)
{
    const char *why;
    if (canvas_open(&why))
        return true;
    screen_box(18, 10, 44, 3, WHITE | ON(RED), NULL);
    screen_text(21, 11, WHITE | ON(RED), why);
    while (keyboard_key() == KEY_NONE)
        wait_for_event();
    return false;
}

/* ---- the showcase */

#define STAGE_TOP    64
#define STAGE_BOTTOM 476
#define STAGE_LEFT   150
#define STAGE_RIGHT  490
#define FLOOR        UNIT /* y of the floor, downwards */
#define HORIZON      280

struct camera {
    int turn_sine, turn_cosine;
};

static void backdrop_draw(void)
{
    for (int y = 0; y < CANVAS_HEIGHT; y++)
        for (int x = 0; x < CANVAS_WIDTH; x++) {
            int dx = (x - 320) / 2, dy = y < HORIZON ? (y - 220) / 2 : (y - HORIZON) * 2;
            unsigned distance = (unsigned)(dx * dx + dy * dy);
            unsigned glow = 256 * 5000u / (5000u + distance);
            uint32_t base = y < HORIZON ? mix(0x05070f, 0x101c3a, (unsigned)(y * 255 / HORIZON))
                                        : mix(0x0a1020, 0x020308, (unsigned)((y - HORIZON) * 255 / 180));
            uint32_t tint = y < HORIZON ? 0x3a5fa8 : 0x284a80;
            /* An ordered pattern of 4 x 4 hides the steps of the gradient. */
            static const uint8_t pattern[16] = {0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};
            unsigned part = glow * 200 / 256 + pattern[(y & 3) * 4 + (x & 3)] / 4;
            canvas[y * CANVAS_WIDTH + x] = mix(base, tint, part > 255 ? 255 : part);
        }
}

static struct point project(struct vertex v)
{
    /* The eye is a little above and looks down by 1/8. */
    int depth = v.z + 5 * UNIT;
    int y = v.y + v.z / 8;
    return (struct point){320 + v.x * 600 / depth, 206 + y * 600 / depth};
}

static struct vertex turn_y(struct vertex v, int s, int c)
{
    return (struct vertex){(v.x * c + v.z * s) / 16384, v.y, (v.z * c - v.x * s) / 16384};
}

static struct vertex turn_x(struct vertex v, int s, int c)
{
    return (struct vertex){v.x, (v.y * c - v.z * s) / 16384, (v.z * c + v.y * s) / 16384};
}

/* Twice the area on the screen: positive where the face is turned to us. */
static int facing(struct point a, struct point b, struct point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* A box between two heights with a square base; glass or solid, all faces or those in front. */
static void draw_box(int half, int top, int bottom, const struct camera *camera, bool mirrored, bool front,
                     uint32_t colour, bool glass)
{
    static const uint8_t faces[6][4] = {{0, 1, 5, 4}, {1, 2, 6, 5}, {2, 3, 7, 6},
                                        {3, 0, 4, 7}, {3, 2, 1, 0}, {4, 5, 6, 7}};
    struct point corner[8];
    for (int i = 0; i < 8; i++) {
        struct vertex v = {i == 1 || i == 2 || i == 5 || i == 6 ? half : -half, i < 4 ? top : bottom,
                           (i & 3) >= 2 ? half : -half};
        v = turn_y(v, camera->turn_sine, camera->turn_cosine);
        if (mirrored)
            v.y = 2 * FLOOR - v.y;
        corner[i] = project(v);
    }
    for (unsigned f = 0; f < 6; f++) {
        struct point p[4];
        for (unsigned i = 0; i < 4; i++)
            p[i] = corner[faces[f][i]];
        int area = facing(p[0], p[1], p[2]);
        if (mirrored)
            area = -area;
        if ((area > 0) != front)
            continue;
        static const uint8_t shade[6] = {150, 105, 150, 105, 220, 60};
        uint32_t lit = mix(0, colour, shade[f]);
        canvas_polygon(p, 4, lit, glass);
        if (!glass)
            continue;
        for (unsigned i = 0; i < 4; i++)
            canvas_line(p[i], p[(i + 1) % 4], mirrored ? 0x4a6a90 : 0xd8f0ff, front ? 200 : 90);
        if (front && !mirrored && f < 4) { /* the light on the pane */
            struct point a = {p[0].x + (p[1].x - p[0].x) / 6, p[0].y + (p[3].y - p[0].y) / 8};
            struct point b = {p[0].x + (p[1].x - p[0].x) / 2, p[0].y + (p[1].y - p[0].y) / 3 + (p[3].y - p[0].y) / 12};
            struct point c = {p[3].x + (p[2].x - p[3].x) / 3, p[3].y - (p[3].y - p[0].y) / 8};
            struct point d = {p[3].x + (p[2].x - p[3].x) / 8, p[3].y - (p[3].y - p[0].y) / 3};
            const struct point streak[4] = {a, b, c, d};
            canvas_polygon(streak, 4, 0x5878a0, true);
        }
    }
}

/* An icosahedron: 12 corners (0, +-1, +-phi) and its turns, 20 faces. */
static void draw_gem(uint32_t time, bool mirrored)
{
    static const int8_t corners[12][3] = {
        {0, -63, -102}, {0, 63, -102}, {0, -63, 102},  {0, 63, 102},  {-63, -102, 0}, {63, -102, 0},
        {-63, 102, 0},  {63, 102, 0},  {-102, 0, -63}, {-102, 0, 63}, {102, 0, -63},  {102, 0, 63},
    };
    static const uint8_t faces[20][3] = {
        {0, 1, 10}, {0, 8, 1},  {0, 4, 8}, {0, 5, 4},   {0, 10, 5}, {1, 8, 6},   {1, 6, 7},
        {1, 7, 10}, {2, 11, 3}, {2, 3, 9}, {2, 9, 4},   {2, 4, 5},  {2, 5, 11},  {3, 11, 7},
        {3, 7, 6},  {3, 6, 9},  {4, 9, 8}, {5, 10, 11}, {6, 8, 9},  {7, 11, 10},
    };
    struct vertex v[12];
    struct point p[12];
    unsigned a = time * 3 / 2, b = time;
    int lift = sine(time * 2) / 160;
    for (unsigned i = 0; i < 12; i++) {
        v[i] = (struct vertex){corners[i][0] * 4, corners[i][1] * 4, corners[i][2] * 4};
        v[i] = turn_x(turn_y(v[i], sine(a), cosine(a)), sine(b), cosine(b));
        struct vertex placed = {v[i].x, v[i].y + lift - 60, v[i].z};
        if (mirrored)
            placed.y = 2 * FLOOR - placed.y;
        p[i] = project(placed);
    }
    for (unsigned f = 0; f < 20; f++) {
        const uint8_t *c = faces[f];
        struct point face[3] = {p[c[0]], p[c[1]], p[c[2]]};
        int area = facing(face[0], face[1], face[2]);
        /* The order of a face's corners is not kept in the table: its middle tells. */
        struct vertex n = {v[c[0]].x + v[c[1]].x + v[c[2]].x, v[c[0]].y + v[c[1]].y + v[c[2]].y,
                           v[c[0]].z + v[c[1]].z + v[c[2]].z};
        if (n.z + (n.y / 8) > 0 || area == 0)
            continue;
        int light = (-n.x * 4 - n.y * 7 - n.z * 6) / 36 + 105; /* from the left, above, in front */
        if (light < 20)
            light = 20;
        if (light > 255)
            light = 255;
        static const uint32_t hues[5] = {0x30d0ff, 0x7a6cff, 0xff5fae, 0x40ffc8, 0xffc24a};
        uint32_t colour = mix(0x060818, hues[f % 5], (unsigned)light);
        if (light > 200)
            colour = mix(colour, 0xffffff, (unsigned)(light - 200) * 2);
        if (mirrored)
            colour = mix(0x060a16, colour, 70);
        canvas_polygon(face, 3, colour, false);
        for (unsigned i = 0; i < 3 && !mirrored; i++)
            canvas_line(face[i], face[(i + 1) % 3], 0xffffff, 60);
    }
}

static void draw_dust(uint32_t time)
{
    uint32_t seed = 12345;
    for (unsigned i = 0; i < 40; i++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned x = STAGE_LEFT + 8 + (seed >> 8) % (STAGE_RIGHT - STAGE_LEFT - 16);
        unsigned y = STAGE_TOP + ((seed >> 16) + 4096 - time / (2 + i % 3) % 4096) % 330;
        unsigned twinkle = (unsigned)(sine(time * 4 + i * 77) + 16384) >> 8;
        uint32_t *pixel = canvas + y * CANVAS_WIDTH + x;
        *pixel = mix(*pixel, 0xcfe4ff, twinkle);
    }
}

static void draw_showcase(uint32_t time)
{
    unsigned turn = time / 2;
    struct camera camera = {sine(turn), cosine(turn)};
    for (int y = STAGE_TOP; y < STAGE_BOTTOM; y++)
        memcpy(canvas + y * CANVAS_WIDTH + STAGE_LEFT, backdrop + y * CANVAS_WIDTH + STAGE_LEFT,
               (STAGE_RIGHT - STAGE_LEFT) * 4);
    /* Mirrored in the floor first, then the case from the back to the front. */
    draw_gem(time, true);
    draw_box(640, -900, 760, &camera, true, true, 0x18283c, true);
    draw_box(720, 760, FLOOR, &camera, true, true, 0x26303f, false);
    draw_box(720, 760, FLOOR, &camera, false, true, 0x7f92b0, false);
    draw_box(640, -900, 760, &camera, false, false, 0x203850, true);
    draw_gem(time, false);
    draw_box(640, -900, 760, &camera, false, true, 0x5080a8, true);
    draw_dust(time);
}

static void backdrop_captions(const char *title, const char *how)
{
    unsigned scale = facts.video.number ? 1 : 2; /* mode 13h shows every second pixel */
    canvas_text(320 - (int)text_length(title) * 12 + 2, 10, 3, 0x02040a, title);
    canvas_text(320 - (int)text_length(title) * 12, 8, 3, 0xe6f4ff, title);
    int y = 472 - 16 * (int)scale;
    canvas_text(16, y, scale, 0x7f9cc0, "Esc");
    canvas_text(16 + 32 * (int)scale, y, scale, 0x56698a, "menu");
    canvas_text(16, 16, scale, 0x56698a, how);
}

void page_glass(void)
{
    if (!open_canvas())
        return;
    backdrop_draw();
    backdrop_captions("Vitrine", facts.video.number ? "" : "mode 13h");
    memcpy(backdrop, canvas, CANVAS_WIDTH * CANVAS_HEIGHT * 4);
    canvas_show(0, CANVAS_HEIGHT, 0, CANVAS_WIDTH);
    uint32_t start = ticks, due = ticks, frames = 0, shown = 0;
    do {
        draw_showcase(ticks * 2);
        canvas_show(STAGE_TOP, STAGE_BOTTOM, STAGE_LEFT, STAGE_RIGHT);
        frames++;
        if (ticks - shown >= TICKS_PER_SECOND) {
            shown = ticks;
            show_rate(frames, start);
        }
    } while (next_frame(&due));
    canvas_close();
}

/* ---- the plasma: four waves added up, through a wheel of colours */

static uint8_t waves[1024];
static uint32_t wheel[256];

static void plasma_tables(void)
{
    for (unsigned i = 0; i < 1024; i++)
        waves[i] = (uint8_t)((sine(i) + 16384) >> 9); /* 0..64 */
    for (unsigned i = 0; i < 256; i++) {
        unsigned r = (unsigned)(sine(i * 4) + 16384) * 200 >> 15;
        unsigned g = (unsigned)(sine(i * 4 + 300) + 16384) * 160 >> 15;
        unsigned b = (unsigned)(sine(i * 4 + 620) + 16384) * 240 >> 15;
        wheel[i] = r << 16 | g << 8 | (b + 15);
    }
}

/* One value for 2 x 2 pixels. */
static void draw_plasma(uint32_t time)
{
    static uint8_t across[CANVAS_WIDTH / 2];
    unsigned middle_x = 160 + (unsigned)(sine(time * 2) >> 7), middle_y = 120 + (unsigned)(cosine(time * 3) >> 8);
    for (unsigned x = 0; x < CANVAS_WIDTH / 2; x++) {
        unsigned d = x - middle_x;
        across[x] = (uint8_t)(waves[(x * 8 + time * 4) & 1023] + waves[(d * d / 24 - time * 6) & 1023]);
    }
    for (unsigned y = 0; y < CANVAS_HEIGHT / 2; y++) {
        uint32_t *row = canvas + 2 * y * CANVAS_WIDTH;
        unsigned d = y - middle_y;
        unsigned down = waves[(y * 10 - time * 3) & 1023] + waves[(d * d / 20 + time * 5) & 1023] + time;
        unsigned slant = y * 5 + time * 2;
        for (unsigned x = 0; x < CANVAS_WIDTH / 2; x++, slant += 5) {
            uint32_t c = wheel[(across[x] + down + waves[slant & 1023]) & 255];
            row[2 * x] = c;
            row[2 * x + 1] = c;
        }
        memcpy(row + CANVAS_WIDTH, row, CANVAS_WIDTH * 4);
    }
}

void page_plasma(void)
{
    if (!open_canvas())
        return;
    plasma_tables();
    uint32_t due = ticks;
    do {
        draw_plasma(ticks);
        canvas_show(0, CANVAS_HEIGHT, 0, CANVAS_WIDTH);
    } while (next_frame(&due));
    canvas_close();
}
