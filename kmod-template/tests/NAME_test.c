// SPDX-License-Identifier: GPL-2.0-only
${stamp}
/* The commands of ${title|comment}, for conformance.c. */

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

//% if header_is_theirs
#include <linux/ioctl.h>
#include <linux/types.h>

//% endif
#include <linux/${name}.h>

#include "conformance.h"
#include "${name}_hooks.h"
//% if takes_nothing

static const struct member no_members[] = {
	{ .name = NULL }
};
//% endif
//% for test in test_records

//% if test.flexible
static const struct {
	${test.type|code} head;
	${test.element|code} element;
} ${test.valid} = {
	.head = {
//% for value in test.values
		.${value.place|code} = ${value.value|code},
//% endfor
	},
};
//% elif test.values
static const ${test.type|code} ${test.valid} = {
//% for value in test.values
	.${value.place|code} = ${value.value|code},
//% endfor
};
//% else
static const ${test.type|code} ${test.valid};
//% endif

static const struct member ${test.members_name}[] = {
//% for member in test.members
	{
		"${member.name|string}", ${member.offset|code},
		${member.size|code}, ${member.rule}, ${member.operand|code}
	},
//% endfor
	{ .name = NULL }
};
//% endfor
//% for scalar in test_scalars

static const ${scalar.type|code} ${scalar.valid};

static const struct member ${scalar.members_name}[] = {
	{ "value", 0, sizeof(${scalar.valid}), ANYTHING, 0 },
	{ .name = NULL }
};
//% endfor
//% for it in interfaces
//% for c in it.commands if c.arrays

static const struct elements ${it.symbol}_${c.op}_elements[] = {
//% for array in c.arrays
	{
		.name = "${array.member|string}",
		.address = offsetof(${c.type|code}, ${array.member}),
		.count = { offsetof(${c.type|code}, ${array.count}), sizeof(${c.test.object|code}.${array.count}) },
		.size = sizeof(${array.type|code}),
		.valid = &${array.valid},
		.members = ${array.members},
		.some = ${array.some|code},
//% if array.more
		.more = true,
//% endif
//% if array.any
		.any = true,
//% endif
	},
//% endfor
	{ .name = NULL }
};

static_assert(ARRAY_SIZE(${it.symbol}_${c.op}_elements) <= MOST_ARRAYS + 1, "arrays");
//% endfor
//% for c in it.commands if c.handles

static const struct handle ${it.symbol}_${c.op}_handles[] = {
//% for handle in c.handles
//% for object in it.objects if object.name == handle.object
	{
		.name = "${handle.member|string}",
		.offset = offsetof(${c.type|code}, ${handle.member}),
		.creator = ${object.creator},
//% if handle.destroys
		.destroys = true,
//% endif
	},
//% endfor
//% endfor
	{ .name = NULL }
};
//% endfor
//% for c in it.commands if c.created

static const struct handle ${it.symbol}_${c.op}_created = {
	.name = "${c.created.member|string}",
	.offset = offsetof(${c.type|code}, ${c.created.member}),
};
//% endfor

static const struct command ${it.symbol}_commands[] = {
//% for c in it.commands
	{
		.name = "${c.macro}",
		.number = ${c.test.number|code},
//% if c.family
		.family = ${c.family},
//% endif
		.passing = ${c.test.passing},
//% if c.any_size
		.any_size = true,
//% endif
//% if c.returns == "number"
		.answer = NUMBER,
//% elif c.returns == "file"
		.answer = DESCRIPTOR,
//% endif
//% if c.reads
		.reads = true,
//% endif
//% if c.writes
		.writes = true,
//% endif
//% if c.needs_read
		.for_reading = true,
//% endif
//% if c.needs_write
		.for_writing = true,
//% endif
//% if c.capability
		.privileged = true,
//% endif
//% if c.test.size
		.size = ${c.test.size|code},
//% endif
//% if c.min_size
		.min_size = ${c.min_size},
//% endif
//% if c.test.valid
		.valid = ${c.test.valid|code},
//% endif
		.members = ${c.test.members},
//% if c.arrays
		.elements = ${it.symbol}_${c.op}_elements,
//% endif
//% if c.handles
		.handles = ${it.symbol}_${c.op}_handles,
//% endif
//% if c.created
		.created = &${it.symbol}_${c.op}_created,
//% endif
//% if c.kind == "flexible"
		.count = { offsetof(${c.type|code}, ${c.count}), sizeof(${c.test.object|code}.${c.count}) },
		.element = { offsetof(${c.type|code}, ${c.array}), sizeof(${c.element|code}) },
//% endif
	},
//% endfor
};
//% endfor

static const struct interface interfaces[] = {
//% for it in interfaces
	{
		.name = "${it.symbol}",
//% if it.opener is not none
		.opener = &${name}_commands[${it.opener}],
//% endif
		.commands = ${it.symbol}_commands,
		.count = ARRAY_SIZE(${it.symbol}_commands),
	},
//% endfor
};

int main(${("void" if in_tree else "int argc, char **argv")|code})
{
	const char *path = getenv("${upper}_DEVICE");
	const struct device device = {
		.path = path ? path : "${test_path|string}",
		.driver = "${name}",
		.interfaces = interfaces,
		.count = ARRAY_SIZE(interfaces),
		.hooks = hooks,
	};

//% if not in_tree
	/* --random [SECONDS [SEED]] */
	if (argc > 1 && !strcmp(argv[1], "--random"))
		return random_calls(&device, argc - 2, argv + 2);
//% endif
	return conformance(&device);
}
