# Fluffy: `make help` lists the targets. Rooms are folders found through scripts/rooms.txt, sources and tests are found by
# folder, nothing is registered by hand.

BUILD ?= build
PREFIX ?= /usr/local
# Empty for the product; asan, ubsan, tsan, fuzz: the same tree built by clang with other flags, in a folder of its own.
VARIANT ?=
OUT := $(BUILD)$(if $(VARIANT),/$(VARIANT))
HARNESS = python3 test/harness/main.py --build $(BUILD)
JOBS ?= $(shell nproc)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif

# Commands are shown as one short line each; V=1 shows them whole.
Q := $(if $(V),,@)
SHOW = $(if $(V),:,@echo)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

# ---- tools and flags ----------------------------------------------------------------------------------------------

LLVM_CONFIG ?= llvm-config-19
CLANG ?= clang-19
CC := $(if $(VARIANT),$(CLANG),gcc)
LINKER := $(if $(VARIANT),$(if $(shell command -v ld.lld-19),-fuse-ld=lld),$(firstword \
    $(if $(shell command -v mold),-fuse-ld=mold) $(if $(shell command -v ld.lld),-fuse-ld=lld)))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith -Werror
CFLAGS := -std=gnu11 -D_GNU_SOURCE= -O2 -g -I. -MMD -MP $(WARN)
LDFLAGS := -no-pie $(LINKER)
# Sanitized code takes its memory from plain malloc, so that every block is known to the sanitizer.
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_ubsan := -fsanitize=undefined -fno-sanitize-recover=undefined
SANITIZE_tsan := -fsanitize=thread
SANITIZE_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
# What may run on a process's stack of 64 KB keeps no large buffers there. A crash is put into words on the scheduler's stack; a
# supervisor writes its lines at the top of its own.
ifndef VARIANT
$(BUILD)/obj/runtime/%: CFLAGS += -Wframe-larger-than=$(FRAME_BYTES)
$(BUILD)/obj/runtime/report/crash.c.o: FRAME_BYTES = 40000
$(BUILD)/obj/runtime/report/line.c.o: FRAME_BYTES = 20000
$(BUILD)/obj/runtime/process/turn.c.o $(BUILD)/obj/hosted/runtime/process/turn.c.o: CFLAGS += -mno-red-zone # it switches between stacks
endif
FRAME_BYTES := 4160
ifdef VARIANT
CFLAGS += -O1 -fno-omit-frame-pointer $(SANITIZE_$(VARIANT)) -DFLUFFY_PLAIN_MALLOC -Wno-gnu-alignof-expression
LDFLAGS += $(SANITIZE_$(VARIANT))
endif

# LLVM and what it needs are linked statically, at fixed addresses: a compiler that starts in 2 ms. (LLVM also names libz3
# and libxml2; nothing here uses them.) Only the code generation room sees its headers.
LLVM_CFLAGS = -isystem $(shell $(LLVM_CONFIG) --includedir)
LLVM_LIBS = $(shell $(LLVM_CONFIG) --link-static --ldflags --libs core analysis passes x86) \
    -l:libz.a -l:libzstd.a -l:libstdc++.a -static-libgcc
GC_LIBS := $(if $(VARIANT),,-l:libgc.a)
# LLVM allocates so much that a build takes a tenth less with this than with the C library's malloc.
COMPILER_ALLOC := $(if $(VARIANT),,-l:libjemalloc.a)

# ---- the allocator ------------------------------------------------------------------------------------------------

# jemalloc (docs/dependencies.md says why) with its names prefixed by je_, so that a program's malloc stays the C library's. Its
# profiler, which nothing here turns on, would have every program load libgcc_s for a walk over the stack: it finds no stack.
ifndef VARIANT
ALLOCATOR := $(BUILD)/jemalloc.o
JEMALLOC_API := malloc calloc realloc free aligned_alloc memalign posix_memalign valloc malloc_usable_size mallocx rallocx \
    xallocx sallocx dallocx sdallocx nallocx mallctl mallctlbymib mallctlnametomib malloc_stats_print malloc_message malloc_conf malloc_conf_2_conf_harder
