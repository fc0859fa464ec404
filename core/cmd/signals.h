/* SPDX-License-Identifier: MIT */
/* signals.h - what main does before anything else. */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

/* No core dump and no tracing by others, no TLS key log, the three standard descriptors open. */
void process_harden(void);
/* SIGINT and SIGTERM set app_interrupted, the second one ends the process; SIGPIPE is an error of
 * write(). */
void signals_install(void);

#endif
