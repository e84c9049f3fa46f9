/* SPDX-License-Identifier: MIT */
/* QMP by rule: what it tells of drives, of the machine and of itself; media and their trays; events; passwords. */
#include "config.h"

#include "tests/cli/control_rig.h"

#ifdef HAVE_JANSSON

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/qmp/qmp.h"

/* LINK_DRIVES' reply: flags, reads, writes, flushes, bytes read, bytes written for each of the six. */
static uint8_t drives_reply[6 * 41];
static void drive_is(unsigned i, uint8_t flags)
{
    uint8_t *p = drives_reply + 41 * i;
    *p = flags;
    for (unsigned k = 0; k < 5; k++)
        st64(p + 1 + 8 * k, 100 * i + k + 1);
    rig.reply = drives_reply;
    rig.reply_len = sizeof drives_reply;
}

static json_t *returned(const char *json)
{
    json_t *m = json_loads(rig_ask_bytes(json, strlen(json)), JSON_DISABLE_EOF_CHECK, NULL);
    json_t *r = json_object_get(m, "return");
    ck_assert_msg(r != NULL, "%s: %s", json, (const char *)rig.heard.data);
    json_incref(r);
    json_decref(m);
    return r;
}

/* r's member "a.b.2.c", as JSON text. */
static void member_is(const char *what, const json_t *r, const char *path, const char *want)
{
    char part[60];
    for (const char *p = path; *p; p += strcspn(p, ".") + (p[strcspn(p, ".")] == '.')) {
        snprintf(part, sizeof part, "%.*s", (int)strcspn(p, "."), p);
        r = json_is_array(r) ? json_array_get(r, (size_t)atoi(part)) : json_object_get(r, part);
    }
    char *got = r ? json_dumps(r, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    ck_assert_msg(!strcmp(got ? got : "(none)", want), "%s: %s is %s, not %s", what, path, got ? got : "(none)", want);
    free(got);
}

START_TEST(drives_are_shown_as_they_are)
{
    rig_open(RIG_QMP, "-nodefaults -drive file=/dev/null,cache=writethrough,id=d -drive "
                      "file=x,if=none,id=n,cache=unsafe,readonly=on -device ide-cd,drive=n,id=dev,bus=ide.1 "
                      "-device floppy");
    drive_is(0, 1 | 2);
    drive_is(2, 1 | 2 | 8);
    drive_is(4, 1 | 4);
    rig.o.cfg.drive[0].bytes = 513;
    rig.o.cfg.drive[2].bytes = 1024;
    static const char *const block[][2] = {{"0.device", "\"d\""},
                                           {"0.qdev", "\"hda\""},
                                           {"0.removable", "false"},
                                           {"0.locked", "false"},
                                           {"0.tray_open", "(none)"},
                                           {"0.inserted.image.virtual-size", "1024"},
                                           {"0.inserted.file", "\"/dev/null\""},
                                           {"0.inserted.ro", "false"},
                                           {"0.inserted.cache.writeback", "false"},
                                           {"0.inserted.cache.no-flush", "false"},
                                           {"0.inserted.node-name", "\"d\""},
                                           {"1.device", "\"n\""},
                                           {"1.qdev", "\"dev\""},
                                           {"1.removable", "true"},
                                           {"1.locked", "true"},
                                           {"1.tray_open", "false"},
                                           {"1.inserted.image.virtual-size", "1024"},
                                           {"1.inserted.image.actual-size", "0"},
                                           {"1.inserted.ro", "true"},
                                           {"1.inserted.cache.writeback", "true"},
                                           {"1.inserted.cache.no-flush", "true"},
                                           {"1.inserted.image.filename", "\"x\""},
                                           {"2.device", "\"floppy0\""},
                                           {"2.tray_open", "true"},
                                           {"2.inserted", "(none)"},
                                           {"3", "(none)"}};
    json_t *r = returned(EXECUTE("query-block"));
    for (size_t i = 0; i < ARRAY_LEN(block); i++)
        member_is("query-block", r, block[i][0], block[i][1]);
    json_decref(r);
    static const char *const stats[][2] = {{"1.device", "\"n\""},
                                           {"1.qdev", "\"dev\""},
                                           {"1.node-name", "\"n\""},
                                           {"1.stats.rd_operations", "201"},
                                           {"1.stats.wr_operations", "202"},
                                           {"1.stats.flush_operations", "203"},
                                           {"1.stats.rd_bytes", "204"},
                                           {"1.stats.wr_bytes", "205"},
                                           {"1.stats.rd_merged", "0"},
                                           {"2.node-name", "(none)"},
                                           {"2.device", "\"floppy0\""},
                                           {"3", "(none)"}};
    r = returned(EXECUTE("query-blockstats"));
    for (size_t i = 0; i < ARRAY_LEN(stats); i++)
        member_is("query-blockstats", r, stats[i][0], stats[i][1]);
    json_decref(r);
    r = returned(EXECUTE("query-named-block-nodes"));
    member_is("nodes", r, "0.node-name", "\"d\"");
    member_is("nodes", r, "1.node-name", "\"n\"");
    member_is("nodes", r, "2", "(none)");
    json_decref(r);
    FILE *f = fopen("x", "w"); /* what the file takes on the disk */
    for (unsigned i = 0; i < 20000; i++)
        fputc(i & 0xff, f);
    fclose(f);
    r = returned(EXECUTE("query-block"));
    const json_t *size =
        json_object_get(json_object_get(json_object_get(json_array_get(r, 1), "inserted"), "image"), "actual-size");
    ck_assert_msg(json_integer_value(size) >= 20000 && json_integer_value(size) < 1 << 20, "actual-size: %lld",
                  (long long)json_integer_value(size));
    json_decref(r);
    rig_close();
}
END_TEST

START_TEST(media_come_and_go)
{
    rig_open(RIG_QMP, "-cdrom one -device floppy,id=dev -drive file=node,if=none,id=spare,readonly=on -drive "
                      "if=none,id=none -hda disk");
    static const char *const calls[][2] = {
        {EXECUTE_WITH("eject", "\"device\":\"ide1-cd0\""), "eject 2\n"},
        {EXECUTE_WITH("eject", "\"device\":\"hdc\",\"force\":false"), "eject 2\n"},
        {EXECUTE_WITH("eject", "\"id\":\"dev\",\"force\":true"), "eject 4 force\n"},
        {EXECUTE_WITH("blockdev-change-medium", "\"device\":\"floppy0\",\"filename\":\"f\""), "change 4 f - retain\n"},
        {EXECUTE_WITH(
             "blockdev-change-medium",
             "\"id\":\"dev\",\"filename\":\"f\",\"format\":\"raw\",\"force\":true,\"read-only-mode\":\"read-only\""),
         "change 4 f raw read-only force\n"},
        {EXECUTE_WITH("blockdev-change-medium", "\"id\":\"dev\",\"filename\":\"f\",\"read-only-mode\":\"read-write\""),
         "change 4 f - read-write\n"},
        {EXECUTE_WITH("blockdev-change-medium", "\"id\":\"dev\",\"filename\":\"f\",\"read-only-mode\":\"retain\""),
         "change 4 f - retain\n"},
        /* Trays: closed at first; what lay in it is put in again, as it was. */
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"hdc\""), ""},
        {EXECUTE_WITH("blockdev-open-tray", "\"id\":\"hdc\",\"force\":true"), "eject 2 force\n"},
        {EXECUTE_WITH("blockdev-open-tray", "\"id\":\"hdc\""), ""},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"hdc\""), "change 2 one raw read-only\n"},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"hdc\""), ""},
        {EXECUTE_WITH("blockdev-open-tray", "\"device\":\"hdc\""), "eject 2\n"},
        {EXECUTE_WITH("blockdev-remove-medium", "\"id\":\"hdc\""), ""},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"hdc\",\"node-name\":\"spare\""), ""},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"hdc\""), "change 2 node raw read-only\n"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"added\",\"filename\":\"a\""), ""},
        {EXECUTE_WITH("blockdev-add",
                      "\"driver\":\"file\",\"node-name\":\"ro\",\"read-only\":true,\"file\":{\"filename\":\"b\"}"),
         ""},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"on\",\"file\":\"ro\""), ""},
        {EXECUTE_WITH("blockdev-open-tray", "\"id\":\"dev\""), "eject 4\n"},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"added\""), ""},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"dev\""), "change 4 a raw read-write\n"},
        {EXECUTE_WITH("blockdev-open-tray", "\"id\":\"dev\""), "eject 4\n"},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"on\""), ""},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"dev\""), "change 4 b raw read-write\n"},
        {EXECUTE_WITH("blockdev-del", "\"node-name\":\"added\""), ""},
        {EXECUTE_WITH("blockdev-open-tray", "\"id\":\"dev\""), "eject 4\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        answers(calls[i][0], DONE);
        ck_assert_msg(!strcmp(rig_calls(), calls[i][1]), "%s: '%s', not '%s'", calls[i][0], rig_calls(), calls[i][1]);
    }
    static const char *const wrong[][2] = {
        {EXECUTE_WITH("blockdev-remove-medium", "\"id\":\"hdc\""), "Tray of the device 'ide1-cd0' is not open"},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"hdc\",\"node-name\":\"spare\""),
         "Tray of the device 'ide1-cd0' is not open"},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"added\""), "Node 'added' not found"},
        {EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"none\""), "Node 'none' not found"},
        {EXECUTE_WITH("blockdev-close-tray", "\"id\":\"dev\""),
         "the tray of 'floppy0' stays open until something is put in: blockdev-insert-medium"},
        {EXECUTE_WITH("blockdev-del", "\"node-name\":\"added\""), "Failed to find node with node-name='added'"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"qcow2\",\"node-name\":\"q\",\"filename\":\"a\""),
         "Invalid parameter 'driver': there are raw and file"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"q\""), "Parameter 'filename' is missing"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"q\",\"file\":\"nothing\""),
         "Parameter 'filename' is missing"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"spare\",\"filename\":\"a\""),
         "node-name=spare: a name of at most 31 characters that nothing has"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"\",\"filename\":\"a\""),
         "node-name=: a name of at most 31 characters that nothing has"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"ide0-hd0\",\"filename\":\"a\""),
         "node-name=ide0-hd0: a name of at most 31 characters that nothing has"},
        {EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"hdc\",\"filename\":\"a\""),
         "node-name=hdc: a name of at most 31 characters that nothing has"},
        {EXECUTE_WITH("eject", "\"device\":\"ide0-hd0\""), "Device 'ide0-hd0' is not removable"},
        {EXECUTE_WITH("blockdev-change-medium", "\"id\":\"hdc\",\"filename\":\"f\",\"read-only-mode\":\"x\""),
         "Invalid parameter 'read-only-mode': 'x'"},
        {EXECUTE_WITH("eject", "\"device\":\"hdc\",\"id\":\"hdc\""), "Need exactly one of 'device' and 'id'"},
        {EXECUTE("eject"), "Need exactly one of 'device' and 'id'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char want[200];
        snprintf(want, sizeof want, ERROR("%s"), wrong[i][1]);
        answers(wrong[i][0], want);
        ck_assert_str_eq(rig_calls(), "");
    }
    static const char *const of_a_drive[] = {"eject\",\"arguments\":{",
                                             "blockdev-change-medium\",\"arguments\":{\"filename\":\"f\",",
                                             "blockdev-open-tray\",\"arguments\":{",
                                             "blockdev-close-tray\",\"arguments\":{",
                                             "blockdev-remove-medium\",\"arguments\":{",
                                             "blockdev-insert-medium\",\"arguments\":{\"node-name\":\"spare\","};
    for (size_t i = 0; i < ARRAY_LEN(of_a_drive); i++) {
        const char *said = rig_ask("{\"execute\":\"%s\"id\":\"no\"}}", of_a_drive[i]);
        ck_assert_msg(
            !strcmp(said, "{\"error\":{\"class\":\"DeviceNotFound\",\"desc\":\"Device 'no' not found\"}}\r\n"),
            "%s: %s", of_a_drive[i], said);
        said = rig_ask("{\"execute\":\"%s\"id\":\"hda\"}}", of_a_drive[i]);
        ck_assert_msg(!strcmp(said, ERROR("Device 'hda' is not removable")), "%s: %s", of_a_drive[i], said);
    }
    ck_assert_str_eq(rig_calls(), "");
    rig_answer(EXECUTE_WITH("eject", "\"device\":\"no\""),
               "{\"class\":\"DeviceNotFound\",\"desc\":\"Device 'no' not found\"}");
    rig_ask(EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"spare\""));
    answers(EXECUTE_WITH("blockdev-insert-medium", "\"id\":\"dev\",\"node-name\":\"spare\""),
            ERROR("There already is a medium in device 'floppy0'"));
    rig.call_error = "held shut"; /* a tray that does not move stays as it was */
    answers(EXECUTE_WITH("blockdev-close-tray", "\"id\":\"dev\""), ERROR("held shut"));
    answers(EXECUTE_WITH("blockdev-open-tray", "\"id\":\"hdc\""), ERROR("held shut"));
    answers(EXECUTE_WITH("eject", "\"id\":\"hdc\""), ERROR("held shut"));
    answers(EXECUTE_WITH("blockdev-change-medium", "\"id\":\"hdc\",\"filename\":\"f\""), ERROR("held shut"));
    answers(EXECUTE_WITH("blockdev-remove-medium", "\"id\":\"hdc\""),
            ERROR("Tray of the device 'ide1-cd0' is not open"));
    rig.call_error = NULL;
    answers(EXECUTE_WITH("blockdev-remove-medium", "\"id\":\"dev\""), DONE);
    answers(EXECUTE_WITH("blockdev-change-medium", "\"id\":\"dev\",\"filename\":\"f\""), DONE); /* which closes it */
    answers(EXECUTE_WITH("blockdev-remove-medium", "\"id\":\"dev\""),
            ERROR("Tray of the device 'floppy0' is not open"));
    char name[33] = "";
    for (unsigned n = 31; n <= 32; n++) {
        memset(name, 'n', n);
        const char *said =
            rig_ask(EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"%s\",\"filename\":\"a\""), name);
        ck_assert_msg((strstr(said, "\"return\"") != NULL) == (n == 31), "a name of %u: %s", n, said);
    }
    /* Sixteen nodes, and the order in which they go does not matter. */
    for (unsigned i = rig.o.nnodes; i < 16; i++)
        ck_assert_str_eq(
            rig_ask(EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"a%u\",\"filename\":\"f%u\""), i,
                    i),
            DONE);
    answers(EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"more\",\"filename\":\"f\""),
            ERROR("there are 16 nodes already"));
    answers(EXECUTE_WITH("blockdev-del", "\"node-name\":\"a10\""), DONE);
    answers(EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"a15\",\"filename\":\"f\""),
            ERROR("node-name=a15: a name of at most 31 characters that nothing has"));
    answers(EXECUTE_WITH("blockdev-add", "\"driver\":\"raw\",\"node-name\":\"more\",\"filename\":\"f\""), DONE);
    rig.control.eject = NULL;
    answers(EXECUTE_WITH("eject", "\"id\":\"hdc\""), ERROR("what is in the drives cannot be changed here"));
    rig_close();
}
END_TEST

