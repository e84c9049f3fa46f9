/* SPDX-License-Identifier: MIT */
/* The console's commands that the front end carries out: what each sends to the machine, to the byte,
    and its bounds; the
 * monitor on its back end; the keys of a mux; telnet. */
#include "config.h"

#include "tests/cli/control_rig.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"

/* A line that the machine is sent. */
struct sent_line {
    const char *line;
    enum link_type type;
    uint8_t bytes[24];
    size_t len;
};

static void says(const char *line, const char *want)
{
    const char *said = rig_line(line);
    ck_assert_msg(!strcmp(said, want), "%s: '%s', not '%s'", line, said, want);
}

START_TEST(lines_become_messages)
{
    static const struct sent_line row[] = {
        {"stop", LINK_STOP, {0}, 0},
        {"s", LINK_STOP, {0}, 0},
        {"  stop \r\n", LINK_STOP, {0}, 0},
        {"cont", LINK_CONT, {0}, 0},
        {"c", LINK_CONT, {0}, 0},
        {"system_reset", LINK_POWER, {1}, 1},
        {"system_powerdown", LINK_POWER, {2}, 1},
        {"sendkey ctrl-alt-delete", LINK_KEYS, {100, 0, 0, 0, 0x1d, 0x38, 0xd3}, 7},
        {"sendkey 0x1d-c 50", LINK_KEYS, {50, 0, 0, 0, 0x1d, 0x2e}, 6},
        {"sendkey a 0", LINK_KEYS, {0, 0, 0, 0, 0x1e}, 5},
        {"sendkey a 600000", LINK_KEYS, {0xc0, 0x27, 9, 0, 0x1e}, 5},
        {"sendkey 0xff", LINK_KEYS, {100, 0, 0, 0, 0xff}, 5},
        {"sendkey 0x1", LINK_KEYS, {100, 0, 0, 0, 1}, 5},
        {"sendkey 1-2-3-4-5-6-7-8", LINK_KEYS, {100, 0, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9}, 12},
        {"mouse_move 1 2", LINK_POINTER, {0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0}, 12},
        {"mouse_move -1 0x10 -3", LINK_POINTER, {0, 255, 255, 255, 255, 16, 0, 0, 0, 0xfd, 0, 0}, 12},
        {"mouse_move -32768 32767 -128", LINK_POINTER, {0, 0, 0x80, 255, 255, 255, 0x7f, 0, 0, 0x80, 0, 0}, 12},
        {"mouse_move 0 0 127", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0}, 12},
        {"mouse_button 0", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0}, 12},
        {"mouse_button 1", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1}, 12},
        {"mouse_button 2", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 4}, 12}, /* QEMU: 2 is the middle one */
        {"mouse_button 4", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 2}, 12},
        {"mouse_button 7", LINK_POINTER, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7}, 12},
        {"log int,cpu_reset", LINK_LOG_ITEMS, {6, 0, 0, 0}, 4},
        {"log none", LINK_LOG_ITEMS, {0, 0, 0, 0}, 4},
        {"screendump f", LINK_SCREENSHOT, {0}, 0},
        {"info pic", LINK_COMMAND, {'i', 'n', 'f', 'o', ' ', 'p', 'i', 'c'}, 8},
        {"info  pic", LINK_COMMAND, {'i', 'n', 'f', 'o', ' ', 'p', 'i', 'c'}, 8},
        {"xp 0", LINK_COMMAND, {'x', 'p', ' ', '0'}, 4},
        {"nonsense", LINK_COMMAND, {'n', 'o', 'n', 's', 'e', 'n', 's', 'e'}, 8},
    };
    rig_open(RIG_NONE, "-m 64");
    rig.error = "whatever";
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        rig_line(row[i].line);
        rig_sent(row[i].line, 0, row[i].type, row[i].bytes, row[i].len);
        ck_assert_msg(rig.nsent == 1, "%s: %u messages", row[i].line, rig.nsent);
    }
    rig.error = NULL;
    ck_assert_uint_eq(rig.o.log, 0);
    rig_line("log int");
    ck_assert_uint_eq(rig.o.log, 2);
    rig.reply = "\x11\x22", rig.reply_len = 2;
    static const struct {
        const char *line, *file;
        enum link_type type;
    } save[] = {{"pmemsave 0x1234 2 f", "f", LINK_PMEM},
                {"memsave 4660 2 g", "g", LINK_VMEM},
                {"pmemsave 011064 2 \"a \\\"b\\\\\"", "a \"b\\", LINK_PMEM}};
    static const uint8_t message[16] = {0x34, 0x12, 0, 0, 0, 0, 0, 0, 2};
    for (size_t i = 0; i < ARRAY_LEN(save); i++) {
        says(save[i].line, "");
        rig_sent(save[i].line, 0, save[i].type, message, 16);
        ck_assert_msg(access(save[i].file, F_OK) == 0, "%s: no '%s'", save[i].line, save[i].file);
    }
    rig_fill(true);
    static const char *const full[] = {"stop",     "cont",    "sendkey a",    "system_reset",
                                       "info pic", "log int", "screendump f", "pmemsave 0 1 f"};
    for (size_t i = 0; i < ARRAY_LEN(full); i++)
        says(full[i], "(not taken)");
    says("info block", "the machine takes no more requests now\n");
    says("info blockstats", "the machine takes no more requests now\n");
    rig_fill(false);
    rig_close();
}
END_TEST

