// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 74477faa9a9c */
/*
 * Says which command of /dev/ioctl_bench a number is, and what its argument
 * holds, by the numbers and layouts of the ABI that this program is built for:
 * NUMBER as strace -X raw shows it, and BYTES in hexadecimal. MEMBER=BYTES says
 * what is behind the address in a member. Without arguments, it lists all
 * commands.
 *
 * The exit code is 0, 1 where no command has that number, or 2 where the
 * arguments are none.
 */

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/ioctl_bench.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* The bits of a number that hold the size of the argument. */
#define SIZE_BITS	((unsigned int)_IOC_SIZEMASK << _IOC_SIZESHIFT)

enum kind {
	UNSIGNED,
	SIGNED,
	ADDRESS,
	RESERVED,
	NESTED,
};

/**
 * struct field - a member
 * @name: its name, or NULL behind the last
 * @offset: where it begins, in bytes
 * @size: bytes of an element
 * @count: elements of an array, 1 if it is none, 0 if it goes to the end
 * @kind: what an element is
 * @valid: the bits that flags may have; all where it is no flags
 * @fields: the members of an element, or of what it is the address of, if that
 *   is a structure
 * @behind: bytes of the structure that it is the address of, or 0
 */
struct field {
	const char *name;
	size_t offset;
	size_t size;
	size_t count;
	enum kind kind;
	unsigned long long valid;
	const struct field *fields;
	size_t behind;
};

/**
 * struct command - a command
 * @name: its macro
 * @parameter: the first of the macro's parameters, or NULL where it has none
 * @number: the number; of a family, the first
 * @family: how many numbers of a family are behind the first
 * @any_size: whether the number is the same but for the size
 * @type: the type of the argument, or NULL where there is none
 * @by_value: whether the argument itself is passed, not its address
 * @is_signed: whether the argument is an integer that may be negative
 * @size: the size of the argument, or of an element, in bytes
 * @fields: its members, or NULL
 */
struct command {
	const char *name;
	const char *parameter;
	unsigned int number;
	unsigned int family;
	bool any_size;
	const char *type;
	bool by_value;
	bool is_signed;
	size_t size;
	const struct field *fields;
};

static const struct field ioctl_bench_4096_fields[] = {
	{
		.name = "bytes",
		.offset = offsetof(struct ioctl_bench_4096, bytes),
		.size = sizeof(((struct ioctl_bench_4096 *)0)->bytes[0]),
		.count = 4096,
		.kind = UNSIGNED,
		.valid = ~0ULL,
	},
	{ .name = NULL }
};

static const struct field ioctl_bench_1024_fields[] = {
	{
		.name = "bytes",
		.offset = offsetof(struct ioctl_bench_1024, bytes),
		.size = sizeof(((struct ioctl_bench_1024 *)0)->bytes[0]),
		.count = 1024,
		.kind = UNSIGNED,
		.valid = ~0ULL,
	},
	{ .name = NULL }
};

static const struct field ioctl_bench_512_fields[] = {
	{
		.name = "bytes",
		.offset = offsetof(struct ioctl_bench_512, bytes),
		.size = sizeof(((struct ioctl_bench_512 *)0)->bytes[0]),
		.count = 512,
		.kind = UNSIGNED,
		.valid = ~0ULL,
	},
	{ .name = NULL }
};

static const struct field ioctl_bench_64_fields[] = {
	{
		.name = "bytes",
		.offset = offsetof(struct ioctl_bench_64, bytes),
		.size = sizeof(((struct ioctl_bench_64 *)0)->bytes[0]),
		.count = 64,
		.kind = UNSIGNED,
		.valid = ~0ULL,
	},
	{ .name = NULL }
};

static const struct field ioctl_bench_8_fields[] = {
	{
		.name = "bytes",
		.offset = offsetof(struct ioctl_bench_8, bytes),
		.size = sizeof(((struct ioctl_bench_8 *)0)->bytes[0]),
		.count = 8,
		.kind = UNSIGNED,
		.valid = ~0ULL,
	},
	{ .name = NULL }
};

