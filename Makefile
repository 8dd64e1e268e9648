# switchgrid: electricity and gas metering curves as SQL relations.
#
#   make, make install, make installcheck    as for any PGXS extension
#   make demo, make check                    the two commands of the README

# The two commands install PostgreSQL where it is missing, so they do without its makefiles, whose own
# target "check" only refuses.
ifneq ($(filter demo check,$(MAKECMDGOALS)),)
.PHONY: $(MAKECMDGOALS)
demo check:
	sh '$(dir $(abspath $(lastword $(MAKEFILE_LIST))))test/$@'
$(filter-out demo check,$(MAKECMDGOALS)):
	$(MAKE) $@
else

EXTENSION = switchgrid
DATA = switchgrid--1.0.sql
MODULE_big = switchgrid
OBJS = $(patsubst %.c,%.o,$(wildcard src/*/*.c))

PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers $(WERROR)
SHLIB_LINK = -lcurl -ljansson

REGRESS = $(basename $(notdir $(sort $(wildcard $(srcdir)/sql/*.sql))))
# each test file gets a simulator of its own, which ends with it
REGRESS_OPTS = --inputdir=$(srcdir) --launcher=$(CURDIR)/test/tools/with_simulator

EXTRA_CLEAN = $(wildcard src/*/*.bc)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# every header may matter to every file; the whole builds in seconds
$(OBJS): $(wildcard src/*/*.h)

all: simulator
install: install-simulator
clean: clean-simulator

.PHONY: simulator install-simulator clean-simulator
simulator:
	$(MAKE) -C test/simulator
install-simulator: simulator
	$(MAKE) -C test/simulator install bindir='$(bindir)' DESTDIR='$(DESTDIR)'
clean-simulator:
	$(MAKE) -C test/simulator clean

endif
