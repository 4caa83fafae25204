/* SPDX-License-Identifier: GPL-2.0-only */
${stamp}
/* What the conformance test has to know of a command. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

//% if in_tree
#include "../kselftest.h"
//% else
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
//% endif

/* How the argument goes to the driver. */
enum passing {
	NOTHING,	/* there is none */
	POINTER,	/* the address of a structure */
	GROWING_NUMBER,	/* of one that may grow, with its size in the number */
	GROWING_MEMBER,	/* of one that may grow, with its size in front */
	FLEXIBLE,	/* of one with an array at its end */
	BUFFER,		/* of an array, with its size in the number */
	VALUE,		/* a number, itself */
};

/* What a member may hold. */
enum rule {
	ANYTHING,
	RESERVED,	/* zero */
	FLAGS,		/* no bits but these */
	NOT_VALID,	/* not this */
};

struct member {
	const char *name;
	size_t offset;
	size_t size;
	enum rule rule;
	__u64 operand;
};

/* Arrays of an argument, at most. */
#define MOST_ARRAYS	64

/* Structures behind an address in the argument. */
struct elements {
	const char *name;	/* of the address; NULL ends the list */
	size_t address;		/* where it is, in bytes */
	struct {
		size_t offset;
		size_t size;
	} count;
	size_t size;		/* of an element, in bytes */
	const void *valid;	/* an element that the driver takes */
	const struct member *members;
	__u64 some;		/* the smallest valid count but 0 */
	bool more;		/* one more is valid, too */
	bool any;		/* any count is valid */
};

/* A member that stands for an object of the open file. */
struct handle {
	const char *name;	/* of the member; NULL ends the list */
	size_t offset;		/* where it is, in bytes */
	size_t creator;		/* the place of a command that makes such an object */
	bool destroys;		/* it is gone afterwards */
};

enum answer { ZERO, NUMBER, DESCRIPTOR };

struct command {
	const char *name;
	__u32 number;
	__u32 family;	/* how many numbers behind it are its, too */
	enum passing passing;
	enum answer answer;
	bool any_size;		/* the size in the number may vary */
	bool reads;		/* the driver reads the argument */
	bool writes;		/* the driver writes it */
	bool for_reading;	/* needs a file open for reading */
	bool for_writing;	/* needs a file open for writing */
	bool privileged;	/* needs a capability */
	size_t size;		/* of the argument, in bytes */
	size_t min_size;	/* of its first version */
	const void *valid;	/* an argument that the driver takes */
	const struct member *members;
	const struct elements *elements;	/* NULL where there are none */
	const struct handle *handles;	/* NULL where there are none */
	const struct handle *created;	/* the handle of the object that it makes, or NULL */
	struct {
		size_t offset;
		size_t size;
	} count;
	struct {
		size_t offset;
		size_t size;
	} element;
};

/* The commands of one kind of file. */
struct interface {
	const char *name;
	const struct command *opener;	/* makes such a file; NULL where it is in /dev */
	const struct command *commands;
	size_t count;
};

/*
 * What has to be done around a call that cannot be repeated for ever. A test
 * makes many calls of each command; most of them are refused.
 */
struct hook {
	const char *command;	/* its name; NULL ends the list */
	/* In front of each call: 0, or an error below zero, and the test fails. */
	int (*set_up)(int fd);
	/* Behind each call that succeeded. */
	void (*tear_down)(int fd, long answer, const void *argument);
	/* How many calls that succeed one open file takes; 0 is any number. */
	unsigned int limit;
	bool positive;	/* it may return a number above 0 */
	unsigned int calls;	/* counted by the test */
};

struct device {
	const char *path;
	const char *driver;	/* what the bus calls it, if it is on one */
	const struct interface *interfaces;	/* that in /dev first */
	size_t count;
	struct hook *hooks;
};

/* Whether malformed calls are answered as the definition says. */
int conformance(const struct device *device);
//% if not in_tree
/* Random calls of many threads, for some seconds. */
int random_calls(const struct device *device, int argc, char **argv);
//% endif

#endif /* CONFORMANCE_H */
