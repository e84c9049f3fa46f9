/* SPDX-License-Identifier: MIT */
/* without landlock|seccomp|both COMMAND...: runs it as on a kernel that lacks them: their system calls are unknown. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "std/landlock.h"

#define NONE 0xffffu /* no call's number */

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    unsigned landlock = strcmp(argv[1], "seccomp") ? LL_SYS_CREATE_RULESET : NONE;
    unsigned seccomp = strcmp(argv[1], "landlock") ? SYS_seccomp : NONE;
    unsigned set = strcmp(argv[1], "landlock") ? SYS_prctl : NONE;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, landlock, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, set, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 2, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0) {
        perror("without");
        return 77;
    }
    execvp(argv[2], argv + 2);
    return 127;
}
