// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 94f649fc62c2 */
/* The commands of /dev/ioctl_bench, for conformance.c. */

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/ioctl_bench.h>

#include "conformance.h"
#include "ioctl_bench_hooks.h"

static const struct ioctl_bench_8 valid_ioctl_bench_8;

static const struct member ioctl_bench_8_members[] = {
	{
		"bytes", offsetof(struct ioctl_bench_8, bytes),
		sizeof(valid_ioctl_bench_8.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct ioctl_bench_64 valid_ioctl_bench_64;

static const struct member ioctl_bench_64_members[] = {
	{
		"bytes", offsetof(struct ioctl_bench_64, bytes),
		sizeof(valid_ioctl_bench_64.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct ioctl_bench_512 valid_ioctl_bench_512;

static const struct member ioctl_bench_512_members[] = {
	{
		"bytes", offsetof(struct ioctl_bench_512, bytes),
		sizeof(valid_ioctl_bench_512.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct ioctl_bench_1024 valid_ioctl_bench_1024;

static const struct member ioctl_bench_1024_members[] = {
	{
		"bytes", offsetof(struct ioctl_bench_1024, bytes),
		sizeof(valid_ioctl_bench_1024.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct ioctl_bench_4096 valid_ioctl_bench_4096;

static const struct member ioctl_bench_4096_members[] = {
	{
		"bytes", offsetof(struct ioctl_bench_4096, bytes),
		sizeof(valid_ioctl_bench_4096.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct command ioctl_bench_commands[] = {
	{
		.name = "IOCTL_BENCH_WRITE_8",
		.number = IOCTL_BENCH_WRITE_8,
		.passing = POINTER,
		.reads = true,
		.size = sizeof(struct ioctl_bench_8),
		.valid = &valid_ioctl_bench_8,
		.members = ioctl_bench_8_members,
	},
	{
		.name = "IOCTL_BENCH_WRITE_64",
		.number = IOCTL_BENCH_WRITE_64,
		.passing = POINTER,
		.reads = true,
		.size = sizeof(struct ioctl_bench_64),
		.valid = &valid_ioctl_bench_64,
		.members = ioctl_bench_64_members,
	},
	{
		.name = "IOCTL_BENCH_WRITE_512",
		.number = IOCTL_BENCH_WRITE_512,
		.passing = POINTER,
		.reads = true,
		.size = sizeof(struct ioctl_bench_512),
		.valid = &valid_ioctl_bench_512,
		.members = ioctl_bench_512_members,
	},
	{
		.name = "IOCTL_BENCH_WRITE_1024",
		.number = IOCTL_BENCH_WRITE_1024,
		.passing = POINTER,
		.reads = true,
		.size = sizeof(struct ioctl_bench_1024),
		.valid = &valid_ioctl_bench_1024,
		.members = ioctl_bench_1024_members,
	},
	{
		.name = "IOCTL_BENCH_WRITE_4096",
		.number = IOCTL_BENCH_WRITE_4096,
		.passing = POINTER,
		.reads = true,
		.size = sizeof(struct ioctl_bench_4096),
		.valid = &valid_ioctl_bench_4096,
		.members = ioctl_bench_4096_members,
	},
	{
		.name = "IOCTL_BENCH_READ_8",
		.number = IOCTL_BENCH_READ_8,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct ioctl_bench_8),
		.valid = &valid_ioctl_bench_8,
		.members = ioctl_bench_8_members,
	},
	{
		.name = "IOCTL_BENCH_READ_64",
		.number = IOCTL_BENCH_READ_64,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct ioctl_bench_64),
		.valid = &valid_ioctl_bench_64,
		.members = ioctl_bench_64_members,
	},
	{
		.name = "IOCTL_BENCH_READ_512",
		.number = IOCTL_BENCH_READ_512,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct ioctl_bench_512),
		.valid = &valid_ioctl_bench_512,
		.members = ioctl_bench_512_members,
	},
	{
		.name = "IOCTL_BENCH_READ_1024",
		.number = IOCTL_BENCH_READ_1024,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct ioctl_bench_1024),
		.valid = &valid_ioctl_bench_1024,
		.members = ioctl_bench_1024_members,
	},
	{
		.name = "IOCTL_BENCH_READ_4096",
		.number = IOCTL_BENCH_READ_4096,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct ioctl_bench_4096),
		.valid = &valid_ioctl_bench_4096,
		.members = ioctl_bench_4096_members,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_8",
		.number = IOCTL_BENCH_EXCHANGE_8,
		.passing = POINTER,
		.reads = true,
		.writes = true,
		.size = sizeof(struct ioctl_bench_8),
		.valid = &valid_ioctl_bench_8,
		.members = ioctl_bench_8_members,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_64",
		.number = IOCTL_BENCH_EXCHANGE_64,
		.passing = POINTER,
		.reads = true,
		.writes = true,
		.size = sizeof(struct ioctl_bench_64),
		.valid = &valid_ioctl_bench_64,
		.members = ioctl_bench_64_members,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_512",
		.number = IOCTL_BENCH_EXCHANGE_512,
		.passing = POINTER,
		.reads = true,
		.writes = true,
		.size = sizeof(struct ioctl_bench_512),
		.valid = &valid_ioctl_bench_512,
		.members = ioctl_bench_512_members,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_1024",
		.number = IOCTL_BENCH_EXCHANGE_1024,
		.passing = POINTER,
		.reads = true,
		.writes = true,
		.size = sizeof(struct ioctl_bench_1024),
		.valid = &valid_ioctl_bench_1024,
		.members = ioctl_bench_1024_members,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_4096",
		.number = IOCTL_BENCH_EXCHANGE_4096,
		.passing = POINTER,
		.reads = true,
		.writes = true,
		.size = sizeof(struct ioctl_bench_4096),
		.valid = &valid_ioctl_bench_4096,
		.members = ioctl_bench_4096_members,
	},
};

static const struct interface interfaces[] = {
	{
		.name = "ioctl_bench",
		.commands = ioctl_bench_commands,
		.count = ARRAY_SIZE(ioctl_bench_commands),
	},
};

int main(int argc, char **argv)
{
	const char *path = getenv("IOCTL_BENCH_DEVICE");
	const struct device device = {
		.path = path ? path : "/dev/ioctl_bench",
		.driver = "ioctl_bench",
		.interfaces = interfaces,
		.count = ARRAY_SIZE(interfaces),
		.hooks = hooks,
	};

	/* --random [SECONDS [SEED]] */
	if (argc > 1 && !strcmp(argv[1], "--random"))
		return random_calls(&device, argc - 2, argv + 2);
	return conformance(&device);
}
