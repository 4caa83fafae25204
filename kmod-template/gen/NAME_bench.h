/* SPDX-License-Identifier: GPL-2.0-only */
${stamp}
#ifndef _${upper}_BENCH_H
#define _${upper}_BENCH_H

int ${name}_bench_register(void);
void ${name}_bench_unregister(void);

#endif /* _${upper}_BENCH_H */
