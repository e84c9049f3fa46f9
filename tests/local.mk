# SPDX-License-Identifier: MIT
include tests/base/local.mk
include tests/lint/local.mk
include tests/dev/local.mk
include tests/isa/local.mk
include tests/cpu/local.mk
include tests/bios/local.mk
include tests/multiboot/local.mk
include tests/fuzz/local.mk
include tests/guest/local.mk
include tests/snap/local.mk
include tests/replay/local.mk
include tests/cli/local.mk
include tests/link/local.mk
include tests/jail/local.mk
include tests/block/local.mk
include tests/ui/local.mk
include tests/bench/local.mk
