/* SPDX-License-Identifier: MIT */
/* What tablet, mouse and keyboard say of themselves: descriptors by USB 1.1 (9.6) and HID 1.11 (6.2, appendix B),
 * usages by the HID Usage Tables 1.12. */
#include "tests/dev/usb_rig.h"

START_TEST(device_and_configuration_say_what_it_is)
{
    static const struct {
        uint8_t string, subclass, protocol, packet, report_len;
    } k[] = {{2, 0, 0, 8, 72}, {3, 1, 2, 4, 52}, {4, 1, 1, 8, 64}};
    for (unsigned i = 0; i < USB_HID_KINDS; i++) {
        make((enum usb_hid_kind)i);
        const uint8_t device[18] = {18,   1,    0x10, 0x01, /* USB 1.1 */
                                    0,    0,    0,    8,    /* class by interface, 8 bytes a packet */
                                    0x27, 0x06, 0x01, 0x00, 0x00, 0x00, 1, k[i].string, 5, 1};
        ck_assert_int_eq(ask(0x80, 6, 0x0100, 0, 64), 18);
        bytes("device", device, 18);
        const uint8_t conf[34] = {9,
                                  2,
                                  34,
                                  0,
                                  1,
                                  1,
                                  0,
                                  0xa0,
                                  50, /* one interface, remote wakeup, 100 mA */
                                  9,
                                  4,
                                  0,
                                  0,
                                  1,
                                  3,
                                  k[i].subclass,
                                  k[i].protocol,
                                  0,
                                  9,
                                  0x21,
                                  0x11,
                                  0x01,
                                  0,
                                  1,
                                  0x22,
                                  k[i].report_len,
                                  0,
                                  7,
                                  5,
                                  0x81,
                                  3,
                                  k[i].packet,
                                  0,
                                  10};
        ck_assert_int_eq(ask(0x80, 6, 0x0200, 0, 255), 34);
        bytes("configuration", conf, 34);
        ck_assert_int_eq(ask(0x81, 6, 0x2100, 0, 255), 9);
        bytes("HID", conf + 18, 9);
        ck_assert_int_eq(ask(0x81, 6, 0x2200, 0, 255), k[i].report_len);
        ck_assert_int_eq(ask(0x80, 6, 0x0201, 0, 9), -1); /* one configuration */
        ck_assert_int_eq(ask(0x81, 6, 0x2100, 1, 9), -1); /* one interface */
        ck_assert_int_eq(ask(0x81, 6, 0x2200, 1, 9), -1);
        ck_assert_int_eq(ask(0x80, 6, 0x0400, 0, 9), -1);
        ck_assert_int_eq(ask(0x80, 6, 0x2300, 0, 9), -1);
        for (uint16_t len = 0; len <= 18; len++)
            ck_assert_int_eq(ask(0x80, 6, 0x0100, 0, len), len);
        unmake();
    }
}
END_TEST

START_TEST(strings_are_utf16)
{
    static const char *const product[] = {"USB Tablet", "USB Mouse", "USB Keyboard"};
    make(USB_HID_MOUSE);
    ck_assert_int_eq(ask(0x80, 6, 0x0300, 0, 255), 4);
    bytes("languages", (const uint8_t[]){4, 3, 0x09, 0x04}, 4);
    const char *texts[] = {"Vitrine", product[0], product[1], product[2], "1"};
    for (unsigned i = 0; i < 5; i++) {
        int n = ask(0x80, 6, (uint16_t)(0x0301 + i), 0x409, 255);
        ck_assert_int_eq(n, 2 + 2 * (int)strlen(texts[i]));
        ck_assert_int_eq(reply[0], n);
        ck_assert_int_eq(reply[1], 3);
        for (unsigned c = 0; texts[i][c]; c++)
            ck_assert_msg(reply[2 + 2 * c] == texts[i][c] && reply[3 + 2 * c] == 0, "string %u: '%c'", i + 1,
                          reply[2 + 2 * c]);
    }
    ck_assert_int_eq(ask(0x80, 6, 0x0306, 0x409, 255), -1);
    ck_assert_int_eq(ask(0x80, 6, 0x03ff, 0x409, 255), -1);
    unmake();
}
END_TEST

/* Report descriptors as items (HID 1.11 6.2.2): what is parsed must be the fields that the reports have. */
enum {
    INPUT = 0x80,
    OUTPUT = 0x90,
    COLLECTION = 0xa0,
    END = 0xc0,
    PAGE = 0x04,
    LOGICAL_MIN = 0x14,
    LOGICAL_MAX = 0x24,
    PHYSICAL_MIN = 0x34,
    PHYSICAL_MAX = 0x44,
    SIZE = 0x74,
    COUNT = 0x94,
    USAGE = 0x08,
    USAGE_MIN = 0x18,
    USAGE_MAX = 0x28
};