$(ALLOCATOR): JEMALLOC = $(shell $(CC) -print-file-name=libjemalloc_pic.a)
$(ALLOCATOR):
	$(SHOW) "  LIB   $@"
	@rm -rf $@.d; mkdir -p $@.d
	$(Q)cd $@.d && ar x $(JEMALLOC) && rm -f jemalloc_cpp*.o
	$(Q)echo 'int _Unwind_Backtrace(void) { return 5; } int _Unwind_GetIP(void) { return 0; }' | $(CC) -O2 -x c -c -o $@.d/unwind.o -
	$(Q)ld -r -o $@ $@.d/*.o
	$(Q)objcopy --localize-symbol=_Unwind_Backtrace --localize-symbol=_Unwind_GetIP $(foreach name,$(JEMALLOC_API),--redefine-sym $(name)=je_$(name)) $@
	@rm -rf $@.d
endif

# ---- rooms: archives and unit tests -------------------------------------------------------------------------------

comma := ,
room_of = $(firstword $(subst :, ,$(1)))
ROOM_ROWS := $(shell sed -n 's/ *\#.*//; s/: */:/; s/  */,/g; /:/p' scripts/rooms.txt)
ROOMS := $(foreach row,$(ROOM_ROWS),$(call room_of,$(row)))
$(foreach row,$(ROOM_ROWS),$(eval uses_$(call room_of,$(row)) := $(subst $(comma), ,$(word 2,$(subst :, ,$(row))))))
closure = $(sort $(1) $(foreach room,$(uses_$(1)),$(call closure,$(room))))
archives = $(foreach room,$(1),$(OUT)/$(room).a)
COMPILER_ROOMS := $(filter compiler/%,$(ROOMS))
RUNTIME_ROOMS := $(filter runtime/%,$(ROOMS))
LINKED_ROOMS := $(filter-out runtime/host,$(RUNTIME_ROOMS)) # of an executable
# What the archives of a set of rooms need besides themselves.
libs = $(if $(filter compiler/codegen,$(1)),$(LLVM_LIBS)) $(if $(filter compiler/base runtime/shared,$(1)),$(GC_LIBS)) -pthread -lm -ldl

