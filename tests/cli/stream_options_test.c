/* SPDX-License-Identifier: MIT */
/* The command line's streams: both spellings of a character back end, its keys and bounds, and who uses which. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

static const struct chardev_option *first(void)
{
    ck_assert_msg(o.nchardevs > 0, "%s: no back end", parsed_line());
    return &o.chardev[0];
}

START_TEST(each_back_end_has_two_spellings)
{
    static const struct {
        const char *spelled, *as_long, *shown;
        enum chardev_kind kind;
        const char *path, *host, *port;
    } row[] = {
        {"null", "null,id=c", "null", CHARDEV_NULL, NULL, NULL, NULL},
        {"vc", "vc,id=c", "vc", CHARDEV_VC, NULL, NULL, NULL},
        {"vc:80Cx24C", "vc,id=c,cols=80,rows=24", "vc", CHARDEV_VC, NULL, NULL, NULL},
        {"stdio", "stdio,id=c", "stdio", CHARDEV_STDIO, NULL, NULL, NULL},
        {"pty", "pty,id=c", "pty", CHARDEV_PTY, NULL, NULL, NULL},
        {"file:a,b", "file,id=c,path=a,,b", "file:a,b", CHARDEV_FILE, "a,b", NULL, NULL},
        {"pipe:a,b", "pipe,id=c,path=a,,b", "pipe:a,b", CHARDEV_PIPE, "a,b", NULL, NULL},
        {"unix:a", "socket,id=c,path=a", "unix:a", CHARDEV_UNIX, "a", NULL, NULL},
        {"unix:a,server=on", "socket,server,id=c,path=a", "unix:a,server=on", CHARDEV_UNIX, "a", NULL, NULL},
        {"tcp:h:7", "socket,id=c,host=h,port=7", "tcp:h:7", CHARDEV_TCP, NULL, "h", "7"},
        {"tcp::7", "socket,id=c,port=7", "tcp::7", CHARDEV_TCP, NULL, "", "7"},
        {"tcp:[::1]:7,server", "backend=socket,id=c,host=::1,port=7,server=on", "tcp:[::1]:7,server=on", CHARDEV_TCP,
         NULL, "::1", "7"},
        {"telnet:h:http", "socket,id=c,host=h,port=http,telnet=on", "telnet:h:http", CHARDEV_TCP, NULL, "h", "http"},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        for (int is_long = 0; is_long < 2; is_long++) {
            char shown[100];
            takes("%s %s", is_long ? "-chardev" : "-serial", is_long ? row[i].as_long : row[i].spelled);
            const struct chardev_option *c = first();
            IS(c->kind, row[i].kind);
            SAYS(c->id, is_long ? "c" : "serial0");
            SAYS(c->said, is_long ? "-chardev" : "-serial (COM1)");
            SAYS(c->path ? c->path : "", row[i].path ? row[i].path : "");
            SAYS(c->host ? c->host : "-", row[i].host ? row[i].host : "-");
            SAYS(c->port ? c->port : "", row[i].port ? row[i].port : "");
            IS(c->wait, true);
            IS(c->keep_signals, true);
            IS(c->mux, false);
            chardev_option_print(c, shown, sizeof shown);
            SAYS(shown, row[i].shown);
        }
    static const char *const none[] = {"x",    "nul",     "nullx",    "vcx",    "stdiox",
                                       "ptyx", "files:a", "tcpx:h:7", "socket", "''"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("there are null, none, vc, stdio", "-serial %s", none[i]);
    static const char *const unknown[] = {"x,id=c", "unix,id=c", "tcp,id=c", "backend=x,id=c", "id=c"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        refuses("the back ends are null", "-chardev %s", unknown[i]);
}
END_TEST

START_TEST(hosts_and_ports)
{
    static const char *const none[] = {"tcp:7",      "tcp:h:",    "tcp:::1:7", "tcp:[::1:7", "tcp:[::1]7", "tcp:[::1]",
                                       "tcp:[::1]:", "tcp:h:7:8", "tcp:h:[7",  "tcp:h:7]",   "telnet:7"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("is no HOST:PORT", "-serial %s", none[i]);
    static const char *const good[] = {"0", "65535", "http"}, *const out[] = {"65536", "1x", "99999999999"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        takes("-serial tcp:h:%s", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(out); i++) {
        refuses("ports are 0 to 65535", "-serial tcp:h:%s", out[i]);
        refuses("ports are 0 to 65535", "-chardev socket,id=c,port=%s", out[i]);
    }
    refuses("say path=PATH, or host=HOST and port=PORT", "-chardev socket,id=c,host=h");
    refuses("a path is missing", "-chardev file,id=c");
    refuses("a path is missing", "-chardev pipe,id=c");
    static const char *const empty[] = {"file:", "pipe:", "unix:", "unix:,server"};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++)
        refuses("a path is missing", "-serial %s", empty[i]);
}
END_TEST

START_TEST(keys_belong_to_their_back_ends)
{
    /* The columns: null, vc, stdio, file, pipe, unix, tcp, pty. */
    static const struct {
        const char *key;
        bool of[8];
    } row[] = {{"id=d", {1, 1, 1, 1, 1, 1, 1, 1}},       {"mux=on", {1, 1, 1, 1, 1, 1, 1, 1}},
               {"logfile=l", {1, 1, 1, 1, 1, 1, 1, 1}},  {"logappend=on", {1, 1, 1, 1, 1, 1, 1, 1}},
               {"path=p", {0, 0, 0, 1, 1, 1, 0, 0}},     {"append=on", {0, 0, 0, 1, 0, 0, 0, 0}},
               {"signal=off", {0, 0, 1, 0, 0, 0, 0, 0}}, {"width=1", {0, 1, 0, 0, 0, 0, 0, 0}},
               {"height=1", {0, 1, 0, 0, 0, 0, 0, 0}},   {"cols=1", {0, 1, 0, 0, 0, 0, 0, 0}},
               {"rows=1", {0, 1, 0, 0, 0, 0, 0, 0}},     {"server=on", {0, 0, 0, 0, 0, 1, 1, 0}},
               {"wait=off", {0, 0, 0, 0, 0, 1, 1, 0}},   {"nowait", {0, 0, 0, 0, 0, 1, 1, 0}},
               {"delay", {0, 0, 0, 0, 0, 1, 1, 0}},      {"nodelay", {0, 0, 0, 0, 0, 1, 1, 0}},
               {"telnet=off", {0, 0, 0, 0, 0, 1, 1, 0}}, {"reconnect=1", {0, 0, 0, 0, 0, 1, 1, 0}},
               {"host=h", {0, 0, 0, 0, 0, 0, 1, 0}},     {"port=1", {0, 0, 0, 0, 0, 0, 1, 0}},
               {"ipv4=on", {0, 0, 0, 0, 0, 0, 1, 0}},    {"ipv6=off", {0, 0, 0, 0, 0, 0, 1, 0}},
               {"colour=x", {0, 0, 0, 0, 0, 0, 0, 0}}};
    static const char *const back_end[] = {"null,id=c",          "vc,id=c",          "stdio,id=c",
                                           "file,id=c,path=p",   "pipe,id=c,path=p", "socket,id=c,path=p",
                                           "socket,id=c,port=7", "pty,id=c"};
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        for (size_t k = 0; k < ARRAY_LEN(back_end); k++) {
            if (k == 6 && !strcmp(row[i].key, "path=p")) /* that makes it a UNIX one, which takes no port */
                refuses("'port' does not belong", "-chardev %s,%s", back_end[k], row[i].key);
            else if (row[i].of[k])
                takes("-chardev %s,%s", back_end[k], row[i].key);
            else
                refuses("does not belong to this kind of back end", "-chardev %s,%s", back_end[k], row[i].key);
        }
}
END_TEST

