# SPDX-License-Identifier: MIT
# What developers call besides "make" and "make check": CONTRIBUTING says when.
.PHONY: debug asan tags compdb lint t quick mutate

# Builds in folders of their own. NOTE: with sanitizers gcc warns of what it makes of the code itself.
debug:
	@$(MKDIR_P) debug
	test -f debug/config.status || (cd debug && $(abs_srcdir)/configure --enable-werror CC='$(CC)' CFLAGS='-O0 -g3')
	$(MAKE) -C debug
asan:
	@$(MKDIR_P) sanitizers
	test -f sanitizers/config.status || (cd sanitizers && $(abs_srcdir)/configure --enable-sanitizers CC='$(CC)')
	$(MAKE) -C sanitizers

# A tags file at the top of the source, for vi and emacs; instruction functions too, which macros make.
tags: libvitrine.a
	cd $(srcdir) && ctags -f $(abs_builddir)/tags.tmp --languages=C,Asm -R src devices bios firmware tests
	$(NM) -l --defined-only libvitrine.a 2>/dev/null | awk -v names=1 -f $(srcdir)/src/isa/where.awk - >> tags.tmp
	(grep '^!' tags.tmp; grep -v '^!' tags.tmp | LC_ALL=C sort -u) > $(srcdir)/tags
	rm -f tags.tmp

# compile_commands.json for clangd and clang-tidy.
compdb:
	$(MAKE) clean
	bear --output $(srcdir)/compile_commands.json -- $(MAKE)

lint:
	$(MAKE) check TESTS="$(LINT_TESTS)"

# One chip's, room's or script's tests: make t T=i8254, T=linktest, T=errors.sh.
t:
	@test -n "$(T)" || { echo 'make t T=NAME: the name of a test, a script or a chip'; exit 1; }
	@found=; for test in $(TESTS); do case $$test in */$(T) | */$(T).sh) found="$$found $$test" ;; esac; done; \
	if test -n "$$found"; then $(MAKE) check TESTS="$$found"; \
	elif grep -q '^[^/]*tcase_create("$(T)")\|suite_create("$(T)")' $(srcdir)/tests/dev/*.c; then \
	    $(MAKE) tests/dev/devtest && CK_RUN_CASE=$(T) tests/dev/devtest; \
	else echo "there is no test $(T)"; exit 1; fi

# What answers in about a minute: no guest is booted.
QUICK_TESTS = $(filter tests/base/% tests/lint/% tests/dev/% tests/cpu/% tests/isa/% tests/block/% tests/link/% \
	tests/jail/% tests/snap/%test tests/fuzz/% tests/firmware/% tests/bios/% tests/multiboot/% tests/cli/% tests/ui/%test,$(TESTS))
quick:
	$(MAKE) check TESTS="$(QUICK_TESTS)"

# Which mistakes does no test see? N mutations drawn by SEED; LIST=1 shows them only (tests/README).
# What tests/lint looks at is the sources' text, so it is no judge.
MUTATE_TESTS = $(filter-out tests/lint/%,$(QUICK_TESTS))
mutate:
	CC='$(CC)' SEED='$(SEED)' N='$(N)' IN='$(IN)' LIST='$(LIST)' sh $(srcdir)/tests/mutate/mutate.sh $(srcdir) $(MUTATE_TESTS)