START_TEST(lines_that_are_wrong_say_how)
{
    static const char key[] = "sendkey: unknown key; say for example sendkey ctrl-alt-delete 100\n",
                      hold[] = "sendkey: the hold time is milliseconds; say for example sendkey ctrl-alt-delete 100\n",
                      move[] = "mouse_move: say DX DY [DZ], for example mouse_move 10 -5\n",
                      button[] = "mouse_button: say the sum of 1 (left), 2 (middle) and 4 (right)\n",
                      dump[] = "screendump: say FILE [-f png|ppm]\n",
                      pmem[] = "pmemsave: say ADDR SIZE FILE, for example pmemsave 0x7c00 512 boot.bin\n",
                      mem[] = "memsave: say ADDR SIZE FILE, for example memsave 0x7c00 512 boot.bin\n";
    static const char *const row[][2] = {
        {"sendkey", key},
        {"sendkey nokey", key},
        {"sendkey 0x0", key},
        {"sendkey 0x100", key},
        {"sendkey 0x1g", key},
        {"sendkey ctrl-nokey", key},
        {"sendkey 1-2-3-4-5-6-7-8-9", key},
        {"sendkey a soon", hold},
        {"sendkey a 600001", hold},
        {"sendkey a 1 2", hold},
        {"sendkey a -1", hold},
        {"sendkey a 1x", hold},
        {"sendkey a 99999999999999999999", hold},
        {"mouse_move 1", move},
        {"mouse_move", move},
        {"mouse_move x 1", move},
        {"mouse_move 1 x", move},
        {"mouse_move 1 1x", move},
        {"mouse_move 1 2 3 4", move},
        {"mouse_move 32768 0", move},
        {"mouse_move 0 -32769", move},
        {"mouse_move 0 0 128", move},
        {"mouse_move 0 0 -129", move},
        {"mouse_button", button},
        {"mouse_button 8", button},
        {"mouse_button 1 1", button},
        {"mouse_button x", button},
        {"screendump", dump},
        {"screendump f -f gif", dump},
        {"screendump f -f", dump},
        {"screendump -f png", dump},
        {"pmemsave", pmem},
        {"pmemsave 0 1", pmem},
        {"pmemsave 0 1 f g", pmem},
        {"pmemsave x 1 f", pmem},
        {"pmemsave 0 x f", pmem},
        {"memsave 0 1", mem},
        {"eject", "eject: which drive? 'info block' lists them\n"},
        {"eject x", "Error: Device 'x' not found\n"},
        {"eject ide0-hd0", "Error: Device 'ide0-hd0' is not removable\n"},
        {"change", "change: which drive? 'info block' lists them\n"},
        {"change hdc", "change: filename expected\n"},
        {"change hda x", "Error: Device 'hda' is not removable\n"},
        {"change hdc f qcow2", "change: 'qcow2': the format is raw, and then comes retain, read-only or read-write\n"},
        {"commit", "commit: which drive? 'info block' lists them\n"},
        {"commit x", "Error: Device 'x' not found\n"},
        {"set_password", "say 'set_password vnc PASSWORD' or 'change vnc password PASSWORD'\n"},
        {"set_password spice x", "say 'set_password vnc PASSWORD' or 'change vnc password PASSWORD'\n"},
        {"stop now", "stop: takes no arguments\n"},
        {"info status x", "info status: takes no arguments\n"},
        {"info block x", "Error: Device 'x' not found\n"},
        {"", ""},
    };
    rig_open(RIG_NONE, "-m 64 -hda disk");
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        says(row[i][0], row[i][1]);
        ck_assert_msg(!rig.nsent || !*row[i][0], "%s: something was sent", row[i][0]);
        ck_assert_msg(!*rig_calls(), "%s: %s", row[i][0], rig_calls());
    }
    static char text[5000];
    memset(text, 'x', sizeof text);
    text[4096] = 0;
    rig_line(text);
    ck_assert_uint_eq(rig.nsent, 1);
    text[4096] = 'x', text[4097] = 0;
    says(text, "the line is too long\n");
    memset(text, ' ', sizeof text);
    memcpy(text + 4900, "stop", 5);
    rig_line(text);
    ck_assert_uint_eq(rig.nsent, 1);
    rig_close();
}
END_TEST

