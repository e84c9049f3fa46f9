/* SPDX-License-Identifier: MIT */
/*
 * A small RFB viewer for tests (RFC 6143): rfbtalk HOST PORT|unix PATH COMMAND...
 *
 *   auth PASSWORD    answers the challenge (must come first; without it no authentication is expected)
 *   size             prints the picture's size
 *   shot FILE        asks for the whole picture and writes it as PPM
 *   key SYM          presses and releases a keysym (hexadecimal)
 *   down SYM, up SYM only the one or the other
 *   type TEXT        presses and releases each character's keysym, and nothing else
 *   place SYM QNUM   key by QEMU's extended key message, once the server has offered it
 *   at X Y MASK      moves the pointer
 *   wait MS          takes what the server sends for so long
 *   resized          waits until the picture has another size, and prints it
 *   format BITS N    asks for that many bits a pixel between update requests, N times; then ends
 *   garbage          sends nonsense
 *   stall            asks for updates and reads nothing for 2 s
 *
 * It ends with status 1 and a line where the server does not do what it should.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct {
    int fd;
    unsigned w, h;
    uint8_t *pixels; /* four bytes each: blue, green, red, nothing */
    bool resized, keys, got;
} viewer;

static _Noreturn void fail(const char *text)
{
    fprintf(stderr, "rfbtalk: %s\n", text);
    exit(1);
}

static void take(void *to, size_t n)
{
    uint8_t *p = to;
    while (n) {
        struct pollfd pfd = {.fd = viewer.fd, .events = POLLIN};
        if (poll(&pfd, 1, 20000) <= 0)
            fail("the server says nothing");
        ssize_t r = read(viewer.fd, p, n);
        if (r <= 0)
            fail("the server has closed the connection");
        p += r;
        n -= (size_t)r;
    }
}

static void give(const void *from, size_t n)
{
    const uint8_t *p = from;
    while (n) {
        ssize_t r = send(viewer.fd, p, n, MSG_NOSIGNAL);
        if (r <= 0)
            fail("the server takes nothing");
        p += r;
        n -= (size_t)r;
    }
}

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void set_size(unsigned w, unsigned h)
{
    viewer.w = w;
    viewer.h = h;
    free(viewer.pixels);
    viewer.pixels = calloc((size_t)w * h, 4);
}

static int unix_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    return connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

static int tcp_socket(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *a;
    if (getaddrinfo(host, port, &hints, &a) != 0)
        fail("no such host");
    int fd = socket(a->ai_family, SOCK_STREAM, 0);
    int r = connect(fd, a->ai_addr, a->ai_addrlen);
    freeaddrinfo(a);
    return r == 0 ? fd : -1;
}

/* VNC authentication needs DES with each key byte's bits in reverse; openssl does it for us. */
static void answer(const uint8_t *challenge, const char *password, uint8_t *response)
{
    char command[256], hex[17] = "", data[33] = "";
    for (unsigned i = 0; i < 8; i++) {
        uint8_t c = i < strlen(password) ? (uint8_t)password[i] : 0, r = 0;
        for (unsigned b = 0; b < 8; b++)
            r |= (uint8_t)((c >> b & 1) << (7 - b));
        sprintf(hex + 2 * i, "%02x", r);
    }
    for (unsigned i = 0; i < 16; i++)
        sprintf(data + 2 * i, "%02x", challenge[i]);
    /* Three times the same key makes triple DES a single one. */
    snprintf(command, sizeof command, "printf %s | xxd -r -p | openssl enc -des-ede3 -nopad -K %s%s%s -out /dev/stdout",
             data, hex, hex, hex);
    FILE *f = popen(command, "r");
    if (!f || fread(response, 1, 16, f) != 16)
        fail("openssl and xxd are needed for a password");
    pclose(f);
}

