# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/isa/cpuid.h \
	src/isa/decode.c src/isa/decode_tables.h \
	src/isa/forms.h \
	src/isa/insn.h
nodist_libvitrine_a_SOURCES = src/isa/gen_info.c src/cpu/engine/gen_dispatch.c

# The instruction table and its generator.
isa_tables = \
	src/isa/table/control.def \
	src/isa/table/integer.def \
	src/isa/table/mmx.def \
	src/isa/table/simd_state.def \
	src/isa/table/sse.def \
	src/isa/table/sse2.def \
	src/isa/table/sse3.def \
	src/isa/table/string.def \
	src/isa/table/system.def \
	src/isa/table/x87.def
EXTRA_DIST += $(isa_tables) src/isa/table/README src/isa/where.awk
noinst_PROGRAMS += src/isa/isagen
src_isa_isagen_SOURCES = src/isa/gen.c src/isa/cpuid.h src/isa/decode_tables.h

isa_generated = \
	src/isa/gen_forms.h \
	src/isa/gen_info.c \
	src/isa/gen_decode.h \
	src/cpu/engine/gen_dispatch.h \
	src/cpu/engine/gen_dispatch.c \
	src/isa/instructions.txt
BUILT_SOURCES += src/isa/gen_forms.h src/isa/gen_info.c src/isa/gen_decode.h src/cpu/engine/gen_dispatch.h src/cpu/engine/gen_dispatch.c
noinst_DATA += src/isa/instructions.txt
CLEANFILES += $(isa_generated)

isa_generate = $(AM_V_GEN)$(MKDIR_P) $(@D) && src/isa/isagen$(EXEEXT)
src/isa/gen_forms.h: src/isa/isagen$(EXEEXT)
	$(isa_generate) forms > $@.tmp && mv $@.tmp $@
src/isa/gen_info.c: src/isa/isagen$(EXEEXT)
	$(isa_generate) info > $@.tmp && mv $@.tmp $@
src/isa/gen_decode.h: src/isa/isagen$(EXEEXT)
	$(isa_generate) decode > $@.tmp && mv $@.tmp $@
src/cpu/engine/gen_dispatch.h: src/isa/isagen$(EXEEXT)
	$(isa_generate) handlers > $@.tmp && mv $@.tmp $@
src/cpu/engine/gen_dispatch.c: src/isa/isagen$(EXEEXT)
	$(isa_generate) dispatch > $@.tmp && mv $@.tmp $@
# With the line of each function, where the library was built with -g.
src/isa/instructions.txt: src/isa/isagen$(EXEEXT) libvitrine.a src/isa/where.awk
	$(isa_generate) page > $@.page && $(NM) -l --defined-only libvitrine.a > $@.nm 2>/dev/null && \
	awk -f $(srcdir)/src/isa/where.awk $@.nm $@.page > $@.tmp && rm -f $@.page $@.nm && mv $@.tmp $@
