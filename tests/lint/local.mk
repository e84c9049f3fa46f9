# SPDX-License-Identifier: MIT
TESTS += tests/lint/floors.sh
EXTRA_DIST += tests/lint/floors.sh
