/* SPDX-License-Identifier: MIT */
/* QMP by rule: what each command sends to the machine, to the byte; its answer; its arguments' bounds; its errors. */
#include "config.h"

#include "tests/cli/control_rig.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/qmp/json_text.h"

START_TEST(json_texts_end_where_they_end)
{
    static const struct {
        const char *text;
        size_t end;
    } row[] = {{"{}", 2},          {"{}{}", 2},      {"[]x", 2},
               {"{", 0},           {"{[}", 0}, /* brackets are counted, not matched */
               {"{[}]x", 4},       {"{\"}\"}x", 5},  {"{\"\\\"}\"}x", 7},
               {"{\"\\\\\"}x", 6}, {"{'}'}x", 5},    {"{'\"}'}x", 6},
               {"{\"'}\"}x", 6},   {"{'\\'}'}x", 7}, {"x\n", 2},
               {"xy\nz", 3},       {"}\n", 2},       {"]x\n", 3},
               {"{\n}x", 3},       {"{\"a\nb", 4}, /* a string never spans lines */
               {"'\n", 2},         {"\n", 1},        {"", 0}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        size_t len = strlen(row[i].text);
        struct json_scan s = {0}, part = {0};
        size_t end = json_text_end(&s, (const uint8_t *)row[i].text, len), piece = 0;
        ck_assert_msg(end == row[i].end, "%s: ends at %zu, not %zu", row[i].text, end, row[i].end);
        for (size_t n = 1; n <= len && !piece; n++) /* the same byte by byte */
            piece = json_text_end(&part, (const uint8_t *)row[i].text, n);
        ck_assert_msg(piece == row[i].end, "%s in pieces: ends at %zu, not %zu", row[i].text, piece, row[i].end);
    }
    /* Deeper than 1024 a line's end ends it: the client has lost count. */
    char deep[1100];
    for (unsigned n = 1023; n <= 1026; n++) {
        struct json_scan s = {0};
        memset(deep, '[', n);
        deep[n] = '\n';
        size_t end = json_text_end(&s, (const uint8_t *)deep, n + 1);
        ck_assert_msg(end == (n > 1024 ? n + 1 : 0), "%u deep: ends at %zu", n, end);
    }
    static const char *const quoted[][2] = {{"{'a':1}", "{\"a\":1}"},
                                            {"{\"a\":'b'}", "{\"a\":\"b\"}"},
                                            {"'a\"b'", "\"a\\\"b\""},
                                            {"'it\\'s'", "\"it's\""},
                                            {"\"it's\"", "\"it's\""},
                                            {"\"it\\'s\"", "\"it's\""},
                                            {"'\\n\\\\'", "\"\\n\\\\\""},
                                            {"\"\\\"\"", "\"\\\"\""},
                                            {"'\\\"'", "\"\\\"\""},
                                            {"'a\\", "\"a\\"},
                                            {"a\\b", "a\\b"}};
    for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
        struct buf b = {0};
        json_text_requote((const uint8_t *)quoted[i][0], strlen(quoted[i][0]), &b);
        ck_assert_msg(b.len == strlen(quoted[i][1]) && !memcmp(b.data, quoted[i][1], b.len), "%s: %.*s, not %s",
                      quoted[i][0], (int)b.len, (const char *)b.data, quoted[i][1]);
        buf_free(&b);
    }
}
END_TEST

