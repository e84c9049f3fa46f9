# SPDX-License-Identifier: MIT
TESTS += tests/cli/agree.sh tests/cli/chardev.sh tests/cli/errors.sh tests/cli/hmp.sh tests/cli/images.sh tests/cli/qmp.sh tests/cli/script.sh
EXTRA_DIST += tests/cli/agree.sh tests/cli/chardev.sh tests/cli/errors.sh tests/cli/hmp.sh tests/cli/images.sh tests/cli/qmp.sh tests/cli/script.sh tests/cli/lib.sh
