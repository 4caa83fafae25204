//% macro macro_of(define)
//% if define.docs|length == 1
/* ${define.docs[0]|comment} */
//% elif define.docs
/*
//% for line in define.docs
 * ${line|comment}
//% endfor
 */
//% endif
#define ${define.name}	${define.value|code}
//% endmacro
/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
${stamp}
#ifndef _UAPI_LINUX_${upper}_H
#define _UAPI_LINUX_${upper}_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: ${title|comment}
 *
//% for line in docs
 * ${line|comment}
//% endfor
//% if docs
 *
//% endif
 * A call returns 0 unless its command says otherwise. What any command answers:
 *
 * ENOTTY: the number is none of these, or one that the driver does not implement.
 *
 * EBADF: the file is not open in the mode that it needs.
 *
 * EPERM: the caller lacks the capability that it needs.
 *
 * EFAULT: memory of the caller cannot be read or written.
 *
 * EINVAL: a reserved member is not zero, a flag or a value is not one of those that are listed,
 * or a structure is shorter than its first version.
 *
 * E2BIG: a structure is longer than the driver's and not zero behind that, or an array is longer
 * than the driver takes.
 *
 * ENODEV: the device is gone.
 */

//% for define in constants
${macro_of(define) -}
//% endfor
//% for record in records

//% for define in record.defines
${macro_of(define) -}
//% endfor
//% if not in_tree
//% for define in record.masks
${macro_of(define) -}
//% endfor
//% endif
//% for define in record.sizes
${macro_of(define) -}
//% endfor
//% if record.defines or record.sizes or (record.masks and not in_tree)

//% endif
/**
 * ${record.type|comment} - ${record.summary|comment}
//% for member in record.members
 * @${member.name}: ${member.docs|comment}
//% endfor
//% for line in record.details
//% if loop.first
 *
//% endif
 * ${line|comment}
//% endfor
 */
${record.type|code} {
//% for member in record.members
	${member.declaration|code};
//% endfor
};
//% endfor
//% for it in interfaces
//% for c in it.commands

/**
 * ${c.macro} - ${c.summary|comment}
//% if c.macro_parameter
 * @${c.macro_parameter}: ${c.macro_parameter_docs|comment}
//% endif
//% for line in c.details
//% if loop.first
 *
//% endif
 * ${line|comment}
//% endfor
 */
#define ${c.macro_head|code}	${c.define|code}
//% endfor
//% endfor
//% if not in_tree

/* Where static_assert() exists, it checks the layout on every ABI. */
#ifdef static_assert
//% for record in records
//% for assert in record.asserts
static_assert(${assert.condition|code}, "${assert.message|string}");
//% endfor
//% endfor
#endif
//% endif

#endif /* _UAPI_LINUX_${upper}_H */
