/* SPDX-License-Identifier: MIT */
/*
 *     devices [-o FOLDER] [SEED [LENGTH [PLAN]]]
 *     devices -f FILE...
 *
 * Makes streams out of a seed and runs them: one for each plan, that is each chip's registers and each family of
 * commands, of LENGTH operations. A stream that fails is written to a file; -f runs such files again, and -o writes all
 * streams without running them (the first corpus of a guided run).
 */
#include "fuzz.h"

enum { DEFAULT_LENGTH = 60, FAMILIES = 16 };

/* Of eight operations of a stream how many come from where. */
struct plan {
    const char *name;
    int chip; /* its registers; -1: none's */
    const char *families[4];
};

static const struct plan commands[] = {
    {"ata", -1, {"ata", "ata", "ata", "ata-registers"}},
    {"ata-faults", -1, {"ata", "ata", "ata", "medium"}},
    {"packet", -1, {"packet", "packet", "packet", "medium"}},
    {"packet-only", -1, {"packet"}},
    {"ide", -1, {"ata", "packet", "ata-registers", "pci"}},
    {"floppy", -1, {"floppy", "floppy", "floppy", "floppy-setup"}},
    {"floppy-faults", -1, {"floppy", "floppy", "floppy", "medium"}},
    {"floppy-only", -1, {"floppy"}},
    {"usb", -1, {"usb", "usb", "usb-registers", "input"}},
    {"usb-only", -1, {"usb"}},
    {"video", -1, {"video"}},
    {"vbe", -1, {"video", "video", "vbe"}},
    {"video-pci", -1, {"video", "vbe", "pci"}},
    {"input", -1, {"input"}},
    {"input-usb", -1, {"input", "usb"}},
    {"timer", -1, {"timer", "timer", "interrupt"}},
    {"interrupt", -1, {"interrupt"}},
    {"misc", -1, {"misc", "pci"}},
    {"all", -1, {"ata", "floppy", "usb", "video"}},
};

static uint8_t operation_of(struct rng *r, const char *family)
{
    for (;;) {
        uint32_t i = below(r, noperations);
        if (!strcmp(operations[i].family, family))
            return (uint8_t)i;
    }
}

/* Time, a reload, a look and a reset come in all streams. */
static uint8_t choose(struct rng *r, const struct plan *plan)
{
    uint32_t n = below(r, 48), families = 0;
    while (families < ARRAY_LEN(plan->families) && plan->families[families])
        families++;
    if (n < 5)
        return operation_of(r, "time");
    if (n < 17)
        return operation_of(r, "reload");
    if (n < 18)
        return operation_of(r, "info");
    if (n < 19)
        return one_in(r, 3) ? operation_of(r, "reset") : (uint8_t)below(r, noperations);
    return operation_of(r, plan->chip >= 0 ? "register" : plan->families[below(r, families)]);
}

static void make_stream(struct buf *out, const struct plan *plan, uint64_t seed, unsigned number, unsigned length)
{
    struct rng r = {seed * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xbf58476d1ce4e5b9) + 1};
    for (unsigned i = 0; i < 8; i++)
        rnd(&r);
    for (unsigned i = 0; i <= length; i++) {
        uint8_t record[OP_BYTES];
        for (unsigned k = 0; k < OP_BYTES; k++)
            record[k] = (uint8_t)rnd(&r);
        if (i)
            record[0] = choose(&r, plan);
        if (i && plan->chip >= 0 && operations[record[0]].run == op_register)
            record[1] = (uint8_t)plan->chip;
        buf_add(out, record, sizeof record);
    }
}

static bool write_file(const char *name, const struct buf *b)
{
    FILE *f = fopen(name, "wb");
    bool done = f && fwrite(b->data, 1, b->len, f) == b->len;
    if (f && fclose(f))
        done = false;
    if (!done)
        fprintf(stderr, "%s cannot be written\n", name);
    return done;
}

static bool run_plan(const struct plan *plan, uint64_t seed, unsigned number, unsigned length, const char *folder)
{
    struct buf stream = {0};
    char name[256], *why = NULL;
    bool good;
    make_stream(&stream, plan, seed, number, length);
    if (folder) {
        snprintf(name, sizeof name, "%s/%s-%llu", folder, plan->name, (unsigned long long)seed);
        good = write_file(name, &stream);
    } else {
        good = run_stream(stream.data, stream.len, &why);
    }
    if (why) {
        snprintf(name, sizeof name, "fuzz-%s-%llu.stream", plan->name, (unsigned long long)seed);
        fprintf(stderr, "FAIL: seed %llu, plan %s, %s\n", (unsigned long long)seed, plan->name, why);
        if (write_file(name, &stream))
            fprintf(stderr, "      devices -f %s runs it again\n", name);
        free(why);
    }
    buf_free(&stream);
    return good;
}

static bool run_file(const char *name)
{
    struct buf stream = {0};
    uint8_t block[4096];
    size_t n;
    char *why = NULL;
    FILE *f = fopen(name, "rb");
    if (!f) {
        fprintf(stderr, "%s cannot be read\n", name);
        return false;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(&stream, block, n);
    fclose(f);
    bool good = run_stream(stream.data, stream.len, &why);
    if (!good)
        fprintf(stderr, "FAIL: %s, %s\n", name, why);
    free(why);
    buf_free(&stream);
    return good;
}

static unsigned run_seed(uint64_t seed, unsigned length, const char *only, const char *folder, unsigned *ran)
{
    static const uint8_t usual[OP_BYTES];
    struct shape shape = shape_of(usual);
    struct side *s = side_new(&shape);
    unsigned chips = device_count(s->m), failed = 0;
    for (unsigned i = 0; i < chips + ARRAY_LEN(commands); i++) {
        struct plan plan = {.chip = (int)i};
        if (i < chips)
            plan.name = device(s->m, i)->id;
        else
            plan = commands[i - chips];
        if (only && strcmp(only, plan.name))
            continue;
        fprintf(stderr, "%s\n", plan.name);
        failed += !run_plan(&plan, seed, i, length, folder);
        ++*ran;
    }
    side_free(s);
    return failed;
}

int main(int argc, char **argv)
{
    unsigned failed = 0, ran = 0;
    const char *folder = NULL;
    if (argc > 2 && !strcmp(argv[1], "-f")) {
        for (int i = 2; i < argc; i++, ran++)
            failed += !run_file(argv[i]);
    } else {
        if (argc > 2 && !strcmp(argv[1], "-o"))
            folder = argv[2], argv += 2, argc -= 2;
        uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
        unsigned length = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : DEFAULT_LENGTH;
        failed = run_seed(seed, length, argc > 3 ? argv[3] : NULL, folder, &ran);
    }
    printf("%u passed, %u failed\n", ran - failed, failed);
    return failed != 0 || !ran;
}
