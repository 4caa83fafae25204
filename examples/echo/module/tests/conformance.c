// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: schema 7053c9446447, body 9b672405cf5f */
/*
 * Whether a driver answers malformed calls as its definition says. Each test
 * spoils one thing of a call that is right otherwise.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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

static const struct device *device;
static const struct interface *interface;
static int fd;
/* Pages that can be used, and one behind them that cannot. */
static unsigned char *pages;

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
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

static long call(const struct command *command, __u32 number,
		 const void *argument)
{
	long answer = call_on(fd, number, argument);

	if (answer >= 0 && command->answer == DESCRIPTOR)
		close(answer);
	return answer;
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

static long valid_call(const struct command *command)
{
	return call(command, command->number, valid_argument(command));
}

static bool by_address(const struct command *command)
{
	return command->passing != NOTHING && command->passing != VALUE;
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

static int expect(const char *what, long answer, long expected)
{
	if (answer == expected)
		return 0;
	ktap_say("%s: got %ld (%s), expected %ld (%s)", what, answer,
		 answer < 0 ? strerror(-answer) : "success", expected,
		 expected < 0 ? strerror(-expected) : "success");
	return 1;
}

static int unknown(const struct command *command, const char *what,
		   __u32 number)
{
	if (is_known(number))
		return 0;
	return expect(what, call(command, number, valid_argument(command)),
		      -ENOTTY);
}

/* The size is in the number, though a member has it, too: the member counts. */
static void test_any_size(const struct command *command)
{
	size_t size;
	int failed = 0;

	if (command->passing != GROWING_MEMBER)
		return;
	for (size = 0; size < command->min_size; size++)
		failed |= expect("a size that no version has",
				 call(command,
				      number_with_size(command->number, size),
				      valid_argument(command)), -ENOTTY);
	ktap_result(command->name, "a number with the size of no version",
		    failed);
	failed = valid_call(command) !=
		call(command,
		     number_with_size(command->number, command->min_size),
		     valid_argument(command));
	ktap_result(command->name,
		    "a number with the size of the first version", failed);
}

static void test_number(const struct command *command)
{
	static const __u32 directions[] = {
		_IOC_NONE, _IOC_READ, _IOC_WRITE, _IOC_READ | _IOC_WRITE
	};
	__u32 number = command->number;
	__u32 bits;
	size_t i, size;
	int failed = 0;

	for (bits = 1; bits <= _IOC_TYPEMASK; bits <<= 1)
		failed |= unknown(command, "type",
				  number ^ (bits << _IOC_TYPESHIFT));
	ktap_result(command->name, "another type", failed);

	for (failed = 0, i = 0; i < 4; i++)
		failed |= unknown(command, "direction",
				  (number &
				   ~((__u32)_IOC_DIRMASK << _IOC_DIRSHIFT)) |
				  (directions[i] << _IOC_DIRSHIFT));
	ktap_result(command->name, "another direction", failed);

	for (failed = 0, bits = 0; bits <= _IOC_NRMASK; bits++)
		failed |= unknown(command, "nr",
				  (number & ~(__u32)_IOC_NRMASK) | bits);
	ktap_result(command->name, "another nr", failed);

	if (command->any_size) {
		test_any_size(command);
		return;
	}
	for (failed = 0, i = 0; i < _IOC_SIZEBITS; i++)
		failed |= unknown(command, "size",
				  number ^ (1U << (_IOC_SIZESHIFT + i)));
	size = _IOC_SIZE(number);
	failed |= unknown(command, "size + 1",
			  number_with_size(number, size + 1));
	if (size)
		failed |= unknown(command, "size - 1",
				  number_with_size(number, size - 1));
	ktap_result(command->name, "another size", failed);
}

static __u32 resized(const struct command *command, size_t size)
{
	return command->passing == GROWING_NUMBER ?
		number_with_size(command->number, size) : command->number;
}

static void test_growth(const struct command *command, long valid)
{
	/* A size below the first version's makes a number that nobody has. */
	long too_short = command->passing == GROWING_NUMBER ? -ENOTTY : -EINVAL;
	size_t largest = smaller(PAGE, _IOC_SIZEMASK);
	unsigned char *at;
	size_t size, i;
	int failed = 0;

	for (size = 0; size < command->min_size; size++) {
		at = argument_of(command, size < 4 ? 4 : size);
		if (command->passing == GROWING_MEMBER)
			put(at, 4, size);
		failed |= expect("shorter than the first version",
				 call(command, resized(command, size),
				      at), too_short);
	}
	ktap_result(command->name, "a structure that is too short", failed);

	for (failed = 0,
	     size = command->min_size; size <= command->size; size++) {
		at = argument_of(command, size);
		failed |= expect("as long as an older version",
				 call(command, resized(command, size),
				      at), valid);
		for (i = 1; i <= 8; i++)
			if (at[-i] != UNTOUCHED)
				failed |= expect("written in front", at[-i],
						 UNTOUCHED);
	}
	ktap_result(command->name, "each size since the first version", failed);

	for (failed = 0,
	     size = command->size + 1; size <= command->size + 16; size++) {
		at = argument_of(command, size);
		failed |= expect("longer, and zero",
				 call(command, resized(command, size),
				      at), valid);
		for (i = command->size; command->writes && valid >= 0 &&
		     i < size; i++)
			failed |= expect("the end of a longer structure",
					 at[i], 0);
	}
	at = argument_of(command, largest);
	failed |= expect("as long as can be, and zero",
			 call(command, resized(command, largest), at), valid);
	ktap_result(command->name, "a longer structure that ends in zeroes",
		    failed);

	if (!command->reads)
		return;
	for (failed = 0,
	     size = command->size + 1; size <= command->size + 16; size++) {
		for (i = command->size; i < size; i++) {
			at = argument_of(command, size);
			at[i] = 1;
			failed |= expect("longer, and not zero",
					 call(command, resized(command, size),
					      at), -E2BIG);
		}
	}
	ktap_result(command->name,
		    "a longer structure that does not end in zeroes", failed);

	if (command->passing == GROWING_MEMBER) {
		static const __u32 silly[] = {
			0x7fffffff, 0x80000000, 0xffffffff
		};

		at = argument_of(command, command->size);
		put(at, 4, PAGE + 1);
		failed = expect("a page and a byte",
				call(command, command->number, at), -E2BIG);
		for (i = 0; i < 3; i++) {
			put(at, 4, silly[i]);
			failed |= expect("a silly size",
					 call(command, command->number, at),
					 -E2BIG);
		}
	} else {
		failed = 0;
		for (size = PAGE + 1; size <= _IOC_SIZEMASK &&
		     size <= PAGE + 8; size++) {
			at = pages;
			memset(pages, 0, PAGES * PAGE);
			memcpy(pages, command->valid, command->size);
			failed |= expect("longer than a page",
					 call(command, resized(command, size),
					      at), -E2BIG);
		}
	}
	ktap_result(command->name, "a structure that is longer than a page",
		    failed);
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
static void test_second_size(const struct command *command, long valid)
{
	static const char name[] = "a size that changes while it is read";
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
	unsigned char *at;
	pthread_t thread;
	long answer;
	__u32 size;

	if (command->passing != GROWING_MEMBER || !command->writes || valid < 0)
		return;
	at = argument_of(command, command->size);
	memcpy(late.size_at, at, 4);
	memcpy(pages, at + 4, command->size - 4);
	madvise(late.page, PAGE, MADV_DONTNEED);
	late.faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (late.faults < 0 || ioctl(late.faults, UFFDIO_API, &api) ||
	    ioctl(late.faults, UFFDIO_REGISTER, &range) ||
	    pthread_create(&thread, NULL, bring_page, &late)) {
		close(late.faults);
		ktap_skip(command->name, name, "userfaultfd is not to be had");
		return;
	}
	answer = ioctl(fd, command->number, late.size_at);
	memcpy(&size, late.size_at, 4);
	/* Where the driver did not get there, the thread still waits. */
	madvise(late.page, PAGE, MADV_POPULATE_WRITE);
	pthread_join(thread, NULL);
	close(late.faults);
	ktap_result(command->name, name,
		    expect("the call", answer < 0 ? answer : 0, 0) ||
		    expect("the size that comes back", size, command->size));
}

static int spoilt(const struct command *command, const struct member *member,
		  size_t offset, size_t size, __u64 value, long expected)
{
	unsigned char before[64];
	unsigned char *at = argument_of(command, length_of(command));
	size_t kept = smaller(size, sizeof(before));
	long answer;

	put(at + offset, size, value);
	memcpy(before, at + offset, kept);
	answer = call(command, command->number, at);
	if (answer != expected)
		ktap_say("%s = %#llx", member->name, (unsigned long long)value);
	return expect(member->name, answer, expected) ||
		(memcmp(before, at + offset, kept) &&
		 expect("a refused argument came back changed", 1, 0));
}

static void test_member(const struct command *command,
			const struct member *member)
{
	unsigned int bit;
	size_t i;
	int failed = 0;

	switch (member->rule) {
	case RESERVED:
		for (i = 0; i < member->size; i++)
			failed |= spoilt(command, member, member->offset + i,
					 1, 1, -EINVAL);
		break;
	case FLAGS:
		for (bit = 0; bit < 8 * member->size; bit++) {
			if (!(member->operand >> bit & 1))
				failed |= spoilt(command, member,
						 member->offset, member->size,
						 1ULL << bit, -EINVAL);
		}
		break;
	case NOT_VALID:
		failed = spoilt(command, member, member->offset, member->size,
				member->operand, -EINVAL);
		break;
	case ANYTHING:
		return;
	}
	ktap_result(command->name, member->name, failed);
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

static void test_returned(const struct command *command)
{
	unsigned char *at = argument_of(command, length_of(command));
	size_t i;
	int failed = 0;

	if (call(command, command->number, at) < 0)
		return;
	for (i = 0; i < length_of(command); i++) {
		if (!is_data(command, i) && at[i]) {
			ktap_say("byte %zu is %#x", i, at[i]);
			failed = 1;
		}
	}
	ktap_result(command->name,
		    "padding and reserved members come back as zero", failed);
}

static void test_memory(const struct command *command, long valid)
{
	size_t size = length_of(command);
	/* Far enough from the fence for any argument. */
	unsigned char *between = fence() - 5 * PAGE;
	unsigned char *at;
	size_t cut;
	int failed;

	/* The handler failed before memory was needed. */
	if (!command->reads && valid < 0)
		return;
	failed = expect("NULL", call(command, command->number, NULL), -EFAULT);
	failed |= expect("the last page",
			 call(command, command->number, (void *)-4096L),
			 -EFAULT);
	failed |= expect("behind the fence",
			 call(command, command->number, fence()), -EFAULT);
	ktap_result(command->name, "an address of no memory", failed);

	for (failed = 0, cut = 1; cut < size && cut <= 64; cut++) {
		at = argument_of(command, size);
		memmove(at + cut, at, size - cut);
		failed |= expect("the end of memory",
				 call(command, command->number, at + cut),
				 -EFAULT);
	}
	ktap_result(command->name, "an argument that memory ends in", failed);

	for (failed = 0, cut = 1; cut < size && cut <= 64; cut++) {
		at = argument_of(command, size);
		memmove(between - cut, at, size);
		failed |= expect("from page to page",
				 call(command, command->number,
				      between - cut), valid);
	}
	ktap_result(command->name, "an argument on two pages", failed);

	if (!command->writes || valid < 0)
		return;
	at = argument_of(command, size);
	mprotect(pages, PAGES * PAGE, PROT_READ);
	failed = expect("memory to read", call(command, command->number, at),
			-EFAULT);
	mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	ktap_result(command->name, "memory that cannot be written", failed);
}

static void test_count(const struct command *command, long valid)
{
	static const __u64 counts[] = {
		0x7fffffff, 0x80000000, 0xffffffff
	};
	unsigned char *at;
	size_t i;
	int failed = 0;

	for (i = 0; i < 3 && command->count.size >= 4; i++) {
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
	ktap_result(command->name, "more elements than memory holds", failed);

	at = argument_of(command, length_of(command));
	put(at + command->count.offset, command->count.size, 2);
	failed = expect("one element is missing",
			call(command, command->number, at), -EFAULT);
	ktap_result(command->name, "an array that memory ends in", failed);

	/* The header alone, at the end of memory. */
	at = argument_of(command, length_of(command));
	memmove(at + command->element.size, at, command->element.offset);
	at += command->element.size;
	put(at + command->count.offset, command->count.size, 0);
	failed = expect("no elements", call(command, command->number, at),
			valid);
	ktap_result(command->name, "an empty array", failed);
}

static void test_buffer(const struct command *command, long valid)
{
	size_t element = command->size;
	unsigned char *at;
	size_t count;
	int failed = 0;

	for (count = 1; count <= 16; count++) {
		at = argument_of(command, count * element);
		if (call(command,
			 number_with_size(command->number, count * element),
			 at) < 0 &&
		    valid >= 0)
			failed |= expect("a length", -1, 0);
		if (at[-1] != UNTOUCHED)
			failed |= expect("written in front", at[-1], UNTOUCHED);
	}
	ktap_result(command->name, "buffers of several lengths", failed);
	if (element == 1)
		return;
	failed = expect("half an element",
			call(command,
			     number_with_size(command->number,
					      element + element / 2),
			     argument_of(command, 2 * element)), -ENOTTY);
	ktap_result(command->name, "a part of an element", failed);
}

static int on_file(const struct command *command, int flags, const char *what)
{
	int file = open(device->path, flags | O_CLOEXEC);
	int failed;

	if (file < 0) {
		ktap_say("cannot open %s: %s", device->path, strerror(errno));
		return 1;
	}
	failed = expect(what,
			call_on(file, command->number,
				valid_argument(command)), -EPERM);
	close(file);
	return failed;
}

static void test_access(const struct command *command)
{
	int status = 0;
	pid_t child;

	if (interface->opener && (command->for_writing || command->for_reading))
		ktap_skip(command->name, "a file in another mode",
			  "a command opens it");
	else if (command->for_writing)
		ktap_result(command->name,
			    "a file that is open for reading only",
			    on_file(command, O_RDONLY, "read-only"));
	if (!interface->opener && command->for_reading)
		ktap_result(command->name,
			    "a file that is open for writing only",
			    on_file(command, O_WRONLY, "write-only"));
	if (!command->privileged)
		return;
	if (geteuid()) {
		ktap_skip(command->name, "a caller without the capability",
			  "needs root");
		return;
	}
	child = fork();
	if (!child) {
		if (setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(2);
		_exit(valid_call(command) != -EPERM);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	ktap_result(command->name, "a caller without the capability", status);
}

/* The lowest number that is free: one that was set aside and forgotten is not. */
static int next_number(void)
{
	int next = fcntl(0, F_DUPFD_CLOEXEC, 0);

	close(next);
	return next;
}

static void test_descriptor(const struct command *command)
{
	const void *argument = valid_argument(command);
	int before = next_number();
	long made = call_on(fd, command->number, argument);
	int failed;

	if (made < 0)
		return;
	failed = !(fcntl(made, F_GETFD) & FD_CLOEXEC);
	close(made);
	ktap_result(command->name, "the new file closes on exec", failed);
	if (by_address(command))
		call_on(fd, command->number, NULL);
	if (command->writes) {
		argument = valid_argument(command);
		mprotect(pages, PAGES * PAGE, PROT_READ);
		call_on(fd, command->number, argument);
		mprotect(pages, PAGES * PAGE, PROT_READ | PROT_WRITE);
	}
	ktap_result(command->name,
		    "no file is left behind by a call that fails",
		    expect("the next file's number", next_number(), before));
}

static void test_family(const struct command *command)
{
	const void *argument;
	__u32 index;
	int failed = 0;

	for (index = 0; index <= command->family; index++) {
		argument = valid_argument(command);
		failed |= call(command, command->number + index,
			       argument) == -ENOTTY;
	}
	ktap_result(command->name, "each number of the family", failed);
}

/* Whether an error is one that is answered before the handler is asked. */
static bool is_of_every_command(long answer)
{
	return answer == -EPERM || answer == -EFAULT || answer == -EINVAL ||
		answer == -E2BIG || answer == -ENODEV;
}

static void test_command(const struct command *command)
{
	const struct member *member;
	long valid;

	test_number(command);
	valid = valid_call(command);
	if (valid == -ENOTTY) {
		ktap_skip(command->name, "all others",
			  "the driver does not implement it");
		return;
	}
	if (valid < 0 && !is_of_every_command(valid))
		ktap_skip(command->name, "valid data", strerror(-valid));
	else
		ktap_result(command->name, "valid data",
			    expect("valid data", valid < 0 ? valid : 0, 0));
	if (command->family)
		test_family(command);
	if (command->passing == GROWING_NUMBER ||
	    command->passing == GROWING_MEMBER)
		test_growth(command, valid);
	test_second_size(command, valid);
	if (command->passing == FLEXIBLE)
		test_count(command, valid);
	if (command->passing == BUFFER)
		test_buffer(command, valid);
	if (by_address(command))
		test_memory(command, valid);
	for (member = command->members; command->reads &&
	     member->name; member++)
		test_member(command, member);
	if (command->writes && command->passing != BUFFER)
		test_returned(command);
	if (command->answer == DESCRIPTOR)
		test_descriptor(command);
	test_access(command);
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

static void test_gone(void)
{
	size_t i;

	if (write_to(device->unbind, device->bus_id)) {
		ktap_skip("the device", "is gone", "it cannot be unbound here");
		return;
	}
	for (i = 0; i < interface->count; i++) {
		const struct command *command = &interface->commands[i];
		int before = next_number();
		long answer = valid_call(command);

		if (answer == -ENOTTY)
			continue;
		ktap_result(command->name, "the device is gone",
			    expect("gone", answer, -ENODEV) |
			    expect("the next file's number", next_number(),
				   before));
	}
}

static void test_interface(void)
{
	size_t i;

	for (i = 0; i < interface->count; i++)
		test_command(&interface->commands[i]);
}

/* Files that a command makes: for as long as the tests of its interface run. */
static void test_made_files(const struct interface *made)
{
	const struct command *opener = made->opener;
	int file = fd;
	long answer = call_on(file, opener->number, valid_argument(opener));

	if (answer < 0) {
		ktap_skip(made->name, "all", strerror(-answer));
		return;
	}
	fd = answer;
	interface = made;
	test_interface();
	close(fd);
	fd = file;
	interface = &device->interfaces[0];
}

int conformance(const struct device *subject)
{
	/* No SA_RESTART: a call that waits ends. */
	const struct sigaction action = { .sa_handler = on_tick };
	size_t i;

	device = subject;
	interface = &device->interfaces[0];
	sigaction(SIGALRM, &action, NULL);
	ktap_begin();
	fd = open(device->path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		printf("1..0 # SKIP cannot open %s: %s\n", device->path,
		       strerror(errno));
		return KTAP_SKIP;
	}
	pages = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(fence(), PAGE, PROT_NONE)) {
		printf("Bail out! no memory\n");
		return KTAP_FAIL;
	}
	test_interface();
	for (i = 1; i < device->count; i++)
		test_made_files(&device->interfaces[i]);
	test_gone();
	close(fd);
	return ktap_end();
}
