/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: body ee1effc389b1 */
#ifndef _IOCTL_BENCH_BENCH_H
#define _IOCTL_BENCH_BENCH_H

int ioctl_bench_bench_register(void);
void ioctl_bench_bench_unregister(void);

#endif /* _IOCTL_BENCH_BENCH_H */