static const struct command commands[] = {
	{
		.name = "IOCTL_BENCH_WRITE_8",
		.number = IOCTL_BENCH_WRITE_8,
		.type = "struct ioctl_bench_8",
		.size = sizeof(struct ioctl_bench_8),
		.fields = ioctl_bench_8_fields,
	},
	{
		.name = "IOCTL_BENCH_WRITE_64",
		.number = IOCTL_BENCH_WRITE_64,
		.type = "struct ioctl_bench_64",
		.size = sizeof(struct ioctl_bench_64),
		.fields = ioctl_bench_64_fields,
	},
	{
		.name = "IOCTL_BENCH_WRITE_512",
		.number = IOCTL_BENCH_WRITE_512,
		.type = "struct ioctl_bench_512",
		.size = sizeof(struct ioctl_bench_512),
		.fields = ioctl_bench_512_fields,
	},
	{
		.name = "IOCTL_BENCH_WRITE_1024",
		.number = IOCTL_BENCH_WRITE_1024,
		.type = "struct ioctl_bench_1024",
		.size = sizeof(struct ioctl_bench_1024),
		.fields = ioctl_bench_1024_fields,
	},
	{
		.name = "IOCTL_BENCH_WRITE_4096",
		.number = IOCTL_BENCH_WRITE_4096,
		.type = "struct ioctl_bench_4096",
		.size = sizeof(struct ioctl_bench_4096),
		.fields = ioctl_bench_4096_fields,
	},
	{
		.name = "IOCTL_BENCH_READ_8",
		.number = IOCTL_BENCH_READ_8,
		.type = "struct ioctl_bench_8",
		.size = sizeof(struct ioctl_bench_8),
		.fields = ioctl_bench_8_fields,
	},
	{
		.name = "IOCTL_BENCH_READ_64",
		.number = IOCTL_BENCH_READ_64,
		.type = "struct ioctl_bench_64",
		.size = sizeof(struct ioctl_bench_64),
		.fields = ioctl_bench_64_fields,
	},
	{
		.name = "IOCTL_BENCH_READ_512",
		.number = IOCTL_BENCH_READ_512,
		.type = "struct ioctl_bench_512",
		.size = sizeof(struct ioctl_bench_512),
		.fields = ioctl_bench_512_fields,
	},
	{
		.name = "IOCTL_BENCH_READ_1024",
		.number = IOCTL_BENCH_READ_1024,
		.type = "struct ioctl_bench_1024",
		.size = sizeof(struct ioctl_bench_1024),
		.fields = ioctl_bench_1024_fields,
	},
	{
		.name = "IOCTL_BENCH_READ_4096",
		.number = IOCTL_BENCH_READ_4096,
		.type = "struct ioctl_bench_4096",
		.size = sizeof(struct ioctl_bench_4096),
		.fields = ioctl_bench_4096_fields,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_8",
		.number = IOCTL_BENCH_EXCHANGE_8,
		.type = "struct ioctl_bench_8",
		.size = sizeof(struct ioctl_bench_8),
		.fields = ioctl_bench_8_fields,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_64",
		.number = IOCTL_BENCH_EXCHANGE_64,
		.type = "struct ioctl_bench_64",
		.size = sizeof(struct ioctl_bench_64),
		.fields = ioctl_bench_64_fields,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_512",
		.number = IOCTL_BENCH_EXCHANGE_512,
		.type = "struct ioctl_bench_512",
		.size = sizeof(struct ioctl_bench_512),
		.fields = ioctl_bench_512_fields,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_1024",
		.number = IOCTL_BENCH_EXCHANGE_1024,
		.type = "struct ioctl_bench_1024",
		.size = sizeof(struct ioctl_bench_1024),
		.fields = ioctl_bench_1024_fields,
	},
	{
		.name = "IOCTL_BENCH_EXCHANGE_4096",
		.number = IOCTL_BENCH_EXCHANGE_4096,
		.type = "struct ioctl_bench_4096",
		.size = sizeof(struct ioctl_bench_4096),
		.fields = ioctl_bench_4096_fields,
	},
};

