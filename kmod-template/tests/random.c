// SPDX-License-Identifier: GPL-2.0-only
${stamp}
/*
 * Calls at random: well-formed and not, all commands, several threads that open
 * and close files. Whatever is answered, it is an answer that programs may see,
 * padding comes back as zero, and memory does not leak.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/ioctl.h>

#include "conformance.h"
#include "ktap.h"

#define THREADS	4
#define FILES	8
#define ROOM	16384

/* A thread, its files, and its memory. */
struct caller {
	const struct device *device;
	pthread_t thread;
	__u64 state;
	int files[FILES];
	const struct interface *kinds[FILES];
	unsigned char *memory;	/* with a page behind it that cannot be used */
	unsigned long calls, answered;
	unsigned long wrong;
};

static atomic_bool stop;

static void on_tick(int signal)
{
	(void)signal;
}

/* xorshift64*: the same calls for the same seed, per thread. */
static __u64 number(struct caller *caller)
{
	caller->state ^= caller->state >> 12;
	caller->state ^= caller->state << 25;
	caller->state ^= caller->state >> 27;
	return caller->state * 0x2545f4914f6cdd1dULL;
}

static size_t below(struct caller *caller, size_t limit)
{
	return number(caller) % limit;
}

static bool one_in(struct caller *caller, size_t chances)
{
	return !below(caller, chances);
}

/*
 * What a member is given. Small numbers and addresses of the thread's own
 * memory: what a driver writes to must not be the memory of this program.
 */
static __u64 value(struct caller *caller)
{
	switch (below(caller, 8)) {
	case 0:
		return 0;
	case 1:
		return 1ULL << below(caller, 64);
	case 2:
		return ~0ULL;
	case 3:
		return (unsigned long)caller->memory + below(caller, ROOM);
	case 4:
		return number(caller) | 0xff00ff0000000000ULL;
	case 5:
		return -(__u64)below(caller, 64);
	default:
		return below(caller, 300);
	}
}

static void put(unsigned char *at, size_t size, __u64 value)
{
	size_t i;

	/* Little-endian machines and others read something else: both are random. */
	for (i = 0; i < size && i < 8; i++)
		at[i] = value >> 8 * i;
}

static __u32 size_of_number(struct caller *caller, const struct command *command)
{
	const size_t sizes[] = {
		command->size, command->min_size, 0, 4096, 16383, below(caller, 512)
	};

	return sizes[below(caller, ARRAY_SIZE(sizes))];
}

static __u32 number_of(struct caller *caller, const struct command *command)
{
	__u32 number = command->number + below(caller, command->family + 1);

	if (one_in(caller, 16))
		return number ^ 1U << below(caller, 32);
	if (command->any_size && one_in(caller, 2))
		return (number & ~IOCSIZE_MASK) |
			(size_of_number(caller, command) << IOCSIZE_SHIFT & IOCSIZE_MASK);
	return number;
}

static size_t length_of(const struct command *command, __u32 number)
{
	if (command->passing == BUFFER || command->passing == GROWING_NUMBER)
		return _IOC_SIZE(number);
	return command->element.offset + command->element.size > command->size ?
		command->element.offset + command->element.size : command->size;
}

static void spoil(struct caller *caller, const struct command *command, unsigned char *at,
		  size_t length)
{
	const struct member *member = command->members;
	size_t count = 0;

	while (member[count].name)
		count++;
	if (!count)
		return;
	member += below(caller, count);
	if (member->offset + member->size <= length)
		put(at + member->offset, member->size, value(caller));
}

/* Handles that may have been given out. */
static void add_handles(struct caller *caller, const struct command *command, unsigned char *at,
			size_t length)
{
	const struct handle *handle;

	for (handle = command->handles; handle && handle->name; handle++) {
		if (handle->offset + 4 <= length)
			put(at + handle->offset, 4, below(caller, 16));
	}
}

/* An argument, more or less valid, and where it is. */
static void *argument_of(struct caller *caller, const struct command *command, __u32 number)
{
	static const unsigned long nowhere[] = {
		0, 1, -4096UL, -1UL, 1UL << 31
	};
	size_t length = length_of(command, number);
	unsigned char *at = caller->memory + ROOM - length;
	size_t known = length < command->size ? length : command->size;

	if (command->passing == NOTHING || command->passing == VALUE)
		return (void *)(unsigned long)value(caller);
	if (one_in(caller, 32))
		return (void *)nowhere[below(caller, ARRAY_SIZE(nowhere))];
	if (!one_in(caller, 8))
		memset(at, 0, length);
	else
		memset(at, 0xa5, length);
	if (command->valid && command->passing != BUFFER)
		memcpy(at, command->valid, known);
	if (command->passing == GROWING_MEMBER && length >= 4 && one_in(caller, 2))
		put(at, 4, size_of_number(caller, command));
	if (command->count.size && one_in(caller, 2))
		put(at + command->count.offset, command->count.size, below(caller, 2000));
	add_handles(caller, command, at, length);
	while (one_in(caller, 2))
		spoil(caller, command, at, length);
	/* Across the end of memory, or somewhere in it. */
	if (one_in(caller, 16))
		return at + below(caller, 64);
	if (one_in(caller, 2)) {
		unsigned char *other = caller->memory + below(caller, ROOM - length + 1);

		memmove(other, at, length);
		return other;
	}
	return at;
}