START_TEST(each_flag_sets_its_own)
{
    static const struct {
        const char *keys;
        bool server, wait, nodelay, telnet, append, mux, logappend, keep_signals;
    } row[] = {
        {"socket,id=c,port=7", 0, 1, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,server=on", 1, 1, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,server,wait=off", 1, 0, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,server,wait=on", 1, 1, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,server=yes,nowait", 1, 0, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,server=true,nowait=off", 1, 1, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,nodelay=y", 0, 1, 1, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,delay=n", 0, 1, 1, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,nodelay,delay", 0, 1, 0, 0, 0, 0, 0, 1},
        {"socket,id=c,port=7,telnet", 0, 1, 0, 1, 0, 0, 0, 1},
        {"socket,id=c,port=7,telnet,telnet=no,server=false", 0, 1, 0, 0, 0, 0, 0, 1},
        {"file,id=c,path=p,append=on", 0, 1, 0, 0, 1, 0, 0, 1},
        {"file,id=c,path=p,mux=on,logappend=on,logfile=l", 0, 1, 0, 0, 0, 1, 1, 1},
        {"stdio,id=c,signal=off", 0, 1, 0, 0, 0, 0, 0, 0},
        {"stdio,id=c,signal=on", 0, 1, 0, 0, 0, 0, 0, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("-chardev %s", row[i].keys);
        const struct chardev_option *c = first();
        IS(c->server, row[i].server);
        IS(c->wait, row[i].wait);
        IS(c->nodelay, row[i].nodelay);
        IS(c->telnet, row[i].telnet);
        IS(c->append, row[i].append);
        IS(c->mux, row[i].mux);
        IS(c->logappend, row[i].logappend);
        IS(c->keep_signals, row[i].keep_signals);
        SAYS(c->logfile ? c->logfile : "", row[i].logappend ? "l" : "");
    }
    static const char *const flags[] = {"server", "wait", "nowait", "nodelay", "delay", "telnet", "mux", "logappend"};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        refuses("say on or off", "-chardev socket,id=c,port=7,%s=x", flags[i]);
    refuses("say on or off", "-chardev file,id=c,path=p,append=x");
    refuses("say on or off", "-chardev stdio,id=c,signal=x");
}
END_TEST

START_TEST(values_have_bounds)
{
    static const struct {
        const char *value;
        unsigned s;
    } good[] = {{"0", 0}, {"1", 1}, {"86400", 86400}};
    static const char *const none[] = {"86401", "-1", "x", "1x", "", ":", "/"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("-chardev socket,id=c,port=7,reconnect=%s", good[i].value);
        IS(first()->reconnect, good[i].s);
        takes("-serial unix:p,reconnect=%s", good[i].value);
        IS(first()->reconnect, good[i].s);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("say a number of seconds", "-chardev socket,id=c,port=7,reconnect=%s", none[i]);
    refuses("reconnect= is for a client", "-chardev socket,id=c,port=7,server,reconnect=1");
    refuses("reconnect= is for a client", "-serial unix:p,server,reconnect=1");
    takes("-serial unix:p,server,reconnect=0");
    char text[1100];
    memset(text, 'i', sizeof text);
    text[63] = 0;
    takes("-chardev null,id=%s", text);
    SAYS(first()->id, text);
    text[63] = 'i', text[64] = 0;
    refuses("at most 63 bytes", "-chardev null,id=%s", text);
    static const char *const ids[] = {"1", "_a", "-", ""};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        refuses("begins with a letter", "-chardev null,id=%s", ids[i]);
    refuses("begins with a letter", "-chardev null,id");
    refuses("an id=ID is missing", "-chardev null");
    static const char *const strings[] = {"file,id=c,path", "socket,id=c,port=7,host", "socket,id=c,port",
                                          "null,id=c,logfile"};
    for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
        refuses("needs a value of at most 1023 bytes", "-chardev %s", strings[i]);
        refuses("needs a value of at most 1023 bytes", "-chardev %s=", strings[i]);
    }
    memset(text, 'p', sizeof text);
    text[1023] = 0;
    takes("-chardev file,id=c,path=%s", text);
    SAYS(first()->path, text);
    text[1023] = 'p', text[1024] = 0;
    refuses("-chardev file,id=c,path=ppp", "-chardev file,id=c,path=%s", text);
    refuses("there is a back end of that id already", "-chardev null,id=a -chardev pty,id=a");
    takes("-chardev null,id=a -chardev null,id=b");
    IS(o.nchardevs, 2);
    takes("-chardev help -nonsense");
    SAYS(o.list, "chardev");
}
END_TEST

START_TEST(ports_have_their_back_ends)
{
    takes("-serial null -serial none -serial pty -serial chardev:x -chardev null,id=x -parallel null -parallel none "
          "-parallel file:p");
    static const char *const chr[7] = {"serial0", "", "serial2", "x", "parallel0", "", "parallel2"};
    for (unsigned i = 0; i < 7; i++) {
        SAYS(o.port_chr[i], chr[i]);
        IS(i < 4 ? o.cfg.serial[i] : o.cfg.parallel[i - 4], *chr[i] != 0);
    }
    IS(o.nchardevs, 5);
    static const char *const said[] = {"-serial (COM1)", "-serial (COM3)", "-chardev", "-parallel (LPT1)",
                                       "-parallel (LPT3)"};
    for (unsigned i = 0; i < 5; i++)
        SAYS(o.chardev[i].said, said[i]);
    refuses("-serial: at most 4 ports", "-serial null -serial null -serial null -serial null -serial null");
    refuses("-parallel: at most 3 ports", "-parallel null -parallel null -parallel null -parallel null");
    takes("%s", "");
    IS(o.cfg.serial[0], true);
    IS(o.cfg.serial[1], false);
    IS(o.cfg.parallel[0], true);
    IS(o.cfg.parallel[1], false);
    SAYS(o.port_chr[0], "");
    IS(o.cfg.debugcon, false);
    takes("-nodefaults");
    IS(o.cfg.serial[0], false);
    IS(o.cfg.parallel[0], false);
    takes("-serial none -parallel none");
    IS(o.cfg.serial[0], false);
    IS(o.cfg.parallel[0], false);
    takes("-debugcon none");
    IS(o.cfg.debugcon, true);
    SAYS(o.debugcon_chr, "");
    takes("-debugcon file:p");
    SAYS(o.debugcon_chr, "debugcon");
    SAYS(first()->id, "debugcon");
    SAYS(first()->said, "-debugcon");
    refuses("-debugcon: can be given once", "-debugcon null -debugcon null");
    refuses("port E9h takes no input", "-debugcon mon:stdio");
    static const char *const users[] = {"-serial", "-parallel", "-debugcon", "-monitor", "-qmp"};
    for (size_t i = 0; i < ARRAY_LEN(users); i++) {
        char text[100];
        if (!built_for(users[i]))
            continue;
        snprintf(text, sizeof text, "%.9s chardev:x: there is no -chardev of that id", users[i]);
        refuses(text, "%s chardev:x", users[i]);
        takes("%s chardev:x -chardev null,id=x", users[i]);
        refuses("chardev: an id is missing", "%s chardev:", users[i]);
        refuses("too long", "%s chardev:%064d", users[i], 1);
        refuses("there are null", "%s x", users[i]);
    }
    refuses("-mon chardev:x: there is no", "-mon x");
}
END_TEST

/* The n-th monitor's back end, kind and option. */
static void monitor_is(unsigned n, const char *chr, bool control, const char *said)
{
    ck_assert_msg(n < o.nmonitors, "%s: %u monitors", parsed_line(), o.nmonitors);
    SAYS(o.monitor[n].chr, chr);
    IS(o.monitor[n].control, control);
    SAYS(o.monitor[n].said, said);
}

START_TEST(monitors)
{
    if (!built_for("-qmp"))
        return;
    takes("-monitor pty -qmp null -monitor null -serial mon:pty -chardev null,id=x -mon x,mode=control -mon "
          "chardev=x,mode=readline,pretty=on -monitor none -mon x");
    IS(o.nmonitors, 7);
    monitor_is(0, "compat_monitor0", false, "-monitor");
    monitor_is(1, "compat_monitor1", true, "-qmp");
    monitor_is(2, "compat_monitor2", false, "-monitor");
    monitor_is(3, "serial0", false, "-serial (COM1)");
    monitor_is(4, "x", true, "-mon");
    monitor_is(5, "x", false, "-mon");
    monitor_is(6, "x", false, "-mon");
    takes("-parallel mon:stdio");
    IS(first()->mux, true);
    IS(first()->keep_signals, false);
    monitor_is(0, "parallel0", false, "-parallel (LPT1)");
    takes("-chardev null,id=compat_monitor0 -monitor null");
    monitor_is(0, "compat_monitor1", false, "-monitor");
    static const char nine[] = "-chardev null,id=x,mux=on -mon x -mon x -mon x -mon x -mon x -mon x -mon x -mon x";
    takes("%s", nine);
    refuses("at most 8 monitors", "%s -mon x", nine);
    refuses("it is a monitor already; leave mon: out", "-monitor mon:stdio");
    refuses("it is a monitor already; leave mon: out", "-qmp mon:stdio");
    refuses("say chardev=ID", "-mon mode=control");
    refuses("there are readline and control", "-mon x,mode=fast");
    refuses("there are chardev=ID and mode", "-mon x,colour=red");
    refuses("there are chardev=ID and mode", "-mon x,y");
    refuses("-mon", "-mon x,pretty=perhaps");
    refuses("too long", "-mon chardev=%064d", 1);
}
END_TEST

START_TEST(the_terminal_without_a_window)
{
    static const struct {
        const char *line;
        unsigned back_ends, monitors;
        bool serial, mux;
    } row[] = {{"-nographic", 1, 1, true, true},
               {"-nographic -serial stdio", 1, 0, true, false},
               {"-nographic -serial null", 2, 1, true, false},
               {"-nographic -serial none", 1, 1, false, false},
               {"-nographic -monitor null", 2, 1, true, false},
               {"-nographic -monitor none", 1, 0, true, false},
               {"-nographic -monitor stdio", 1, 1, true, false},
               {"-nographic -serial null -monitor null", 2, 1, true, false},
               {"-nographic -serial null -nodefaults", 1, 0, true, false},
               {"-nographic -nodefaults", 1, 1, true, true},
               {"-nographic -chardev null,id=x -mon x", 2, 1, true, false},
               {"-nographic -chardev stdio,id=x", 1, 0, true, false}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", row[i].line);
        IS(o.nchardevs, row[i].back_ends);
        IS(o.nmonitors, row[i].monitors);
        IS(o.cfg.serial[0], row[i].serial);
        IS(o.cfg.parallel[0], false);
        for (unsigned k = 0; k < o.nchardevs; k++)
            if (o.chardev[k].kind == CHARDEV_STDIO) {
                IS(o.chardev[k].mux, row[i].mux);
                IS(o.chardev[k].keep_signals, false);
            }
    }
    takes("-display none -serial stdio");
    IS(first()->keep_signals, true);
    refuses("-serial (COM1) and -monitor cannot both use the terminal", "-display none -serial stdio -monitor stdio");
    if (built_for("curses"))
        refuses("-display curses and -serial (COM1) cannot both", "-display curses -serial stdio");
    refuses("-daemonize has no terminal: -serial (COM1) needs", "-daemonize -display none -serial stdio");
}
END_TEST

START_TEST(words_of_a_list)
{
    static const struct {
        const char *list, *key, *value;
        bool has_value;
    } row[] = {{"a", "a", "", false},       {"a=", "a", "", true},        {"a=b", "a", "b", true},
               {"a=b=c", "a", "b=c", true}, {"a=b,,c", "a", "b,c", true}, {"a=,,", "a", ",", true},
               {"a=b,c", "a", "b", true},   {"a,b=c", "a", "", false},    {"=b", "", "b", true},
               {",b", "", "", false},       {"a=b,,,c", "a", "b,", true}};
    static const char *const rest[] = {"", "", "", "", "", "", "c", "b=c", "", "b", "c"};
    struct keyval kv;
    const char *p = "";
    ck_assert(!keyval_next(&p, &kv));
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        p = row[i].list;
        ck_assert_msg(keyval_next(&p, &kv), "%s", row[i].list);
        ck_assert_msg(!strcmp(kv.key, row[i].key) && !strcmp(kv.value, row[i].value) &&
                          kv.has_value == row[i].has_value && !kv.too_long && !strcmp(p, rest[i]),
                      "%s: key '%s' value '%s' rest '%s'", row[i].list, kv.key, kv.value, p);
    }
    char text[1200];
    for (unsigned n = 62; n < 66; n++) {
        memset(text, 'k', n);
        strcpy(text + n, "=v");
        p = text;
        ck_assert(keyval_next(&p, &kv));
        ck_assert_msg(kv.too_long == (n > 63) && strlen(kv.key) == (n > 63 ? 63 : n) && !strcmp(kv.value, "v"),
                      "a key of %u: '%s'", n, kv.key);
    }
    for (unsigned n = 1022; n < 1026; n++) {
        memset(text, 'v', n + 2);
        text[0] = 'k', text[1] = '=', text[n + 2] = 0;
        p = text;
        ck_assert(keyval_next(&p, &kv));
        ck_assert_msg(kv.too_long == (n > 1023) && strlen(kv.value) == (n > 1023 ? 1023 : n), "a value of %u", n);
    }
    static const char *const yes[] = {"on", "yes", "true", "y"}, *const no[] = {"off", "no", "false", "n"},
                             *const neither[] = {"", "1", "0", "On", "auto", "o"};
    bool on = false;
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "k=%s", yes[i]), p = text, on = false;
        ck_assert_msg(keyval_next(&p, &kv) && keyval_bool(&kv, &on, &err) && on, "%s", text);
        snprintf(text, sizeof text, "k=%s", no[i]), p = text, on = true;
        ck_assert_msg(keyval_next(&p, &kv) && keyval_bool(&kv, &on, &err) && !on, "%s", text);
    }
    p = "k", on = false;
    ck_assert(keyval_next(&p, &kv) && keyval_bool(&kv, &on, &err) && on);
    for (size_t i = 0; i < ARRAY_LEN(neither); i++) {
        snprintf(text, sizeof text, "k=%s", neither[i]), p = text;
        ck_assert_msg(keyval_next(&p, &kv) && !keyval_bool(&kv, &on, &err), "%s", text);
        ck_assert_msg(strstr(err.text, "say on or off") != NULL, "%s", err.text);
    }
}
END_TEST

TCase *stream_options_case(void)
{
    TCase *t = tcase_create("streams");
    tcase_add_test(t, each_back_end_has_two_spellings);
    tcase_add_test(t, hosts_and_ports);
    tcase_add_test(t, keys_belong_to_their_back_ends);
    tcase_add_test(t, each_flag_sets_its_own);
    tcase_add_test(t, values_have_bounds);
    tcase_add_test(t, ports_have_their_back_ends);
    tcase_add_test(t, monitors);
    tcase_add_test(t, the_terminal_without_a_window);
    tcase_add_test(t, words_of_a_list);
    return t;
}
