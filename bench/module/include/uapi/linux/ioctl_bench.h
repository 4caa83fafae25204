/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_IOCTL_BENCH_H
#define _UAPI_LINUX_IOCTL_BENCH_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IOCTL_BENCH_IOC_TYPE	0xb5

/**
 * struct ioctl_bench_8 - what 8 bytes are carried in
 * @bytes: the bytes
 */
struct ioctl_bench_8 {
	__u8 bytes[8];
};

/**
 * struct ioctl_bench_64 - what 64 bytes are carried in
 * @bytes: the bytes
 */
struct ioctl_bench_64 {
	__u8 bytes[64];
};

/**
 * struct ioctl_bench_512 - what 512 bytes are carried in
 * @bytes: the bytes
 */
struct ioctl_bench_512 {
	__u8 bytes[512];
};

/**
 * struct ioctl_bench_1024 - what 1024 bytes are carried in
 * @bytes: the bytes
 */
struct ioctl_bench_1024 {
	__u8 bytes[1024];
};

/**
 * struct ioctl_bench_4096 - what 4096 bytes are carried in
 * @bytes: the bytes
 */
struct ioctl_bench_4096 {
	__u8 bytes[4096];
};

/* Puts 8 bytes into the store. */
#define IOCTL_BENCH_WRITE_8	_IOW(IOCTL_BENCH_IOC_TYPE, 0x10, struct ioctl_bench_8)
/* Puts 64 bytes into the store. */
#define IOCTL_BENCH_WRITE_64	_IOW(IOCTL_BENCH_IOC_TYPE, 0x11, struct ioctl_bench_64)
/* Puts 512 bytes into the store. */
#define IOCTL_BENCH_WRITE_512	_IOW(IOCTL_BENCH_IOC_TYPE, 0x12, struct ioctl_bench_512)
/* Puts 1024 bytes into the store. */
#define IOCTL_BENCH_WRITE_1024	_IOW(IOCTL_BENCH_IOC_TYPE, 0x13, struct ioctl_bench_1024)
/* Puts 4096 bytes into the store. */
#define IOCTL_BENCH_WRITE_4096	_IOW(IOCTL_BENCH_IOC_TYPE, 0x14, struct ioctl_bench_4096)

/* Gives the first 8 bytes of the store. */
#define IOCTL_BENCH_READ_8	_IOR(IOCTL_BENCH_IOC_TYPE, 0x20, struct ioctl_bench_8)
/* Gives the first 64 bytes of the store. */
#define IOCTL_BENCH_READ_64	_IOR(IOCTL_BENCH_IOC_TYPE, 0x21, struct ioctl_bench_64)
/* Gives the first 512 bytes of the store. */
#define IOCTL_BENCH_READ_512	_IOR(IOCTL_BENCH_IOC_TYPE, 0x22, struct ioctl_bench_512)
/* Gives the first 1024 bytes of the store. */
#define IOCTL_BENCH_READ_1024	_IOR(IOCTL_BENCH_IOC_TYPE, 0x23, struct ioctl_bench_1024)
/* Gives the first 4096 bytes of the store. */
#define IOCTL_BENCH_READ_4096	_IOR(IOCTL_BENCH_IOC_TYPE, 0x24, struct ioctl_bench_4096)

/* Puts 8 bytes into the store, and gives what it holds then. */
#define IOCTL_BENCH_EXCHANGE_8	_IOWR(IOCTL_BENCH_IOC_TYPE, 0x30, struct ioctl_bench_8)
/* Puts 64 bytes into the store, and gives what it holds then. */
#define IOCTL_BENCH_EXCHANGE_64	_IOWR(IOCTL_BENCH_IOC_TYPE, 0x31, struct ioctl_bench_64)
/* Puts 512 bytes into the store, and gives what it holds then. */
#define IOCTL_BENCH_EXCHANGE_512	_IOWR(IOCTL_BENCH_IOC_TYPE, 0x32, struct ioctl_bench_512)
/* Puts 1024 bytes into the store, and gives what it holds then. */
#define IOCTL_BENCH_EXCHANGE_1024	_IOWR(IOCTL_BENCH_IOC_TYPE, 0x33, struct ioctl_bench_1024)
/* Puts 4096 bytes into the store, and gives what it holds then. */
#define IOCTL_BENCH_EXCHANGE_4096	_IOWR(IOCTL_BENCH_IOC_TYPE, 0x34, struct ioctl_bench_4096)

#endif /* _UAPI_LINUX_IOCTL_BENCH_H */