/* Bytes that are of no member, and reserved members: zero, once the driver wrote them. */
static bool is_clean(const struct command *command, const unsigned char *at)
{
	size_t i;

	for (i = 0; i < command->size; i++) {
		const struct member *member;
		bool data = command->count.size && i >= command->element.offset;

		for (member = command->members; member->name; member++)
			data |= member->rule != RESERVED && i >= member->offset &&
				i < member->offset + member->size;
		if (!data && at[i])
			return 0;
	}
	return 1;
}

static void open_one(struct caller *caller, size_t slot)
{
	static const int modes[] = {
		O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY
	};
	int mode = modes[below(caller, ARRAY_SIZE(modes))];

	caller->files[slot] = open(caller->device->path, mode | O_CLOEXEC);
	caller->kinds[slot] = &caller->device->interfaces[0];
}

/* A file that a command made is used, where it is known what for. */
static void keep(struct caller *caller, const struct command *command, int file)
{
	size_t slot = below(caller, FILES);
	size_t i;

	for (i = 1; i < caller->device->count; i++) {
		if (caller->device->interfaces[i].opener != command)
			continue;
		if (caller->files[slot] >= 0)
			close(caller->files[slot]);
		caller->files[slot] = file;
		caller->kinds[slot] = &caller->device->interfaces[i];
		return;
	}
	close(file);
}

static void call(struct caller *caller, size_t slot)
{
	const struct interface *interface = caller->kinds[slot];
	const struct command *command = &interface->commands[below(caller, interface->count)];
	__u32 number = number_of(caller, command);
	void *argument = argument_of(caller, command, number);
	long answer = ioctl(caller->files[slot], number, argument);

	caller->calls++;
	if (answer < 0) {
		/* From 512 on, errors are the kernel's own. */
		if (errno >= 512) {
			ktap_say("%s: error %d", command->name, errno);
			caller->wrong++;
		}
		return;
	}
	caller->answered++;
	if (command->answer == DESCRIPTOR && number == command->number)
		keep(caller, command, answer);
	if (number == command->number && command->writes && !command->any_size &&
	    command->passing == POINTER && !is_clean(command, argument)) {
		ktap_say("%s: padding or a reserved member is not zero", command->name);
		caller->wrong++;
	}
}

static void *call_again_and_again(void *context)
{
	struct caller *caller = context;
	size_t slot;

	for (slot = 0; slot < FILES; slot++)
		open_one(caller, slot);
	while (!stop) {
		slot = below(caller, FILES);
		if (caller->files[slot] >= 0 && one_in(caller, 64)) {
			close(caller->files[slot]);
			caller->files[slot] = -1;
		} else if (caller->files[slot] < 0) {
			open_one(caller, slot);
		} else {
			call(caller, slot);
		}
	}
	for (slot = 0; slot < FILES; slot++)
		if (caller->files[slot] >= 0)
			close(caller->files[slot]);
	return NULL;
}

/* How many objects kmalloc() has given out; -1 where it is not to be known. */
static long objects(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512], name[64];
	long active, sum = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %ld", name, &active) == 2 && !strncmp(name, "kmalloc-", 8))
			sum += active;
	}
	if (file)
		fclose(file);
	return sum;
}

int random_calls(const struct device *device, int argc, char **argv)
{
	/* No SA_RESTART: a call that waits ends. */
	const struct sigaction action = { .sa_handler = on_tick };
	const struct timespec while_ = { .tv_nsec = 10 * 1000 * 1000 };
	long seconds = argc > 0 ? atol(argv[0]) : 5;
	unsigned long long seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (__u64)time(NULL);
	struct caller callers[THREADS] = { 0 };
	unsigned long calls = 0, answered = 0, wrong = 0;
	long page = sysconf(_SC_PAGESIZE);
	long before, after;
	time_t end;
	size_t i;

	sigaction(SIGUSR1, &action, NULL);
	ktap_begin(2);
	ktap_say("%ld seconds, seed %llu", seconds, seed);
	before = objects();
	end = time(NULL) + seconds;
	for (i = 0; i < THREADS; i++) {
		struct caller *caller = &callers[i];

		caller->device = device;
		caller->state = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
		caller->memory = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (caller->memory == MAP_FAILED ||
		    mprotect(caller->memory + ROOM, page, PROT_NONE) ||
		    pthread_create(&caller->thread, NULL, call_again_and_again, caller)) {
			printf("Bail out! no memory\n");
			return KTAP_FAIL;
		}
	}
	while (time(NULL) < end) {
		nanosleep(&while_, NULL);
		for (i = 0; i < THREADS; i++)
			pthread_kill(callers[i].thread, SIGUSR1);
	}
	stop = 1;
	for (i = 0; i < THREADS; i++) {
		struct timespec now;

		do {
			pthread_kill(callers[i].thread, SIGUSR1);
			clock_gettime(CLOCK_REALTIME, &now);
			now.tv_sec++;
		} while (pthread_timedjoin_np(callers[i].thread, NULL, &now));
		calls += callers[i].calls;
		answered += callers[i].answered;
		wrong += callers[i].wrong;
	}
	after = objects();
	ktap_say("%lu calls, %lu of them successful", calls, answered);
	ktap_result("random calls", "are answered", wrong || !calls);
	ktap_say("%ld objects before, %ld after", before, after);
	if (before < 0)
		ktap_skip("random calls", "leave no memory behind", "needs /proc/slabinfo");
	else
		ktap_result("random calls", "leave no memory behind",
			    after - before > 1000 + (long)(calls / 20));
	return ktap_end();
}
