/* Each function makes a call that a rule reports, then the same call as it should be, and prints both results. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <asm/ioctls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#define APART __attribute__((noinline))

static void print(const char *name, unsigned long long value)
{
	printf("%s %llu\n", name, value);
}

APART static void fill_stack(void)
{
	volatile char stack[4096];

	memset((void *)stack, 0xaa, sizeof(stack));
}

APART static unsigned long wider_unset(int fd)
{
	long size;

	ioctl(fd, FIGETBSZ, &size);
	return size;
}

APART static unsigned int narrower(int fd)
{
	struct {
		int size;
		unsigned int guard;
	} pair = { 0, 0x55555555 };

	ioctl(fd, FIOQSIZE, &pair.size);
	return pair.guard;
}

APART static long long as_wide(int fd)
{
	loff_t size = -1;

	ioctl(fd, FIOQSIZE, &size);
	return size;
}

APART static int pointer_for_value(int terminal)
{
	int queue = TCIOFLUSH;

	return ioctl(terminal, TCFLSH, &queue) < 0 ? errno : 0;
}

APART static int value(int terminal)
{
	int queue = TCIOFLUSH;

	return ioctl(terminal, TCFLSH, queue) < 0 ? errno : 0;
}

APART static int struct_by_value(int terminal)
{
	struct winsize size = { 0 };

	return ioctl(terminal, TIOCGWINSZ, size) < 0 ? errno : 0;
}

APART static int struct_address(int terminal)
{
	struct winsize size = { 0 };

	return ioctl(terminal, TIOCGWINSZ, &size) < 0 ? errno : 0;
}

APART static int pointer_to_pointer(int terminal)
{
	struct winsize room[2], *size = room;

	ioctl(terminal, TIOCGWINSZ, &size);
	return size != room;
}

APART static int pointer(int terminal)
{
	struct winsize room[2], *size = room;

	ioctl(terminal, TIOCGWINSZ, size);
	return size != room;
}

int main(int argc, char **argv)
{
	int fd = open(argv[1], O_RDONLY), terminal = posix_openpt(O_RDWR | O_NOCTTY);
	struct winsize size = { 24, 80, 0, 0 };

	if (fd < 0 || terminal < 0)
		return 1;
	ioctl(terminal, TIOCSWINSZ, &size);
	fill_stack();
	print("wider_unset", wider_unset(fd));
	print("narrower", narrower(fd));
	print("as_wide", as_wide(fd));
	print("pointer_for_value", pointer_for_value(terminal));
	print("value", value(terminal));
	print("struct_by_value", struct_by_value(terminal));
	print("struct_address", struct_address(terminal));
	print("pointer_to_pointer", pointer_to_pointer(terminal));
	print("pointer", pointer(terminal));
	return 0;
}
