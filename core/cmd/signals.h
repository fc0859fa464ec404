/* SPDX-License-Identifier: MIT */
/* signals.h - what main does before anything else. */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

/* No core dump and no tracing by others, no TLS key log, the three standard descriptors open. */
void process_harden(void);
/*
 * SIGINT and SIGTERM set app_interrupted; four seconds later the process ends whatever it does, with the second one at once.
 * SIGPIPE is an error of write().
 */
void signals_install(void);

#endif
