# SPDX-License-Identifier: GPL-2.0-only
CFLAGS += -std=gnu11 -O2 -Wall -Wextra -pthread $(KHDR_INCLUDES)

TEST_GEN_PROGS := ${name}_test
LOCAL_HDRS := conformance.h ${name}_hooks.h

include ../lib.mk

$(OUTPUT)/${name}_test: ${name}_test.c conformance.c
