/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry: "make fuzz-devices" builds and runs it, guided by the coverage of src and devices. */
#include "fuzz.h"

enum { MAX_OPERATIONS = 96 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *why = NULL;
    if (!run_stream(data, MIN(len, (size_t)MAX_OPERATIONS * OP_BYTES), &why)) {
        fprintf(stderr, "FAIL: %s\n", why);
        abort();
    }
    return 0;
}
