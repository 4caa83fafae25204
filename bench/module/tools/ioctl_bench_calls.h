/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Made by ioctl-gen 0.1.0: body a5beb51ff49b */
/*
 * The commands of /dev/ioctl_bench as functions, for C99 and C++.
 *
 * A function returns what its command returns, 0 if that is nothing, or a
 * negative error number. Ignore errno. Reserved members are cleared and sizes
 * are filled in before the kernel reads them: in a copy, where the argument is
 * const. A const argument that ends in an array is passed unchanged: its
 * reserved members must already be zero.
 *
 * A call that a signal interrupts is not repeated: it returns -EINTR. The
 * kernel restarts by itself what can be restarted (SA_RESTART), and of the rest
 * only the caller knows whether it may be done twice.
 */
#ifndef _IOCTL_BENCH_CALLS_H
#define _IOCTL_BENCH_CALLS_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/ioctl_bench.h>

/**
 * ioctl_bench_ioctl_write_8() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_write_8(int fd,
					    const struct ioctl_bench_8 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_WRITE_8, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_write_64() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_write_64(int fd,
					     const struct ioctl_bench_64 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_WRITE_64, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_write_512() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_write_512(int fd,
					      const struct ioctl_bench_512 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_WRITE_512, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_write_1024() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int
ioctl_bench_ioctl_write_1024(int fd, const struct ioctl_bench_1024 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_WRITE_1024, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_write_4096() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int
ioctl_bench_ioctl_write_4096(int fd, const struct ioctl_bench_4096 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_WRITE_4096, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_read_8() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_read_8(int fd, struct ioctl_bench_8 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_READ_8, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_read_64() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_read_64(int fd, struct ioctl_bench_64 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_READ_64, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_read_512() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_read_512(int fd,
					     struct ioctl_bench_512 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_READ_512, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_read_1024() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_read_1024(int fd,
					      struct ioctl_bench_1024 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_READ_1024, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_read_4096() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_read_4096(int fd,
					      struct ioctl_bench_4096 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_READ_4096, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_exchange_8() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed, and comes back changed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_exchange_8(int fd,
					       struct ioctl_bench_8 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_EXCHANGE_8, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_exchange_64() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed, and comes back changed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_exchange_64(int fd,
						struct ioctl_bench_64 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_EXCHANGE_64, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_exchange_512() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed, and comes back changed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_exchange_512(int fd,
						 struct ioctl_bench_512 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_EXCHANGE_512, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_exchange_1024() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed, and comes back changed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_exchange_1024(int fd,
						  struct ioctl_bench_1024 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_EXCHANGE_1024, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * ioctl_bench_ioctl_exchange_4096() - is not described yet
 * @fd: a file descriptor of /dev/ioctl_bench
 * @arg: what is passed, and comes back changed
 *
 * Return: 0, or a negative error number.
 */
static inline int ioctl_bench_ioctl_exchange_4096(int fd,
						  struct ioctl_bench_4096 *arg)
{
	int ret;

	ret = ioctl(fd, IOCTL_BENCH_EXCHANGE_4096, arg);
	return ret == -1 ? -errno : ret;
}

#endif /* _IOCTL_BENCH_CALLS_H */
