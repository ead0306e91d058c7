# backref's build: one Makefile, no configure step; `make help` lists the targets.
#
# Every way of compiling is a variant with a folder of its own under build/, so switching costs no rebuild:
# release (becomes build/backref), san-address-undefined, san-thread and fuzz. `make SAN=thread` builds the program of
# that variant, `make unit SAN=thread` runs the unit tests with it. A new file in service/ or tests/ needs no line here.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

ifeq ($(origin CC),default)
CC := gcc
endif
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 30
SAN ?=

# commands are shown as one short line each; `make V=1` shows them whole
Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)')

comma := ,
san_name = san-$(subst $(comma),-,$(1))

# ---- what there is ----------------------------------------------------------------------------
SOURCES := $(sort $(wildcard service/*.c service/*/*.c))
HEADERS := $(sort $(wildcard service/*/*.h))
MIGRATIONS := $(sort $(wildcard migrations/[0-9]*.sql))
MODEL := service/model/default.json
UNIT_TESTS := $(sort $(wildcard tests/unit/*/*_test.c))
UNIT_SUPPORT := $(sort $(wildcard tests/unit/support/*.c))
INSTRUCTIONS := $(sort $(wildcard tests/bench/instructions/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
VERSION ?= $(or $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' 2>/dev/null)),0.1.0)

# where `make install` puts it; DESTDIR is a stage that does not become part of any path
PREFIX ?= /usr/local
DESTDIR ?=
INSTALLED := $(DESTDIR)$(PREFIX)

# ---- flags ------------------------------------------------------------------------------------
PACKAGES := libmicrohttpd jansson libpq libxxhash
# their headers are system headers: our warnings are not for them
CPPFLAGS := -D_GNU_SOURCE -Iservice \
    $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -pthread
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
    -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla
BASE_CFLAGS := -std=c11 $(WARNINGS) -pthread -fPIE
LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed

RELEASE_CFLAGS := -O2 -g -flto=auto -D_FORTIFY_SOURCE=2 -fstack-protector-strong
san_cflags = -O1 -g -fno-omit-frame-pointer -fsanitize=$(1) -fno-sanitize-recover=all
# gcc judges warnings; clang knows others
FUZZ_CFLAGS := -Wno-error -Wno-string-conversion $(call san_cflags,fuzzer-no-link$(comma)address$(comma)undefined)
FUZZ_LDFLAGS := -fsanitize=fuzzer,address,undefined

# ---- everyday targets -------------------------------------------------------------------------
TEST_SAN := $(or $(SAN),address$(comma)undefined)
TEST_VARIANT := $(call san_name,$(TEST_SAN))
PROGRAM := $(if $(SAN),build/$(call san_name,$(SAN))/backref,build/backref)
UNIT_PROGRAMS := $(UNIT_TESTS:%.c=build/$(TEST_VARIANT)/%)
REPLAY_PROGRAMS := $(FUZZ_TARGETS:%=build/$(TEST_VARIANT)/tests/fuzz/replay_%)
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/fuzz_%)

.PHONY: all run test tested-programs unit integration oracle conformance faults docs fuzz fuzz-programs replay bench bench-instructions
.PHONY: lint format openapi install uninstall stack clean help print-flags FORCE

all: $(PROGRAM) ## build build/backref; with SAN=address,undefined or SAN=thread build/san-…/backref

run: ## install what is missing, start a private PostgreSQL, serve the demo data on 127.0.0.1:8080
	+@docker/local/run.sh

test: ## install what is missing, build everything and run every test
	@docker/local/packages.sh test
	+@$(MAKE) --no-print-directory tested-programs
	@tests/run

# everything that a test suite runs: the program in three variants, unit tests and fuzz targets; and what else is C
tested-programs: build/backref build/san-address-undefined/backref build/san-thread/backref
tested-programs: $(UNIT_PROGRAMS) $(REPLAY_PROGRAMS) build/release/tests/bench/instructions/counted

unit: $(UNIT_PROGRAMS) ## run the unit tests, under ASan and UBSan
	@tests/unit_suite.sh $^

replay: $(REPLAY_PROGRAMS) ## give every fuzz target the inputs that are kept in tests/fuzz/corpus
	@tests/replay_suite.sh $^

integration: $(PROGRAM) ## run the tests that speak HTTP to the service on a throwaway PostgreSQL
	@BACKREF_BINARY=$(PROGRAM) tests/run integration

oracle: $(PROGRAM) ## compare the service with SQLAlchemy over random sequences of writes
	@BACKREF_BINARY=$(PROGRAM) tests/run oracle

conformance: $(PROGRAM) ## judge the service by every requirement of JSON:API
	@BACKREF_BINARY=$(PROGRAM) tests/run conformance

faults: $(PROGRAM) ## kill and restart PostgreSQL, drop connections, stop the service under load
	@BACKREF_BINARY=$(PROGRAM) tests/run faults

docs: build/backref ## check that the documentation says what the program does
	@tests/run docs

fuzz: ## run each fuzz target for FUZZ_SECONDS (30)
	@docker/local/packages.sh fuzz
	+@$(MAKE) --no-print-directory fuzz-programs
	@tests/fuzz_suite.sh $(FUZZ_SECONDS) $(FUZZ_PROGRAMS)

fuzz-programs: $(FUZZ_PROGRAMS)

bench: ## measure the service against plain SQL, FastAPI and Node doing the same
	@docker/local/packages.sh bench
	+@$(MAKE) --no-print-directory build/backref
	@tests/bench/run

bench-instructions: ## count what requests and their parts take in instructions; UPDATE=1 keeps the new counts
	@docker/local/packages.sh bench
	+@$(MAKE) --no-print-directory build/backref build/release/tests/bench/instructions/counted
	@tests/bench/run instructions $(if $(UPDATE),--update)

lint: build/backref ## check layers, sizes, names, formatting, and run clang-tidy and cppcheck
	@tests/lint/run

format: ## lay out every C file as .clang-format says
	clang-format -i $(SOURCES) $(HEADERS) $(shell find tests -name '*.[ch]' 2>/dev/null)

openapi: build/backref ## write openapi.yaml from the default model and the tables the migrations make
	@docker/local/postgres.sh with sh -c 'build/backref migrate up && build/backref model openapi > build/openapi.yaml'
	@mv build/openapi.yaml openapi.yaml

install: build/backref ## put program, manual page, systemd unit, model and migrations under DESTDIR and PREFIX
	install -D -m 0755 build/backref '$(INSTALLED)/bin/backref'
	install -d '$(INSTALLED)/share/man/man1' '$(INSTALLED)/lib/systemd/system' '$(INSTALLED)/share/backref/migrations'
	build/backref help manual > '$(INSTALLED)/share/man/man1/backref.1'
	sed 's|@BINDIR@|$(PREFIX)/bin|' docker/install/backref.service > '$(INSTALLED)/lib/systemd/system/backref.service'
	chmod 0644 '$(INSTALLED)/share/man/man1/backref.1' '$(INSTALLED)/lib/systemd/system/backref.service'
	install -m 0644 $(MODEL) service/model/model.schema.json '$(INSTALLED)/share/backref'
	install -m 0644 $(MIGRATIONS) '$(INSTALLED)/share/backref/migrations'

uninstall: ## take away what `make install` put there
	rm -f '$(INSTALLED)/bin/backref' '$(INSTALLED)/share/man/man1/backref.1'
	rm -f '$(INSTALLED)/lib/systemd/system/backref.service'
	rm -rf '$(INSTALLED)/share/backref'

stack: ## build the images, run the stack of docker/compose.yaml and test it (starts a Docker engine if none runs)
	@tests/docker/run

clean: ## remove build/ (the data of `make run` stays in .local/)
	rm -rf build compile_commands.json

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-19s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

print-flags: # how a source is compiled, for tools that need to know
	@echo '$(CPPFLAGS) $(BASE_CFLAGS)'

compile_commands.json: $(SOURCES) Makefile # for editors and clang tools
	@{ for file in $(SOURCES); do \
	    printf '{"directory": "%s", "file": "%s", "command": "%s -c %s"},\n' \
	        '$(CURDIR)' "$$file" '$(CC) $(CPPFLAGS) $(BASE_CFLAGS)' "$$file"; \
	done; } | sed '1s/^/[/; $$s/,$$/]/' > $@

# ---- files carried inside the program ---------------------------------------------------------
# $(1) C name, $(2) file: its bytes and a NUL, as a C array
define embed_bytes
{ echo 'static const unsigned char $(1)[] = {'; \
  od -An -v -tx1 '$(2)' | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '0x00};'; } >> $@
endef
embed_entry = { "$(notdir $(2))", $(1), sizeof($(1)) - 1 }
embed_name = bytes_of_$(subst .,_,$(notdir $(1)))

build/gen/embedded.c: $(MIGRATIONS) $(MODEL) build/gen/inputs service/base/embedded.h
	@printf '%s\n' '/* Written by the Makefile from $(MODEL) and migrations/. */' \
	    '#include "base/embedded.h"' > $@
	@$(foreach file,$(MIGRATIONS) $(MODEL),$(call embed_bytes,$(call embed_name,$(file)),$(file));)
	@printf '%s\n' 'const struct embedded_file embedded_migrations[] = {' \
	    $(foreach file,$(MIGRATIONS),'$(call embed_entry,$(call embed_name,$(file)),$(file)),') '};' \
	    'const size_t n_embedded_migrations = $(words $(MIGRATIONS));' \
	    'const struct embedded_file embedded_model = $(call embed_entry,$(call embed_name,$(MODEL)),$(MODEL));' \
	    'const char backref_version[] = "$(VERSION)";' >> $@

# a file that changes only when what is said on its right changes
build/gen/inputs: TEXT = $(VERSION) $(MIGRATIONS)
build/gen/inputs: FORCE
	@mkdir -p $(@D); echo '$(TEXT)' | cmp -s - $@ || echo '$(TEXT)' > $@

# ---- variants: $(1) name, $(2) compiler, $(3) further CFLAGS, $(4) program, $(5) further LDFLAGS ----
define variant
OBJECTS_$(1) := $$(SOURCES:%.c=build/$(1)/%.o) build/$(1)/gen/embedded.o

build/$(1)/flags: TEXT = $(2) $$(CPPFLAGS) $$(BASE_CFLAGS) $(3)
build/$(1)/flags: FORCE
	@mkdir -p $$(@D); echo '$$(TEXT)' | cmp -s - $$@ || echo '$$(TEXT)' > $$@

build/$(1)/%.o: %.c build/$(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC  $$@)
	$$(Q)$(2) $$(CPPFLAGS) $$(BASE_CFLAGS) $(3) -MMD -MP -c -o $$@ $$<

build/$(1)/tests/%.o: tests/%.c build/$(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC  $$@)
	$$(Q)$(2) $$(CPPFLAGS) -Itests/unit $$(BASE_CFLAGS) $(3) -MMD -MP -c -o $$@ $$<

build/$(1)/gen/embedded.o: build/gen/embedded.c build/$(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC  $$@)
	$$(Q)$(2) $$(CPPFLAGS) $$(BASE_CFLAGS) $(3) -MMD -MP -c -o $$@ $$<

# the service without its main(), for test programs: each takes only the objects it needs
build/$(1)/libservice.a: $$(filter-out build/$(1)/service/main.o,$$(OBJECTS_$(1)))
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^

$(4): $$(OBJECTS_$(1))
	$$(call say,LINK  $$@)
	$$(Q)$(2) $$(BASE_CFLAGS) $(3) $$(LDFLAGS) $(5) -o $$@ $$^ $$(LIBS)

build/$(1)/tests/unit/%_test: build/$(1)/tests/unit/%_test.o $$(UNIT_SUPPORT:%.c=build/$(1)/%.o) \
        build/$(1)/libservice.a
	$$(call say,LINK  $$@)
	$$(Q)$(2) $$(BASE_CFLAGS) $(3) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka

build/$(1)/tests/bench/instructions/counted: $$(INSTRUCTIONS:%.c=build/$(1)/%.o) \
        build/$(1)/tests/unit/support/catalogs.o build/$(1)/libservice.a
	$$(call say,LINK  $$@)
	$$(Q)$(2) $$(BASE_CFLAGS) $(3) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

build/$(1)/tests/fuzz/replay_%: build/$(1)/tests/fuzz/fuzz_%.o build/$(1)/tests/fuzz/replay.o build/$(1)/libservice.a
	$$(call say,LINK  $$@)
	$$(Q)$(2) $$(BASE_CFLAGS) $(3) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

-include $$(OBJECTS_$(1):.o=.d) $$(wildcard build/$(1)/tests/*/*.d build/$(1)/tests/*/*/*.d)
endef

$(eval $(call variant,release,$(CC),$(RELEASE_CFLAGS),build/backref))
$(foreach san,$(sort address,undefined thread $(SAN)),$(eval \
    $(call variant,$(call san_name,$(san)),$(CC),$(call san_cflags,$(san)),build/$(call san_name,$(san))/backref)))
$(eval $(call variant,fuzz,$(FUZZ_CC),$(FUZZ_CFLAGS),build/fuzz/backref))

build/fuzz/tests/fuzz/fuzz_%: build/fuzz/tests/fuzz/fuzz_%.o build/fuzz/libservice.a
	$(call say,LINK  $@)
	$(Q)$(FUZZ_CC) $(BASE_CFLAGS) $(FUZZ_CFLAGS) $(LDFLAGS) $(FUZZ_LDFLAGS) -o $@ $^ $(LIBS)
