// SPDX-License-Identifier: GPL-2.0-only
${stamp}
/* Tests of what arguments may hold. ${it.symbol}_ioctl.c includes this file, as its checks are static. */

#include <kunit/test.h>
//% for record in it.checks

static void ${record.test.function}(struct kunit *test)
{
	${record.type|code} *arg;
//% if record.test.has_reserved
	size_t byte;
//% endif
//% if record.test.has_flags
	int bit;
//% endif
//% if record.test.has_copies
	size_t i;
//% endif

	arg = kunit_kzalloc(test, sizeof(*arg), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arg);
//% for one in record.test.filling
//% if one.kind == "value"
	${one.place|code} = ${one.value|code};
//% else
	for (i = 1; i < ARRAY_SIZE(${one.place|code}); i++)
		${one.place|code}[i] = ${one.place|code}[0];
//% endif
//% endfor
	KUNIT_EXPECT_EQ(test, ${record.check}(arg), 0);
//% for member in record.test.members
//% if member.kind == "values"

//% for tried in member.tried
	${member.place|code} = ${tried.value|code};
//% if tried.passes
	KUNIT_EXPECT_EQ(test, ${record.check}(arg), 0);
//% else
	KUNIT_EXPECT_EQ(test, ${record.check}(arg), -EINVAL);
//% endif
//% endfor
	${member.place|code} = ${member.valid|code};
//% elif member.kind == "flags"

	for (bit = 0; bit < BITS_PER_TYPE(${member.place|code}); bit++) {
		int expected = BIT_ULL(bit) & ${member.mask|code} ? 0 : -EINVAL;

		${member.place|code} = BIT_ULL(bit);
		KUNIT_EXPECT_EQ_MSG(test, ${record.check}(arg), expected, "bit %d", bit);
	}
	${member.place|code} = 0;
//% elif member.kind == "reserved"

	for (byte = 0; byte < sizeof(${member.place|code}); byte++) {
		((u8 *)&${member.place|code})[byte] = 1;
		KUNIT_EXPECT_EQ_MSG(test, ${record.check}(arg), -EINVAL, "byte %zu", byte);
		((u8 *)&${member.place|code})[byte] = 0;
	}
//% endif
//% endfor
}
//% endfor

static struct kunit_case ${it.symbol}_kunit_cases[] = {
//% for record in it.checks
	KUNIT_CASE(${record.test.function}),
//% endfor
	{ }
};

static struct kunit_suite ${it.symbol}_kunit_suite = {
	.name = "${it.symbol}_arguments",
	.test_cases = ${it.symbol}_kunit_cases,
};

kunit_test_suite(${it.symbol}_kunit_suite);
