#include <linux/ioctl.h>
#include <linux/types.h>

/* Padding at its end on x86_64, and none on i386. */
struct foo_map {
	__u64 start;
	__u32 flags;
};

#define FOO_MAP _IOW('f', 1, struct foo_map)
#define FOO_RESET _IO('f', 2)
#define FOO_MARK _IOW('f', 3, __u32)
