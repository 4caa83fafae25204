// SPDX-License-Identifier: GPL-2.0-only
${stamp}

//% if it.uses.capability
#include <linux/capability.h>
//% endif
//% if it.compat == "translated"
#include <linux/compat.h>
//% endif
//% if it.uses.errors
#include <linux/err.h>
//% endif
//% if it.uses.file
#include <linux/fcntl.h>
#include <linux/file.h>
//% endif
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
//% if it.uses.large_heap
#include <linux/mm.h>
//% endif
//% if it.uses.family
#include <linux/nospec.h>
//% endif
//% if it.uses.flexible
#include <linux/overflow.h>
//% endif
//% if it.uses.heap
#include <linux/slab.h>
//% endif
#include <linux/string.h>
#include <linux/uaccess.h>
//% if it.objects
#include <linux/xarray.h>
//% endif

#include "${it.symbol}_ioctl.h"
//% if trace

#define CREATE_TRACE_POINTS
#include "${it.symbol}_trace.h"
//% endif
//% if it.checks

/* What an argument may hold. */
//% endif
//% for record in it.checks

static int ${record.check}(const ${record.type|code} *arg)
{
//% if record.declares
	size_t i;

//% endif
//% for rule in record.rules
//% if rule.kind == "reserved_bytes"
	if (memchr_inv(${rule.place|code}, 0, sizeof(${rule.whole|code})))
		return -EINVAL;
//% elif rule.kind == "condition"
	if (${rule.condition|code})
		return -EINVAL;
//% elif rule.kind == "nested"
	if (${rule.check}(&${rule.place|code}))
		return -EINVAL;
//% elif rule.kind == "nested_array"
	for (i = 0; i < ARRAY_SIZE(${rule.place|code}); i++) {
		if (${rule.check}(&${rule.place|code}[i]))
			return -EINVAL;
	}
//% endif
//% endfor
	return 0;
}
//% endfor

//% for object in it.objects
/* Each ${object.name|comment} of an open file, by its handle. */

static int ${object.symbol}_reserve(struct file *file, u32 *handle)
{
	return xa_alloc(&${it.symbol}_handles(file)->${object.name}, handle, NULL, XA_LIMIT(1, ${it.upper}_HANDLES_MAX), GFP_KERNEL_ACCOUNT);
}

static void ${object.symbol}_publish(struct file *file, u32 handle, struct ${object.symbol} *${object.name})
{
	/* The place was reserved: there is nothing to allocate. */
	xa_store(&${it.symbol}_handles(file)->${object.name}, handle, ${object.name}, 0);
}

static void ${object.symbol}_release(struct file *file, u32 handle)
{
	xa_release(&${it.symbol}_handles(file)->${object.name}, handle);
}
//% if object.used

/* The object, which stays until it is put; NULL if the file has none of that handle. */
static struct ${object.symbol} *${object.symbol}_find(struct file *file, u32 handle)
{
	struct xarray *objects = &${it.symbol}_handles(file)->${object.name};
	struct ${object.symbol} *${object.name};

	xa_lock(objects);
	${object.name} = xa_load(objects, handle);
	if (${object.name})
		${object.symbol}_get(${object.name});
	xa_unlock(objects);
	return ${object.name};
}
//% endif
//% if object.destroyed

/* Takes the handle away, unless another thread did so first. */
static bool ${object.symbol}_forget(struct file *file, u32 handle, struct ${object.symbol} *${object.name})
{
	struct xarray *objects = &${it.symbol}_handles(file)->${object.name};
	bool was_there;

	xa_lock(objects);
	was_there = xa_load(objects, handle) == ${object.name};
	if (was_there)
		__xa_erase(objects, handle);
	xa_unlock(objects);
	if (was_there)
		${object.symbol}_put(${object.name});
	return was_there;
}
//% endif

//% endfor
//% if it.objects
void ${it.symbol}_handles_init(struct ${it.symbol}_handles *handles)
{
//% for object in it.objects
	xa_init_flags(&handles->${object.name}, XA_FLAGS_ALLOC1);
//% endfor
}

