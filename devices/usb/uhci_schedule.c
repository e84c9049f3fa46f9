/* SPDX-License-Identifier: MIT */
/*
 * The walk of a frame's schedule: frame list, queue heads, transfer descriptors. UHCI Design
 * Guide 1.1, section 3 and tables 4 to 8.
 *
 * A frame is carried out as a whole at its end, when its interrupts come. The bus's 1500 bytes a frame and VISITS bound
 * the work. A driver may make a ring of its queues, to use all of a frame: they are served until a round moves nothing.
 */
#include "devices/usb/uhci.h"

enum { LINK_T = 1, LINK_Q = 2, LINK_VF = 4 };
#define LINK_ADDRESS UINT32_C(0xfffffff0)
#define TD_ACTIVE    (UINT32_C(1) << 23)
#define TD_STALLED   (UINT32_C(1) << 22)
#define TD_BABBLE    (UINT32_C(1) << 20)
#define TD_NAK       (UINT32_C(1) << 19)
#define TD_TIMEOUT   (UINT32_C(1) << 18)
#define TD_IOC       (UINT32_C(1) << 24)
#define TD_ISO       (UINT32_C(1) << 25)
#define TD_SPD       (UINT32_C(1) << 29)
#define TD_STATUS    UINT32_C(0x00ff0000)
#define TD_ACTLEN    UINT32_C(0x7ff)
enum { TD_CERR_SHIFT = 27, TD_MAX = 1280, NULL_LENGTH = 0x7ff };
enum { FRAME_BYTES = 1500, TD_OVERHEAD = 13, VISITS = 1024 };

/* How a descriptor left its queue. */
enum outcome { ADVANCE, STAY, FATAL };

struct walk {
    struct uhci *u;
    unsigned bytes, visits;
    uint32_t idle_from; /* the queue head after which nothing was done; 0: something was */
};

struct td {
    uint32_t link, status, token, buffer;
};

static void fatal(struct uhci *u, uint16_t status)
{
    u->sts |= status;
    u->cmd &= (uint16_t)~UHCI_CMD_RS;
}

static bool fetch(struct uhci *u, uint32_t at, uint32_t *to, unsigned words)
{
    uint8_t raw[16];
    if (!dma_read(u->dev.bus, at, raw, words * 4)) {
        fatal(u, UHCI_STS_HSE);
        return false;
    }
    for (unsigned i = 0; i < words; i++)
        to[i] = ld32(raw + 4 * i);
    return true;
}

static bool store(struct uhci *u, uint32_t at, uint32_t value)
{
    uint8_t raw[4];
    st32(raw, value);
    if (dma_write(u->dev.bus, at, raw, sizeof raw))
        return true;
    fatal(u, UHCI_STS_HSE);
    return false;
}

static struct usb_plug *addressed(struct uhci *u, uint8_t address)
{
    for (unsigned i = 0; i < UHCI_PORTS; i++) {
        struct usb_plug *p = &u->port[i].plug;
        if (p->ctx && (u->port[i].sc & UHCI_PORT_ENABLED) && !(u->port[i].sc & (UHCI_PORT_RESET | UHCI_PORT_SUSPEND)) &&
            p->address(p->ctx) == address)
            return p;
    }
    return NULL;
}

/* Nobody answers: an error, which is counted. A count of 0 means to try for ever. */
static uint32_t timed_out(struct uhci *u, uint32_t status)
{
    uint32_t count = status >> TD_CERR_SHIFT & 3;
    status |= TD_TIMEOUT;
    if (count) {
        status -= UINT32_C(1) << TD_CERR_SHIFT;
        if (count == 1) {
            status = (status & ~TD_ACTIVE) | TD_STALLED;
            u->sts |= UHCI_STS_ERROR;
        }
    }
    return status;
}

static uint32_t failed(struct uhci *u, uint32_t status, uint32_t why)
{
    u->sts |= UHCI_STS_ERROR;
    return (status & ~TD_ACTIVE) | why;
}

/* The transaction itself: the new status word, and *n, the bytes that moved. False: a fatal error.
 */
