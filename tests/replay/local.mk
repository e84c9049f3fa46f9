# SPDX-License-Identifier: MIT
TESTS += tests/replay/demo.sh tests/replay/linux.sh
EXTRA_DIST += tests/replay/demo.sh tests/replay/linux.sh