void ${it.symbol}_handles_free(struct ${it.symbol}_handles *handles)
{
//% for object in it.objects
	struct ${object.symbol} *${object.name};
//% endfor
	unsigned long handle;
//% for object in it.objects

	xa_for_each(&handles->${object.name}, handle, ${object.name})
		${object.symbol}_put(${object.name});
	xa_destroy(&handles->${object.name});
//% endfor
}

//% endif
/* The commands. */
//% macro command(c, do_name)
//% set makes = c.returns == "file" or c.returns == "object"
//% set undo = "goto put_fd" if c.returns == "file" else "goto release" if makes else c.fail
//% set copied = "size" if c.kind == "flexible" or c.kind == "buffer" else "min_t(size_t, size, sizeof(" ~ c.star ~ "karg))" if c.growth != "none" else "sizeof(" ~ c.star ~ "karg)"
//% set to_user = "copy_to_user(uarg, " ~ c.ref ~ "karg, " ~ copied ~ ")"
//% set tail = "size > sizeof(" ~ c.star ~ "karg) && clear_user(uarg + sizeof(" ~ c.star ~ "karg), size - sizeof(" ~ c.star ~ "karg))"

static long ${do_name}(struct file *file${(", unsigned int cmd" if c.by_number)|code}${(", " ~ c.user_type ~ " __user *uarg" if c.by_address)|code}${(", unsigned long arg" if c.kind == "value")|code})
{
//% if c.family
	unsigned int index = array_index_nospec(_IOC_NR(cmd) - ${c.first_nr}, ${c.family + 1});
//% endif
//% if c.size_in_number
	size_t size = _IOC_SIZE(cmd);
//% endif
//% if c.kind == "flexible"
	${c.type|code} head, *karg;
	size_t capacity, size;
//% if c.element_check
	size_t i;
//% endif
//% elif c.by_address
	${c.type|code} ${("*" if c.heap)|code}karg;
//% if c.translated
	${c.translated.type|code} ${("*" if c.heap)|code}carg;
//% endif
//% for array in c.arrays
	${array.type|code} *${array.copy} = NULL;
//% endfor
//% if c.checks_elements
	size_t i;
//% endif
//% endif
//% if c.growth == "member"
	u32 size;
//% endif
//% for handle in c.handles
	struct ${handle.symbol} *${handle.parameter} = NULL;
//% endfor
//% if c.returns == "file"
	struct file *made;
	int fd, ret;
//% elif c.returns == "object"
	struct ${c.created.symbol} *made;
	u32 handle;
	int ret;
//% else
	int ret;
//% endif

//% if c.size_in_number and c.min_size
	if (size < ${c.min_size} || !${it.symbol}_ops.${c.op})
		return -ENOTTY;
//% elif c.kind == "buffer" and c.element_size != 1
	if (size % sizeof(*karg) || !${it.symbol}_ops.${c.op})
		return -ENOTTY;
//% elif c.number_has_size
	if (_IOC_SIZE(cmd) < ${c.min_size} || !${it.symbol}_ops.${c.op})
		return -ENOTTY;
//% else
	if (!${it.symbol}_ops.${c.op})
		return -ENOTTY;
//% endif
//% if c.needs_read
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
//% endif
//% if c.needs_write
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
//% endif
//% if c.capability
	if (!capable(${c.capability}))
		return -EPERM;
//% endif
//% if c.narrow
	/* More than the type holds is another number. */
	if ((int)arg != (${c.type|code})arg)
		return -EINVAL;
//% endif
//% if c.growth == "member"
	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < ${c.min_size})
		return -EINVAL;
//% endif
//% if c.growth != "none"
	if (size > PAGE_SIZE)
		return -E2BIG;
//% endif
//% if c.kind == "flexible"
	if (copy_from_user(&head, uarg, sizeof(head)))
		return -EFAULT;
//% if c.check
	ret = ${c.check}(&head);
	if (ret)
		return ret;
//% endif
//% if c.wide_count
	if (head.${c.count} > ${it.upper}_ARRAY_BYTES_MAX)
		return -E2BIG;
