# postseal: GNU make, no configure step. Everything built lies under $(BUILD).
#
#   make            build ./postseal
#   make run        install what is missing, start it on example accounts
#   make test       install what is missing, run the whole suite
#   make test-programs  what `export` writes, with the real mail programs
#   make bench      how fast it is, beside other programs
#   make asan       the suite under AddressSanitizer and UBSan
#   make ubsan      the suite under UBSan alone, which then stops at once
#   make valgrind   what needs no screens under valgrind, with its leaks
#   make torture    what takes minutes: kill -9, full disks, many of everything
#   make fuzz       TIME=60 FUZZ=ini: hostile input for TIME seconds a harness
#   make lint       clang-tidy, cppcheck, format and layer rules
#   make install    PREFIX=/usr/local, DESTDIR=

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
BUILD   ?= build
PKG_CONFIG ?= pkg-config

packages   := openssl ncursesw libcares libidn2 libgsasl libpsl jansson expat
# libcurl is not linked: it would cost every start 4 ms and 4 MB. It is loaded
# with the first request (core/net/http.h).
pkg_cflags := $(shell $(PKG_CONFIG) --cflags $(packages) 2>/dev/null)
core_libs  := $(shell $(PKG_CONFIG) --libs openssl libcares libidn2 libgsasl \
	libpsl jansson expat 2>/dev/null) -liniparser -lunistring -ldl
tui_libs   := $(shell $(PKG_CONFIG) --libs ncursesw 2>/dev/null)
test_libs  := -lcmocka

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wpointer-arith -Wwrite-strings -Wundef
FORTIFY ?= -D_FORTIFY_SOURCE=2
hardening := -fPIE -fstack-protector-strong -fstack-clash-protection $(FORTIFY) \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
CFLAGS  ?= -O2 -g
LDFLAGS ?=
all_cflags := -std=c11 -D_GNU_SOURCE -DOPENSSL_NO_DEPRECATED \
	-DOPENSSL_API_COMPAT=30000 -I. $(warnings) \
	$(if $(DEV),-Werror) $(hardening) $(CFLAGS) $(pkg_cflags) $(SANITIZE)
all_ldflags := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS) $(SANITIZE)

