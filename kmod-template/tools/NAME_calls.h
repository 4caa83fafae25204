/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
${stamp}
/*
 * The commands of ${title|comment} as functions, for C99 and C++.
 *
 * A function returns what its command returns, 0 if that is nothing, or a negative error number.
 * Ignore errno. Reserved members are cleared and sizes are filled in before the kernel reads them:
 * in a copy, where the argument is const. A const argument that ends in an array is passed
 * unchanged: its reserved members must already be zero.
 *
 * A call that a signal interrupts is not repeated: it returns -EINTR. The kernel restarts by itself
 * what can be restarted (SA_RESTART), and of the rest only the caller knows whether it may be done
 * twice.
 */
#ifndef _${upper}_CALLS_H
#define _${upper}_CALLS_H

#include <errno.h>
#include <stddef.h>
//% if allocs
#include <stdlib.h>
//% endif
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ioctl.h>
#include <linux/types.h>

//% if keywords
/*
 * These names are keywords in C++: C++ programs append an underscore. A member called as an operator
 * (and, or, not, xor, ...) is out of their reach: no macro can have such a name.
 */
#ifdef __cplusplus
//% for keyword in keywords
#define ${keyword}	${keyword}_
//% endfor
#endif

//% endif
#include <linux/${name}.h>

//% for record in clears
static inline void ${record.function}(${record.type|code} *it)
{
//% if record.loops
	size_t i;

//% endif
//% for member in record.members
//% if member.kind == "bits"
	it->${member.name} = 0;
//% elif member.kind == "bytes"
	memset(&it->${member.name}, 0, sizeof(it->${member.name}));
//% elif member.kind == "nested"
	${member.function}(&it->${member.name});
//% else
	for (i = 0; i < sizeof(it->${member.name}) / sizeof(${member.type|code}); i++)
		${member.function}(&(&it->${member.name}${member.first|code})[i]);
//% endif
//% endfor
}

//% endfor
//% for record in allocs
/**
 * ${record.function}() - zeroed memory for ${record.type|comment}
 * @count: elements of its array, which is filled in
 *
 * Return: what is to be freed with free(), or NULL with an error in errno.
 */
static inline ${record.type|code} *${record.function}(size_t count)
{
	const size_t each = sizeof(${record.element|code});
	${record.type|code} *it = NULL;
	const size_t head = sizeof(*it);
	void *room = NULL;

	if (count <= ((size_t)-1 - head) / each)
		room = calloc(1, head + count * each);
	it = (${record.type|code} *)room;
	if (!it) {
		errno = ENOMEM;
		return NULL;
	}
	it->${record.count} = (${record.counts|code})count;
	if (it->${record.count} == count)
		return it;
	free(it);
	errno = E2BIG;
	return NULL;
}

//% endfor
//% for call in calls
/**
 * ${call.function}() - ${call.summary|comment}
 * @fd: a file descriptor of ${call.files|comment}
//% for parameter in call.parameters
 * @${parameter.name}: ${parameter.docs|comment}
//% endfor
 *
//% for line in call.details
 * ${line|comment}
//% endfor
//% if call.details
 *
//% endif
 * Return: ${call.returns|comment}, or a negative error number.
 */
static inline int ${call.function}(int fd${call.declared|code})
{
//% if call.copied
	${call.type|code} sent = *arg;
//% endif
	int ret;

//% if call.last is not none
	if (index > ${call.last})
		return -EINVAL;
//% endif
//% if call.is_buffer
	if (count > _IOC_SIZEMASK / sizeof(*arg))
		return -E2BIG;
//% endif
//% if call.clear
	${call.clear}(${call.address|code});
//% endif
//% if call.size
	${call.object|code}${call.size} = sizeof(*arg);
//% endif
	ret = ioctl(fd, ${call.number|code}${call.passed|code});
	return ret == -1 ? -errno : ret;
}

//% endfor
//% if keywords
#ifdef __cplusplus
//% for keyword in keywords
#undef ${keyword}
//% endfor
#endif

//% endif
#endif /* _${upper}_CALLS_H */
