# SPDX-License-Identifier: MIT
include tests/dev/local.mk