//% endif
	capacity = head.${c.count};
	size = struct_size(karg, ${c.array}, capacity);
	if (size > ${it.upper}_ARRAY_BYTES_MAX)
		return -E2BIG;
	karg = kvzalloc(max(size, sizeof(*karg)), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
//% if c.reads
	/* The head was checked: fetched again, it could be another. */
	memcpy(karg, &head, sizeof(head));
	ret = -EFAULT;
	if (copy_from_user(karg->${c.array}, uarg->${c.array}, array_size(sizeof(*karg->${c.array}), capacity)))
		goto out;
//% if c.element_check
	for (i = 0; i < capacity; i++) {
		ret = ${c.element_check}(&karg->${c.array}[i]);
		if (ret)
			goto out;
	}
//% endif
//% else
	karg->${c.count} = head.${c.count};
//% endif
//% elif c.kind == "buffer"
	karg = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
//% if c.reads
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, size))
		goto out;
//% endif
//% elif c.by_address
//% if c.copied_whole
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
//% elif c.heap
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
//% if c.translated
	carg = kzalloc(sizeof(*carg), GFP_KERNEL_ACCOUNT);
	if (!carg) {
		ret = -ENOMEM;
		goto out_karg;
	}
//% endif
//% elif not c.reads or c.growth == "none"
//% if not c.reads
	memset(&karg, 0, sizeof(karg));
//% endif
//% endif
//% if c.reads
//% if c.growth != "none"
	ret = copy_struct_from_user(${c.ref|code}karg, sizeof(${c.star|code}karg), uarg, size);
	if (ret)
		${c.fail|code};
//% if c.growth == "member"
	/* It was read twice: the one that was checked counts. */
	karg${c.dot|code}${c.size_member} = size;
//% endif
//% elif c.translated
//% if c.heap
	ret = -EFAULT;
	if (copy_from_user(carg, uarg, sizeof(*carg)))
		goto out;
//% else
	if (copy_from_user(&carg, uarg, sizeof(carg)))
		return -EFAULT;
//% endif
	${c.translated.from}(${c.ref|code}karg, ${c.ref|code}carg);
//% elif not c.heap
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
//% endif
//% if c.check
	ret = ${c.check}(${c.ref|code}karg);
	if (ret)
		${c.fail|code};
//% endif
//% for array in c.arrays
	ret = -E2BIG;
//% if array.wide_count
	if (karg${c.dot|code}${array.count} > ${it.upper}_ARRAY_BYTES_MAX)
		goto out;
//% endif
	if (array_size(karg${c.dot|code}${array.count}, sizeof(*${array.copy})) > ${it.upper}_ARRAY_BYTES_MAX)
		goto out;
	${array.copy} = vmemdup_user(u64_to_user_ptr(karg${c.dot|code}${array.member}), array_size(karg${c.dot|code}${array.count}, sizeof(*${array.copy})));
	if (IS_ERR(${array.copy})) {
		ret = PTR_ERR(${array.copy});
		${array.copy} = NULL;
		goto out;
	}
//% if array.check
	for (i = 0; i < karg${c.dot|code}${array.count}; i++) {
		ret = ${array.check}(&${array.copy}[i]);
		if (ret)
			goto out;
	}
//% endif
//% endfor
//% endif
//% endif
//% for handle in c.handles
	ret = -ENOENT;
	${handle.parameter} = ${handle.symbol}_find(file, karg${c.dot|code}${handle.member});
	if (!${handle.parameter})
		goto out;
//% endfor
//% if c.returns == "object"
	ret = ${c.created.symbol}_reserve(file, &handle);
	if (ret)
		${c.fail|code};
//% endif
//% if c.returns == "file"
	fd = get_unused_fd_flags(O_CLOEXEC);
//% if c.cleans
	if (fd < 0) {
		ret = fd;
		goto out;
	}
//% else
	if (fd < 0)
		return fd;
//% endif
//% endif
	ret = ${it.symbol}_enter(file);
	if (ret)
		${undo|code};
//% if makes
	made = ${it.symbol}_ops.${c.op}(${c.arguments|code});
	${it.symbol}_leave(file);
//% if trace
	trace_${it.symbol}_${c.op}(${c.trace.arguments|code}PTR_ERR_OR_ZERO(made));
//% endif
	if (IS_ERR(made)) {
		ret = PTR_ERR(made);
		${undo|code};
	}
//% else
	ret = ${it.symbol}_ops.${c.op}(${c.arguments|code});
	${it.symbol}_leave(file);
