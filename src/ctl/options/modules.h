/* SPDX-License-Identifier: MIT */
/* -initrd with a Multiboot kernel: a list of modules, each a file and its command line, as QEMU takes it. */
#ifndef VITRINE_CTL_OPTIONS_MODULES_H
#define VITRINE_CTL_OPTIONS_MODULES_H

#include "ctl/options/options.h"

/* Where -kernel is a Multiboot kernel: splits -initrd into o->module and the configuration's command lines. False with
 * *err where the list is wrong. Another kernel's -initrd is left alone; what cannot be opened is found out later. */
bool modules_list(struct options *o, struct error *err);

#endif