START_TEST(requests_say_what_they_ask_for)
{
    rig_open(RIG_QMP, "-display none");
    answers(EXECUTE("stop"), DONE);
    SENT("stop", 0, LINK_STOP);
    answers(EXECUTE("cont"), DONE);
    SENT("cont", 0, LINK_CONT);
    answers(EXECUTE("system_reset"), DONE);
    SENT("system_reset", 0, LINK_POWER, 1);
    answers(EXECUTE("system_powerdown"), DONE);
    SENT("system_powerdown", 0, LINK_POWER, 2);
    answers(EXECUTE("inject-nmi"), DONE);
    SENT("inject-nmi", 0, LINK_COMMAND, 'n', 'm', 'i');
    rig.reply = "\x11\x22";
    rig.reply_len = 2;
    answers(EXECUTE_WITH("pmemsave", "\"val\":4660,\"size\":2,\"filename\":\"f\""), DONE);
    SENT("pmemsave", 0, LINK_PMEM, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0);
    answers(EXECUTE_WITH("memsave", "\"val\":4660,\"size\":2,\"filename\":\"f\",\"cpu-index\":0"), DONE);
    SENT("memsave", 0, LINK_VMEM, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0);
    FILE *f = fopen("f", "r");
    ck_assert(f && fgetc(f) == 0x11 && fgetc(f) == 0x22 && fgetc(f) == EOF);
    fclose(f);
    static const uint8_t picture[] = {1, 0, 0, 0, 2, 0, 0, 0, 0x55, 0, 0, 0, 0, 0, 0, 0};
    rig.reply = picture;
    rig.reply_len = sizeof picture;
    static const char *const formats[][2] = {{"", "picture ppm 1 2 55\n"},
                                             {",\"format\":\"ppm\"", "picture ppm 1 2 55\n"},
                                             {",\"format\":\"png\"", "picture png 1 2 55\n"}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        char text[100];
        snprintf(text, sizeof text, EXECUTE_WITH("screendump", "\"filename\":\"p\"%s"), formats[i][0]);
        answers(text, DONE);
        SENT("screendump", 0, LINK_SCREENSHOT);
        ck_assert_str_eq(rig_calls(), formats[i][1]);
    }
    answers(EXECUTE_WITH("screendump", "\"filename\":\"p\",\"format\":\"gif\""),
            ERROR("Invalid parameter 'format': there are ppm and png"));
    rig.reply = "\0\0\0\0\0\0\0";
    rig.reply_len = 8;
    answers(EXECUTE_WITH("screendump", "\"filename\":\"p\""), ERROR("there is no picture to save"));
    rig.error = "because";
    static const char *const all[] = {EXECUTE("stop"),
                                      EXECUTE("cont"),
                                      EXECUTE("system_reset"),
                                      EXECUTE("inject-nmi"),
                                      EXECUTE_WITH("pmemsave", "\"val\":0,\"size\":1,\"filename\":\"g\""),
                                      EXECUTE_WITH("screendump", "\"filename\":\"g\""),
                                      EXECUTE("query-block"),
                                      EXECUTE("query-blockstats"),
                                      EXECUTE("query-named-block-nodes"),
                                      EXECUTE("query-mice"),
                                      EXECUTE("query-pci"),
                                      EXECUTE("x-vitrine-text-screen"),
                                      EXECUTE_WITH("send-key", "\"keys\":[{\"type\":\"number\",\"data\":1}]")};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        answers(all[i], ERROR("because"));
        ck_assert_int_ne(access("g", F_OK), 0);
    }
    rig_fill(true);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        answers(all[i], ERROR("the machine takes no more requests now"));
    answers(EXECUTE_WITH("human-monitor-command", "\"command-line\":\"info pic\""),
            ERROR("the machine takes no more requests now"));
    answers(EXECUTE_WITH("human-monitor-command", "\"command-line\":\"info block\""),
            "{\"return\":\"the machine takes no more requests now\\n\"}\r\n");
    rig_fill(false);
    rig.error = NULL;
    rig.reply_len = 0;
    answers(EXECUTE("stop"), DONE);
    ck_assert_uint_eq(rig.quits, 0);
    answers(EXECUTE("quit"), DONE);
    ck_assert_uint_eq(rig.quits, 1);
    rig_close();
}
END_TEST

