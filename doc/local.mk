# SPDX-License-Identifier: MIT
# The README's picture, from the machine itself: "make screenshot" in a build folder writes doc/linux.png there.
EXTRA_DIST += doc/COVERAGE doc/linux.script doc/linux.png
screenshot: vitrine$(EXEEXT) images/linux.img
	@$(MKDIR_P) doc
	./vitrine$(EXEEXT) -snapshot -display none --clock virtual -input-script $(srcdir)/doc/linux.script images/linux.img
	@echo "doc/linux.png"
.PHONY: screenshot
