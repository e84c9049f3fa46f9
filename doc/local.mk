# SPDX-License-Identifier: MIT
# The README's pictures and console session, from the machine itself: "make screenshot" in a build folder writes them to doc/ there.
EXTRA_DIST += doc/COVERAGE doc/demo.script doc/demo.png doc/linux.script doc/linux.png \
	doc/console.awk doc/console.commands doc/console.txt
screenshot: vitrine$(EXEEXT) images/linux.img
	@$(MKDIR_P) doc
	./vitrine$(EXEEXT) -display none --clock virtual -input-script $(srcdir)/doc/demo.script
	./vitrine$(EXEEXT) -snapshot -display none --clock virtual -input-script $(srcdir)/doc/linux.script images/linux.img
	./vitrine$(EXEEXT) -display none -serial none -monitor stdio -S --clock virtual < $(srcdir)/doc/console.commands > doc/console.tmp
	echo '$$ vitrine -monitor stdio -S' > doc/console.txt
	awk -f $(srcdir)/doc/console.awk $(srcdir)/doc/console.commands doc/console.tmp >> doc/console.txt
	@rm -f doc/console.tmp
	@echo "doc/demo.png doc/linux.png doc/console.txt"
.PHONY: screenshot