struct field {
    unsigned kind;  /* INPUT or OUTPUT */
    unsigned flags; /* 1 constant, 2 variable, 4 relative */
    unsigned page, size, count;
    int min, max;
    unsigned usages[4]; /* named one by one, or the first and last with 1000h added */
};

static int32_t item_value(const uint8_t *p, unsigned n)
{
    return n == 1 ? (int8_t)p[0] : n == 2 ? (int16_t)ld16(p) : 0;
}

/* The n-th main item's field; the collections are counted. */
static unsigned parse(unsigned len, struct field *to, unsigned *opened, unsigned *collection_types)
{
    struct field now = {0};
    unsigned n = 0, usages = 0, depth = 0;
    *opened = *collection_types = 0;
    for (unsigned at = 0; at < len;) {
        unsigned head = reply[at], size = head & 3, tag = head & 0xfc;
        ck_assert_msg(at + 1 + size <= len && size < 3, "the item at %u runs over the end", at);
        int32_t v = item_value(reply + at + 1, size);
        unsigned raw = size == 2 ? ld16(reply + at + 1) : size ? reply[at + 1] : 0;
        at += 1 + size;
        switch (tag) {
        case PAGE: now.page = raw; break;
        case LOGICAL_MIN: now.min = v; break;
        case LOGICAL_MAX: now.max = v; break;
        case PHYSICAL_MIN:
        case PHYSICAL_MAX: break;
        case SIZE: now.size = raw; break;
        case COUNT: now.count = raw; break;
        case USAGE:
            ck_assert_uint_lt(usages, 4);
            now.usages[usages++] = raw;
            break;
        case USAGE_MIN:
        case USAGE_MAX:
            ck_assert_uint_lt(usages, 4);
            now.usages[usages++] = raw + (tag == USAGE_MIN ? 0x1000 : 0x2000);
            break;
        case COLLECTION:
            depth++;
            *opened = *opened << 16 | now.page << 8 | now.usages[0];
            *collection_types = *collection_types << 8 | raw;
            break;
        case END:
            ck_assert_uint_gt(depth, 0);
            ck_assert_uint_eq(size, 0);
            depth--;
            break;
        case INPUT:
        case OUTPUT:
            ck_assert_uint_gt(depth, 0);
            now.kind = tag;
            now.flags = raw;
            ck_assert_uint_lt(n, 8);
            to[n++] = now;
            break;
        default: ck_abort_msg("unknown item %02x at %u", head, at);
        }
        if (tag == COLLECTION || tag == INPUT || tag == OUTPUT) {
            memset(now.usages, 0, sizeof now.usages);
            usages = 0;
        }
    }
    ck_assert_uint_eq(depth, 0);
    return n;
}

static const struct field tablet_fields[] = {{INPUT, 2, 9, 1, 5, 0, 1, {0x1001, 0x2005}},
                                             {INPUT, 1, 9, 3, 1, 0, 1, {0}},
                                             {INPUT, 2, 1, 16, 2, 0, 32767, {0x30, 0x31}},
                                             {INPUT, 6, 1, 8, 1, -127, 127, {0x38}}};
static const struct field mouse_fields[] = {{INPUT, 2, 9, 1, 5, 0, 1, {0x1001, 0x2005}},
                                            {INPUT, 1, 9, 3, 1, 0, 1, {0}},
                                            {INPUT, 6, 1, 8, 3, -127, 127, {0x30, 0x31, 0x38}}};
static const struct field keyboard_fields[] = {{INPUT, 2, 7, 1, 8, 0, 1, {0x10e0, 0x20e7}},
                                               {INPUT, 1, 7, 8, 1, 0, 1, {0}},
                                               {OUTPUT, 2, 8, 1, 5, 0, 1, {0x1001, 0x2005}},
                                               {OUTPUT, 1, 8, 3, 1, 0, 1, {0}},
                                               {INPUT, 0, 7, 8, 6, 0, 255, {0x1000, 0x20ff}}};

START_TEST(report_descriptors_describe_the_reports)
{
    static const struct {
        const struct field *fields;
        unsigned n, opened, types, bits;
    } want[] = {{tablet_fields, 4, 0x0102 << 16 | 0x0101, 0x0100, 48},
                {mouse_fields, 3, 0x0102 << 16 | 0x0101, 0x0100, 32},
                {keyboard_fields, 5, 0x0106, 0x01, 64}};
    for (unsigned i = 0; i < USB_HID_KINDS; i++) {
        struct field f[8];
        unsigned opened, types, bits = 0;
        make((enum usb_hid_kind)i);
        int len = ask(0x81, 6, 0x2200, 0, 255);
        unsigned n = parse((unsigned)len, f, &opened, &types);
        ck_assert_msg(n == want[i].n && opened == want[i].opened && types == want[i].types,
                      "kind %u: %u fields in %x, %x", i, n, opened, types);
        for (unsigned k = 0; k < n; k++) {
            const struct field *w = &want[i].fields[k];
            ck_assert_msg(f[k].kind == w->kind && f[k].flags == w->flags && f[k].page == w->page &&
                              f[k].size == w->size && f[k].count == w->count && f[k].min == w->min &&
                              f[k].max == w->max && !memcmp(f[k].usages, w->usages, sizeof w->usages),
                          "kind %u, field %u: flags %u, page %u, %u of %u bits, %d to %d, usages %x %x %x", i, k,
                          f[k].flags, f[k].page, f[k].count, f[k].size, f[k].min, f[k].max, f[k].usages[0],
                          f[k].usages[1], f[k].usages[2]);
            bits += f[k].kind == INPUT ? f[k].size * f[k].count : 0;
        }
        ck_assert_uint_eq(bits, want[i].bits);
        unmake();
    }
}
END_TEST