START_TEST(lines_for_the_front_end)
{
    static const char *const row[][2] = {
        {"eject hdc", "eject 2\n"},
        {"eject -f floppy0", "eject 4 force\n"},
        {"change ide1-cd0 f", "change 2 f - retain\n"},
        {"change hdc \"a b\" raw", "change 2 a b raw retain\n"},
        {"change fda f raw read-only", "change 4 f raw read-only\n"},
        {"change fda f raw read-write -f", "change 4 f raw read-write force\n"},
        {"change fda f raw retain", "change 4 f raw retain\n"},
        {"change fda f raw read-only retain", "change 4 f raw retain\n"},
        {"commit all", "commit -1\n"},
        {"commit ide0-hd0", "commit 0\n"},
        {"commit hdc", "commit 2\n"},
        {"set_password vnc p", "password p\n"},
        {"set_password vnc  p q", "password p q\n"},
        {"change vnc password p", "password p\n"},
        {"change vnc p", "password p\n"},
    };
    rig_open(RIG_NONE, "-m 64 -hda disk");
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        says(row[i][0], "");
        ck_assert_msg(!strcmp(rig_calls(), row[i][1]), "%s: '%s', not '%s'", row[i][0], rig_calls(), row[i][1]);
        ck_assert_uint_eq(rig.nsent, 0);
    }
    rig.call_error = "no";
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        says(row[i][0], "no");
    rig.call_error = NULL;
    rig.control.eject = NULL, rig.control.change_medium = NULL, rig.control.commit = NULL;
    says("eject hdc", "what is in the drives cannot be changed here\n");
    says("change hdc f", "what is in the drives cannot be changed here\n");
    says("commit all", "what is in the drives cannot be changed here\n");
    ck_assert_uint_eq(rig.quits, 0);
    says("quit", "");
    says("q", "");
    ck_assert_uint_eq(rig.quits, 2);
    rig_close();
}
END_TEST