core_src  := $(sort $(wildcard core/*/*.c))
tui_src   := $(sort $(wildcard tui/*.c tui/*/*.c))
cli_src   := $(sort $(wildcard cli/*.c))
unit_src  := $(sort $(wildcard tests/unit/*.c))
screen_src := $(sort $(wildcard tests/widgets/*.c))
objects    = $(patsubst %.c,$(BUILD)/%.o,$(1))

server_src := $(sort $(wildcard tests/server/*.c))
unit_tests := $(patsubst %.c,$(BUILD)/%,$(unit_src))
mailserver := $(BUILD)/tests/server/mailserver
hostile_src := $(sort $(wildcard tests/hostile/*.c))
hostile := $(BUILD)/tests/hostile/hostile
memory := $(BUILD)/tests/leak/memory
proxy := $(BUILD)/bench/proxy
typist := $(BUILD)/bench/typist
least := $(BUILD)/bench/least
shim := $(BUILD)/tests/torture/shim.so
introspect := $(BUILD)/tests/real/introspect
fuzz_src := $(filter-out fuzz/main.c,$(sort $(wildcard fuzz/*.c)))
replays := $(patsubst %.c,$(BUILD)/%,$(fuzz_src))

.DEFAULT_GOAL := all
.SECONDARY: # objects are kept
.PHONY: all
all: postseal

# Other flags, another compiler: everything is built anew.
flags := $(CC) $(all_cflags) $(all_ldflags)
$(shell mkdir -p $(BUILD); printf '%s\n' '$(flags)' | \
	cmp -s - $(BUILD)/flags || printf '%s\n' '$(flags)' >$(BUILD)/flags)

# Where the table of providers is, when it is not beside the program.
$(shell printf '%s\n' '$(PREFIX)' | cmp -s - $(BUILD)/prefix || \
	printf '%s\n' '$(PREFIX)' >$(BUILD)/prefix)
$(BUILD)/core/setup/provider.o: $(BUILD)/prefix
$(BUILD)/core/setup/provider.o: CPPFLAGS += \
	-DSHARE_FOLDER='"$(PREFIX)/share/postseal"'

postseal: $(BUILD)/postseal
	@cp $< $@.new && mv $@.new $@

$(BUILD)/postseal: $(call objects,$(cli_src) $(tui_src)) $(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs) $(tui_libs)

$(BUILD)/libcore.a: $(call objects,$(core_src))
	@rm -f $@
	@echo "  AR  $@"
	@ar rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(all_cflags) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# Unit tests of core link without ncurses: a screen call in core cannot link.
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs) $(test_libs)

$(mailserver): $(call objects,$(server_src))
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs)

# Writes hostile certificates; see tests/cli/hostile.test.sh.
$(hostile): $(call objects,$(hostile_src)) $(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs)

# Looks for secrets in the memory of a program; see tests/real/leak.test.sh.
# Tells Dovecot about tokens; see tests/real/oauth.test.sh.
# Delays connections and counts their round trips; see tests/trips.sh.
# Counts what a program of screens writes; see tests/screen/bytes.test.sh.
$(memory) $(introspect) $(proxy) $(typist): %: %.o
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^

# The least that a test can cost; see bench/least.c.
$(least): %: %.o
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ -lssl -lcrypto

# A harness of fuzz/ with a main() that runs its seeds; `make fuzz` gives it
# libFuzzer's instead.
fuzz_main = $(BUILD)/fuzz/main.o
$(replays): $(BUILD)/fuzz/%: $(BUILD)/fuzz/%.o $(fuzz_main) $(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) $(fuzz_ldflags) -o $@ $^ $(core_libs)

# The pure parts of the screens, tested without a terminal.
$(BUILD)/libtui.a: $(call objects,$(tui_src))
	@echo "  AR  $@"
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/tests/widgets/%: $(BUILD)/tests/widgets/%.o $(BUILD)/libtui.a \
		$(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs) $(tui_libs) $(test_libs)

-include $(patsubst %.o,%.d,$(call objects,$(core_src) $(tui_src) $(cli_src) \
	$(unit_src) $(screen_src) $(server_src) $(hostile_src) $(fuzz_src) \
	$(wildcard tests/torture/*.c bench/*.c) fuzz/main.c tests/leak/memory.c \
	tests/real/introspect.c))

# What a set-up has to install first goes through a second make: the first one
# asked pkg-config before it was there.
# All cores, unless the person said how many.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))
.PHONY: setup-run setup-test run run-built test test-built asan ubsan \
	valgrind lint install
setup-run:
	@sh tests/setup/packages.sh run
setup-test:
	@sh tests/setup/packages.sh test
	@sh tests/setup/servers.sh

run: setup-run
	@$(MAKE) $(jobs) --no-print-directory run-built
run-built: postseal $(mailserver)
	@BUILD=$(BUILD) sh tests/demo/run.sh

test: setup-test
	@$(MAKE) $(jobs) --no-print-directory test-built
# Those of the programs that TESTS asks for, by the rule of tests/run.sh.
asked_for = $(if $(TESTS),$(foreach program,$1,$(if $(strip $(foreach filter, \
	$(TESTS),$(findstring $(filter),$(program)))),$(program))),$1)
c_tests := $(call asked_for,$(unit_tests) $(screen_src:%.c=$(BUILD)/%))
helpers := $(mailserver) $(hostile) $(memory) $(introspect) $(proxy) $(typist) \
	$(shim) $(if $(call asked_for,tests/cli/seeds.test.sh),$(replays))
test-built: postseal $(helpers) $(c_tests)
	@BUILD=$(BUILD) bash tests/run.sh $(TESTS)

# The mail programs of other people: fetched, unpacked below build/, started.
# They mostly wait for each other, so four run at once.
.PHONY: setup-programs test-programs programs-built
setup-programs: setup-test
	@sh tests/setup/programs.sh
test-programs: setup-programs
	@$(MAKE) $(jobs) --no-print-directory programs-built
programs-built: postseal $(mailserver)
	@BUILD=$(BUILD) JOBS=4 LIMIT=400 bash tests/run.sh tests/programs/$(TESTS)

# What speed is, beside other programs; not a test. See docs/performance.md.
.PHONY: bench bench-built
bench: setup-programs
	@$(MAKE) $(jobs) --no-print-directory bench-built
bench-built: postseal $(helpers) $(least)
	@BUILD=$(BUILD) bash bench/run.sh

asan: setup-test
	@$(MAKE) $(jobs) --no-print-directory BUILD=build/asan FORTIFY= \
		CFLAGS="-O1 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=address,undefined" asan-built
asan-built: export LIMIT ?= 1200
asan-built: $(BUILD)/postseal $(helpers) $(c_tests)
	@BUILD=$(BUILD) bash tests/run.sh $(TESTS)

# Without AddressSanitizer the memory is laid out as in the real program, and a
# trap needs no help of a library.
ubsan: setup-test
	@$(MAKE) $(jobs) --no-print-directory BUILD=build/ubsan \
		CFLAGS="-O2 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=undefined -fsanitize-undefined-trap-on-error" \
		asan-built

# Twenty times as slow: the unit tests, and a choice of the commands' ones.
memcheck_tests = unit/ widgets/ $(addprefix cli/,$(cli_under_memcheck))
cli_under_memcheck := verify log cert_show
valgrind: setup-test
	@sh tests/setup/packages.sh valgrind
	@$(MAKE) $(jobs) --no-print-directory BUILD=build/valgrind \
		CFLAGS="-O1 -g -fno-omit-frame-pointer" valgrind-built
valgrind-built: $(BUILD)/postseal $(helpers) $(c_tests)
	@BUILD=$(BUILD) bash tests/memcheck/run.sh $(or $(TESTS),$(memcheck_tests))

# What takes minutes: every script of tests/torture, one after another.
torture_src := $(filter-out tests/torture/shim.c,\
	$(sort $(wildcard tests/torture/*.c)))
torture_programs := $(patsubst %.c,$(BUILD)/%,$(torture_src))
.PHONY: torture torture-built
torture: setup-test
	@$(MAKE) $(jobs) --no-print-directory torture-built
torture-built: postseal $(helpers) $(torture_programs)
	@BUILD=$(BUILD) JOBS=1 LIMIT=3000 bash tests/run.sh tests/torture/$(TESTS)
$(torture_programs): %: %.o $(BUILD)/libcore.a
	@echo "  LD  $@"
	@$(CC) $(all_ldflags) -o $@ $^ $(core_libs)
# Makes system calls on files fail; see its head.
$(shim): tests/torture/shim.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LD  $@"
	@$(CC) -std=c11 -D_GNU_SOURCE $(warnings) -O1 -g -fPIC -shared -o $@ $< -ldl

# Hostile input by libFuzzer: each harness (or FUZZ="ini url") for TIME seconds,
# one after another. What it learns is kept in build/fuzz/corpus. The same by
# AFL++ where it is installed: make fuzz-afl.
TIME ?= 60
.PHONY: fuzz fuzz-afl fuzz-hostile fuzz-built
fuzz: setup-test fuzz-hostile
	@sh tests/setup/packages.sh fuzz
	@$(MAKE) $(jobs) --no-print-directory BUILD=build/fuzz FORTIFY= CC=clang \
		CFLAGS="-O1 -g -fno-omit-frame-pointer" fuzz_main= \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined" \
		fuzz_ldflags=-fsanitize=fuzzer fuzz-built
fuzz-afl: setup-test fuzz-hostile
	@sh tests/setup/packages.sh afl
	@AFL_QUIET=1 $(MAKE) $(jobs) --no-print-directory BUILD=build/afl \
		CC=afl-clang-fast CFLAGS="-O1 -g" FUZZER=afl fuzz-built
fuzz-hostile:
	@$(MAKE) $(jobs) --no-print-directory $(hostile)
fuzz-built: $(replays)
	@BUILD=$(BUILD) HOSTILE=build/tests/hostile/hostile bash fuzz/run.sh $(TIME) $(FUZZ)

lint:
	@sh tests/setup/packages.sh lint
	@bash tests/lint/lint.sh

install: postseal
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/doc/postseal \
		$(DESTDIR)$(PREFIX)/share/postseal
	install -m 755 postseal $(DESTDIR)$(PREFIX)/bin/postseal
	install -m 644 share/providers.ini $(DESTDIR)$(PREFIX)/share/postseal/
	install -m 644 docs/postseal.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 README.md LICENSE accounts.ini.example \
		$(DESTDIR)$(PREFIX)/share/doc/postseal/

.PHONY: clean asan-built valgrind-built
clean:
	rm -rf $(BUILD) postseal