static void begin(const char *password)
{
    uint8_t b[256];
    static const uint8_t format[20] = {0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0};
    static const int32_t encodings[] = {0, -223, -258}; /* raw, DesktopSize, QEMU's keys */
    uint8_t wish = password ? 2 : 1;
    take(b, 12);
    if (memcmp(b, "RFB 003.", 8) != 0)
        fail("no RFB server");
    give("RFB 003.008\n", 12);
    take(b, 1);
    unsigned n = b[0];
    take(b, n);
    if (!n || !memchr(b, wish, n))
        fail("the server wants another kind of authentication");
    give(&wish, 1);
    if (password) {
        uint8_t response[16];
        take(b, 16);
        answer(b, password, response);
        give(response, 16);
    }
    take(b, 4);
    if (be32(b))
        fail("the password is refused");
    give("\1", 1); /* shared */
    take(b, 24);
    set_size(be16(b), be16(b + 2));
    n = be32(b + 20);
    if (n > sizeof b)
        fail("the name is too long");
    take(b, n);
    give(format, sizeof format);
    uint8_t set[4 + sizeof encodings] = {2, 0, 0, 3};
    for (unsigned i = 0; i < 3; i++) {
        uint32_t v = htonl((uint32_t)encodings[i]);
        memcpy(set + 4 + 4 * i, &v, 4);
    }
    give(set, sizeof set);
}

static void ask(bool incremental)
{
    uint8_t b[10] = {3,
                     incremental,
                     0,
                     0,
                     0,
                     0,
                     (uint8_t)(viewer.w >> 8),
                     (uint8_t)viewer.w,
                     (uint8_t)(viewer.h >> 8),
                     (uint8_t)viewer.h};
    give(b, sizeof b);
}

static void rectangle(void)
{
    uint8_t b[12];
    take(b, 12);
    unsigned x = be16(b), y = be16(b + 2), w = be16(b + 4), h = be16(b + 6);
    int32_t encoding = (int32_t)be32(b + 8);
    if (encoding == -223) {
        set_size(w, h);
        viewer.resized = true;
        return;
    }
    if (encoding == -258) {
        viewer.keys = true;
        return;
    }
    if (encoding != 0 || x + w > viewer.w || y + h > viewer.h)
        fail("a rectangle that was not asked for");
    for (unsigned i = 0; i < h; i++)
        take(viewer.pixels + ((size_t)(y + i) * viewer.w + x) * 4, (size_t)w * 4);
    viewer.got |= w == viewer.w && h == viewer.h;
}