START_TEST(queries)
{
    rig_open(RIG_QMP, "-m 64 -name box -uuid 01020304-0506-0708-090a-0b0c0d0e0f10");
    static const struct {
        enum link_state state;
        const char *want;
    } state[] = {
        {LINK_STATE_PRELAUNCH, "{\"return\":{\"running\":false,\"singlestep\":false,\"status\":\"prelaunch\"}}\r\n"},
        {LINK_STATE_RUNNING, "{\"return\":{\"running\":true,\"singlestep\":false,\"status\":\"running\"}}\r\n"},
        {LINK_STATE_PAUSED, "{\"return\":{\"running\":false,\"singlestep\":false,\"status\":\"paused\"}}\r\n"},
        {LINK_STATE_SHUTDOWN, "{\"return\":{\"running\":false,\"singlestep\":false,\"status\":\"shutdown\"}}\r\n"}};
    for (size_t i = 0; i < ARRAY_LEN(state); i++) {
        rig.guest.state = state[i].state;
        answers(EXECUTE("query-status"), state[i].want);
    }
    answers(EXECUTE("query-name"), "{\"return\":{\"name\":\"box\"}}\r\n");
    answers(EXECUTE("query-uuid"), "{\"return\":{\"UUID\":\"01020304-0506-0708-090a-0b0c0d0e0f10\"}}\r\n");
    answers(EXECUTE("query-target"), "{\"return\":{\"arch\":\"i386\"}}\r\n");
    answers(EXECUTE("query-memory-size-summary"), "{\"return\":{\"base-memory\":67108864}}\r\n");
    answers(EXECUTE("query-current-machine"), "{\"return\":{\"wakeup-suspend-support\":false}}\r\n");
    static const char *const empty[] = {EXECUTE("query-jobs"), EXECUTE("query-block-jobs"), EXECUTE("query-iothreads"),
                                        EXECUTE("query-memory-devices")};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++)
        answers(empty[i], "{\"return\":[]}\r\n");
    answers(EXECUTE("query-cpus-fast"), "{\"return\":[{\"cpu-index\":0,\"qom-path\":\"/machine/unattached/"
                                        "device[0]\",\"thread-id\":4711,\"target\":\"i386\",\"props\":{"
                                        "\"core-id\":0,\"thread-id\":0,\"socket-id\":0}}]}\r\n");
    json_t *r = returned(EXECUTE("query-machines"));
    member_is("query-machines", r, "0",
              "{\"name\":\"pc\",\"is-default\":true,\"cpu-max\":1,\"hotpluggable-cpus\":false,\"numa-mem-supported\":"
              "false,\"deprecated\":false,\"acpi\":true,"
              "\"default-cpu-type\":\"max-i386-cpu\"}");
    json_decref(r);
    r = returned(EXECUTE("query-cpu-definitions"));
    bool there = false;
    for (size_t i = 0; i < json_array_size(r); i++)
        there |= !strcmp(json_string_value(json_object_get(json_array_get(r, i), "typename")), "pentium3-i386-cpu");
    ck_assert(there && json_array_size(r) > 4);
    json_decref(r);
    r = returned(EXECUTE("query-version"));
    int major, minor, micro;
    ck_assert_int_eq(sscanf(PACKAGE_VERSION, "%d.%d.%d", &major, &minor, &micro), 3);
    char text[200];
    snprintf(text, sizeof text, "{\"qemu\":{\"major\":%d,\"minor\":%d,\"micro\":%d},\"package\":\"vitrine-%s\"}", major,
             minor, micro, PACKAGE_VERSION);
    member_is("query-version", r, "", text);
    json_decref(r);
    rig.chardevs = "a: filename=pty:/dev/pts/1\nno such line\nb: filename=\nc: filename=x: filename=y";
    answers(EXECUTE("query-chardev"),
            "{\"return\":[{\"label\":\"a\",\"filename\":\"pty:/dev/pts/"
            "1\",\"frontend-open\":true},{\"label\":\"b\",\"filename\":\"\",\"frontend-open\":true},"
            "{\"label\":\"c\",\"filename\":\"x: filename=y\",\"frontend-open\":true}]}\r\n");
    rig.chardevs = NULL;
    answers(EXECUTE("query-chardev"), "{\"return\":[]}\r\n");
    r = returned(EXECUTE_WITH("query-command-line-options", "\"option\":\"drive\""));
    member_is("options", r, "0", "{\"option\":\"drive\",\"parameters\":[]}");
    member_is("options", r, "1", "(none)");
    json_decref(r);
    answers(EXECUTE_WITH("query-command-line-options", "\"option\":\"x\""),
            ERROR("Invalid parameter 'option': there is no -x"));
    r = returned(EXECUTE("query-command-line-options"));
    ck_assert_uint_gt(json_array_size(r), 60);
    json_decref(r);
    rig.reply = "* Mouse #0: PS/2 Mouse\n  Mouse #1: Tablet (absolute)\nnonsense\n* Mouse #22: Last";
    rig.reply_len = strlen(rig.reply);
    answers(
        EXECUTE("query-mice"),
        "{\"return\":[{\"name\":\"PS/2 "
        "Mouse\",\"index\":0,\"current\":true,\"absolute\":false},{\"name\":\"Tablet\",\"index\":1,\"current\":false,"
        "\"absolute\":true},{\"name\":\"Last\",\"index\":22,\"current\":true,\"absolute\":false}]}\r\n");
    SENT("query-mice", 0, LINK_COMMAND, 'i', 'n', 'f', 'o', ' ', 'm', 'i', 'c', 'e');
    rig.reply = "line one\n\n  three \nlast";
    rig.reply_len = strlen(rig.reply);
    answers(EXECUTE("x-vitrine-text-screen"), "{\"return\":[\"line one\",\"\",\"  three \",\"last\"]}\r\n");
    SENT("text", 0, LINK_TEXT);
    rig.reply_len = 0;
    answers(EXECUTE("x-vitrine-text-screen"), "{\"return\":[]}\r\n");
    rig_close();
    rig_open(RIG_QMP, "-m 64");
    answers(EXECUTE("query-name"), "{\"return\":{}}\r\n");
    rig_close();
}
END_TEST

