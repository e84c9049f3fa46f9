# SPDX-License-Identifier: MIT
LINT_TESTS = tests/lint/floors.sh tests/lint/format.sh tests/lint/guests.sh tests/lint/mutate.sh tests/lint/names.sh \
	tests/lint/packages.sh tests/lint/rooms.sh tests/lint/state.sh
TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS) tests/lint/calls.awk tests/mutate/mutate.sh tests/mutate/mutate.awk tests/mutate/rooms \
	tests/mutate/sample.txt tests/mutate/sample.expected

# README's list of guests, out of the guest tests that have passed here.
guest-list:
	srcdir=$(srcdir) $(srcdir)/tests/lint/guests.sh write
# Formats every C file as .clang-format says.
format:
	srcdir=$(srcdir) $(srcdir)/tests/lint/format.sh write
.PHONY: guest-list format