static void message(void)
{
    uint8_t b[8];
    take(b, 1);
    switch (b[0]) {
    case 0:
        take(b, 3);
        for (unsigned n = be16(b + 1); n; n--)
            rectangle();
        return;
    case 2: return; /* bell */
    case 3:
        take(b, 7);
        for (uint32_t n = be32(b + 3); n; n--)
            take(b, 1);
        return;
    default: fail("a message of no known kind");
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void listen_for(double seconds, const bool *until)
{
    double end = now() + seconds;
    ask(true);
    while (now() < end && !(until && *until)) {
        struct pollfd p = {.fd = viewer.fd, .events = POLLIN};
        if (poll(&p, 1, 50) > 0) {
            message();
            ask(true);
        }
    }
}

static void shot(const char *path)
{
    viewer.got = false;
    ask(false);
    for (double end = now() + 20; !viewer.got;) {
        if (now() > end)
            fail("the picture does not come");
        bool before = viewer.resized;
        message();
        if (viewer.resized && !before)
            ask(false);
    }
    FILE *f = fopen(path, "w");
    if (!f)
        fail("the picture cannot be written");
    fprintf(f, "P6\n%u %u\n255\n", viewer.w, viewer.h);
    for (size_t i = 0; i < (size_t)viewer.w * viewer.h; i++) {
        const uint8_t *p = viewer.pixels + 4 * i;
        fputc(p[2], f);
        fputc(p[1], f);
        fputc(p[0], f);
    }
    fclose(f);
}

static void key(uint32_t sym, bool down)
{
    uint8_t b[8] = {4, down, 0, 0, (uint8_t)(sym >> 24), (uint8_t)(sym >> 16), (uint8_t)(sym >> 8), (uint8_t)sym};
    give(b, sizeof b);
}

static void place(uint32_t sym, uint8_t qnum, bool down)
{
    uint8_t b[12] = {255, 0, 0, down, (uint8_t)(sym >> 24), (uint8_t)(sym >> 16), (uint8_t)(sym >> 8), (uint8_t)sym,
                     0,   0, 0, qnum};
    give(b, sizeof b);
}

static void type(const char *text)
{
    for (; *text; text++) {
        key((uint8_t)*text, true);
        usleep(15000);
        key((uint8_t)*text, false);
        usleep(15000);
    }
}

/* Whatever the server does with it: it may end, or close the connection. */
static void formats(uint8_t bits, int n)
{
    const uint8_t request[10] = {
        3, 1, 0, 0, 0, 0, (uint8_t)(viewer.w >> 8), (uint8_t)viewer.w, (uint8_t)(viewer.h >> 8), (uint8_t)viewer.h};
    uint8_t format[20] = {0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0};
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < n; i++) {
        char drop[65536];
        format[4] = i % 2 ? bits : 32;
        if (send(viewer.fd, request, sizeof request, 0) < 0 || send(viewer.fd, format, sizeof format, 0) < 0)
            exit(0);
        while (recv(viewer.fd, drop, sizeof drop, MSG_DONTWAIT) > 0)
            ;
    }
}

static int run(char **c)
{
    if (!strcmp(c[0], "format")) {
        formats((uint8_t)atoi(c[1]), atoi(c[2]));
        exit(0);
    }
    if (!strcmp(c[0], "down") || !strcmp(c[0], "up")) {
        key((uint32_t)strtoul(c[1], NULL, 16), c[0][0] == 'd');
        usleep(15000);
        return 2;
    }
    if (!strcmp(c[0], "type")) {
        type(c[1]);
        return 2;
    }
    if (!strcmp(c[0], "size")) {
        printf("%u x %u\n", viewer.w, viewer.h);
        return 1;
    }
    if (!strcmp(c[0], "shot")) {
        shot(c[1]);
        return 2;
    }
    if (!strcmp(c[0], "key")) {
        key((uint32_t)strtoul(c[1], NULL, 16), true);
        key((uint32_t)strtoul(c[1], NULL, 16), false);
        return 2;
    }
    if (!strcmp(c[0], "place")) {
        if (!viewer.keys)
            listen_for(5, &viewer.keys);
        if (!viewer.keys)
            fail("the server does not offer keys by their place");
        place((uint32_t)strtoul(c[1], NULL, 16), (uint8_t)strtoul(c[2], NULL, 16), true);
        place((uint32_t)strtoul(c[1], NULL, 16), (uint8_t)strtoul(c[2], NULL, 16), false);
        return 3;
    }
    if (!strcmp(c[0], "at")) {
        unsigned x = (unsigned)atoi(c[1]), y = (unsigned)atoi(c[2]);
        uint8_t b[6] = {5, (uint8_t)atoi(c[3]), (uint8_t)(x >> 8), (uint8_t)x, (uint8_t)(y >> 8), (uint8_t)y};
        give(b, sizeof b);
        return 4;
    }
    if (!strcmp(c[0], "wait")) {
        listen_for(atoi(c[1]) / 1000.0, NULL);
        return 2;
    }
    if (!strcmp(c[0], "resized")) {
        listen_for(20, &viewer.resized);
        if (!viewer.resized)
            fail("the picture keeps its size");
        viewer.resized = false;
        printf("%u x %u\n", viewer.w, viewer.h);
        return 1;
    }
    if (!strcmp(c[0], "garbage")) {
        give("\x99\x88nonsense nonsense nonsense", 28);
        return 1;
    }
    if (!strcmp(c[0], "stall")) {
        for (unsigned i = 0; i < 200; i++)
            ask(false);
        sleep(2);
        return 1;
    }
    fail("no such command");
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("rfbtalk HOST PORT|unix PATH COMMAND...");
    viewer.fd = strcmp(argv[1], "unix") ? tcp_socket(argv[1], argv[2]) : unix_socket(argv[2]);
    if (viewer.fd < 0)
        fail("cannot connect");
    char **c = argv + 3;
    const char *password = NULL;
    if (*c && !strcmp(*c, "auth")) {
        password = c[1];
        c += 2;
    }
    begin(password);
    while (*c)
        c += run(c);
    return 0;
}
