# ChaturMail. `make help` lists what there is to make.
#
# Sources are found, not listed: every cgi-bin/**/*.c is an endpoint and becomes a binary of the same
# path; every symbolic link there is a second name of one; every lib/**/*.c is libchatur, but
# lib/command/*.c is the `chatur` command; every tests/unit/*_test.c is a test program, and so is
# every tests/api/*_test.sh; every tests/fuzz/*_fuzz.c is a fuzzer.

BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
ifeq ($(origin CC),default)
CC       := gcc
endif
SANITIZE ?=
V        ?=

SHELL         := /bin/bash
.SHELLFLAGS   := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

# --- sources -----------------------------------------------------------------------------------

lib_sources     := $(sort $(shell find lib -name '*.c' -not -path 'lib/command/*'))
command_sources := $(sort $(wildcard lib/command/*.c))
endpoints       := $(patsubst %.c,%,$(sort $(shell find cgi-bin -name '*.c' -type f)))
aliases         := $(patsubst %.c,%,$(sort $(shell find cgi-bin -name '*.c' -type l)))
unit_tests      := $(patsubst %.c,%,$(sort $(wildcard tests/unit/*_test.c)))
unit_support    := $(sort $(filter-out $(unit_tests:=.c),$(wildcard tests/unit/*.c)))
api_tests       := $(sort $(wildcard tests/api/*_test.sh))
bench_programs  := $(patsubst %.c,%,$(sort $(wildcard tests/bench/*.c)))
fuzz_programs   := $(patsubst %.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
all_sources     := $(lib_sources) $(command_sources) $(endpoints:=.c) $(unit_tests:=.c) \
                   $(unit_support) $(bench_programs:=.c) $(fuzz_programs:=.c) \
                   $(sort $(wildcard tests/api/*.c))
all_headers     := $(sort $(shell find lib tests -name '*.h'))
shell_scripts    = $(shell grep -rlIE '^\#!.*\b(ba)?sh$$' etc tests .ci 2>/dev/null)

# --- flags -------------------------------------------------------------------------------------

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
            -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE
LINK_HARDEN := -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections
ifeq ($(SANITIZE),)
HARDEN += -D_FORTIFY_SOURCE=3
else
HARDEN += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
LINK_HARDEN += -fsanitize=address,undefined
endif
# The MongoDB driver's headers only: its library is loaded where it is needed. -isystem: they are not
# ours to warn about.
driver        = -isystem /usr/include/libmongoc-1.0 -isystem /usr/include/libbson-1.0
language      = -std=c11 -D_GNU_SOURCE -Ilib $(driver)
compile_flags = $(language) -pthread -fvisibility=hidden -ffunction-sections \
                -fdata-sections $(WARNINGS) $(HARDEN) $(CFLAGS) $(CPPFLAGS)
link_flags    = -pthread $(LINK_HARDEN) $(LDFLAGS)
# Of libcrypto our programs use SHA-256 and little else, from its archive: starting with the whole
# library takes 2 ms and 2 MiB more. TLS and what libjwt does come with the shared one. First, so that
# it is searched for us alone.
crypto       := -l:libcrypto.a
libraries     = $(crypto) -lfcgi -ljson-c -ljwt -lsqlite3 -lyaml -lmd4c-html -lmd4c -lhiredis -lm

# `make V=1` shows whole command lines, `make -s` nothing.
silent = $(findstring s,$(firstword -$(MAKEFLAGS)))
quiet  = $(if $(V),,@$(if $(silent),,printf '  %-7s %s\n' $(1) $(2);))
# As many jobs as there are cores, unless make was told how many.
parallel = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# --- build -------------------------------------------------------------------------------------

lib_archive := $(BUILD)/libchatur.a
objects      = $(patsubst %.c,$(BUILD)/%.o,$(1))

.PHONY: build
build: $(addprefix $(BUILD)/,$(endpoints) $(aliases)) $(BUILD)/bin/chatur ## build everything (the default)

# Objects depend on the flags they were made with.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(compile_flags) $(link_flags)' | cmp -s - $@ || echo '$(CC) $(compile_flags) $(link_flags)' > $@

# What an object depends on, clang-tidy's verdict on the same source does too.
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(CC) $(compile_flags) -MMD -MP -MT $@ -MT $(@:.o=.tidy) -c $< -o $@

$(lib_archive): $(call objects,$(lib_sources))
	@rm -f $@
	$(call quiet,AR,$@)$(AR) rcs $@ $^

$(addprefix $(BUILD)/,$(endpoints)): $(BUILD)/%: $(BUILD)/%.o $(lib_archive)
	$(call quiet,LINK,$@)$(CC) $(link_flags) $^ $(libraries) -o $@

$(addprefix $(BUILD)/,$(aliases)): $(BUILD)/%: %.c
	@mkdir -p $(@D)
	$(call quiet,ALIAS,$@)ln -sfn $(basename $(shell readlink $<)) $@

$(BUILD)/bin/chatur: $(call objects,$(command_sources)) $(lib_archive)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@)$(CC) $(link_flags) $^ $(libraries) -o $@

$(addprefix $(BUILD)/,$(unit_tests)): crypto := -lcrypto
$(addprefix $(BUILD)/,$(unit_tests)): $(BUILD)/%: $(BUILD)/%.o $(call objects,$(unit_support)) $(lib_archive)
	$(call quiet,LINK,$@)$(CC) $(link_flags) $^ $(libraries) -lcmocka -o $@

$(addprefix $(BUILD)/,$(bench_programs)): $(BUILD)/%: $(BUILD)/%.o $(lib_archive)
	$(call quiet,LINK,$@)$(CC) $(link_flags) $^ $(libraries) -o $@

$(addprefix $(BUILD)/,$(fuzz_programs)): $(BUILD)/%: $(BUILD)/%.o $(lib_archive)
	$(call quiet,LINK,$@)$(CC) $(link_flags) -fsanitize=fuzzer $^ $(libraries) -o $@

.PHONY: FORCE
FORCE:

# --- run ---------------------------------------------------------------------------------------

# The packages come first: before them there may be no compiler. Then make gives way to etc/run,
# which goes down with it even when make is killed.
.PHONY: run
run: ## run it at http://127.0.0.1:4545, and show a generated email (PORT, STATE_DIR, DEMO=0)
	@etc/deps build run
	@+$(MAKE) --no-print-directory $(parallel) build
	@BUILD='$(BUILD)' exec setpriv --pdeathsig TERM etc/run

.PHONY: deps
deps: ## install what build, run and check need (Debian packages)
	@etc/deps

# --- tests -------------------------------------------------------------------------------------

sanitized = BUILD=$(BUILD)-asan SANITIZE=1
unit_programs = $(addprefix $(BUILD)/,$(unit_tests))
sanitized_unit_programs = $(addprefix $(BUILD)-asan/,$(unit_tests))

# What takes minutes comes first, so that nothing is waited for alone at the end; and the store's suite
# on MongoDB, which takes the longest, runs with the sanitizers only.
all_tests = $(sanitized_unit_programs) $(api_tests) $(filter-out %/store_mongo_test,$(unit_programs))

.PHONY: check
check: ## everything a change must pass: build, format, lint, unit tests (also under sanitizers), API tests
	@etc/deps build run check
	@+$(MAKE) --no-print-directory $(parallel) build unit-tests
	@+$(MAKE) --no-print-directory $(parallel) $(sanitized) unit-tests
	@+$(MAKE) --no-print-directory $(parallel) --keep-going format-check lint
	@BUILD='$(BUILD)' tests/run $(all_tests)

.PHONY: check-unit
check-unit: unit-tests ## the unit tests alone
	@tests/run $(unit_programs)

.PHONY: check-api
check-api: build ## the API tests alone: through NGINX, and in every other way a binary can run
	@BUILD='$(BUILD)' tests/run $(api_tests)

.PHONY: check-asan
check-asan: ## unit and API tests on binaries with AddressSanitizer and UBSan
	@+$(MAKE) --no-print-directory $(parallel) $(sanitized) build unit-tests
	@BUILD='$(BUILD)-asan' tests/run $(sanitized_unit_programs) $(api_tests)

.PHONY: unit-tests
unit-tests: $(unit_programs)

.PHONY: bench
bench: ## how fast it is, as ratios to a yardstick measured in the same run
	@etc/deps build run check bench
	@+$(MAKE) --no-print-directory $(parallel) build bench-programs
	@BUILD='$(BUILD)' tests/bench/run.sh

.PHONY: bench-programs
bench-programs: $(addprefix $(BUILD)/,$(bench_programs))

# What a fuzzer finds interesting stays in build-fuzz/; what made it fail belongs into tests/fuzz/corpus.
FUZZ_SECONDS ?= 30
.PHONY: fuzz
fuzz: ## throw garbage at every parser, FUZZ_SECONDS (30) each
	@etc/deps build fuzz
	@+$(MAKE) --no-print-directory $(parallel) BUILD=$(BUILD)-fuzz CC=clang SANITIZE=1 \
	    CFLAGS='-g -fsanitize=fuzzer-no-link -Wno-error' fuzz-programs
	@for program in $(fuzz_programs); do \
	    name=$$(basename "$${program%_fuzz}"); found=$(BUILD)-fuzz/corpus/$$name; known=tests/fuzz/corpus/$$name; \
	    mkdir -p "$$found" "$$known"; \
	    "$(BUILD)-fuzz/$$program" -max_total_time=$(FUZZ_SECONDS) -artifact_prefix="$$found-" "$$found" "$$known"; \
	done

.PHONY: fuzz-programs
fuzz-programs: $(addprefix $(BUILD)/,$(fuzz_programs))

# --- style -------------------------------------------------------------------------------------

.PHONY: lint
lint: $(patsubst %.c,$(BUILD)/%.tidy,$(all_sources)) ## clang-tidy and shellcheck
	@shellcheck -x $(shell_scripts)

$(BUILD)/%.tidy: %.c .clang-tidy
	@mkdir -p $(@D)
	$(call quiet,TIDY,$<)clang-tidy --quiet $< -- $(language) 2> >(grep -v 'warnings\? generated' >&2)
	@touch $@

.PHONY: format
format: ## lay out the C sources with clang-format
	clang-format -i $(all_sources) $(all_headers)

.PHONY: format-check
format-check: ## fail when `make format` would change something
	@clang-format --dry-run -Werror $(all_sources) $(all_headers)

# --- installing --------------------------------------------------------------------------------

# One folder with the layout that the binaries look for (templates/ above their own folder), and a
# link to the command. Files go to DESTDIR, and know only of PREFIX.
home      = $(PREFIX)/lib/chaturmail
installed = $(DESTDIR)$(home)
# By kind, so that an editor's backup or a note does not become a file of the service.
data      = $(shell find templates -type f -name '[!.]*.yaml'; find tutorials -type f -name '[!.]*.md'; \
                    find etc/htdocs -type f -name '[!.]*.png' -o -type f -name '[!.]*.svg'; \
                    find etc/apache etc/nginx etc/systemd -type f \( -name '[!.]*.conf' -o -name '[!.]*.conf.in' \
                        -o -name '[!.]*.service' -o -name htaccess -o -name render \)) \
            etc/env.example etc/openapi.yaml etc/run

.PHONY: install
install: build ## install to PREFIX (/usr/local), below DESTDIR
	@install -d '$(installed)/bin' '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/systemd/system'
	@install -m 755 $(BUILD)/bin/chatur '$(installed)/bin/chatur'
	@for endpoint in $(endpoints); do \
	    install -D -m 755 "$(BUILD)/$$endpoint" '$(installed)'/"$$endpoint"; \
	done
	@for alias in $(aliases); do \
	    install -d '$(installed)'/"$${alias%/*}"; \
	    cp -Pf "$(BUILD)/$$alias" '$(installed)'/"$$alias"; \
	done
	@for file in $(data); do \
	    mode=644; [[ ! -x $$file ]] || mode=755; \
	    install -D -m $$mode "$$file" '$(installed)'/"$$file"; \
	done
	@ln -sfn ../lib/chaturmail/bin/chatur '$(DESTDIR)$(PREFIX)/bin/chatur'
	@sed 's|/usr/local|$(PREFIX)|g' etc/systemd/chaturmail.service \
	    > '$(DESTDIR)$(PREFIX)/lib/systemd/system/chaturmail.service'
	@echo 'Installed to $(installed)'

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -rf '$(installed)'
	rm -f '$(DESTDIR)$(PREFIX)/bin/chatur' '$(DESTDIR)$(PREFIX)/lib/systemd/system/chaturmail.service'

.PHONY: clean
clean: ## remove what was built (var/, the data, stays)
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

-include $(patsubst %.c,$(BUILD)/%.d,$(all_sources))