static unsigned long long get(const unsigned char *at, size_t size)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (size) {
	case 8:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	case 2:
		memcpy(&u16, at, sizeof(u16));
		return u16;
	default:
		return *at;
	}
}

static long long get_signed(const unsigned char *at, size_t size)
{
	unsigned int shift = 64 - 8 * size;

	return (long long)(get(at, size) << shift) >> shift;
}

static void print_fields(const struct field *fields,
			 const unsigned char *bytes, size_t length);
static size_t read_bytes(const char *text, unsigned char *bytes, size_t room);

/* A MEMBER=BYTES argument: what an address points to, looked up by the member's name. */
struct given {
	const char *text;
	bool used;
	bool printing;	/* a structure may point to itself */
};

static struct given *behind;
static int behind_count;

static struct given *given_for(const struct field *field)
{
	size_t name = strlen(field->name);
	int index;

	for (index = 0; field->behind && index < behind_count; index++) {
		struct given *given = &behind[index];

		if (!given->printing &&
		    !strncmp(given->text, field->name, name) &&
		    given->text[name] == '=')
			return given;
	}
	return NULL;
}

/* The elements behind an address, if their bytes were given. */
static void print_behind(const struct field *field)
{
	struct given *given = given_for(field);
	unsigned char *bytes = given ? calloc(1, strlen(given->text)) : NULL;
	size_t length, at;

	if (!bytes)
		return;
	given->used = true;
	given->printing = true;
	length = read_bytes(strchr(given->text, '=') + 1, bytes,
			    strlen(given->text));
	printf(" -> [");
	for (at = 0; at < length; at += field->behind) {
		if (at)
			printf(", ");
		print_fields(field->fields, bytes + at,
			     length - at < field->behind ? length - at : field->behind);
	}
	printf("]");
	given->printing = false;
	free(bytes);
}

static void print_element(const struct field *field, const unsigned char *at)
{
	unsigned long long value;

	switch (field->kind) {
	case NESTED:
		print_fields(field->fields, at, field->size);
		break;
	case SIGNED:
		printf("%lld", get_signed(at, field->size));
		break;
	case ADDRESS:
		printf("%#llx", get(at, field->size));
		print_behind(field);
		break;
	default:
		value = get(at, field->size);
		printf(field->valid == ~0ULL ? "%llu" : "%#llx", value);
		if (value & ~field->valid)
			printf(" /* not valid: %#llx */",
			       value & ~field->valid);
		break;
	}
}

static void print_elements(const struct field *field,
			   const unsigned char *bytes, size_t length)
{
	size_t room =
		length > field->offset ? (length - field->offset) / field->size : 0;
	size_t count = field->count ? field->count : room;
	size_t index;

	if (count > room) {
		printf("?");
		return;
	}
	bytes += field->offset;
	if (field->count == 1) {
		print_element(field, bytes);
		return;
	}
	printf("[");
	for (index = 0; index < count; index++) {
		if (index)
			printf(", ");
		print_element(field, bytes + index * field->size);
	}
	printf("]");
}

static void print_fields(const struct field *fields,
			 const unsigned char *bytes, size_t length)
{
	const struct field *field;

	printf("{");
	for (field = fields; field->name; field++) {
		if (field != fields)
			printf(", ");
		printf("%s=", field->name);
		print_elements(field, bytes, length);
	}
	printf("}");
}

static bool is_of(const struct command *command, unsigned int number)
{
	unsigned int mask = command->any_size ? ~SIZE_BITS : ~0U;
	unsigned int first = command->number & mask;

	number &= mask;
	return number >= first && number - first <= command->family;
}

static const struct command *find(unsigned int number)
{
	size_t index;

	for (index = 0; index < ARRAY_SIZE(commands); index++) {
		if (is_of(&commands[index], number))
			return &commands[index];
	}
	return NULL;
}

