/* SPDX-License-Identifier: GPL-2.0-only */
${stamp}
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ${it.symbol}

#if !defined(_${it.upper}_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _${it.upper}_TRACE_H

#include <linux/tracepoint.h>

#include "${it.symbol}_ioctl.h"
//% for c in it.commands

/* ${c.macro|comment}, when its handler has returned. */
TRACE_EVENT(${it.symbol}_${c.op},
	    TP_PROTO(${c.trace.parameters|code}long ret),
	    TP_ARGS(${c.trace.names|code}ret),
	    TP_STRUCT__entry(__field(long, ret)
//% for field in c.trace.fields
			     __field(${field.type|code}, ${field.name})
//% endfor
	    ),
	    TP_fast_assign(__entry->ret = ret;
//% for field in c.trace.fields
			   __entry->${field.name} = ${field.value|code};
//% endfor
	    ),
	    TP_printk("${c.trace.format|string}ret=%ld",
//% for field in c.trace.fields
		      __entry->${field.name},
//% endfor
		      __entry->ret)
);
//% endfor

#endif /* _${it.upper}_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE ${it.symbol}_trace
#include <trace/define_trace.h>