START_TEST(pci_functions)
{
    rig_open(RIG_QMP, "-m 64");
    /* Device, function, class, vendor, device, subsystem's two, interrupt line and pin; BARs: a port, memory,
        one not placed. */
    rig.reply = "1 2 0c03 8086 7020 1af4 1100 11 4 4:i:c040:20 0:p:fd000000:1000000 1:m:ffffffff:1000\n0 0 600 8086 "
                "1237 0 0 0 0\nnonsense\n";
    rig.reply_len = strlen(rig.reply);
    json_t *r = returned(EXECUTE("query-pci"));
    SENT("query-pci", 0, LINK_COMMAND, 'i', 'n', 'f', 'o', ' ', 'p', 'c', 'i', ' ', '-', 't');
    static const char *const row[][2] = {
        {"0.bus", "0"},
        {"0.devices.0.slot", "1"},
        {"0.devices.0.function", "2"},
        {"0.devices.0.class_info.class", "3075"},
        {"0.devices.0.id", "{\"device\":28704,\"vendor\":32902,\"subsystem\":4352,\"subsystem-vendor\":6900}"},
        {"0.devices.0.irq", "11"},
        {"0.devices.0.irq_pin", "4"},
        {"0.devices.0.regions.0", "{\"bar\":4,\"address\":49216,\"size\":32,\"type\":\"io\"}"},
        {"0.devices.0.regions.1", "{\"bar\":0,\"address\":4244635648,\"size\":16777216,\"type\":\"memory\","
                                  "\"prefetch\":true,\"mem_type_64\":false}"},
        {"0.devices.0.regions.2",
         "{\"bar\":1,\"address\":-1,\"size\":4096,\"type\":\"memory\",\"prefetch\":false,\"mem_type_64\":false}"},
        {"0.devices.0.regions.3", "(none)"},
        {"0.devices.1.slot", "0"},
        {"0.devices.1.id", "{\"device\":4663,\"vendor\":32902}"},
        {"0.devices.1.irq", "(none)"},
        {"0.devices.1.irq_pin", "0"},
        {"0.devices.1.regions", "[]"},
        {"0.devices.2", "(none)"}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        member_is("query-pci", r, row[i][0], row[i][1]);
    json_decref(r);
    rig_close();
}
END_TEST

START_TEST(the_schema_has_each_command_with_its_arguments)
{
    rig_open(RIG_QMP, "-m 64");
    json_t *r = returned(EXECUTE("query-qmp-schema")), *all = returned(EXECUTE("query-commands"));
    static const char *const builtin[] = {"{\"name\":\"str\",\"meta-type\":\"builtin\",\"json-type\":\"string\"}",
                                          "{\"name\":\"int\",\"meta-type\":\"builtin\",\"json-type\":\"int\"}",
                                          "{\"name\":\"bool\",\"meta-type\":\"builtin\",\"json-type\":\"boolean\"}",
                                          "{\"name\":\"any\",\"meta-type\":\"builtin\",\"json-type\":\"value\"}",
                                          "{\"name\":\"[any]\",\"meta-type\":\"array\",\"element-type\":\"any\"}"};
    static const char *const members[][2] = {
        {"stop", "[]"},
        {"send-key",
         "[{\"name\":\"keys\",\"type\":\"[any]\"},{\"name\":\"hold-time\",\"type\":\"int\",\"default\":null}]"},
        {"eject", "[{\"name\":\"device\",\"type\":\"str\",\"default\":null},{\"name\":\"id\",\"type\":\"str\","
                  "\"default\":null},{\"name\":\"force\",\"type\":\"bool\",\"default\":null}]"},
        {"pmemsave", "[{\"name\":\"val\",\"type\":\"int\"},{\"name\":\"size\",\"type\":\"int\"},{\"name\":\"filename\","
                     "\"type\":\"str\"}]"},
        {"blockdev-remove-medium", "[{\"name\":\"id\",\"type\":\"str\"}]"},
        {"set_password", "[{\"name\":\"protocol\",\"type\":\"str\"},{\"name\":\"password\",\"type\":\"str\"},{\"name\":"
                         "\"connected\",\"type\":\"str\",\"default\":null},{\"name\":\"display\",\"type\":\"str\","
                         "\"default\":null}]"}};
    for (size_t i = 0; i < ARRAY_LEN(builtin); i++) {
        char at[4];
        snprintf(at, sizeof at, "%zu", i);
        member_is("schema", r, at, builtin[i]);
    }
    ck_assert_uint_eq(json_array_size(r), 5 + 2 * json_array_size(all));
    for (size_t i = 0; i < json_array_size(all); i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(!json_equal(json_array_get(all, i), json_array_get(all, k)), "%s stands twice",
                          json_string_value(json_object_get(json_array_get(all, i), "name")));
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        size_t k = 5;
        while (k < json_array_size(r) &&
               strcmp(json_string_value(json_object_get(json_array_get(r, k), "name")), members[i][0]))
            k += 2;
        const json_t *command = json_array_get(r, k), *object = json_array_get(r, k + 1);
        member_is(members[i][0], command, "meta-type", "\"command\"");
        member_is(members[i][0], object, "meta-type", "\"object\"");
        member_is(members[i][0], object, "members", members[i][1]);
        ck_assert_str_eq(json_string_value(json_object_get(command, "arg-type")),
                         json_string_value(json_object_get(object, "name")));
    }
    json_decref(r);
    json_decref(all);
    rig_close();
}
END_TEST

START_TEST(events_are_told_once_negotiated)
{
    static const struct {
        enum link_event ev;
        bool by_guest;
        enum link_cause cause;
        const char *want;
    } row[] = {{LINK_EV_STOP, false, LINK_CAUSE_NONE, "\"event\":\"STOP\"}"},
               {LINK_EV_RESUME, false, LINK_CAUSE_NONE, "\"event\":\"RESUME\"}"},
               {LINK_EV_POWERDOWN, false, LINK_CAUSE_NONE, "\"event\":\"POWERDOWN\"}"},
               {LINK_EV_RESET, false, LINK_CAUSE_NONE,
                "\"event\":\"RESET\",\"data\":{\"guest\":false,\"reason\":\"host-qmp-system-reset\"}}"},
               {LINK_EV_RESET, true, LINK_CAUSE_GUEST_RESET,
                "\"event\":\"RESET\",\"data\":{\"guest\":true,\"reason\":\"guest-reset\"}}"},
               {LINK_EV_RESET, true, LINK_CAUSE_GUEST_PANIC,
                "\"event\":\"RESET\",\"data\":{\"guest\":true,\"reason\":\"guest-panic\"}}"},
               {LINK_EV_SHUTDOWN, true, LINK_CAUSE_GUEST_SHUTDOWN,
                "\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,\"reason\":\"guest-shutdown\"}}"},
               {LINK_EV_SHUTDOWN, false, LINK_CAUSE_HOST_QMP,
                "\"event\":\"SHUTDOWN\",\"data\":{\"guest\":false,\"reason\":\"host-qmp-quit\"}}"},
               {LINK_EV_SHUTDOWN, false, LINK_CAUSE_HOST_SIGNAL,
                "\"event\":\"SHUTDOWN\",\"data\":{\"guest\":false,\"reason\":\"host-signal\"}}"},
               {LINK_EV_SHUTDOWN, false, LINK_CAUSE_NONE,
                "\"event\":\"SHUTDOWN\",\"data\":{\"guest\":false,\"reason\":\"none\"}}"}};
    rig_open(RIG_QMP, "-m 64");
    for (int negotiated = 1; negotiated >= 0; negotiated--) {
        for (size_t i = 0; i < ARRAY_LEN(row); i++) {
            buf_clear(&rig.heard);
            qmp_event(rig.qmp, row[i].ev, row[i].by_guest, row[i].cause);
            rig_turn();
            buf_add8(&rig.heard, 0);
            const char *said = (const char *)rig.heard.data;
            ck_assert_msg((strstr(said, row[i].want) != NULL) == negotiated && (negotiated || !*said),
                          "negotiated %d: '%s', not '%s'", negotiated, said, row[i].want);
            ck_assert_msg(!negotiated || !strncmp(said, "{\"timestamp\":{\"seconds\":", 24), "%s", said);
        }
        buf_clear(&rig.heard);
        qmp_tray_event(rig.qmp, "cd", "dev", negotiated);
        qmp_tray_event(NULL, "cd", "dev", true);
        rig_turn();
        buf_add8(&rig.heard, 0);
        ck_assert_msg(
            (strstr(
                 (const char *)rig.heard.data,
                 "\"event\":\"DEVICE_TRAY_MOVED\",\"data\":{\"device\":\"cd\",\"id\":\"dev\",\"tray-open\":true}}") !=
             NULL) == negotiated,
            "%s", (const char *)rig.heard.data);
        rig_connect();
    }
    rig_close();
}
END_TEST

START_TEST(a_client_that_does_not_read_is_sent_away)
{
    enum { MOST = 1 << 24 };
    size_t queued = 0;
    rig_open(RIG_QMP, "-m 64");
    for (unsigned i = 0; chardev_connected(rig.chr) && i < 400000; i++) {
        queued = chardev_queued(rig.chr);
        qmp_event(rig.qmp, LINK_EV_STOP, false, LINK_CAUSE_NONE);
    }
    ck_assert_msg(!chardev_connected(rig.chr) && queued <= MOST && queued > MOST - 200, "sent away after %zu bytes",
                  queued);
    rig_connect();
    rig_answer(EXECUTE("qmp_capabilities"), DONE);
    rig_close();
}
END_TEST

START_TEST(vnc_and_its_password)
{
    rig_open(RIG_QMP, "-m 64");
    answers(EXECUTE("query-vnc"), "{\"return\":{\"enabled\":false}}\r\n");
    rig.vnc =
        (struct control_vnc){.enabled = true, .host = "h", .service = "5901", .nviewers = 2, .viewer = {"a", "b"}};
    static const struct {
        bool is_unix, is_ipv6, password;
        const char *family, *auth;
    } row[] = {{false, false, false, "ipv4", "none"},
               {true, false, true, "unix", "vnc"},
               {false, true, false, "ipv6", "none"}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        rig.vnc.is_unix = row[i].is_unix, rig.vnc.is_ipv6 = row[i].is_ipv6, rig.vnc.password = row[i].password;
        json_t *r = returned(EXECUTE("query-vnc"));
        char want[200];
        snprintf(want, sizeof want,
                 "[{\"host\":\"a\",\"service\":\"\",\"family\":\"%s\",\"websocket\":false},{\"host\":\"b\",\"service\":"
                 "\"\",\"family\":\"%s\",\"websocket\":false}]",
                 row[i].family, row[i].family);
        member_is("query-vnc", r, "clients", want);
        snprintf(want, sizeof want, "\"%s\"", row[i].family);
        member_is("query-vnc", r, "family", want);
        snprintf(want, sizeof want, "\"%s\"", row[i].auth);
        member_is("query-vnc", r, "auth", want);
        member_is("query-vnc", r, "host", "\"h\"");
        member_is("query-vnc", r, "service", "\"5901\"");
        member_is("query-vnc", r, "enabled", "true");
        json_decref(r);
    }
    static const char *const set[] = {EXECUTE_WITH("set_password", "\"protocol\":\"vnc\",\"password\":\"p\""),
                                      EXECUTE_WITH("change-vnc-password", "\"password\":\"p\"")};
    for (size_t i = 0; i < ARRAY_LEN(set); i++) {
        answers(set[i], DONE);
        ck_assert_str_eq(rig_calls(), "password p\n");
        rig.call_error = "no";
        answers(set[i], ERROR("no"));
        rig.call_error = NULL;
    }
    answers(EXECUTE_WITH("set_password", "\"protocol\":\"spice\",\"password\":\"p\""),
            ERROR("Parameter 'protocol' must be 'vnc'"));
    ck_assert_str_eq(rig_calls(), "");
    rig_close();
}
END_TEST

START_TEST(a_consoles_line_is_answered_as_text)
{
    rig_open(RIG_QMP, "-m 64");
    rig.reply = "said\n";
    rig.reply_len = 5;
    answers(EXECUTE_WITH("human-monitor-command", "\"command-line\":\"info pic\",\"cpu-index\":0"),
            "{\"return\":\"said\\n\"}\r\n");
    SENT("human-monitor-command", 0, LINK_COMMAND, 'i', 'n', 'f', 'o', ' ', 'p', 'i', 'c');
    rig.error = "failed";
    answers(EXECUTE_WITH("human-monitor-command", "\"command-line\":\"info pic\""), "{\"return\":\"failed\"}\r\n");
    rig.error = NULL;
    rig.chardevs = "caf\xe9: filename=x\n"; /* no UTF-8 */
    answers(EXECUTE_WITH("human-monitor-command", "\"command-line\":\"info chardev\""),
            "{\"return\":\"caf?: filename=x\\n\"}\r\n");
    answers(EXECUTE("query-chardev"), "{\"return\":[{\"label\":\"?\",\"filename\":\"x\",\"frontend-open\":true}]}\r\n");
    rig_close();
}
END_TEST

TCase *qmp_query_case(void)
{
    TCase *t = tcase_create("queries");
    tcase_set_timeout(t, 20);
    tcase_add_test(t, drives_are_shown_as_they_are);
    tcase_add_test(t, media_come_and_go);
    tcase_add_test(t, queries);
    tcase_add_test(t, pci_functions);
    tcase_add_test(t, the_schema_has_each_command_with_its_arguments);
    tcase_add_test(t, events_are_told_once_negotiated);
    tcase_add_test(t, a_client_that_does_not_read_is_sent_away);
    tcase_add_test(t, vnc_and_its_password);
    tcase_add_test(t, a_consoles_line_is_answered_as_text);
    return t;
}

#endif