START_TEST(a_client_waits_for_its_answer)
{
    rig_open(RIG_QMP, "-display none");
    rig.silent = true; /* the machine takes its time: the second command waits, and nothing more is read */
    ck_assert_str_eq(rig_ask(EXECUTE("stop") EXECUTE("query-kvm") EXECUTE("cont")), "");
    ck_assert_uint_eq(rig.nsent, 1);
    link_reply(&rig.machine, rig.guest.request[0].id, NULL, 0);
    rig.silent = false;
    rig_turn();
    buf_add8(&rig.heard, 0);
    ck_assert_str_eq((const char *)rig.heard.data, DONE "{\"return\":{\"enabled\":false,\"present\":false}}\r\n" DONE);
    ck_assert_uint_eq(rig.nsent, 2);
    rig_close();
    rig_open(RIG_QMP_MUX, "-display none"); /* a mux reads on, and so sees a client go */
    /* Another client gets nothing of what the one before asked for. */
    rig.silent = true;
    rig_ask(EXECUTE("stop"));
    rig_connect();
    buf_add8(&rig.heard, 0);
    ck_assert_msg(!strncmp((const char *)rig.heard.data, "{\"QMP\":", 7), "%s", (const char *)rig.heard.data);
    rig.silent = false;
    answers(EXECUTE("query-kvm"), "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"Expecting capabilities "
                                  "negotiation with 'qmp_capabilities'\"}}\r\n");
    answers(EXECUTE_WITH("qmp_capabilities", "\"enable\":[\"oob\"]"), ERROR("no capability can be enabled"));
    answers(EXECUTE_WITH("qmp_capabilities", "\"enable\":[]"), DONE);
    rig.silent = true; /* it waits for its own answer, whatever comes for the one before */
    ck_assert_str_eq(rig_ask(EXECUTE("cont")), "");
    link_reply(&rig.machine, rig.guest.request[0].id, NULL, 0);
    rig_turn();
    ck_assert_str_eq(rig_ask(EXECUTE("query-kvm")), "");
    link_reply(&rig.machine, rig.guest.request[1].id, NULL, 0);
    rig.silent = false;
    rig_turn();
    buf_add8(&rig.heard, 0);
    ck_assert_str_eq((const char *)rig.heard.data, DONE "{\"return\":{\"enabled\":false,\"present\":false}}\r\n");
    buf_clear(&rig.heard);
    for (unsigned i = 0; i < GUEST_REQUESTS; i++)
        if (rig.guest.request[i].id)
            link_reply(&rig.machine, rig.guest.request[i].id, NULL, 0);
    rig_turn();
    ck_assert_uint_eq(rig.heard.len, 0);
    answers(EXECUTE("stop"), DONE);
    /* Bytes of a text that was not complete are not the next client's. */
    rig_ask("{\"execute\":\"que");
    rig_connect();
    answers(EXECUTE("qmp_capabilities"), DONE);
    rig_close();
}
END_TEST

START_TEST(a_text_of_a_mebibyte_and_one_more)
{
    rig_open(RIG_QMP, "-display none");
    /* As many bytes as fit before the closing bracket comes; then one more of them. */
    for (size_t len = (1 << 20) - 1; len <= (1 << 20) + 1; len++) {
        char *text = malloc(len + 1);
        memset(text, ' ', len);
        memcpy(text, "{\"execute\":\"query-kvm\"", 22);
        text[len - 1] = '}';
        const char *said = rig_ask_bytes(text, len);
        bool good = strstr(said, "\"enabled\"") != NULL;
        ck_assert_msg(good || strstr(said, "longer than 1 MiB"), "%zu bytes: %.100s", len, said);
        ck_assert_msg(good || len > 1 << 20, "%zu bytes: %.100s", len, said);
        free(text);
        rig_ask("\n");
    }
    char *text = malloc(3 << 20);
    memset(text, 'x', 3 << 20);
    const char *said = rig_ask_bytes(text, 3 << 20);
    free(text);
    ck_assert_str_eq(said, ERROR("the JSON text is longer than 1 MiB"));
    answers(EXECUTE("query-kvm"), ""); /* still of the same line */
    answers("\n" EXECUTE("query-kvm"), "{\"return\":{\"enabled\":false,\"present\":false}}\r\n");
    answers("\n \t\r\n" EXECUTE("query-kvm") "\r\n", "{\"return\":{\"enabled\":false,\"present\":false}}\r\n");
    rig_close();
}
END_TEST

