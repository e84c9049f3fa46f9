/* SPDX-License-Identifier: MIT */
/* Raw mode, and its undoing on every way out. */
#include "config.h"

#include "ui/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/bits.h"

/*
 * NOTE: the one mutable state outside of a struct: a handler of a fatal signal and atexit() have no
 * pointer to be given, and a process has one controlling terminal.
 */
static struct {
    struct termios before;
    volatile sig_atomic_t raw;
    bool hooked;
    char farewell[128];
    size_t farewell_len;
} term;

void terminal_restore(void)
{
    if (!term.raw)
        return;
    term.raw = 0;
    if (term.farewell_len && write(STDOUT_FILENO, term.farewell, term.farewell_len) < 0)
        term.farewell_len = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

void terminal_set_farewell(const char *text)
{
    term.farewell_len = MIN(strlen(text), sizeof term.farewell);
    memcpy(term.farewell, text, term.farewell_len);
}

static void on_fatal(int sig)
{
    terminal_restore();
    signal(sig, SIG_DFL);
    raise(sig);
}

void terminal_raw(bool keep_signals)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};
    struct termios t;
    if (term.raw || !isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &term.before) < 0)
        return;
    if (!term.hooked) {
        term.hooked = true;
        atexit(terminal_restore);
        for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
            signal(fatal[i], on_fatal);
    }
    t = term.before;
    t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    if (!keep_signals)
        t.c_lflag &= ~(tcflag_t)ISIG;
    t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    /* NOTE: output processing stays on: what Vitrine itself prints needs it, and a guest's CR LF
     * passes through it unharmed. */
    term.raw = 1;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &t) < 0)
        term.raw = 0;
}

bool terminal_write(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            poll(&p, 1, 1000);
            continue;
        }
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}
