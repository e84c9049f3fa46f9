/* SPDX-License-Identifier: MIT */
/*
 * What the bench guest runs: integer kernels, and two of SSE2, in flat 32-bit code with 4 KiB pages
 * on, in guest physical memory from 1 MiB up. Each is announced on port E9h: '<', its letter, then
 * '>', the letter and a checksum in hexadecimal when it is done, so the host can time it and see
 * that every emulator computed the same. '!' ends the run.
 */
#include <stdint.h>

enum { MEMORY = 16 << 20, TABLES = 0x100000 };
#define DATA ((uint8_t *)0x200000)

uint32_t page_tables(void);
void bench_main(void);

static inline void put(char ch)
{
    __asm__ volatile("outb %0, $0xe9" : : "a"(ch));
}

/* An identity map of MEMORY; gives the directory's address. */
uint32_t page_tables(void)
{
    uint32_t *dir = (uint32_t *)TABLES, *table = dir + 1024;
    for (uint32_t i = 0; i < 1024; i++)
        dir[i] = i < MEMORY >> 22 ? (uint32_t)(uintptr_t)(table + i * 1024) | 7 : 0;
    for (uint32_t i = 0; i < MEMORY >> 12; i++)
        table[i] = i << 12 | 7;
    return (uint32_t)(uintptr_t)dir;
}

static uint32_t seed;
static uint32_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static uint32_t sieve(uint8_t *mem)
{
    enum { N = 1 << 17 };
    uint32_t found = 0;
    for (unsigned round = 0; round < 40; round++) {
        for (uint32_t i = 0; i < N; i++)
            mem[i] = 1;
        for (uint32_t i = 2; i * i < N; i++)
            if (mem[i])
                for (uint32_t k = i * i; k < N; k += i)
                    mem[k] = 0;
        for (uint32_t i = 2; i < N; i++)
            found += mem[i];
    }
    return found;
}

static uint32_t crc(uint8_t *mem)
{
    enum { N = 1 << 16 };
    uint32_t *table = (uint32_t *)(void *)(mem + N);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (unsigned k = 0; k < 8; k++)
            v = v >> 1 ^ (v & 1 ? 0xedb88320u : 0);
        table[i] = v;
    }
    for (uint32_t i = 0; i < N; i++)
        mem[i] = (uint8_t)any();
    uint32_t v = ~0u;
    for (unsigned round = 0; round < 150; round++)
        for (uint32_t i = 0; i < N; i++)
            v = v >> 8 ^ table[(v ^ mem[i]) & 255];
    return ~v;
}

static void quicksort(int32_t *a, int lo, int hi)
{
    while (lo < hi) {
        int32_t pivot = a[(lo + hi) / 2];
        int l = lo, h = hi;
        while (l <= h) {
            while (a[l] < pivot)
                l++;
            while (a[h] > pivot)
                h--;
            if (l <= h) {
                int32_t t = a[l];
                a[l++] = a[h];
                a[h--] = t;
            }
        }
        quicksort(a, lo, h);
        lo = l;
    }
}
static uint32_t sort(uint8_t *mem)
{
    enum { N = 20000 };
    int32_t *a = (int32_t *)(void *)mem;
    uint32_t sum = 0;
    for (unsigned round = 0; round < 16; round++) {
        for (uint32_t i = 0; i < N; i++)
            a[i] = (int32_t)any();
        quicksort(a, 0, N - 1);
        for (uint32_t i = 0; i < N; i += 97)
            sum = sum * 31 + (uint32_t)a[i];
    }
    return sum;
}

static uint32_t matrix(uint8_t *mem)
{
    enum { N = 96 };
    uint32_t(*a)[N] = (void *)mem, (*b)[N] = a + N, (*r)[N] = b + N;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t k = 0; k < N; k++) {
            a[i][k] = any();
            b[i][k] = any();
        }
    for (unsigned round = 0; round < 12; round++) {
        for (uint32_t i = 0; i < N; i++)
            for (uint32_t j = 0; j < N; j++) {
                uint32_t sum = 0;
                for (uint32_t k = 0; k < N; k++)
                    sum += a[i][k] * b[k][j];
                r[i][j] = sum;
            }
        for (uint32_t i = 0; i < N; i++)
            for (uint32_t k = 0; k < N; k++)
                a[i][k] ^= r[k][i] >> 3;
    }
    return a[17][33] ^ a[95][0];
}

static void move_dwords(void *to, const void *from, uint32_t n)
{
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}
static void fill_dwords(void *to, uint32_t v, uint32_t n)
{
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(n) : "a"(v) : "memory");
}
/* Short and page-sized string moves, as kernels do them. */
static uint32_t strings(uint8_t *mem)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < 600000; round++) {
        uint32_t n = round & 7 ? 2 + (round & 31) : 1024, at = round * 68 & 0xffffc;
        fill_dwords(mem + at, round, n);
        move_dwords(mem + 0x180000 + (at >> 1 & ~3u), mem + at, n);
        sum += *(uint32_t *)(void *)(mem + 0x180000 + (at >> 1 & ~3u));
    }
    return sum;
}

