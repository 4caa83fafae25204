// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 758bec9d1c35 */
/*
 * Whether a driver answers malformed calls as its definition says. Each test
 * spoils one thing of a call that is right otherwise.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ioctl.h>
#include <linux/userfaultfd.h>

#include "conformance.h"
#include "ktap.h"

/* The longest structure that may grow. */
#define PAGE	((size_t)sysconf(_SC_PAGESIZE))
/* How many pages there are for arguments, which have at most 16383 bytes. */
#define PAGES	8
/* What memory holds that the driver has not written. */
#define UNTOUCHED	0xa5

/* The bytes of elements behind an address that a driver takes at most. */
#define ELEMENTS	0x100000

static const struct device *device;
static const struct interface *interface;
/* The file that calls go to, and that in /dev which made it. */
static int fd, device_fd;
/* Pages that can be used, and one behind them that cannot. */
static unsigned char *pages;
/* A set-up of the hooks has failed since the test began. */
static bool set_up_failed;
/* The file has objects: those of one test do not stay for the next. */
static bool has_objects;
/* The driver in sysfs, if it has one device, and what the bus calls that. */
static char driver_folder[512], bus_id[256];

/* A test of a command. */
struct test {
	const char *name;
	/* Whether there is anything to test, by what a valid call answered. */
	bool (*applies)(const struct command *command, long valid);
	/* KTAP_PASS, KTAP_FAIL, or what skip() returns. */
	int (*run)(const struct command *command, long valid);
};

/* A result that is planned: what it is about, and what brings it. */
struct job {
	const struct interface *interface;	/* whose file it needs */
	const char *subject;
	const char *name;
	int (*run)(const struct job *job);
	/* What run() looks at, as far as it does. */
	const struct command *command;
	long valid;	/* what a valid call answered */
	const struct test *test;
	const struct elements *elements;
	const struct member *member;
	const struct handle *handle;
	const char *why;	/* it is skipped */
};

struct jobs {
	struct job *jobs;
	size_t count;
};

/* Those that need the device, and those that need it gone. */
static struct jobs planned, planned_last;

static const char *why_skipped;

static int skip(const char *why)
{
	why_skipped = why;
	return KTAP_SKIP;
}

static void report(const char *subject, const char *name, int result)
{
	if (result == KTAP_SKIP && !set_up_failed)
		ktap_skip(subject, name, why_skipped);
	else
		ktap_result(subject, name, result || set_up_failed);
	set_up_failed = false;
}

/* Names of the errors that a driver answers; the C library's text for others. */
static const char *name_of(long answer)
{
	static const struct {
		int error;
		const char *name;
	} errors[] = {
#define NAMED(error)	{ error, #error }
		NAMED(E2BIG), NAMED(EACCES), NAMED(EAGAIN), NAMED(EBADF), NAMED(EBADFD),
		NAMED(EBUSY), NAMED(ECANCELED), NAMED(EEXIST), NAMED(EFAULT), NAMED(EFBIG),
		NAMED(EINTR), NAMED(EINVAL), NAMED(EIO), NAMED(EMFILE), NAMED(EMSGSIZE),
		NAMED(ENODATA), NAMED(ENODEV), NAMED(ENOENT), NAMED(ENOMEM), NAMED(ENOSPC),
		NAMED(ENOTCONN), NAMED(ENOTTY), NAMED(ENXIO),
		NAMED(EOPNOTSUPP), NAMED(EOVERFLOW), NAMED(EPERM), NAMED(EPIPE),
		NAMED(ERANGE), NAMED(ESHUTDOWN), NAMED(ESRCH), NAMED(ESTALE),
		NAMED(ETIMEDOUT), NAMED(EXDEV),
#undef NAMED
	};
	size_t i;

	if (answer >= 0)
		return "success";
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].error == -answer)
			return errors[i].name;
	}
	return strerror(-answer);
}

static int expect(const char *what, long answer, long expected)
{
	if (answer == expected)
		return KTAP_PASS;
	ktap_say("%s: got %ld (%s), expected %ld (%s)", what, answer,
		 name_of(answer),
		 expected, name_of(expected));
	return KTAP_FAIL;
}

