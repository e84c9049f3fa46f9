# SPDX-License-Identifier: MIT
# The README's pictures, from the machine itself: "make screenshot" in a build folder writes them to doc/ there.
EXTRA_DIST += doc/COVERAGE doc/demo.script doc/demo.png doc/linux.script doc/linux.png
screenshot: vitrine$(EXEEXT) images/linux.img
	@$(MKDIR_P) doc
	./vitrine$(EXEEXT) -display none --clock virtual -input-script $(srcdir)/doc/demo.script
	./vitrine$(EXEEXT) -snapshot -display none --clock virtual -input-script $(srcdir)/doc/linux.script images/linux.img
	@echo "doc/demo.png doc/linux.png"
.PHONY: screenshot
