# SPDX-License-Identifier: MIT
TESTS += tests/replay/costly.sh tests/replay/demo.sh tests/replay/header.sh tests/replay/linux.sh
EXTRA_DIST += tests/replay/costly.sh tests/replay/demo.sh tests/replay/header.sh tests/replay/linux.sh
BOOT_SECTORS += tests/replay/costly.bin
