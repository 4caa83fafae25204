// SPDX-License-Identifier: GPL-2.0-only
/* The functions of gong_calls.h, each called. */

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "gong_calls.h"
#include "ktap.h"

static void test_numbers(int fd)
{
	struct gong_channel channel = { 5, ~0U };
	__u32 got = 0;

	ktap_result("set_mode", "returns it", gong_ioctl_set_mode(fd, 9) != 9);
	ktap_result("set_mode", "returns an error", gong_ioctl_set_mode(fd, -9) != -EINVAL);
	ktap_result("set_word", "passes a word", gong_ioctl_set_word(fd, ~0UL));
	ktap_result("set_offset", "passes what is below zero", gong_ioctl_set_offset(fd, -5));
	ktap_result("set_offset", "returns an error", gong_ioctl_set_offset(fd, 5000) != -EDOM);
	ktap_result("set_limit", "passes a value's address",
		    gong_ioctl_set_limit(fd, 8) || gong_ioctl_get_limit(fd, &got) || got != 8);
	ktap_result("level", "is read", gong_ioctl_level(fd, &got) || got != 7);
	ktap_result("future", "is not there", gong_ioctl_future(fd, &got) != -ENOTTY);
	ktap_result("channel", "is one of a family, and what is reserved is cleared",
		    gong_ioctl_channel(fd, 7, &channel) || channel.gain != 12);
	ktap_result("channel", "has an end", gong_ioctl_channel(fd, 8, &channel) != -EINVAL);
}

static void test_structures(int fd)
{
	struct gong_config config = { 1, 4, -10, { 1, 2, 3, 4 }, 5 }, got;
	struct gong_query query = { 0, 1, 3, 5, { 1, 2, 3, 4 } };
	struct gong_tune tune = { 1, ~0U, 0 };
	struct gong_legacy legacy = { -5, 7, 8, NULL, { 1, 2, 3 } };
	struct gong_stats stats;
	struct gong_blob blob;

	memset(&blob, 0xff, sizeof(blob));
	blob.key = 0xfe;
	ktap_result("reset", "takes nothing", gong_ioctl_reset(fd));
	ktap_result("set_config", "clears what is reserved, in a copy",
		    gong_ioctl_set_config(fd, &config) || config._reserved0[0] != 1);
	ktap_result("get_config", "yields what was set",
		    gong_ioctl_get_config(fd, &got) || got.level != -10 || got.delay_ns != 5);
	config.flags = 4;
	ktap_result("set_config", "returns an error", gong_ioctl_set_config(fd, &config) != -EINVAL);
	ktap_result("query", "knows its size",
		    gong_ioctl_query(fd, &query) || query.size != sizeof(query) || query.depth != 6);
	ktap_result("tune", "may grow", gong_ioctl_tune(fd, &tune));
	ktap_result("stats", "may grow", gong_ioctl_stats(fd, &stats) || stats.errors);
	ktap_result("blob", "comes back", gong_ioctl_blob(fd, &blob) || blob.data[247] != 1);
	ktap_result("legacy", "comes back",
		    gong_ioctl_legacy(fd, &legacy) || legacy.when != -4 || legacy.total != 9);
}

static void test_arrays(int fd)
{
	struct gong_samples *samples = gong_samples_alloc(2);
	__u8 from[3] = { 1, 2, 3 }, to[3] = { 0 };
	struct gong_exchange exchange = { (uintptr_t)from, (uintptr_t)to, 3, 0 };
	struct gong_stream stream = { 1, 2 };
	__u8 name[5];
	int made;

	samples->samples[1].value = 7;
	ktap_result("samples", "are inverted",
		    samples->count != 2 || gong_ioctl_samples(fd, samples) ||
		    samples->samples[1].value != -7);
	free(samples);
	ktap_result("samples", "are not allocated past the end of memory",
		    gong_samples_alloc((size_t)-1) || errno != ENOMEM);
	ktap_result("name", "is filled", gong_ioctl_name(fd, name, 5) != 5 || name[3] != 'g');
	ktap_result("name", "is no longer than a number can say",
		    gong_ioctl_name(fd, name, 0x4000) != -E2BIG);
	ktap_result("exchange", "copies", gong_ioctl_exchange(fd, &exchange) || to[2] != 3);
	made = gong_ioctl_open_stream(fd, &stream);
	ktap_result("open_stream", "returns a file", made < 3 || close(made));
}

int main(void)
{
	int fd = open("/dev/gong", O_RDWR);

	ktap_begin(25);
	if (fd < 0)
		return KTAP_FAIL;
	test_numbers(fd);
	test_structures(fd);
	test_arrays(fd);
	return ktap_end();
}