/* The same for what is no answer: bytes, sizes, numbers of files. */
static int expect_value(const char *what, unsigned long value,
			unsigned long expected)
{
	if (value == expected)
		return KTAP_PASS;
	ktap_say("%s: got %lu, expected %lu", what, value, expected);
	return KTAP_FAIL;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void *or_bail_out(void *memory)
{
	if (!memory) {
		printf("Bail out! no memory\n");
		exit(KTAP_FAIL);
	}
	return memory;
}

static void on_tick(int signal)
{
	(void)signal;
}

/* A handler that waits is interrupted after a while, again and again. */
static void tick(int milliseconds)
{
	struct timeval time = { .tv_usec = milliseconds * 1000 };
	struct itimerval timer = { .it_interval = time, .it_value = time };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* A call: 0 or what it returns, or the error below zero. */
static long call_on(int file, __u32 number, const void *argument)
{
	long answer;
	int error;

	tick(50);
	answer = ioctl(file, number, argument);
	error = errno;
	tick(0);
	return answer < 0 ? -error : answer;
}

static unsigned char *fence(void)
{
	return pages + PAGES * PAGE;
}

/* How many bytes the argument has, with one element behind it where it has an array. */
static size_t length_of(const struct command *command)
{
	switch (command->passing) {
	case FLEXIBLE:
		return command->element.offset + command->element.size;
	case BUFFER:
		return _IOC_SIZE(command->number);
	default:
		return command->size;
	}
}

static void put(unsigned char *at, size_t size, __u64 value)
{
	__u8 byte = value;
	__u16 half = value;
	__u32 word = value;

	switch (size) {
	case 1:
		memcpy(at, &byte, size);
		break;
	case 2:
		memcpy(at, &half, size);
		break;
	case 4:
		memcpy(at, &word, size);
		break;
	default:
		memcpy(at, &value, sizeof(value));
		break;
	}
}

static __u64 get(const unsigned char *at, size_t size)
{
	__u8 byte;
	__u16 half;
	__u32 word;
	__u64 value;

	switch (size) {
	case 1:
		memcpy(&byte, at, size);
		return byte;
	case 2:
		memcpy(&half, at, size);
		return half;
	case 4:
		memcpy(&word, at, size);
		return word;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

/*
 * So many valid elements, which end where memory does. Each array of a command
 * has a place of its own.
 */
static unsigned char *elements_of(const struct command *command,
				  const struct elements *elements, size_t count)
{
	static unsigned char *places[MOST_ARRAYS];
	unsigned char **place = &places[elements - command->elements];
	unsigned char *at;
	size_t i;

	if (!*place) {
		*place = mmap(NULL, ELEMENTS + PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (*place == MAP_FAILED ||
		    mprotect(*place + ELEMENTS, PAGE, PROT_NONE))
			or_bail_out(NULL);
	}
	at = *place + ELEMENTS - count * elements->size;
	for (i = 0; i < count; i++)
		memcpy(at + i * elements->size, elements->valid,
		       elements->size);
	return at;
}

/* Puts the addresses of valid elements into an argument, as many as it counts. */
static void add_elements(const struct command *command, unsigned char *at,
			 size_t size)
{
	const struct elements *elements;

	for (elements = command->elements; elements &&
	     elements->name; elements++) {
		__u64 count;

		if (elements->address + 8 > size ||
		    elements->count.offset + elements->count.size > size)
			continue;
		count = get(at + elements->count.offset, elements->count.size);
		put(at + elements->address, 8,
		    count ? (unsigned long)elements_of(command, elements,
						       count) : 0);
	}
}

static struct hook *hook_of(const struct command *command)
{
	struct hook *hook;

	for (hook = device->hooks; hook->command; hook++) {
		if (!strcmp(hook->command, command->name))
			return hook;
	}
	return NULL;
}

static bool by_address(const struct command *command)
{
	return command->passing != NOTHING && command->passing != VALUE;
}

static void set_up(const struct hook *hook, int file)
{
	int error = hook->set_up(file);

	if (!error)
		return;
	ktap_say("the set-up of %s failed: %s", hook->command, name_of(error));
	set_up_failed = true;
}

static void add_handles(int file, const struct command *command,
			unsigned char *at, size_t size);

/*
 * A valid call whose argument lies in memory of its own, for that of the tests
 * may hold an argument, or may not be written. @created is where the handle of
 * an object goes that it makes.
 */
static long call_aside(int file, const struct command *command, __u32 *created)
{
	struct hook *hook = hook_of(command);
	size_t size = length_of(command);
	unsigned char *argument;
	long answer;

	if (hook && hook->set_up)
		set_up(hook, file);
	if (!by_address(command))
		return call_on(file, command->number, command->valid);
	argument = calloc(1, size);
	if (!argument)
		return -ENOMEM;
	if (command->passing != BUFFER)
		memcpy(argument, command->valid, size);
	if (command->passing == GROWING_MEMBER)
		put(argument, 4, size);
	add_elements(command, argument, size);
	add_handles(file, command, argument, size);
	answer = call_on(file, command->number, argument);
	if (created && answer >= 0)
		memcpy(created, argument + command->created->offset,
		       sizeof(*created));
	free(argument);
	return answer;
}

/* The handle of a new object; 0, which is none, where it cannot be made. */
static __u32 new_object(int file, const struct handle *handle)
{
	__u32 created = 0;

	call_aside(file, &interface->commands[handle->creator], &created);
	has_objects = true;
	return created;
}

/* Puts handles of new objects into an argument. */
static void add_handles(int file, const struct command *command,
			unsigned char *at, size_t size)
{
	const struct handle *handle;

	for (handle = command->handles; handle && handle->name; handle++) {
		if (handle->offset + sizeof(__u32) <= size)
			put(at + handle->offset, sizeof(__u32),
			    new_object(file, handle));
	}
}

/*
 * A valid argument, @size bytes long, that ends where memory does: a driver
 * that reads on faults. What is behind the argument's own end is zero.
 */
static unsigned char *argument_of(const struct command *command, size_t size)
{
	/* The fresh bytes of a buffer are zero, whatever its length. */
	size_t known = command->passing == BUFFER ? 0 : length_of(command);
	unsigned char *at = fence() - size;

	memset(pages, UNTOUCHED, PAGES * PAGE);
	if (command->reads) {
		memset(at, 0, size);
		memcpy(at, command->valid, smaller(size, known));
	}
	/* The room for an array is counted whatever the direction. */
	if (command->passing == FLEXIBLE)
		memcpy(at + command->count.offset,
		       (const char *)command->valid + command->count.offset,
		       command->count.size);
	if (command->passing == GROWING_MEMBER && size >= 4)
		put(at, 4, size);
	if (command->reads) {
		add_elements(command, at, smaller(size, known));
		add_handles(fd, command, at, smaller(size, known));
	}
	return at;
}

static __u32 number_with_size(__u32 number, size_t size)
{
	return (number & ~IOCSIZE_MASK) | (__u32)(size << IOCSIZE_SHIFT);
}

static const void *valid_argument(const struct command *command)
{
	if (command->passing == VALUE)
		return command->valid;
	if (command->passing == NOTHING)
		return NULL;
	return argument_of(command, length_of(command));
}

static long open_device(void)
{
	int file = open(device->path, O_RDWR | O_CLOEXEC);

	return file < 0 ? -errno : file;
}

/* A new file of the same kind, which has seen no call yet. */
static void open_anew(void)
{
	struct hook *hook;
	long made;

	close(fd);
	made = interface->opener ? call_aside(device_fd, interface->opener,
					      NULL) : open_device();
	if (made < 0) {
		printf("Bail out! a new file of %s: %s\n", interface->name,
		       name_of(made));
		exit(KTAP_FAIL);
	}
	fd = made;
	if (!interface->opener)
		device_fd = fd;
	has_objects = false;
	for (hook = device->hooks; hook->command; hook++)
		hook->calls = 0;
}

/* A call between the set-up and the tear-down that its hook has. */
static long call_keeping(const struct command *command, __u32 number,
			 const void *argument)
{
	struct hook *hook = hook_of(command);
	long answer;

	if (hook && hook->set_up)
		set_up(hook, fd);
	answer = call_on(fd, number, argument);
	if (answer < 0 || !hook)
		return answer;
	if (hook->tear_down)
		hook->tear_down(fd, answer, argument);
	hook->calls++;
	return answer;
}

static void close_made(const struct command *command, long answer)
{
	struct hook *hook = hook_of(command);

	if (answer >= 0 && command->answer == DESCRIPTOR)
		close(answer);
	if (answer >= 0 && command->created)
		has_objects = true;
	if (hook && hook->limit && hook->calls >= hook->limit)
		open_anew();
}

static long call(const struct command *command, __u32 number,
		 const void *argument)
{
	long answer = call_keeping(command, number, argument);

	close_made(command, answer);
	return answer;
}

static long valid_call(const struct command *command)
{
	return call(command, command->number, valid_argument(command));
}

/* Whether a number is one of the device's, with any size where that may vary. */
static bool is_known(__u32 number)
{
	size_t i;

	for (i = 0; i < interface->count; i++) {
		const struct command *command = &interface->commands[i];
		__u32 mask = ~(__u32)0;
		__u32 nr;

		if (command->any_size)
			mask = ~IOCSIZE_MASK;
		for (nr = 0; nr <= command->family; nr++) {
			if (!((number ^ (command->number + nr)) & mask))
				return 1;
		}
	}
	return 0;
}

static int unknown(const struct command *command, const char *what,
		   __u32 number)
{
	if (is_known(number))
		return 0;
	return expect(what, call(command, number, valid_argument(command)),
		      -ENOTTY);
}

/* Whether an error is one that is answered before the handler is asked. */
static bool is_of_every_command(long answer)
{
	return answer == -EBADF || answer == -EPERM || answer == -EFAULT || answer == -EINVAL ||
		answer == -E2BIG || answer == -ENODEV;
}

static int other_type(const struct command *command, long valid)
{
	__u32 bits;
	int failed = 0;

	(void)valid;
	for (bits = 1; bits <= _IOC_TYPEMASK; bits <<= 1)
		failed |= unknown(command, "type",
				  command->number ^ (bits << _IOC_TYPESHIFT));
	return failed;
}

static int other_direction(const struct command *command, long valid)
{
	static const __u32 directions[] = {
		_IOC_NONE, _IOC_READ, _IOC_WRITE, _IOC_READ | _IOC_WRITE
	};
	__u32 number =
		command->number & ~((__u32)_IOC_DIRMASK << _IOC_DIRSHIFT);
	size_t i;
	int failed = 0;

	(void)valid;
	for (i = 0; i < ARRAY_SIZE(directions); i++)
		failed |= unknown(command, "direction",
				  number | (directions[i] << _IOC_DIRSHIFT));
	return failed;
}

static int other_nr(const struct command *command, long valid)
{
	__u32 bits;
	int failed = 0;

	(void)valid;
	for (bits = 0; bits <= _IOC_NRMASK; bits++)
		failed |= unknown(command, "nr",
				  (command->number & ~(__u32)_IOC_NRMASK) |
				  bits);
	return failed;
}

static int other_size(const struct command *command, long valid)
{
	__u32 number = command->number;
	size_t size = _IOC_SIZE(number);
	size_t i;
	int failed = 0;

	(void)valid;
	for (i = 0; i < _IOC_SIZEBITS; i++)
		failed |= unknown(command, "size",
				  number ^ (1U << (_IOC_SIZESHIFT + i)));
	failed |= unknown(command, "size + 1",
			  number_with_size(number, size + 1));
	if (size)
		failed |= unknown(command, "size - 1",
				  number_with_size(number, size - 1));
	return failed;
}

/* The size is in the number, though a member has it, too: the member counts. */
static int size_of_no_version(const struct command *command, long valid)
{
	size_t size;
	int failed = 0;

	(void)valid;
	for (size = 0; size < command->min_size; size++)
		failed |= expect("a size that no version has",
				 call(command,
				      number_with_size(command->number, size),
				      valid_argument(command)), -ENOTTY);
	return failed;
}

static int size_of_first_version(const struct command *command, long valid)
{
	(void)valid;
	return expect("the size of the first version",
		      call(command,
			   number_with_size(command->number, command->min_size),
			   valid_argument(command)), valid_call(command));
}

/* Whether the hooks say that a number comes back, where the definition does not. */
static bool is_positive(const struct command *command)
{
	const struct hook *hook = hook_of(command);

	return hook && hook->positive;
}

static int valid_data(const struct command *command, long valid)
{
	if (valid < 0 && !is_of_every_command(valid))
		return skip(name_of(valid));
	if (valid > 0 && (command->answer != ZERO || is_positive(command)))
		return KTAP_PASS;
	return expect("valid data", valid, 0);
}

static int each_number(const struct command *command, long valid)
{
	__u32 index;
	int failed = 0;

	(void)valid;
	for (index = 0; index <= command->family; index++) {
		const void *argument = valid_argument(command);
		long answer = call(command, command->number + index, argument);

		if (answer == -ENOTTY) {
			ktap_say("nr + %u: got %ld (%s)", index, answer,
				 name_of(answer));
			failed = KTAP_FAIL;
		}
	}
	return failed;
}

static __u32 resized(const struct command *command, size_t size)
{
	return command->passing == GROWING_NUMBER ?
		number_with_size(command->number, size) : command->number;
}

static int too_short(const struct command *command, long valid)
{
	/* A size below the first version's makes a number that nobody has. */
	long expected = command->passing == GROWING_NUMBER ? -ENOTTY : -EINVAL;
	size_t size;
	int failed = 0;

	(void)valid;
	for (size = 0; size < command->min_size; size++) {
		unsigned char *at = argument_of(command, size < 4 ? 4 : size);

		if (command->passing == GROWING_MEMBER)
			put(at, 4, size);
		failed |= expect("shorter than the first version",
				 call(command, resized(command, size),
				      at), expected);
	}
	return failed;
}

static int each_size(const struct command *command, long valid)
{
	size_t size, i;
	int failed = 0;

	for (size = command->min_size; size <= command->size; size++) {
		unsigned char *at = argument_of(command, size);

		failed |= expect("as long as an older version",
				 call(command, resized(command, size),
				      at), valid);
		for (i = 1; i <= 8; i++)
			failed |= expect_value("a byte in front of the argument",
					       at[-(long)i], UNTOUCHED);
	}
	return failed;
}

static int longer_and_zero(const struct command *command, long valid)
{
	size_t largest = smaller(PAGE, _IOC_SIZEMASK);
	unsigned char *at;
	size_t size, i;
	int failed = 0;

	for (size = command->size + 1; size <= command->size + 16; size++) {
		at = argument_of(command, size);
		failed |= expect("longer, and zero",
				 call(command, resized(command, size),
				      at), valid);
		for (i = command->size; command->writes && valid >= 0 &&
		     i < size; i++)
			failed |= expect_value("a byte behind what the driver knows",
					       at[i], 0);
	}
	at = argument_of(command, largest);
	failed |= expect("as long as can be, and zero",
			 call(command, resized(command, largest), at), valid);
	return failed;
}

static int longer_and_not_zero(const struct command *command, long valid)
{
	size_t size, i;
	int failed = 0;

	(void)valid;
	for (size = command->size + 1; size <= command->size + 16; size++) {
		for (i = command->size; i < size; i++) {
			unsigned char *at = argument_of(command, size);

			at[i] = 1;
			failed |= expect("longer, and not zero",
					 call(command, resized(command, size),
					      at), -E2BIG);
		}
	}
	return failed;
}

static int longer_than_a_page(const struct command *command, long valid)
{
	static const __u32 silly[] = {
		0x7fffffff, 0x80000000, 0xffffffff
	};
	unsigned char *at;
	size_t size, i;
	int failed = 0;

	(void)valid;
	if (command->passing == GROWING_MEMBER) {
		at = argument_of(command, command->size);
		put(at, 4, PAGE + 1);
		failed = expect("a page and a byte",
				call(command, command->number, at), -E2BIG);
		for (i = 0; i < ARRAY_SIZE(silly); i++) {
			put(at, 4, silly[i]);
			failed |= expect("a silly size",
					 call(command, command->number, at),
					 -E2BIG);
		}
		return failed;
	}
	for (size = PAGE + 1; size <= _IOC_SIZEMASK &&
	     size <= PAGE + 8; size++) {
		memset(pages, 0, PAGES * PAGE);
		memcpy(pages, command->valid, command->size);
		failed |= expect("longer than a page",
				 call(command, resized(command, size),
				      pages), -E2BIG);
	}
	return failed;
}

/* A page that is not there yet, and what happens when the driver gets to it. */
struct late_page {
	int faults;		/* tells of the access */
	unsigned char *page;
	const unsigned char *contents;
	unsigned char *size_at;	/* changes before the driver goes on */
};

static void *bring_page(void *context)
{
	const struct late_page *late = context;
	struct uffd_msg message;
	struct uffdio_copy copy = {
		.dst = (unsigned long)late->page,
		.src = (unsigned long)late->contents,
		.len = PAGE,
	};

	if (read(late->faults, &message, sizeof(message)) == sizeof(message)) {
		put(late->size_at, 4, 0x7fffffff);
		ioctl(late->faults, UFFDIO_COPY, &copy);
	}
	return NULL;
}

/*
 * The size is followed by the end of a page, and the next one is not there: a
 * copy that begins at the size is held up there, and begins anew with another
 * size. What the driver has checked is what counts.
 */
static int second_size(const struct command *command, long valid)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct late_page late = {
		.page = fence() - PAGE,
		.contents = pages,
		.size_at = fence() - PAGE - 4,
	};
	struct uffdio_register range = {
		.range = { .start = (unsigned long)late.page, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	unsigned char *at = argument_of(command, command->size);
	pthread_t thread;
	long answer;
	__u32 size;

	(void)valid;
	memcpy(late.size_at, at, 4);
	memcpy(pages, at + 4, command->size - 4);
	madvise(late.page, PAGE, MADV_DONTNEED);
	late.faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (late.faults < 0 || ioctl(late.faults, UFFDIO_API, &api) ||
	    ioctl(late.faults, UFFDIO_REGISTER, &range) ||
	    pthread_create(&thread, NULL, bring_page, &late)) {
		close(late.faults);
		return skip("userfaultfd is not to be had");
	}
	answer = call_keeping(command, command->number, late.size_at);
	memcpy(&size, late.size_at, 4);
	/* Where the driver did not get there, the thread still waits. */
	madvise(late.page, PAGE, MADV_POPULATE_WRITE);
	pthread_join(thread, NULL);
	close(late.faults);
	close_made(command, answer);
	return expect("the call", answer < 0 ? answer : 0, 0) ||
		expect_value("the size that comes back", size, command->size);
}

static int no_memory(const struct command *command, long valid)
{
	(void)valid;
	return expect("NULL", call(command, command->number, NULL), -EFAULT) |
		expect("the last page",
		       call(command, command->number, (void *)-4096L),
		       -EFAULT) |
		expect("behind the fence",
		       call(command, command->number, fence()), -EFAULT);
}

static int memory_ends(const struct command *command, long valid)
{
	size_t size = length_of(command);
	size_t cut;
	int failed = 0;

	(void)valid;
	for (cut = 1; cut < size && cut <= 64; cut++) {
		unsigned char *at = argument_of(command, size);

		memmove(at + cut, at, size - cut);
		failed |= expect("the end of memory",
				 call(command, command->number, at + cut),
				 -EFAULT);
	}
	return failed;
}

static int two_pages(const struct command *command, long valid)
{
	size_t size = length_of(command);
	/* Far enough from the fence for any argument. */
	unsigned char *between = fence() - 5 * PAGE;
	size_t cut;
	int failed = 0;

	for (cut = 1; cut < size && cut <= 64; cut++) {
		unsigned char *at = argument_of(command, size);

		memmove(between - cut, at, size);
		failed |= expect("from page to page",
				 call(command, command->number,
				      between - cut), valid);
	}
	return failed;
}

static int read_only_memory(const struct command *command, long valid)
{
	unsigned char *at = argument_of(command, length_of(command));
	int failed;

	(void)valid;
	mprotect(pages, PAGES * PAGE, PROT_READ);
	failed = expect("memory to read", call(command, command->number, at),
			-EFAULT);
	mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	return failed;
}

static int too_many_elements(const struct command *command, long valid)
{
	static const __u64 counts[] = {
		0x7fffffff, 0x80000000, 0xffffffff
	};
	unsigned char *at;
	size_t i;
	int failed = 0;

	(void)valid;
	for (i = 0; i < ARRAY_SIZE(counts) && command->count.size >= 4; i++) {
		at = argument_of(command, length_of(command));
		put(at + command->count.offset, command->count.size, counts[i]);
		failed |= expect("a silly count",
				 call(command, command->number, at), -E2BIG);
	}
	if (command->count.size == 8) {
		/* The product of this and the element's size is small in 64 bits. */
		at = argument_of(command, length_of(command));
		put(at + command->count.offset, 8,
		    ~0ULL / command->element.size + 2);
		failed |= expect("a count that overflows",
				 call(command, command->number, at),
				 -E2BIG);
	}
	return failed;
}

static int missing_element(const struct command *command, long valid)
{
	unsigned char *at = argument_of(command, length_of(command));

	(void)valid;
	put(at + command->count.offset, command->count.size, 2);
	return expect("one element is missing",
		      call(command, command->number, at), -EFAULT);
}

/* The header alone, at the end of memory. */
static int empty_array(const struct command *command, long valid)
{
	unsigned char *at = argument_of(command, length_of(command));

	memmove(at + command->element.size, at, command->element.offset);
	at += command->element.size;
	put(at + command->count.offset, command->count.size, 0);
	return expect("no elements", call(command, command->number, at), valid);
}

static int several_lengths(const struct command *command, long valid)
{
	size_t element = command->size;
	size_t count;
	int failed = 0;

	for (count = 1; count <= 16; count++) {
		unsigned char *at = argument_of(command, count * element);
		__u32 number = number_with_size(command->number,
						count * element);
		long answer = call(command, number, at);

		if (valid >= 0 && answer < 0)
			failed |= expect("a length", answer, 0);
		failed |= expect_value("a byte in front of the argument",
				       at[-1], UNTOUCHED);
	}
	return failed;
}

static int part_of_an_element(const struct command *command, long valid)
{
	size_t element = command->size;

	(void)valid;
	return expect("half an element",
		      call(command,
			   number_with_size(command->number,
					    element + element / 2),
			   argument_of(command, 2 * element)), -ENOTTY);
}

/* Whether a byte is of a member that holds data. */
static bool is_data(const struct command *command, size_t offset)
{
	const struct member *member;

	for (member = command->members; member->name; member++) {
		if (member->rule != RESERVED && offset >= member->offset &&
		    offset < member->offset + member->size)
			return 1;
	}
	return command->passing == FLEXIBLE && offset >= command->element.offset;
}

static int returned(const struct command *command, long valid)
{
	unsigned char *at = argument_of(command, length_of(command));
	long answer = call(command, command->number, at);
	size_t i;
	int failed = 0;

	if (answer < 0)
		return expect("the same call once more", answer, valid);
	for (i = 0; i < length_of(command); i++) {
		if (!is_data(command, i) && at[i]) {
			ktap_say("byte %zu is %#x", i, at[i]);
			failed = KTAP_FAIL;
		}
	}
	return failed;
}

static int closes_on_exec(const struct command *command, long valid)
{
	long made = call_keeping(command, command->number,
				 valid_argument(command));
	int flags = made < 0 ? 0 : fcntl(made, F_GETFD);

	(void)valid;
	close_made(command, made);
	if (made < 0)
		return expect("the same call once more", made, valid);
	return expect_value("FD_CLOEXEC", flags & FD_CLOEXEC, FD_CLOEXEC);
}

/* The lowest number that is free: one that was set aside and forgotten is not. */
static int next_number(void)
{
	int next = fcntl(0, F_DUPFD_CLOEXEC, 0);

	close(next);
	return next;
}

static int leaves_no_file(const struct command *command, long valid)
{
	const void *argument;
	int before = next_number();

	(void)valid;
	if (by_address(command))
		call(command, command->number, NULL);
	if (command->writes) {
		argument = valid_argument(command);
		mprotect(pages, PAGES * PAGE, PROT_READ);
		call(command, command->number, argument);
		mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	}
	return expect_value("the next file's number", next_number(), before);
}

/* The handle that a command gives out next is that of a file which has made as many objects. */
static int leaves_no_object(const struct command *command, long valid)
{
	__u32 expected = 0, next = 0;
	const void *argument;

	(void)valid;
	open_anew();
	valid_argument(command);
	call_aside(fd, command, &expected);
	if (!expected) {
		ktap_say("the object has no handle");
		return KTAP_FAIL;
	}
	open_anew();
	argument = valid_argument(command);
	mprotect(pages, PAGES * PAGE, PROT_READ);
	call(command, command->number, argument);
	mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	call_aside(fd, command, &next);
	return expect_value("the next handle", next, expected);
}

static int on_file(const struct command *command, int flags, const char *what)
{
	int file, failed;

	if (interface->opener)
		return skip("a command opens it");
	file = open(device->path, flags | O_CLOEXEC);
	if (file < 0) {
		ktap_say("cannot open %s: %s", device->path, name_of(-errno));
		return KTAP_FAIL;
	}
	failed = expect(what,
			call_on(file, command->number,
				valid_argument(command)), -EBADF);
	close(file);
	return failed;
}

static int file_for_reading(const struct command *command, long valid)
{
	(void)valid;
	return on_file(command, O_RDONLY, "read-only");
}

static int file_for_writing(const struct command *command, long valid)
{
	(void)valid;
	return on_file(command, O_WRONLY, "write-only");
}

static int without_capability(const struct command *command, long valid)
{
	int status = 0;
	long answer;
	pid_t child;

	(void)valid;
	if (geteuid())
		return skip("needs root");
	/* The child's answer is its status, and what it says goes nowhere else. */
	fflush(stdout);
	child = fork();
	if (!child) {
		if (setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(255);
		answer = call_on(fd, command->number, valid_argument(command));
		_exit(answer < 0 ? -answer & 0xff : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return expect("without it",
		      WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR,
		      -EPERM);
}

static bool always(const struct command *command, long valid)
{
	(void)command;
	(void)valid;
	return true;
}

static bool has_one_size(const struct command *command, long valid)
{
	(void)valid;
	return !command->any_size;
}

static bool has_size_twice(const struct command *command, long valid)
{
	(void)valid;
	return command->any_size && command->passing == GROWING_MEMBER;
}

static bool is_family(const struct command *command, long valid)
{
	(void)valid;
	return command->family;
}

static bool grows(const struct command *command, long valid)
{
	(void)valid;
	return command->passing == GROWING_NUMBER || command->passing == GROWING_MEMBER;
}

static bool grows_and_reads(const struct command *command, long valid)
{
	return grows(command, valid) && command->reads;
}

static bool returns_its_size(const struct command *command, long valid)
{
	return command->passing == GROWING_MEMBER && command->writes && valid >= 0;
}

static bool has_array(const struct command *command, long valid)
{
	(void)valid;
	return command->passing == FLEXIBLE;
}

static bool is_buffer(const struct command *command, long valid)
{
	(void)valid;
	return command->passing == BUFFER;
}

static bool is_buffer_of_more_than_bytes(const struct command *command,
					 long valid)
{
	return is_buffer(command, valid) && command->size != 1;
}

/* A handler that fails before it writes does not get to memory. */
static bool needs_memory(const struct command *command, long valid)
{
	return by_address(command) && (command->reads || valid >= 0);
}

static bool writes_memory(const struct command *command, long valid)
{
	return by_address(command) && command->writes && valid >= 0;
}

static bool writes_structure(const struct command *command, long valid)
{
	return writes_memory(command, valid) && command->passing != BUFFER;
}

static bool makes_file(const struct command *command, long valid)
{
	return command->answer == DESCRIPTOR && valid >= 0;
}

static bool makes_object(const struct command *command, long valid)
{
	return command->created && valid >= 0;
}

/* Documentation/fault-injection: what makes allocations of this thread fail. */
#define FAIL_NTH	"/proc/thread-self/fail-nth"

static bool allocations_can_fail(const struct command *command, long valid)
{
	(void)command;
	return valid >= 0 && !access(FAIL_NTH, R_OK | W_OK);
}

/* A call whose @nth allocation or copy fails; whether there were as many. */
static bool fails_at(const struct command *command, int file, int nth,
		     long *answer)
{
	const void *argument = valid_argument(command);
	char text[16] = "";

	snprintf(text, sizeof(text), "%d", nth);
	if (pwrite(file, text, strlen(text), 0) < 0)
		return 0;
	*answer = call_keeping(command, command->number, argument);
	memset(text, 0, sizeof(text));
	if (pread(file, text, sizeof(text) - 1, 0) < 0 ||
	    pwrite(file, "0", 1, 0) < 0)
		return 0;
	close_made(command, *answer);
	/* It is 0 once something has failed. */
	return !atoi(text);
}

static int failing_allocations(const struct command *command, long valid)
{
	int file = open(FAIL_NTH, O_RDWR);
	int failed = 0, nth;
	long answer = 0;

	if (file < 0)
		return expect("open " FAIL_NTH, -errno, 0);
	for (nth = 1; nth < 1000 &&
	     fails_at(command, file, nth, &answer); nth++) {
		/* What fails may be something that the kernel does without. */
		if (answer != -ENOMEM && answer != -EFAULT && answer < 0)
			failed |= expect("an allocation that fails", answer,
					 -ENOMEM);
	}
	close(file);
	return failed | expect("the call after those that failed",
			       valid_call(command) < 0,
			       valid < 0);
}

static bool is_for_writing(const struct command *command, long valid)
{
	(void)valid;
	return command->for_writing;
}

static bool is_for_reading(const struct command *command, long valid)
{
	(void)valid;
	return command->for_reading;
}

static bool is_privileged(const struct command *command, long valid)
{
	(void)valid;
	return command->privileged;
}

/* Of every command, whether the driver implements it or not. */
static const struct test number_tests[] = {
	{ "another type", always, other_type },
	{ "another direction", always, other_direction },
	{ "another nr", always, other_nr },
	{ "another size", has_one_size, other_size },
	{ "a number with the size of no version", has_size_twice, size_of_no_version },
};

/* Of those that it implements. */
static const struct test call_tests[] = {
	{ "valid data", always, valid_data },
	{ "a number with the size of the first version", has_size_twice, size_of_first_version },
	{ "each number of the family", is_family, each_number },
	{ "a structure that is too short", grows, too_short },
	{ "each size since the first version", grows, each_size },
	{ "a longer structure that ends in zeroes", grows, longer_and_zero },
	{ "a longer structure that does not end in zeroes", grows_and_reads, longer_and_not_zero },
	{ "a structure that is longer than a page", grows_and_reads, longer_than_a_page },
	{ "a size that changes while it is read", returns_its_size, second_size },
	{ "more elements than memory holds", has_array, too_many_elements },
	{ "an array that memory ends in", has_array, missing_element },
	{ "an empty array", has_array, empty_array },
	{ "buffers of several lengths", is_buffer, several_lengths },
	{ "a part of an element", is_buffer_of_more_than_bytes, part_of_an_element },
	{ "an address of no memory", needs_memory, no_memory },
	{ "an argument that memory ends in", needs_memory, memory_ends },
	{ "an argument on two pages", needs_memory, two_pages },
	{ "memory that cannot be written", writes_memory, read_only_memory },
	{ "padding and reserved members come back as zero", writes_structure, returned },
	{ "the new file closes on exec", makes_file, closes_on_exec },
	{ "no file is left behind by a call that fails", makes_file, leaves_no_file },
	{ "no object is left behind by a call that fails", makes_object, leaves_no_object },
	{ "allocations that fail one by one", allocations_can_fail, failing_allocations },
	{ "a file that is open for reading only", is_for_writing, file_for_reading },
	{ "a file that is open for writing only", is_for_reading, file_for_writing },
	{ "a caller without the capability", is_privileged, without_capability },
};

/* A valid argument with the fewest elements of an array that are some. */
static unsigned char *with_elements(const struct command *command,
				    const struct elements *elements)
{
	unsigned char *at = argument_of(command, length_of(command));

	put(at + elements->count.offset, elements->count.size, elements->some);
	/* Other arrays may have the same count. */
	add_elements(command, at, length_of(command));
	return at;
}

static int spoilt_element(const struct job *job, size_t offset, size_t size,
			  __u64 value)
{
	unsigned char *at = with_elements(job->command, job->elements);
	unsigned long element = get(at + job->elements->address, 8);

	put((unsigned char *)element + offset, size, value);
	return expect(job->member->name,
		      call(job->command, job->command->number, at), -EINVAL);
}

static int spoilt_member(const struct job *job, size_t offset, size_t size,
			 __u64 value)
{
	const struct command *command = job->command;
	unsigned char before[64];
	unsigned char *at = argument_of(command, length_of(command));
	size_t kept = smaller(size, sizeof(before));
	long answer;

	put(at + offset, size, value);
	memcpy(before, at + offset, kept);
	answer = call(command, command->number, at);
	if (answer != -EINVAL)
		ktap_say("%s = %#llx", job->member->name,
			 (unsigned long long)value);
	if (!memcmp(before, at + offset, kept))
		return expect(job->member->name, answer, -EINVAL);
	ktap_say("%s: a refused argument came back changed", job->member->name);
	return KTAP_FAIL;
}

/* Each value that the member may not have. */
static int spoil(const struct job *job,
		 int (*spoilt)(const struct job *job, size_t offset,
			       size_t size, __u64 value))
{
	const struct member *member = job->member;
	unsigned int bit;
	size_t i;
	int failed = 0;

	switch (member->rule) {
	case RESERVED:
		for (i = 0; i < member->size; i++)
			failed |= spoilt(job, member->offset + i, 1, 1);
		break;
	case FLAGS:
		for (bit = 0; bit < 8 * member->size; bit++) {
			if (!(member->operand >> bit & 1))
				failed |= spoilt(job, member->offset,
						 member->size, 1ULL << bit);
		}
		break;
	case NOT_VALID:
		failed = spoilt(job, member->offset, member->size,
				member->operand);
		break;
	case ANYTHING:
		break;
	}
	return failed;
}

/* Elements that are not there: at no address, behind the last, and more than memory holds. */
static int run_no_elements(const struct job *job)
{
	const struct command *command = job->command;
	const struct elements *elements = job->elements;
	static const __u64 counts[] = {
		0x7fffffff, 0x80000000, 0xffffffff
	};
	unsigned char *at = with_elements(command, elements);
	size_t i;
	int failed;

	put(at + elements->address, 8, 0);
	failed = expect("NULL", call(command, command->number, at), -EFAULT);
	if (elements->more) {
		at = with_elements(command, elements);
		put(at + elements->count.offset, elements->count.size,
		    elements->some + 1);
		failed |= expect("one is missing",
				 call(command, command->number, at), -EFAULT);
	}
	for (i = 0; elements->any && elements->count.size >= 4 &&
	     i < ARRAY_SIZE(counts); i++) {
		at = with_elements(command, elements);
		put(at + elements->count.offset, elements->count.size,
		    counts[i]);
		failed |= expect("a silly count",
				 call(command, command->number, at), -E2BIG);
	}
	if (elements->any && elements->count.size == 8) {
		/* The product of this and the element's size is small in 64 bits. */
		at = with_elements(command, elements);
		put(at + elements->count.offset, 8, ~0ULL / elements->size + 2);
		failed |= expect("a count that overflows",
				 call(command, command->number, at),
				 -E2BIG);
	}
	return failed;
}

static int run_element(const struct job *job)
{
	return spoil(job, spoilt_element);
}

static int with_handle(const struct job *job, const char *what,
		       unsigned char *at, __u32 handle)
{
	const struct command *command = job->command;

	put(at + job->handle->offset, sizeof(handle), handle);
	return expect(what, call(command, command->number, at), -ENOENT);
}

/* A handle of another file, which has more objects than this one. */
static __u32 handle_elsewhere(const struct handle *handle)
{
	__u32 last = new_object(fd, handle);
	long other = open_device();
	__u32 made;

	do
		made = new_object(other, handle);
	while (made && made <= last);
	close(other);
	return made;
}

/* The same call again: what it has made meanwhile may have the handle that is gone. */
static int call_twice(const struct job *job)
{
	const struct command *command = job->command;
	size_t size = length_of(command);
	unsigned char *at = argument_of(command, size);
	unsigned char *before = or_bail_out(malloc(size));
	int failed = KTAP_PASS;

	memcpy(before, at, size);
	if (call(command, command->number, at) >= 0) {
		memcpy(at, before, size);
		failed = expect("that is gone",
				call(command, command->number, at), -ENOENT);
	}
	free(before);
	return failed;
}

/* Handles of no object: never given out, another file's, and one that is gone. */
static int run_handle(const struct job *job)
{
	static const __u32 unknown[] = {
		0, 0x7fffffff, 0xffffffff
	};
	size_t size = length_of(job->command);
	unsigned char *at = argument_of(job->command, size);
	size_t i;
	int failed;

	failed = with_handle(job, "of another file", at,
			     handle_elsewhere(job->handle));
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		at = argument_of(job->command, size);
		failed |= with_handle(job, "of no object", at, unknown[i]);
	}
	if (job->handle->destroys)
		failed |= call_twice(job);
	return failed;
}

static int run_member(const struct job *job)
{
	return spoil(job, spoilt_member);
}

static int run_test(const struct job *job)
{
	return job->test->run(job->command, job->valid);
}

static int run_skipped(const struct job *job)
{
	return skip(job->why);
}

static int run_gone(const struct job *job)
{
	const struct command *command = job->command;
	int before = next_number();
	long answer = call_on(fd, command->number, valid_argument(command));

	return expect("gone", answer, -ENODEV) |
		expect_value("the next file's number", next_number(), before);
}

static void add(struct jobs *jobs, struct job job)
{
	size_t size = (jobs->count + 1) * sizeof(job);

	if (!job.interface)
		job.interface = interface;
	if (job.command)
		job.subject = job.command->name;
	jobs->jobs = or_bail_out(realloc(jobs->jobs, size));
	jobs->jobs[jobs->count++] = job;
}

static void plan_list(const struct test *tests, size_t count,
		      const struct command *command, long valid)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!tests[i].applies(command, valid))
			continue;
		add(&planned, (struct job) {
			.name = tests[i].name,
			.run = run_test,
			.test = &tests[i],
			.command = command,
			.valid = valid,
		});
	}
}

/* The elements behind an address in the argument. */
static void plan_elements(const struct command *command,
			  const struct elements *elements)
{
	const struct member *member;
	char name[256];

	snprintf(name, sizeof(name), "%s: elements of no memory",
		 elements->name);
	add(&planned, (struct job) {
		.name = or_bail_out(strdup(name)),
		.run = run_no_elements,
		.command = command,
		.elements = elements,
	});
	for (member = elements->members; member->name; member++) {
		if (member->rule == ANYTHING)
			continue;
		snprintf(name, sizeof(name), "%s[0].%s", elements->name,
			 member->name);
		add(&planned, (struct job) {
			.name = or_bail_out(strdup(name)),
			.run = run_element,
			.command = command,
			.elements = elements,
			.member = member,
		});
	}
}

static void plan_handles(const struct command *command)
{
	const struct handle *handle;

	for (handle = command->handles; handle && handle->name; handle++) {
		add(&planned, (struct job) {
			.name = handle->name,
			.run = run_handle,
			.command = command,
			.handle = handle,
		});
	}
}

static void plan_members(const struct command *command)
{
	const struct member *member;

	for (member = command->members; member->name; member++) {
		if (member->rule == ANYTHING)
			continue;
		add(&planned, (struct job) {
			.name = member->name,
			.run = run_member,
			.command = command,
			.member = member,
		});
	}
}

static void plan_command(const struct command *command, long valid)
{
	const struct elements *elements;

	plan_list(number_tests, ARRAY_SIZE(number_tests), command, valid);
	if (valid == -ENOTTY) {
		add(&planned, (struct job) {
			.name = "all others",
			.run = run_skipped,
			.command = command,
			.why = "the driver does not implement it",
		});
		return;
	}
	plan_list(call_tests, ARRAY_SIZE(call_tests), command, valid);
	for (elements = command->elements; elements &&
	     elements->name; elements++)
		plan_elements(command, elements);
	plan_handles(command);
	if (command->reads)
		plan_members(command);
	if (driver_folder[0] && !interface->opener) {
		add(&planned_last, (struct job) {
			.name = "the device is gone",
			.run = run_gone,
			.command = command,
		});
	}
}

static int write_to(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (file < 0)
		return -1;
	written = write(file, text, strlen(text));
	close(file);
	return written < 0 ? -1 : 0;
}

/*
 * Finds the one device that the driver is bound to, and the folder of the
 * driver in sysfs: what is not a link to the module is a link to a device.
 */
static void find_bound(void)
{
	size_t size = sizeof(driver_folder);
	struct dirent *entry;
	unsigned int bound = 0;
	glob_t found;
	DIR *entries;

	/* Of an auxiliary driver, the module stands in front. */
	snprintf(driver_folder, size, "/sys/bus/*/drivers/{%s,*.%s}",
		 device->driver, device->driver);
	if (glob(driver_folder, GLOB_BRACE, NULL, &found)) {
		driver_folder[0] = 0;
		return;
	}
	snprintf(driver_folder, size, "%s", found.gl_pathv[0]);
	globfree(&found);
	entries = opendir(driver_folder);
	while (entries && (entry = readdir(entries))) {
		if (entry->d_type != DT_LNK || !strcmp(entry->d_name, "module"))
			continue;
		snprintf(bus_id, sizeof(bus_id), "%s", entry->d_name);
		bound++;
	}
	if (entries)
		closedir(entries);
	if (bound != 1)
		driver_folder[0] = 0;
}

static void take_device_away(void)
{
	char path[sizeof(driver_folder) + sizeof("/unbind")];

	snprintf(path, sizeof(path), "%s/unbind", driver_folder);
	if (write_to(path, bus_id))
		ktap_say("cannot unbind the device: %s", name_of(-errno));
}

/* Opens a file of an interface that a command makes, or goes back to that in /dev. */
static long enter(const struct interface *entered)
{
	long made = device_fd;

	interface = entered;
	if (entered->opener)
		made = call_aside(device_fd, entered->opener, NULL);
	if (made >= 0)
		fd = made;
	return made;
}

static void leave(void)
{
	if (interface->opener && fd != device_fd)
		close(fd);
	fd = device_fd;
	interface = &device->interfaces[0];
}

/* Makes a valid call of each command, and plans by what it answers. */
static void plan_interface(const struct interface *made)
{
	long opened = enter(made);
	size_t i;

	for (i = 0; opened >= 0 && i < made->count; i++)
		plan_command(&made->commands[i],
			     valid_call(&made->commands[i]));
	leave();
	if (opened < 0) {
		add(&planned, (struct job) {
			.subject = made->name,
			.name = "all",
			.run = run_skipped,
			.why = name_of(opened),
		});
	}
}

static void plan(void)
{
	size_t i;

	for (i = 0; i < device->count; i++)
		plan_interface(&device->interfaces[i]);
	if (!driver_folder[0]) {
		add(&planned_last, (struct job) {
			.subject = "the device",
			.name = "is gone",
			.run = run_skipped,
			.why = "it cannot be unbound here",
		});
	}
	/* It fails again in the tests of its command. */
	set_up_failed = false;
}

static void run(const struct jobs *jobs)
{
	const struct job *job;

	for (job = jobs->jobs; job < jobs->jobs + jobs->count; job++) {
		if (job->interface != interface) {
			long opened;

			leave();
			opened = enter(job->interface);
			if (opened < 0) {
				printf("Bail out! a new file of %s: %s\n",
				       interface->name,
				       name_of(opened));
				exit(KTAP_FAIL);
			}
		}
		report(job->subject, job->name, job->run(job));
		if (has_objects)
			open_anew();
	}
	leave();
}

static bool has_command(const char *name)
{
	size_t i, k;

	for (i = 0; i < device->count; i++) {
		for (k = 0; k < device->interfaces[i].count; k++) {
			if (!strcmp(device->interfaces[i].commands[k].name,
				    name))
				return true;
		}
	}
	return false;
}

int conformance(const struct device *subject)
{
	/* No SA_RESTART: a call that waits ends. */
	const struct sigaction action = { .sa_handler = on_tick };
	struct hook *hook;

	device = subject;
	interface = &device->interfaces[0];
	sigaction(SIGALRM, &action, NULL);
	ktap_version();
	for (hook = device->hooks; hook->command; hook++) {
		if (!has_command(hook->command)) {
			printf("Bail out! a hook is for %s, which is no command\n",
			       hook->command);
			return KTAP_FAIL;
		}
	}
	device_fd = open(device->path, O_RDWR | O_CLOEXEC);
	if (device_fd < 0) {
		printf("1..0 # SKIP cannot open %s: %s\n", device->path,
		       name_of(-errno));
		return KTAP_SKIP;
	}
	fd = device_fd;
	pages = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(fence(), PAGE, PROT_NONE))
		or_bail_out(NULL);
	find_bound();
	plan();
	ktap_plan(planned.count + planned_last.count);
	run(&planned);
	if (driver_folder[0])
		take_device_away();
	run(&planned_last);
	close(device_fd);
	return ktap_end();
}