define room_rules
sources_$(1) := $(wildcard $(1)/*.c $(1)/*.S)
objects_$(1) := $$(patsubst %,$(OUT)/obj/%.o,$$(sources_$(1)))
tests_$(1) := $(patsubst %.c,$(OUT)/%,$(wildcard test/unit/$(1)/test_*.c))
$(OUT)/$(1).a: $$(objects_$(1)); @mkdir -p $$(@D); rm -f $$@; ar rcsD $$@ $$^
$$(tests_$(1)): $(OUT)/%: $(OUT)/obj/%.c.o $(call archives,$(call closure,$(1))) $(if $(filter runtime/%,$(1)),$(ALLOCATOR))
	@mkdir -p $$(@D)
	$$(SHOW) "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lcmocka $$(call libs,$(call closure,$(1)))
# `make unit-compiler/base`: the unit tests of one room, whatever state the others are in.
.PHONY: unit-$(1)
unit-$(1): $$(tests_$(1)); $$(HARNESS) $(if $(VARIANT),--variant $(VARIANT)) unit test/unit/$(1)/
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))
UNIT_TESTS := $(foreach room,$(ROOMS),$(tests_$(room)))

STRESS_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard test/stress/*.c test/fault/*.c))
$(STRESS_TESTS): $(OUT)/%: $(OUT)/obj/%.c.o $(call archives,$(RUNTIME_ROOMS)) $(ALLOCATOR)
	@mkdir -p $(@D)
	$(SHOW) "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(call libs,$(RUNTIME_ROOMS))

# Tests and sanitized programs may have allocations fail; the library of the product has no such thing.
PRODUCT_ALLOC := $(if $(VARIANT),,$(OUT)/obj/product/runtime/memory/alloc.c.o)
$(OUT)/obj/runtime/memory/alloc.c.o: CFLAGS += -DFLUFFY_FAULTS
$(OUT)/obj/product/%.c.o: %.c
	@mkdir -p $(@D)
	$(SHOW) "  CC    $<"
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

$(OUT)/obj/compiler/codegen/%.c.o $(OUT)/obj/test/unit/compiler/codegen/%.c.o: CFLAGS += $(LLVM_CFLAGS)

$(OUT)/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(SHOW) "  CC    $<"
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

$(OUT)/obj/%.S.o: %.S
	@mkdir -p $(@D)
	$(SHOW) "  CC    $<"
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)

# `fluffyc explain` shows the pages of docs/errors, which are part of it.
$(OUT)/obj/compiler/diag/pages.S.o: CFLAGS += -Wa,-I$(OUT)
$(OUT)/obj/compiler/diag/pages.S.o: $(OUT)/pages.md
$(OUT)/pages.md: $(sort $(wildcard docs/errors/[EW]*.md))
	@mkdir -p $(@D)
	$(Q)cat $^ >$@

# ---- the compiler and the library that programs are linked with -------------------------------------------------------

.PHONY: all
all: $(OUT)/fluffyc $(OUT)/libfluffy.a $(OUT)/libfluffy-host.a $(OUT)/include/fluffy.h $(OUT)/include/glue.h $(OUT)/stdlib

# The compiler looks for its library beside itself.
$(OUT)/stdlib:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/stdlib $@

$(OUT)/fluffyc: $(call archives,$(COMPILER_ROOMS))
	$(SHOW) "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(objects_compiler/driver) -Wl,--start-group $(filter-out $(OUT)/compiler/driver.a,$^) \
	    -Wl,--end-group -Wl,--gc-sections $(COMPILER_ALLOC) $(call libs,$(COMPILER_ROOMS))

# The library $@ of the objects $^: one object in which only `main` and the two public prefixes are visible: a user's program can't clash with the rest. Without debug
# information, which would cost every link of a program 10 ms; the rooms' own archives keep it.
define make-library
	$(SHOW) "  LIB   $@"
	$(Q)ld -r -o $(@D)/fluffy.o $^ $(if $(VARIANT),,$(shell $(CC) -print-file-name=libgc.a))
	$(Q)objcopy $(if $(VARIANT),,--strip-debug) --wildcard --keep-global-symbol='fl_*' --keep-global-symbol='fluffy_*' --keep-global-symbol=main $(@D)/fluffy.o
	$(Q)rm -f $@; ar rcsD $@ $(@D)/fluffy.o
endef

$(OUT)/libfluffy.a: $(filter-out $(if $(PRODUCT_ALLOC),%/runtime/memory/alloc.c.o),$(foreach room,$(LINKED_ROOMS),$(objects_$(room)))) $(PRODUCT_ALLOC) $(ALLOCATOR)
	$(make-library)

# The same with allocations that may fail, and the compiler beside it: for test/fault/*.fl.
$(OUT)/faults/libfluffy.a: $(foreach room,$(LINKED_ROOMS),$(objects_$(room))) $(ALLOCATOR)
	@mkdir -p $(@D)
	$(make-library)
$(OUT)/faults/fluffyc: $(OUT)/fluffyc $(OUT)/faults/libfluffy.a
	@ln -f $< $@
	@ln -sfn $(CURDIR)/stdlib $(@D)/stdlib

# The runtime for programs in C: position-independent, over the program's own malloc, with the hosting API and without `main`.
HOSTED := $(patsubst %,$(OUT)/obj/hosted/%.o,$(filter-out runtime/sched/start.c,$(foreach room,$(RUNTIME_ROOMS),$(sources_$(room)))))
HOSTED_FLAGS := -fPIC -fvisibility=hidden -mtls-dialect=gnu2 -DFLUFFY_HOSTED
$(OUT)/obj/hosted/%.c.o: %.c
	@mkdir -p $(@D)
	$(SHOW) "  CC    $< (hosted)"
	$(Q)$(CC) $(CFLAGS) $(if $(VARIANT),$(filter-out -mtls%,$(HOSTED_FLAGS)),$(HOSTED_FLAGS)) -c -o $@ $<

$(OUT)/obj/hosted/%.S.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(filter-out -mtls%,$(HOSTED_FLAGS)) -c -o $@ $<

$(OUT)/libfluffy-host.a: $(HOSTED)
	$(SHOW) "  LIB   $@"
	$(Q)ld -r -o $(OUT)/fluffy-host.o $^
	$(Q)objcopy $(if $(VARIANT),,--strip-debug) --wildcard --keep-global-symbol='fl_*' $(OUT)/fluffy-host.o
	$(Q)rm -f $@; ar rcsD $@ $(OUT)/fluffy-host.o

# The headers that a library's generated C file is compiled with, and its users' programs.
$(OUT)/include/%.h: runtime/host/%.h; @install -D -m 644 $< $@

# What `fluffyc build --sanitize=address|thread` links with.
$(BUILD)/libfluffy-%.a: FORCE
	@$(MAKE) --no-print-directory VARIANT=$* $(BUILD)/$*/libfluffy.a $(BUILD)/$*/libfluffy-host.a
	@cmp -s $(BUILD)/$*/libfluffy-host.a $(BUILD)/libfluffy-host-$*.a || cp $(BUILD)/$*/libfluffy-host.a $(BUILD)/libfluffy-host-$*.a
	@cmp -s $(BUILD)/$*/libfluffy.a $@ || cp $(BUILD)/$*/libfluffy.a $@
.PHONY: FORCE

# ---- tests ------------------------------------------------------------------------------------------------------------

.PHONY: units test test-built unit check asan ubsan tsan stress soak chaos model fuzz bless
units: $(UNIT_TESTS) $(STRESS_TESTS) $(OUT)/faults/fluffyc

test: ## install what is missing, build, run every test (FULL=1: programs under every profile and schedule)
	@scripts/deps
	@$(MAKE) --no-print-directory test-built

test-built: all units
	@$(HARNESS) $(if $(FULL),--full) unit run check docs cli hosts stress fault chaos soak fuzz

unit: units ## the unit tests of every room; of one room: make unit-compiler/syntax
	@$(HARNESS) unit

check: ## format, headers compile alone, direction of includes, exported names
	@scripts/deps --dev
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) scripts/check