START_TEST(info_of_the_front_end)
{
    rig_open(RIG_NONE, "-nodefaults -name box -uuid 01020304-0506-0708-090a-0b0c0d0e0f10 -drive "
                       "file=a,id=d,cache=writethrough -drive file=x,if=none,id=n,cache=unsafe "
                       "-device ide-cd,drive=n,id=dev,bus=ide.1 -device floppy -drive file=s,snapshot=on,index=1 "
                       "-device ide-cd,unit=1,bus=ide.1");
    static const char *const state[] = {[LINK_STATE_PRELAUNCH] = "VM status: paused (prelaunch)\n",
                                        [LINK_STATE_RUNNING] = "VM status: running\n",
                                        [LINK_STATE_PAUSED] = "VM status: paused\n",
                                        [LINK_STATE_SHUTDOWN] = "VM status: paused (shutdown)\n"};
    for (unsigned i = 0; i < ARRAY_LEN(state); i++) {
        rig.guest.state = (enum link_state)i;
        says("info status", state[i]);
    }
    says("info version", "vitrine " PACKAGE_VERSION "\n");
    says("info name", "box\n");
    says("info uuid", "01020304-0506-0708-090a-0b0c0d0e0f10\n");
    says("info kvm", "kvm support: not compiled\n");
    says("info cpus", "* CPU #0: thread_id=4711\n");
    says("info chardev", "None\n");
    says("info vnc", "None\n");
    rig.chardevs = "a: filename=b\n";
    says("info chardev", "a: filename=b\n");
    static uint8_t drives[6 * 41];
    static const uint8_t flags[6] = {3, 3, 1 | 2 | 8, 1 | 4, 1, 0};
    for (unsigned i = 0; i < 6; i++) {
        drives[41 * i] = flags[i];
        for (unsigned k = 0; k < 5; k++)
            st64(drives + 41 * i + 1 + 8 * k, 100 * i + k + 1);
    }
    rig.reply = drives, rig.reply_len = sizeof drives;
    static const char
        d[] = "d: a (raw)\n    Attached to:      hda\n    Cache mode:       writethrough\n",
        s[] = "ide0-hd1: s (raw, snapshot)\n    Attached to:      hdb\n    Cache mode:       writeback\n",
        n[] = "n: x (raw, read-only)\n    Attached to:      dev\n    Removable device: locked, tray closed\n    Cache "
              "mode:       writeback, ignore flushes\n",
        e[] = "ide1-cd1: [not inserted]\n    Attached to:      hdd\n    Removable device: not locked, tray open\n",
        f[] = "floppy0: [not inserted]\n    Attached to:      fda\n    Removable device: not locked, tray closed\n";
    char all[1000];
    snprintf(all, sizeof all, "%s\n%s\n%s\n%s\n%s", d, s, n, e, f);
    says("info block", all);
    says("info block d", d);
    says("info block dev", n);
    says("info block hdd", e);
    says("info block fda", f);
    const char *stats = rig_line("info blockstats");
    ck_assert_msg(
        strstr(stats, "n: rd_bytes=204 wr_bytes=205 rd_operations=201 wr_operations=202 flush_operations=203\n") !=
            NULL,
        "%s", stats);
    ck_assert_msg(!strncmp(stats, "d: rd_bytes=4 ", 14) && strstr(stats, "floppy0: rd_bytes=404 "), "%s", stats);
    ck_assert_msg(strstr(strstr(stats, "floppy0"), "\n")[1] == 0, "%s", stats);
    rig.error = "because";
    says("info block", "because");
    says("info blockstats", "because");
    ck_assert_int_eq(drive_by_name(&rig.control, ""), -1);
    ck_assert_int_eq(drive_by_name(&rig.control, "fdb"), -1); /* not fitted */
    rig_close();
}
END_TEST

static bool holds(const char *text, const char *what)
{
    return strstr(text, what) != NULL;
}