//% if trace
	trace_${it.symbol}_${c.op}(${c.trace.arguments|code}ret);
//% endif
//% for handle in c.handles if handle.destroys
	if (ret >= 0 && !${handle.symbol}_forget(file, karg${c.dot|code}${handle.member}, ${handle.parameter}))
		ret = -ENOENT;
//% endfor
//% if c.writes
	if (ret < 0)
		${c.fail|code};
//% endif
//% endif
//% if c.writes
//% if c.kind == "flexible"
	size = struct_size(karg, ${c.array}, min_t(${"u64" if c.wide_count else "size_t"}, karg->${c.count}, capacity));
//% endif
//% if c.returns == "object"
	karg${c.dot|code}${c.created.member} = handle;
//% endif
//% if makes
	ret = -EFAULT;
	if (${to_user|code})
		goto put_made;
//% if c.growth != "none" and not c.reads
	/* The members that the driver does not know. */
	if (${tail|code})
		goto put_made;
//% endif
//% elif c.translated
//% if c.cleans
	if (${c.translated.to}(${c.ref|code}carg, ${c.ref|code}karg))
		ret = -EOVERFLOW;
	else if (copy_to_user(uarg, ${c.ref|code}carg, sizeof(${c.star|code}carg)))
		ret = -EFAULT;
//% else
	if (${c.translated.to}(&carg, &karg))
		return -EOVERFLOW;
	if (copy_to_user(uarg, &carg, sizeof(carg)))
		return -EFAULT;
//% endif
//% else
	if (${to_user|code})
		${("ret = -EFAULT" if c.cleans else "return -EFAULT")|code};
//% if c.growth != "none" and not c.reads
	/* The members that the driver does not know. */
	if (${tail|code})
		${("ret = -EFAULT" if c.cleans else "return -EFAULT")|code};
//% endif
//% endif
//% endif
//% if makes
//% if c.returns == "file"
	/* Behind this, another thread may use the file: nothing can fail. */
	fd_install(fd, made);
//% set answer = "fd"
//% else
	/* Behind this, another thread may use the object: nothing can fail. */
	${c.created.symbol}_publish(file, handle, made);
//% set answer = "0"
//% endif
//% if c.cleans
	ret = ${answer};
	goto out;
//% else
	return ${answer};
//% endif

//% if c.writes
put_made:
//% if c.returns == "file"
	fput(made);
//% else
	${c.created.symbol}_put(made);
//% endif
//% endif
//% if c.returns == "file"
put_fd:
	put_unused_fd(fd);
//% else
release:
	${c.created.symbol}_release(file, handle);
//% endif
//% endif
//% if c.cleans
out:
//% for handle in c.handles
	if (${handle.parameter})
		${handle.symbol}_put(${handle.parameter});
//% endfor
//% for array in c.arrays
	kvfree(${array.copy});
//% endfor
//% endif
//% if c.heap
//% if c.translated
	kfree(carg);
out_karg:
//% endif
	${"kvfree" if c.kind == "flexible" or c.kind == "buffer" else "kfree"}(karg);
//% endif
	return ret;
}
//% endmacro
//% for c in it.commands
${command(c, it.symbol ~ "_do_" ~ c.op) -}
//% endfor
//% macro case(c, label, last_label, do_name)
	case ${label|code}${(" ... " ~ last_label if c.family)|code}:
		return ${do_name}(file${(", cmd" if c.by_number)|code}${(", uarg" if c.by_address)|code}${(", arg" if c.kind == "value")|code});
//% endmacro

/**
 * ${it.symbol}_ioctl - the unlocked_ioctl of ${it.where|comment}
 * @file: the open file
 * @cmd: the command's number
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long ${it.symbol}_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
//% if it.uses.address
	void __user *uarg = (void __user *)arg;

//% endif
//% if it.uses.one_size
	switch (cmd) {
//% for c in it.commands if not c.any_size
${case(c, c.number, c.last_number, it.symbol ~ "_do_" ~ c.op) -}
//% endfor
	}
//% endif
//% if it.uses.any_size
	/* The size in these numbers is for the command to judge. */
	switch (cmd & ~IOCSIZE_MASK) {
//% for c in it.commands if c.any_size
${case(c, c.number ~ " & ~IOCSIZE_MASK", c.last_number ~ " & ~IOCSIZE_MASK", it.symbol ~ "_do_" ~ c.op) -}
//% endfor
	}