# The compiler and the runtime's unit tests sanitized, and programs whose generated code is instrumented too.
asan: $(BUILD)/libfluffy-asan.a all ## unit tests, programs and the compiler under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory VARIANT=asan units all
	@$(HARNESS) --variant asan unit run check hosts stress fault chaos soak

ubsan: ## unit tests and the compiler under UBSan alone
	@$(MAKE) --no-print-directory VARIANT=ubsan units all
	@$(HARNESS) --variant ubsan unit check

tsan: $(BUILD)/libfluffy-tsan.a all ## the runtime's unit tests and programs with processes under ThreadSanitizer
	@$(MAKE) --no-print-directory VARIANT=tsan $(patsubst $(BUILD)/%,$(BUILD)/tsan/%,$(foreach room,$(RUNTIME_ROOMS),$(tests_$(room))) $(STRESS_TESTS))
	@$(HARNESS) --variant tsan unit run hosts stress fault chaos soak

SEED ?= $(shell date +%s)
stress: $(STRESS_TESTS) ## every program of test/stress with the seed SEED; VARIANT=asan|tsan: under a sanitizer
	@$(HARNESS) $(if $(VARIANT),--variant $(VARIANT)) --seed $(SEED) stress

SOAK_SECONDS ?= 600
HOST_SECONDS ?= 60
soak: all ## mixed work and big values for SOAK_SECONDS (600): nothing is lost, and the memory stays what it was after a minute; 8 threads of a program in C send for HOST_SECONDS (60)
	@HOST_SECONDS=$(HOST_SECONDS) $(HARNESS) hosts test/hosts/senders
	@SOAK_SECONDS=$(SOAK_SECONDS) $(HARNESS) soak test/soak/mixed test/soak/values

