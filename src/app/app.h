/* SPDX-License-Identifier: MIT */
/* What main() chooses from: a file for each command. */
#ifndef VITRINE_APP_APP_H
#define VITRINE_APP_APP_H

/* A command's arguments are those of the program; the result is its exit status. */
int run_main(int argc, char **argv); /* run.c: runs a guest, as the options say */

void version_print(void); /* version.c */

#endif