/* A scanner: branches that follow the data. */
static uint32_t scanner(uint8_t *mem)
{
    static const char alphabet[] = "ab12 (+) x9_\"c\" ";
    enum { N = 1 << 16 };
    for (uint32_t i = 0; i < N; i++)
        mem[i] = (uint8_t)alphabet[any() >> 9 & 15];
    uint32_t words = 0, numbers = 0, others = 0;
    for (unsigned round = 0; round < 50; round++) {
        enum { SPACE, WORD, NUMBER, TEXT } state = SPACE;
        for (uint32_t i = 0; i < N; i++) {
            uint8_t ch = mem[i];
            switch (state) {
            case TEXT: state = ch == '"' ? SPACE : TEXT; break;
            case WORD:
                if ((ch >= 'a' && ch <= 'z') || ch == '_' || (ch >= '0' && ch <= '9'))
                    break;
                words++;
                state = SPACE;
                break;
            case NUMBER:
                if (ch >= '0' && ch <= '9')
                    break;
                numbers++;
                state = SPACE;
                break;
            default:
                if (ch == '"')
                    state = TEXT;
                else if (ch >= '0' && ch <= '9')
                    state = NUMBER;
                else if (ch >= 'a' && ch <= 'z')
                    state = WORD;
                else if (ch != ' ')
                    others++;
            }
        }
    }
    return words ^ numbers << 8 ^ others << 16;
}

static __attribute__((noinline)) uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
static __attribute__((noinline)) uint32_t ackermann(uint32_t m, uint32_t n)
{
    return m == 0 ? n + 1 : ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}
static uint32_t calls(uint8_t *mem)
{
    (void)mem;
    return fib(31) ^ ackermann(2, 1500) << 4;
}

struct node {
    struct node *next;
    uint32_t key, value;
};
/* Chained hash table over 1.5 MiB: pointers, and more pages than a small TLB has. */
static uint32_t lists(uint8_t *mem)
{
    enum { BUCKETS = 1 << 13, NODES = 1 << 16 };
    struct node **head = (void *)mem, *node = (void *)(head + BUCKETS);
    for (uint32_t i = 0; i < BUCKETS; i++)
        head[i] = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        struct node *n = &node[i * 40503u & (NODES - 1)];
        n->key = i * 2654435761u;
        n->value = i;
        n->next = head[n->key >> 19];
        head[n->key >> 19] = n;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 600000; i++) {
        uint32_t key = (any() & (2 * NODES - 1)) * 2654435761u;
        for (const struct node *n = head[key >> 19]; n; n = n->next)
            if (n->key == key) {
                sum += n->value;
                break;
            }
    }
    return sum;
}

/* Division, shifts and 64-bit arithmetic in pairs. */
static uint32_t numbers(uint8_t *mem)
{
    (void)mem;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 500000; i++) {
        uint32_t a = any() | 1, b = any() >> 12 | 1;
        while (b) {
            uint32_t t = a % b;
            a = b;
            b = t;
        }
        sum = (sum << 7 | sum >> 57) + a * (uint64_t)i;
    }
    return (uint32_t)(sum ^ sum >> 32);
}

#define SSE2 __attribute__((target("sse2,fpmath=sse")))
typedef float singles __attribute__((vector_size(16)));
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int16_t words8 __attribute__((vector_size(16)));

/* A wave by finite differences in packed singles, its energy in scalar doubles. */
static SSE2 uint32_t floats(uint8_t *mem)
{
    enum { N = 4096 };
    singles *now = (singles *)(void *)mem, *was = now + N / 4 + 2;
    float *f = (float *)(void *)now, *g = (float *)(void *)was;
    double energy = 0;
    for (uint32_t i = 0; i < N + 8; i++)
        f[i] = g[i] = (float)(any() >> 8) * 0x1p-24f;
    for (unsigned round = 0; round < 2000; round++) {
        for (uint32_t i = 1; i < N / 4; i++) {
            singles next = now[i] * 1.5f - was[i] * 0.99f + (now[i - 1] + now[i + 1]) * 0.24f;
            was[i] = next;
        }
        energy = energy * 0.5 + (double)g[4 + round % N] * (double)g[round % 64 + 4] / 3;
        singles *t = now;
        now = was;
        was = t;
        g = (float *)(void *)was;
    }
    return (uint32_t)(int32_t)(energy * 1e6) ^ *(uint32_t *)(void *)&now[77];
}

/* Blending two pictures, 16 bytes at a time. */
static SSE2 uint32_t pixels(uint8_t *mem)
{
    enum { N = 1 << 16 };
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 2 * N; i++)
        mem[i] = (uint8_t)any();
    for (unsigned round = 0; round < 600; round++) {
        bytes16 *a = (bytes16 *)(void *)mem, *b = a + N / 16;
        words8 alpha = (words8){} + (int16_t)((round & 63) * 4 + 3);
        for (uint32_t i = 0; i < N / 16; i++) {
            const bytes16 zero = {};
            bytes16 x = a[i], y = b[i];
            words8 xl = (words8)__builtin_ia32_punpcklbw128((char __attribute__((vector_size(16))))x,
                                                            (char __attribute__((vector_size(16))))zero);
            words8 yl = (words8)__builtin_ia32_punpcklbw128((char __attribute__((vector_size(16))))y,
                                                            (char __attribute__((vector_size(16))))zero);
            words8 m = (words8)((xl * alpha + yl * (256 - alpha)));
            a[i] = ((bytes16)m >> 1) ^ (x + y);
        }
        sum = sum * 31 + *(uint32_t *)(void *)&a[round * 16 % (N / 16)];
    }
    return sum;
}

void bench_main(void)
{
    static uint32_t (*const kernel[])(uint8_t *) = {sieve, crc,   sort,    matrix, strings, scanner,
                                                    calls, lists, numbers, floats, pixels};
    for (unsigned i = 0; i < sizeof kernel / sizeof *kernel; i++) {
        seed = 2463534242u;
        put('<');
        put((char)('a' + i));
        uint32_t sum = kernel[i](DATA);
        put('>');
        put((char)('a' + i));
        for (int k = 28; k >= 0; k -= 4)
            put("0123456789abcdef"[sum >> k & 15]);
    }
    put('!');
}