START_TEST(what_is_no_command)
{
    static const char *const row[][2] = {
        {"[]\n", "QMP input must be a JSON object"},
        {"{}\n", "QMP input lacks member 'execute'"},
        {"{\"execute\":7}", "QMP input member 'execute' must be a string"},
        {"{\"execute\":\"stop\",\"arguments\":[]}", "QMP input member 'arguments' must be an object"},
        {"{\"execute\":\"stop\",\"x\":1}", "QMP input member 'x' is unexpected"},
        {"{\"execute\":\"stop\",\"arguments\":{\"x\":1}}", "Parameter 'x' is unexpected"},
        {"{\"execute\":\"eject\",\"arguments\":{\"device\":1}}",
         "Invalid parameter type for 'device', expected: string"},
        {"{\"execute\":\"eject\",\"arguments\":{\"force\":1}}",
         "Invalid parameter type for 'force', expected: boolean"},
        {"{\"execute\":\"send-key\",\"arguments\":{\"keys\":1}}", "Invalid parameter type for 'keys', expected: array"},
        {"{\"execute\":\"send-key\",\"arguments\":{\"keys\":[],\"hold-time\":-1}}",
         "Invalid parameter type for 'hold-time', expected: integer"},
        {"{\"execute\":\"send-key\",\"arguments\":{\"keys\":[],\"hold-time\":\"1\"}}",
         "Invalid parameter type for 'hold-time', expected: integer"},
        {"{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"raw\",\"node-name\":\"n\",\"cache\":1}}",
         "Invalid parameter type for 'cache', expected: object"},
        {"{\"execute\":\"send-key\"}", "Parameter 'keys' is missing"},
    };
    rig_open(RIG_QMP, "-display none");
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        char want[200];
        snprintf(want, sizeof want, ERROR("%s"), row[i][1]);
        answers(row[i][0], want);
    }
    rig_answer("{\"execute\":\"x\",\"id\":[1]}", "\"The command x has not been found\"},\"id\":[1]}");
    rig_answer("{\"execute\":\"migrate\"}", "The command migrate is not supported: ");
    rig_answer(
        EXECUTE("qmp_capabilities"),
        "{\"class\":\"CommandNotFound\",\"desc\":\"Capabilities negotiation is already complete, command ignored\"}");
    rig_answer("{\"execute\":\"query-kvm\",\"id\":null}", "\"present\":false},\"id\":null}");
    rig_close();
}
END_TEST

static const char *keys_of(unsigned n, int64_t number)
{
    static char text[4000];
    size_t at = 0;
    for (unsigned i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s{\"type\":\"number\",\"data\":%lld}", i ? "," : "",
                               (long long)number);
    text[at] = 0;
    return text;
}

START_TEST(keys_that_are_sent_together)
{
    rig_open(RIG_QMP, "-display none");
    answers(EXECUTE_WITH("send-key", "\"keys\":[{\"type\":\"qcode\",\"data\":\"ctrl\"},{\"type\":\"qcode\",\"data\":"
                                     "\"alt\"},{\"type\":\"qcode\",\"data\":\"delete\"}]"),
            DONE);
    SENT("send-key", 0, LINK_KEYS, 100, 0, 0, 0, 0x1d, 0x38, 0xd3);
    static const struct {
        int64_t number;
        bool good;
    } number[] = {{0, false}, {1, true}, {255, true}, {256, false}, {-1, false}, {257, false}};
    for (size_t i = 0; i < ARRAY_LEN(number); i++) {
        const char *said = rig_ask(EXECUTE_WITH("send-key", "\"keys\":[%s]"), keys_of(1, number[i].number));
        ck_assert_msg(!strcmp(said, number[i].good ? DONE : ERROR("Invalid parameter 'key': no such key")),
                      "number %lld: %s", (long long)number[i].number, said);
        if (number[i].good)
            ck_assert_msg(rig.sent[0].data[4] == number[i].number, "number %lld is sent as %u",
                          (long long)number[i].number, rig.sent[0].data[4]);
        ck_assert_uint_eq(rig.nsent, number[i].good);
    }
    static const char *const none[][2] = {{"{\"type\":\"qcode\",\"data\":\"nokey\"}", "nokey"},
                                          {"{\"type\":\"qcode\",\"data\":30}", "key"},
                                          {"{\"type\":\"number\",\"data\":\"a\"}", "a"},
                                          {"{\"type\":\"x\",\"data\":\"a\"}", "a"},
                                          {"{\"data\":\"a\"}", "a"},
                                          {"7", "key"}};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        char want[100];
        snprintf(want, sizeof want, ERROR("Invalid parameter '%s': no such key"), none[i][1]);
        const char *said = rig_ask(EXECUTE_WITH("send-key", "\"keys\":[%s]"), none[i][0]);
        ck_assert_msg(!strcmp(said, want), "%s: %s", none[i][0], said);
    }
    ck_assert_str_eq(rig_ask(EXECUTE_WITH("send-key", "\"keys\":[%s]"), keys_of(16, 2)), DONE);
    ck_assert_uint_eq(rig.sent[0].len, 20);
    ck_assert_uint_eq(rig.sent[0].data[19], 2);
    ck_assert_str_eq(rig_ask(EXECUTE_WITH("send-key", "\"keys\":[%s]"), keys_of(17, 2)),
                     ERROR("at most 16 keys for 600000 ms"));
    ck_assert_str_eq(rig_ask(EXECUTE_WITH("send-key", "\"keys\":[]")), ERROR("Parameter 'keys' is missing"));
    static const unsigned hold[] = {0, 1, 600000, 600001};
    for (size_t i = 0; i < ARRAY_LEN(hold); i++) {
        const char *said = rig_ask(EXECUTE_WITH("send-key", "\"keys\":[%s],\"hold-time\":%u"), keys_of(1, 2), hold[i]);
        ck_assert_msg(!strcmp(said, i < 3 ? DONE : ERROR("at most 16 keys for 600000 ms")), "hold-time %u: %s", hold[i],
                      said);
        if (i < 3)
            ck_assert_uint_eq(ld32(rig.sent[0].data), hold[i]);
    }
    rig_close();
}
END_TEST

