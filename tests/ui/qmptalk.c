/* SPDX-License-Identifier: MIT */
/* qmptalk SOCKET: sends the lines of standard input as QMP commands, one after the other's answer,
 * and prints the answers. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    static char line[1 << 20];
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (argc != 2 || strlen(argv[1]) >= sizeof a.sun_path) {
        fputs("qmptalk SOCKET <commands\n", stderr);
        return 1;
    }
    strcpy(a.sun_path, argv[1]);
    FILE *in = s >= 0 && connect(s, (struct sockaddr *)&a, sizeof a) == 0 ? fdopen(s, "r+") : NULL;
    if (!in || !fgets(line, sizeof line, in)) {
        perror(argv[1]);
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        if (send(s, line, strlen(line), 0) < 0)
            return 1;
        do {
            if (!fgets(line, sizeof line, in))
                return 1;
            fputs(line, stdout);
        } while (!strstr(line, "\"return\"") && !strstr(line, "\"error\""));
    }
    fclose(in);
    return 0;
}
