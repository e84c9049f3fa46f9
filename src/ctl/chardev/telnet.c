/* SPDX-License-Identifier: MIT */
/* The telnet protocol of a -serial telnet: server or client: RFC 854, with ECHO (RFC 857), SUPPRESS
 * GO AHEAD (RFC 858) and TRANSMIT BINARY (RFC 856) offered. What the other side asks for beyond
 * them is passed over without an answer. */
#include "config.h"

#include "ctl/chardev/chardev_priv.h"

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, BRK = 243, SE = 240 };
enum { OPT_BINARY = 0, OPT_ECHO = 1, OPT_SGA = 3 };
enum { DATA, COMMAND, OPTION_WILL, OPTION, SUB, SUB_IAC };

void telnet_greet(struct chardev *c)
{
    static const uint8_t offer[] = {IAC, WILL, OPT_ECHO,   IAC, WILL, OPT_SGA,
                                    IAC, WILL, OPT_BINARY, IAC, DO,   OPT_BINARY};
    buf_add(&c->queue, offer, sizeof offer);
}

static void command(struct chardev *c, uint8_t b)
{
    c->telnet.state = b == WILL ? OPTION_WILL : b == DO || b == DONT || b == WONT ? OPTION : b == SB ? SUB : DATA;
    if (b == BRK)
        chardev_event(c, CHARDEV_BREAK);
}

/* A byte of data; outside of binary mode CR NUL stands for CR (RFC 854 page 11). */
static size_t data_byte(struct telnet *t, uint8_t b, uint8_t *to)
{
    bool padding = b == 0 && t->after_cr && !t->binary;
    t->after_cr = b == '\r';
    if (padding)
        return 0;
    *to = b;
    return 1;
}

size_t telnet_filter(struct chardev *c, uint8_t *data, size_t len)
{
    struct telnet *t = &c->telnet;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t b = data[i];
        switch (t->state) {
        case DATA:
            if (b == IAC)
                t->state = COMMAND;
            else
                n += data_byte(t, b, data + n);
            break;
        case COMMAND:
            if (b == IAC) {
                n += data_byte(t, b, data + n);
                t->state = DATA;
            } else {
                command(c, b);
            }
            break;
        case OPTION_WILL:
            t->binary |= b == OPT_BINARY;
            t->state = DATA;
            break;
        case OPTION: t->state = DATA; break;
        case SUB: t->state = b == IAC ? SUB_IAC : SUB; break;
        case SUB_IAC: t->state = b == SE ? DATA : SUB; break;
        default: t->state = DATA; break;
        }
    }
    return n;
}