//% endif
	return -ENOTTY;
}
//% if it.compat == "translated"

#ifdef CONFIG_COMPAT
//% for record in it.translations

/* ${record.native|comment}, as 32-bit programs have it. */
struct ${record.tag} {
//% for member in record.members
	${member.declaration|code};
//% endfor
};
//% if record.i386_size

#ifdef CONFIG_X86
static_assert(sizeof(struct ${record.tag}) == ${record.i386_size});
#endif
//% endif
//% if record.taken

static void ${record.from}(${record.native|code} *to, const struct ${record.tag} *from)
{
//% if record.loops
	size_t i;

//% endif
	memset(to, 0, sizeof(*to));
//% for member in record.members
//% if member.kind == "copy"
	to->${member.name} = from->${member.name};
//% elif member.kind == "pointer"
	to->${member.name} = compat_ptr(from->${member.name});
//% elif member.kind == "bytes"
	memcpy(&to->${member.name}, &from->${member.name}, sizeof(to->${member.name}));
//% elif member.kind == "array"
	for (i = 0; i < ARRAY_SIZE(to->${member.name}); i++)
		to->${member.name}[i] = from->${member.name}[i];
//% elif member.kind == "nested"
	${member.from}(&to->${member.name}, &from->${member.name});
//% endif
//% endfor
}
//% endif
//% if record.returned

static int ${record.to}(struct ${record.tag} *to, const ${record.native|code} *from)
{
//% if record.loops
	size_t i;

//% endif
	memset(to, 0, sizeof(*to));
//% for member in record.members
//% if member.kind == "copy"
	to->${member.name} = from->${member.name};
//% if member.narrows
	if (to->${member.name} != from->${member.name})
		return -EOVERFLOW;
//% endif
//% elif member.kind == "pointer"
	to->${member.name} = ptr_to_compat(from->${member.name});
//% elif member.kind == "bytes"
	memcpy(&to->${member.name}, &from->${member.name}, sizeof(to->${member.name}));
//% elif member.kind == "array"
	for (i = 0; i < ARRAY_SIZE(to->${member.name}); i++) {
		to->${member.name}[i] = from->${member.name}[i];
//% if member.narrows
		if (to->${member.name}[i] != from->${member.name}[i])
			return -EOVERFLOW;
//% endif
	}
//% elif member.kind == "nested"
	if (${member.to}(&to->${member.name}, &from->${member.name}))
		return -EOVERFLOW;
//% endif
//% endfor
	return 0;
}
//% endif
//% endfor
//% for c in it.compat_commands
${command(c, it.symbol ~ "_compat_do_" ~ c.op) -}
//% endfor

/**
 * ${it.symbol}_compat_ioctl - the compat_ioctl of ${it.where|comment}
 * @file: the open file
 * @cmd: the command's number, as 32-bit programs have it
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long ${it.symbol}_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
//% if it.uses.address
//% if it.uses.value
	/* Not of numbers: compat_ptr() would cut the top bit off. */
//% endif
	void __user *uarg = compat_ptr(arg);

//% endif
//% if it.uses.one_size
	switch (cmd) {
//% for c in it.commands if not c.any_size
${case(c, c.compat_number, c.last_compat_number, it.symbol ~ "_" ~ c.compat_do ~ "_" ~ c.op) -}
//% endfor
	}
//% endif
//% if it.uses.any_size
	/* The size in these numbers is for the command to judge. */
	switch (cmd & ~IOCSIZE_MASK) {
//% for c in it.commands if c.any_size
${case(c, c.compat_number ~ " & ~IOCSIZE_MASK", c.last_compat_number ~ " & ~IOCSIZE_MASK", it.symbol ~ "_" ~ c.compat_do ~ "_" ~ c.op) -}
//% endfor
	}
//% endif
	return -ENOTTY;
}

#endif /* CONFIG_COMPAT */
//% endif
//% if kunit and it.checks

#ifdef CONFIG_${upper}_KUNIT_TEST
#include "${it.symbol}_kunit.c"
#endif
//% endif
