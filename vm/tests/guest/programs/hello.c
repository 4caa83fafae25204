/*
 * Tests the device of vm_hello, and prints KTAP. Arguments: the answer to expect, or what to have
 * the device or the program do.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int ask(unsigned int command)
{
	int device = open("/dev/vm_hello", O_RDWR);

	return ioctl(device, command) ? 1 : 0;
}

static void answer_is(int expected)
{
	int answer = -1;
	int device = open("/dev/vm_hello", O_RDWR);
	int result = ioctl(device, _IOR('H', 0, int), &answer);

	printf("KTAP version 1\n1..3\n");
	printf("%s 1 device opens\n", device >= 0 ? "ok" : "not ok");
	printf("# answer %d, expected %d\n", answer, expected);
	printf("%s 2 answer is %d\n", result == 0 && answer == expected ? "ok" : "not ok", expected);
	printf("ok 3 words are %zu bits # SKIP nothing to compare\n", 8 * sizeof(long));
}

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "42";

	if (!strcmp(what, "oops"))
		return ask(_IO('H', 1));
	if (!strcmp(what, "hang"))
		return ask(_IO('H', 2));
	if (!strcmp(what, "overwrite"))
		return ask(_IO('H', 3));
	if (!strcmp(what, "wait")) {
		printf("KTAP version 1\n1..2\nok 1 before\n");
		pause();
	}
	if (!strcmp(what, "die")) {
		printf("KTAP version 1\n1..2\nok 1 before\n");
		fflush(stdout);
		raise(SIGSEGV);
	}
	if (!strcmp(what, "silent"))
		return 0;
	if (!strcmp(what, "skip"))
		return 4;
	answer_is(atoi(what));
	return 0;
}
