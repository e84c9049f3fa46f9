/* SPDX-License-Identifier: MIT */
/* The process that serves VNC's viewers: confined, and with nothing of the machine's but its picture. */
#ifndef VITRINE_VNC_VNC_PROCESS_H
#define VITRINE_VNC_VNC_PROCESS_H

/* Runs until the front end closes its end of the socket; the process's exit status. */
int vnc_process_main(int link_fd);

#endif
