// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 22f4571fbeb9 */

#include <linux/elfnote.h>

/*
 * What this module's interface is, for tools: a note of type 1 by "ioctlkit",
 * which is also at /sys/module/ioctl_bench/notes.
 */
ELFNOTE32("ioctlkit", 1,
	  "ioctlkit-abi 1\n"
	  "struct ioctl_bench_8 8\n"
	  "member 0 bytes __u8[8]\n"
	  "struct ioctl_bench_64 64\n"
	  "member 0 bytes __u8[64]\n"
	  "struct ioctl_bench_512 512\n"
	  "member 0 bytes __u8[512]\n"
	  "struct ioctl_bench_1024 1024\n"
	  "member 0 bytes __u8[1024]\n"
	  "struct ioctl_bench_4096 4096\n"
	  "member 0 bytes __u8[4096]\n"
	  "command IOCTL_BENCH_WRITE_8 write 0xb5 0x10 8 pointer struct ioctl_bench_8\n"
	  "command IOCTL_BENCH_WRITE_64 write 0xb5 0x11 64 pointer struct ioctl_bench_64\n"
	  "command IOCTL_BENCH_WRITE_512 write 0xb5 0x12 512 pointer struct ioctl_bench_512\n"
	  "command IOCTL_BENCH_WRITE_1024 write 0xb5 0x13 1024 pointer struct ioctl_bench_1024\n"
	  "command IOCTL_BENCH_WRITE_4096 write 0xb5 0x14 4096 pointer struct ioctl_bench_4096\n"
	  "command IOCTL_BENCH_READ_8 read 0xb5 0x20 8 pointer struct ioctl_bench_8\n"
	  "command IOCTL_BENCH_READ_64 read 0xb5 0x21 64 pointer struct ioctl_bench_64\n"
	  "command IOCTL_BENCH_READ_512 read 0xb5 0x22 512 pointer struct ioctl_bench_512\n"
	  "command IOCTL_BENCH_READ_1024 read 0xb5 0x23 1024 pointer struct ioctl_bench_1024\n"
	  "command IOCTL_BENCH_READ_4096 read 0xb5 0x24 4096 pointer struct ioctl_bench_4096\n"
	  "command IOCTL_BENCH_EXCHANGE_8 read_write 0xb5 0x30 8 pointer struct ioctl_bench_8\n"
	  "command IOCTL_BENCH_EXCHANGE_64 read_write 0xb5 0x31 64 pointer struct ioctl_bench_64\n"
	  "command IOCTL_BENCH_EXCHANGE_512 read_write 0xb5 0x32 512 pointer struct ioctl_bench_512\n"
	  "command IOCTL_BENCH_EXCHANGE_1024 read_write 0xb5 0x33 1024 pointer struct ioctl_bench_1024\n"
	  "command IOCTL_BENCH_EXCHANGE_4096 read_write 0xb5 0x34 4096 pointer struct ioctl_bench_4096\n");