static void print_head(const struct command *command, unsigned int number)
{
	printf("%s", command->name);
	if (!command->parameter)
		return;
	if (command->any_size)
		printf("(%u)", _IOC_SIZE(number));
	else
		printf("(%u)", number - command->number);
}

static void print_argument(const struct command *command, unsigned int number,
			   const unsigned char *bytes, size_t length)
{
	const struct field whole = {
		.name = command->type,
		.size = command->size,
		.count = command->parameter && command->any_size ? 0 : 1,
		.kind =
			command->fields ? NESTED : command->is_signed ? SIGNED : UNSIGNED,
		.valid = ~0ULL,
		.fields = command->fields,
	};

	printf(" ");
	if (whole.count && whole.fields)
		print_fields(whole.fields, bytes, length);
	else
		print_elements(&whole, bytes, length);
	if (command->any_size && _IOC_SIZE(number) != length)
		printf(" /* %zu of %u bytes */", length, _IOC_SIZE(number));
}

static int list(void)
{
	const struct command *command;
	size_t index;

	for (index = 0; index < ARRAY_SIZE(commands); index++) {
		command = &commands[index];
		printf("%#010x %s", command->number, command->name);
		if (command->parameter)
			printf("(%s)", command->parameter);
		if (command->type)
			printf(" %s%s", command->type,
			       command->by_value ? "" : " *");
		printf("\n");
	}
	return 0;
}

/* Two digits a byte, and anything that is no digit between them. */
static size_t read_bytes(const char *text, unsigned char *bytes, size_t room)
{
	size_t length = 0;
	char pair[3] = "";

	while (*text && length < room) {
		if (!isxdigit((unsigned char)*text)) {
			text++;
			continue;
		}
		pair[0] = *text++;
		pair[1] = isxdigit((unsigned char)*text) ? *text++ : '\0';
		bytes[length++] = strtoul(pair, NULL, 16);
	}
	return length;
}

static int decode(unsigned int number, const char *text)
{
	const struct command *command = find(number);
	size_t length, room;
	unsigned char *bytes;

	if (!command) {
		printf("%#010x is no command of /dev/ioctl_bench\n", number);
		return 1;
	}
	print_head(command, number);
	if (!text || !command->type) {
		printf("\n");
		return 0;
	}
	room = strlen(text) + sizeof(uint64_t);
	bytes = calloc(1, room);
	if (!bytes) {
		perror("ioctl_bench_decode");
		return 2;
	}
	length = read_bytes(text, bytes, room);
	print_argument(command, number, bytes, length);
	printf("\n");
	free(bytes);
	return 0;
}

/* Takes the arguments behind the bytes; false if one is no MEMBER=BYTES. */
static bool take_behind(int count, char **arguments)
{
	behind = calloc(count + 1, sizeof(*behind));
	for (; behind && behind_count < count; behind_count++) {
		behind[behind_count].text = arguments[behind_count];
		if (!strchr(arguments[behind_count], '='))
			return false;
	}
	return behind;
}

/* Names the arguments that belong to no address; 2 if there are any. */
static int unused(void)
{
	int index, status = 0;

	for (index = 0; index < behind_count; index++) {
		if (behind[index].used)
			continue;
		fprintf(stderr,
			"%s: no member with an address has that name\n",
			behind[index].text);
		status = 2;
	}
	return status;
}

int main(int argc, char **argv)
{
	unsigned long number;
	char *end;
	int status;

	if (argc == 1)
		return list();
	errno = 0;
	number = strtoul(argv[1], &end, 0);
	if (errno || *end || end == argv[1] || number > 0xffffffffUL ||
	    (argc > 3 && !take_behind(argc - 3, argv + 3))) {
		fprintf(stderr,
			"usage: %s [NUMBER [BYTES [MEMBER=BYTES]...]]\n",
			argv[0]);
		return 2;
	}
	status = decode(number, argc > 2 ? argv[2] : NULL);
	return status ? status : unused();
}