static bool transact(struct walk *w, const struct td *td, uint32_t *status, int *n)
{
    struct uhci *u = w->u;
    uint8_t data[TD_MAX];
    uint8_t pid = (uint8_t)td->token;
    unsigned len = ((td->token >> 21) + 1) & NULL_LENGTH;
    struct usb_plug *p = addressed(u, td->token >> 8 & 0x7f);
    if (len > TD_MAX || (pid != USB_PID_IN && pid != USB_PID_OUT && pid != USB_PID_SETUP)) {
        fatal(u, UHCI_STS_HCPE);
        return false;
    }
    *n = 0;
    *status = td->status & ~(TD_STATUS & ~TD_ACTIVE);
    w->bytes += TD_OVERHEAD + len;
    if (pid != USB_PID_IN && len && !dma_read(u->dev.bus, td->buffer, data, len)) {
        fatal(u, UHCI_STS_HSE);
        return false;
    }
    if (!p) {
        *status = timed_out(u, *status);
        return true;
    }
    *n = p->packet(p->ctx, (enum usb_pid)pid, td->token >> 15 & 15, data, len);
    if (*n == USB_NAK) {
        *status |= TD_NAK;
    } else if (*n == USB_STALL) {
        *status = failed(u, *status, TD_STALLED);
    } else if (*n > (int)len) {
        *status = failed(u, *status, TD_STALLED | TD_BABBLE);
    } else {
        if (pid == USB_PID_IN && *n && !dma_write(u->dev.bus, td->buffer, data, (uint32_t)*n)) {
            fatal(u, UHCI_STS_HSE);
            return false;
        }
        *status = (*status & ~(TD_ACTIVE | TD_ACTLEN)) | ((uint32_t)(*n - 1) & TD_ACTLEN);
    }
    return true;
}

/* A descriptor: where the queue goes from here. *link: the next one. */
static enum outcome execute(struct walk *w, uint32_t at, uint32_t *link)
{
    struct uhci *u = w->u;
    uint32_t words[4], status;
    int n;
    if (!fetch(u, at, words, 4))
        return FATAL;
    struct td td = {words[0], words[1], words[2], words[3]};
    *link = td.link;
    if (!(td.status & TD_ACTIVE)) {
        if (td.status & TD_IOC)
            u->cause |= UHCI_CAUSE_IOC; /* table 5: also where the descriptor is not active */
        return STAY;
    }
    if (!transact(w, &td, &status, &n))
        return FATAL;
    bool iso = td.status & TD_ISO;
    if (iso)
        status &= ~TD_ACTIVE; /* once, whatever comes of it */
    bool retired = !(status & TD_ACTIVE);
    if (!store(u, at + 4, status))
        return FATAL;
    if (retired && (status & TD_IOC))
        u->cause |= UHCI_CAUSE_IOC;
    if (retired)
        w->idle_from = 0;
    if (iso)
        return ADVANCE;
    if (!retired || status & TD_STALLED)
        return STAY;
    unsigned len = ((td.token >> 21) + 1) & NULL_LENGTH;
    if ((uint8_t)td.token == USB_PID_IN && (status & TD_SPD) && n < (int)len) {
        u->cause |= UHCI_CAUSE_SHORT;
        return STAY;
    }
    return ADVANCE;
}

static bool may_go_on(struct walk *w)
{
    return ++w->visits <= VISITS && w->bytes < FRAME_BYTES && (w->u->cmd & UHCI_CMD_RS);
}

/* A queue: one descriptor, and the next ones as long as they ask for depth first. *next: the queue beside it. */
static bool run_queue(struct walk *w, uint32_t qh, uint32_t *next)
{
    uint32_t words[2], link;
    if (!fetch(w->u, qh, words, 2))
        return false;
    *next = words[0];
    while (!(words[1] & LINK_T)) {
        if (words[1] & LINK_Q) { /* a queue in the queue's place */
            *next = words[1];
            break;
        }
        enum outcome o = execute(w, words[1] & LINK_ADDRESS, &link);
        if (o == FATAL)
            return false;
        if (o == STAY)
            break;
        words[1] = link;
        if (!store(w->u, qh + 4, link))
            return false;
        if (!(link & LINK_VF) || !may_go_on(w))
            break;
    }
    return true;
}

static void walk(struct walk *w, uint32_t link)
{
    while (!(link & LINK_T) && may_go_on(w)) {
        uint32_t at = link & LINK_ADDRESS;
        if (!(link & LINK_Q)) {
            if (execute(w, at, &link) == FATAL)
                return;
            continue;
        }
        if (w->idle_from == at)
            return; /* a round in which nothing moved */
        if (!w->idle_from)
            w->idle_from = at;
        if (!run_queue(w, at, &link))
            return;
    }
}

void uhci_run_frame(struct uhci *u)
{
    struct walk w = {.u = u};
    uint32_t link;
    if (pci_bus_master(&u->pci) && fetch(u, u->flbase + (u->frnum & 0x3ffU) * 4, &link, 1))
        walk(&w, link);
    if (u->cause)
        u->sts |= UHCI_STS_USBINT;
}