START_TEST(help_of_the_console)
{
    rig_open(RIG_NONE, "-m 64");
    static const char *const row[][2] = {
        {"help stop", "stop|s -- stops the machine\n"},
        {"? s", "stop|s -- stops the machine\n"},
        {"help mouse_move", "mouse_move DX DY [DZ] -- moves the mouse, and turns its wheel\n"},
        {"help info status", "info status -- whether it runs\n"},
        {"help info block", "info block [DRIVE] -- drives and what is in them\n"},
        {"help x y", "unknown command: 'x y'\n"},
        {"help info x", "unknown command: 'info x'\n"},
        {"help nonsense", "unknown command: 'nonsense'\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        says(row[i][0], row[i][1]);
    const char *all = rig_line("help");
    ck_assert(!strncmp(all, "help|? [COMMAND] -- ", 20) && holds(all, "\ninfo [WHAT] -- ") &&
              holds(all, "\nxp /FMT ADDR -- ") && holds(all, "\nquit|q -- "));
    const char *again = strstr(all, "\ninfo [WHAT]");
    ck_assert_msg(!holds(again + 1, "\ninfo "), "info stands twice: %s", all);
    for (int i = 0; i < 2; i++) {
        const char *list = rig_line(i ? "info" : "help info");
        ck_assert_msg(!strncmp(list, "info version -- ", 16) && holds(list, "\ninfo registers") &&
                          holds(list, "\ninfo vnc -- "),
                      "%s", list);
    }
    const char *items = rig_line("log");
    ck_assert(holds(items, "guest_errors") && holds(items, "in_asm"));
    ck_assert(holds(rig_line("log nonsense"), "guest_errors"));
    ck_assert_uint_eq(rig.nsent, 0);
    ck_assert(holds(rig_line("help savevm"), "savevm is not supported: there are no saved machine states\n"));
    ck_assert(holds(rig_line("savevm x"), "savevm is not supported: there are no saved machine states\n"));
    ck_assert(holds(rig_line("info  sev x"), "info sev is not supported: "));
    ck_assert(holds(rig_line("help info sev"), "info sev is not supported: "));
    rig_close();
}
END_TEST

/* --- The monitor and its mux --- */

static void shows(const char *typed, const char *want)
{
    const char *said = rig_ask("%s", typed);
    ck_assert_msg(!strcmp(said, want), "%s: '%s', not '%s'", typed, said, want);
}

static void nobody_listens(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx, (void)data, (void)len;
}

START_TEST(a_monitor_on_a_socket)
{
    rig_open(RIG_MONITOR, "-m 64 -name box");
    buf_add8(&rig.heard, 0);
    ck_assert_str_eq((const char *)rig.heard.data,
                     "Vitrine " PACKAGE_VERSION " monitor - type 'help' for more information\r\n(vitrine) ");
    shows("info name\n", "box\r\n(vitrine) ");
    shows("info name\ninfo kvm\n", "box\r\n(vitrine) kvm support: not compiled\r\n(vitrine) ");
    shows("info na", "");
    shows("me\n", "box\r\n(vitrine) ");
    shows("\n", "(vitrine) ");
    shows("info nxx\b\x7f"
          "ame\n",
          "box\r\n(vitrine) ");
    shows("nonsense\x15info name\n", "box\r\n(vitrine) ");
    rig.reply = "a\nb\nc", rig.reply_len = 5;
    shows("info pic\n", "a\r\nb\r\nc\r\n(vitrine) ");
    /* Nothing is read while a command is under way; another client does not get its answer. */
    rig.silent = true;
    shows("info pic\ninfo name\n", "");
    link_reply(&rig.machine, rig.guest.request[0].id, "x\n", 2);
    rig.silent = false;
    rig_turn();
    buf_add8(&rig.heard, 0);
    ck_assert_str_eq((const char *)rig.heard.data, "x\r\n(vitrine) box\r\n(vitrine) ");
    rig_fill(true);
    shows("info pic\n", "the machine takes no more requests now\r\n(vitrine) ");
    rig_fill(false);
    rig_close();
    rig_open(RIG_MUX, "-m 64");
    buf_add8(&rig.heard, 0);
    ck_assert_str_eq((const char *)rig.heard.data,
                     "\r\nVitrine " PACKAGE_VERSION " monitor - type 'help' for more information\r\n(vitrine) ");
    rig.silent = true;
    rig_ask("info pic\r");
    uint32_t id = rig.guest.request[0].id;
    rig_connect();
    rig.silent = false;
    buf_clear(&rig.heard);
    link_reply(&rig.machine, id, "secret\n", 7);
    rig_turn();
    buf_add8(&rig.heard, 0);
    ck_assert_msg(!strstr((const char *)rig.heard.data, "secret"), "%s", (const char *)rig.heard.data);
    /* Ctrl-A c: to another user and back; the prompt comes again, the greeting does not. */
    struct error err;
    struct chardev_user other = {"other", nobody_listens, NULL, NULL, NULL};
    ck_assert(chardev_use(rig.chr, &other, &err));
    shows("\001c", "\r\n");
    shows("info name\r", "");
    shows("\001c", "\r\n(vitrine) ");
    ck_assert(holds(rig_ask("info kvm\r"), "kvm support: not compiled\r\n(vitrine) "));
    rig_close();
}
END_TEST

START_TEST(a_client_that_does_not_read_is_not_read)
{
    enum { HIGH = 1 << 18, REPLY = 20000 };
    static char text[REPLY];
    memset(text, 'x', sizeof text);
    rig_open(RIG_MONITOR, "-m 64");
    rig.reply = text, rig.reply_len = sizeof text;
    rig.deaf = true;
    size_t queued = 0;
    unsigned n = 0;
    for (rig.nsent = 1; rig.nsent && n < 100; n++) {
        ck_assert_msg(queued <= HIGH, "read although %zu bytes wait", queued);
        queued = chardev_queued(rig.chr);
        rig_ask("info pic\n");
    }
    ck_assert_msg(n > 10 && n < 100 && queued > HIGH && queued < HIGH + REPLY + 100, "held up with %zu bytes after %u",
                  queued, n);
    rig.deaf = false;
    rig_turn();
    ck_assert_uint_eq(rig.nsent, 1);
    rig_close();
}
END_TEST

TCase *console_case(void)
{
    TCase *t = tcase_create("console");
    tcase_add_test(t, lines_become_messages);
    tcase_add_test(t, lines_that_are_wrong_say_how);
    tcase_add_test(t, lines_for_the_front_end);
    tcase_add_test(t, info_of_the_front_end);
    tcase_add_test(t, help_of_the_console);
    tcase_add_test(t, a_monitor_on_a_socket);
    tcase_add_test(t, a_client_that_does_not_read_is_not_read);
    return t;
}