CHAOS_SECONDS ?= 60
CHAOS_SEEDS ?= 1000
chaos: all ## supervisors hurt at random: CHAOS_SEEDS (1000) trees of each strategy agree with a model; none loses a question in CHAOS_SECONDS (60)
	@CHAOS_SEEDS=$(CHAOS_SEEDS) $(HARNESS) chaos
	@SOAK_SECONDS=$(CHAOS_SECONDS) $(HARNESS) soak test/soak/chaos

model: ## the protocols of test/model, checked by spin over all interleavings
	@command -v spin >/dev/null || { echo "make model: spin is missing; scripts/deps --dev installs it" >&2; exit 1; }
	@$(HARNESS) model

FUZZ_SECONDS ?= 60
# fuzz_<room>.c is linked with that room of the compiler and what it uses.
define fuzzer_rules
$(OUT)/test/fuzz/fuzz_$(1): $(OUT)/obj/test/fuzz/fuzz_$(1).c.o $(call archives,$(call closure,compiler/$(1)))
	@mkdir -p $$(@D)
	$$(SHOW) "  LINK  $$@"
	$$(Q)$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lm
fuzzers: $(OUT)/test/fuzz/fuzz_$(1)
endef
$(foreach file,$(wildcard test/fuzz/fuzz_*.c),$(eval $(call fuzzer_rules,$(patsubst fuzz_%,%,$(basename $(notdir $(file)))))))

fuzz: all ## drawn programs, changed sources and every fuzz target, each for FUZZ_SECONDS (60)
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	@scripts/fuzz $(BUILD) $(FUZZ_SECONDS)

.PHONY: fuzzers

bless: all ## rewrite the expected output in TESTS="test/run/x.fl …" to what the programs print
	@$(HARNESS) --bless run $(or $(TESTS),$(error name the tests: make bless TESTS="test/run/x.fl"))

# ---- benchmarks ------------------------------------------------------------------------------------------------------

RESULTS ?= bench/results/$(shell date +%F).json
# A whole run writes the tables of these too.
PAGES := docs/performance.md docs/runtime.md
bench: all ## Fluffy beside its peers, in ratios (ONLY=ring,messages QUICK=1 ROUNDS=5 PEERS=go,erlang; scripts/install-peers)
	@python3 bench/harness/main.py --build $(BUILD) --rounds $(or $(ROUNDS),0) $(if $(QUICK),--quick) $(if $(PEERS),--peers $(PEERS)) \
	    --out $(RESULTS) $(if $(ONLY)$(QUICK)$(PEERS),,$(PAGES:%=--page %)) $(subst $(comma), ,$(ONLY))

bench-check: all ## instruction counts of some works against bench/baseline.json, within 3 %
	@python3 bench/harness/check.py --build $(BUILD)

bench-baseline: all ## writes bench/baseline.json anew
	@python3 bench/harness/check.py --build $(BUILD) --renew

.PHONY: bench bench-check bench-baseline

# ---- the rest ---------------------------------------------------------------------------------------------------------

.PHONY: install clean help
install: all ## into PREFIX (/usr/local): bin/fluffyc and lib/fluffy
	install -D -m 755 $(BUILD)/fluffyc $(DESTDIR)$(PREFIX)/bin/fluffyc
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/fluffy $(BUILD)/libfluffy.a $(BUILD)/libfluffy-host.a
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/fluffy/include $(BUILD)/include/fluffy.h $(BUILD)/include/glue.h
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/fluffy/stdlib stdlib/*.fl

clean: ## remove the build folder
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1:/p' $(firstword $(MAKEFILE_LIST)) | while IFS=: read -r name text; do printf '%-15s%s\n' "$$name" "$$text"; done