#define KEY(down, n) "{\"type\":\"key\",\"data\":{\"down\":" down ",\"key\":{\"type\":\"number\",\"data\":" n "}}}"
#define REL(axis, v) "{\"type\":\"rel\",\"data\":{\"axis\":\"" axis "\",\"value\":" v "}}"
#define ABS(axis, v) "{\"type\":\"abs\",\"data\":{\"axis\":\"" axis "\",\"value\":" v "}}"
#define BTN(down, b) "{\"type\":\"btn\",\"data\":{\"down\":" down ",\"button\":\"" b "\"}}"

struct pointer {
    uint8_t axes; /* 0 relative, 1 x, 2 y, 3 both; KEYS: a key, x its code, y whether it is down */
    int32_t x, y;
    int8_t wheel;
    uint8_t mask, level;
};
enum { KEYS = 99 };

START_TEST(what_a_hand_does_is_sent_as_it_was_done)
{
    static const struct {
        const char *events;
        unsigned n;
        struct pointer p[4];
    } row[] = {
        {"", 0, {{0}}},
        {KEY("true", "30"), 1, {{KEYS, 30, 1, 0, 0, 0}}},
        {KEY("false", "30"), 1, {{KEYS, 30, 0, 0, 0, 0}}},
        {REL("x", "5") "," REL("y", "-6"), 1, {{0, 5, -6, 0, 0, 0}}},
        {REL("x", "5") "," REL("x", "6"), 2, {{0, 5, 0, 0, 0, 0}, {0, 6, 0, 0, 0, 0}}},
        {REL("y", "5") "," REL("y", "6"), 2, {{0, 0, 5, 0, 0, 0}, {0, 0, 6, 0, 0, 0}}},
        {REL("x", "-32768") "," REL("y", "32767"), 1, {{0, -32768, 32767, 0, 0, 0}}},
        {BTN("true", "left") "," BTN("true", "right"), 1, {{0, 0, 0, 0, 3, 3}}},
        {BTN("true", "left") "," BTN("false", "left"), 2, {{0, 0, 0, 0, 1, 1}, {0, 0, 0, 0, 1, 0}}},
        {BTN("true", "left") "," BTN("false", "right"), 1, {{0, 0, 0, 0, 3, 1}}},
        {BTN("true", "middle"), 1, {{0, 0, 0, 0, 4, 4}}},
        {BTN("true", "side"), 1, {{0, 0, 0, 0, 8, 8}}},
        {BTN("true", "extra"), 1, {{0, 0, 0, 0, 16, 16}}},
        {BTN("true", "wheel-up") "," BTN("false", "wheel-up"), 1, {{0, 0, 0, 1, 0, 0}}},
        {BTN("true", "wheel-down") "," BTN("true", "wheel-down"), 1, {{0, 0, 0, -2, 0, 0}}},
        {REL("x", "1") "," KEY("true", "30") "," REL("x", "2"),
         3,
         {{0, 1, 0, 0, 0, 0}, {KEYS, 30, 1, 0, 0, 0}, {0, 2, 0, 0, 0, 0}}},
        {REL("x", "1") "," BTN("true", "left"), 1, {{0, 1, 0, 0, 1, 1}}},
        {ABS("x", "0") "," ABS("y", "32767"), 1, {{3, 0, 32767, 0, 0, 0}}},
        {ABS("x", "100"), 1, {{1, 100, 0, 0, 0, 0}}},
        {BTN("true", "left"), 1, {{1, 100, 0, 0, 1, 1}}}, /* buttons alone go where the last move went */
        {ABS("y", "7"), 1, {{2, 0, 7, 0, 0, 0}}},
        {BTN("true", "wheel-up"), 1, {{1, 100, 0, 1, 0, 0}}}, /* its place across is still that */
        {ABS("x", "1") "," ABS("x", "2"), 2, {{1, 1, 0, 0, 0, 0}, {1, 2, 0, 0, 0, 0}}},
        {ABS("x", "1") "," REL("y", "2"), 2, {{1, 1, 0, 0, 0, 0}, {0, 0, 2, 0, 0, 0}}},
        {BTN("false", "left"), 1, {{0, 0, 0, 0, 1, 0}}}, /* the mouse again */
        {BTN("true", "left") "," ABS("y", "3"), 2, {{0, 0, 0, 0, 1, 1}, {2, 0, 3, 0, 0, 0}}},
    };
    rig_open(RIG_QMP, "-display none");
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        const char *said = rig_ask(EXECUTE_WITH("input-send-event", "\"events\":[%s]"), row[i].events);
        ck_assert_msg(!strcmp(said, DONE), "%s: %s", row[i].events, said);
        ck_assert_msg(rig.nsent == row[i].n, "%s: %u messages, not %u", row[i].events, rig.nsent, row[i].n);
        for (unsigned k = 0; k < row[i].n; k++) {
            const struct pointer *p = &row[i].p[k];
            uint8_t key[2] = {(uint8_t)p->x, (uint8_t)p->y}, b[12] = {p->axes};
            st32(b + 1, (uint32_t)p->x);
            st32(b + 5, (uint32_t)p->y);
            b[9] = (uint8_t)p->wheel, b[10] = p->mask, b[11] = p->level;
            if (p->axes == KEYS)
                rig_sent(row[i].events, k, LINK_KEY, key, 2);
            else
                rig_sent(row[i].events, k, LINK_POINTER, b, 12);
        }
    }
    static const char *const wrong[] = {
        REL("x", "-32769"),
        REL("y", "32768"),
        ABS("x", "-1"),
        ABS("y", "32768"),
        REL("z", "1"),
        REL("x", "\"1\""),
        REL("x", "1.5"),
        BTN("1", "left"),
        BTN("true", "none"),
        KEY("1", "30"),
        KEY("true", "0"),
        KEY("true", "256"),
        "{\"type\":\"mtt\",\"data\":{}}",
        "{\"type\":\"key\"}",
        "{\"type\":\"keys\",\"data\":{\"down\":true,\"key\":{\"type\":\"number\",\"data\":30}}}",
        "7",
        "{}"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *said = rig_ask(EXECUTE_WITH("input-send-event", "\"events\":[" KEY("true", "30") ",%s]"), wrong[i]);
        ck_assert_msg(strstr(said, "number 1 is no key, btn, rel or abs event") != NULL, "%s: %s", wrong[i], said);
        ck_assert_msg(!rig.nsent, "%s: something was sent", wrong[i]);
    }
    static char many[1 << 17];
    for (unsigned n = 1024; n <= 1025; n++) {
        size_t at = 0;
        for (unsigned i = 0; i < n; i++)
            at += (size_t)snprintf(many + at, sizeof many - at, "%s" KEY("true", "30"), i ? "," : "");
        const char *said = rig_ask(EXECUTE_WITH("input-send-event", "\"events\":[%s]"), many);
        ck_assert_msg(!strcmp(said, n == 1024 ? DONE : ERROR("at most 1024 events at once")), "%u events: %s", n, said);
        ck_assert_uint_eq(rig.nsent, n == 1024 ? 1024 : 0);
    }
    rig_close();
}
END_TEST

TCase *qmp_case(void)
{
    TCase *t = tcase_create("qmp");
    tcase_set_timeout(t, 20);
    tcase_add_test(t, json_texts_end_where_they_end);
    tcase_add_test(t, requests_say_what_they_ask_for);
    tcase_add_test(t, a_client_waits_for_its_answer);
    tcase_add_test(t, a_text_of_a_mebibyte_and_one_more);
    tcase_add_test(t, what_is_no_command);
    tcase_add_test(t, keys_that_are_sent_together);
    tcase_add_test(t, what_a_hand_does_is_sent_as_it_was_done);
    return t;
}

#endif