/* HID Usage Tables 1.12, section 10: the keyboard page by the keys' make codes. */
START_TEST(usages_of_each_key)
{
    static const uint8_t row[][2] = {
        {0x01, 0x29}, {0x02, 0x1e}, {0x03, 0x1f}, {0x04, 0x20}, {0x05, 0x21}, {0x06, 0x22}, {0x07, 0x23}, {0x08, 0x24},
        {0x09, 0x25}, {0x0a, 0x26}, {0x0b, 0x27}, {0x0c, 0x2d}, {0x0d, 0x2e}, {0x0e, 0x2a}, {0x0f, 0x2b}, {0x1a, 0x2f},
        {0x1b, 0x30}, {0x1c, 0x28}, {0x1d, 0xe0}, {0x27, 0x33}, {0x28, 0x34}, {0x29, 0x35}, {0x2a, 0xe1}, {0x2b, 0x31},
        {0x33, 0x36}, {0x34, 0x37}, {0x35, 0x38}, {0x36, 0xe5}, {0x37, 0x55}, {0x38, 0xe2}, {0x39, 0x2c}, {0x3a, 0x39},
        {0x45, 0x53}, {0x46, 0x47}, {0x47, 0x5f}, {0x48, 0x60}, {0x49, 0x61}, {0x4a, 0x56}, {0x4b, 0x5c}, {0x4c, 0x5d},
        {0x4d, 0x5e}, {0x4e, 0x57}, {0x4f, 0x59}, {0x50, 0x5a}, {0x51, 0x5b}, {0x52, 0x62}, {0x53, 0x63}, {0x54, 0x46},
        {0x56, 0x64}, {0x57, 0x44}, {0x58, 0x45}, {0x59, 0x67}, {0x70, 0x88}, {0x71, 0x91}, {0x72, 0x90}, {0x73, 0x87},
        {0x79, 0x8a}, {0x7b, 0x8b}, {0x7d, 0x89}, {0x7e, 0x85}, {0x9c, 0x58}, {0x9d, 0xe4}, {0xa0, 0x7f}, {0xae, 0x81},
        {0xb0, 0x80}, {0xb5, 0x54}, {0xb7, 0x46}, {0xb8, 0xe6}, {0xc6, 0x48}, {0xc7, 0x4a}, {0xc8, 0x52}, {0xc9, 0x4b},
        {0xcb, 0x50}, {0xcd, 0x4f}, {0xcf, 0x4d}, {0xd0, 0x51}, {0xd1, 0x4e}, {0xd2, 0x49}, {0xd3, 0x4c}, {0xdb, 0xe3},
        {0xdc, 0xe7}, {0xdd, 0x65}, {0xde, 0x66}};
    static const struct {
        uint8_t first;
        const char *keys;
    } letters[] = {{0x10, "QWERTYUIOP"}, {0x1e, "ASDFGHJKL"}, {0x2c, "ZXCVBNM"}};
    uint8_t want[256] = {0};
    for (unsigned i = 0; i < ARRAY_LEN(row); i++)
        want[row[i][0]] = row[i][1];
    for (unsigned i = 0; i < ARRAY_LEN(letters); i++)
        for (unsigned k = 0; letters[i].keys[k]; k++)
            want[letters[i].first + k] = (uint8_t)(4 + letters[i].keys[k] - 'A');
    for (unsigned i = 0; i < 10; i++)
        want[0x3b + i] = (uint8_t)(0x3a + i); /* F1 to F10 */
    for (unsigned q = 0; q < 256; q++)
        ck_assert_msg(usb_hid_usage((uint8_t)q) == want[q], "key %02x: usage %02x, not %02x", q,
                      usb_hid_usage((uint8_t)q), want[q]);
}
END_TEST

TCase *usb_descriptor_tests(void)
{
    TCase *c = tcase_create("usb-descriptors");
    tcase_add_test(c, device_and_configuration_say_what_it_is);
    tcase_add_test(c, strings_are_utf16);
    tcase_add_test(c, report_descriptors_describe_the_reports);
    tcase_add_test(c, usages_of_each_key);
    return c;
}
