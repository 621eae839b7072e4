# postseal: GNU make, no configure step. Everything built lies under $(BUILD).
#
#   make            build ./postseal
#   make run        install what is missing, start it on example accounts
#   make test       install what is missing, run the whole suite
#   make asan       the suite under AddressSanitizer and UBSan
#   make lint       clang-tidy, cppcheck, format and layer rules
#   make install    PREFIX=/usr/local, DESTDIR=

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
BUILD   ?= build
PKG_CONFIG ?= pkg-config

packages   := openssl ncursesw libcares libidn2 jansson
pkg_cflags := $(shell $(PKG_CONFIG) --cflags $(packages) 2>/dev/null)
core_libs  := $(shell $(PKG_CONFIG) --libs openssl libcares libidn2 \
	2>/dev/null) -liniparser -lunistring
tui_libs   := $(shell $(PKG_CONFIG) --libs ncursesw 2>/dev/null)
cli_libs   := $(shell $(PKG_CONFIG) --libs jansson 2>/dev/null)
test_libs  := -lcmocka

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wpointer-arith -Wwrite-strings -Wundef
hardening := -fPIE -fstack-protector-strong $(FORTIFY) \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
FORTIFY ?= -D_FORTIFY_SOURCE=2
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

.DEFAULT_GOAL := all
.PHONY: all
all: postseal

postseal: $(BUILD)/postseal
	@cp $< $@.new && mv $@.new $@

$(BUILD)/postseal: $(call objects,$(cli_src) $(tui_src)) $(BUILD)/libcore.a
	$(CC) $(all_ldflags) -o $@ $^ $(core_libs) $(tui_libs) $(cli_libs)

$(BUILD)/libcore.a: $(call objects,$(core_src))
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

# Unit tests of core link without ncurses: a screen call in core cannot link.
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libcore.a
	$(CC) $(all_ldflags) -o $@ $^ $(core_libs) $(test_libs)

-include $(patsubst %.o,%.d,$(call objects,$(core_src) $(tui_src) $(cli_src) \
	$(unit_src) $(screen_src)))

.PHONY: clean
clean:
	rm -rf $(BUILD) postseal
