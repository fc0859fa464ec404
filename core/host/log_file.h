/* SPDX-License-Identifier: MIT */
/* log_file.h - errors in a file; for log.c alone, which holds its lock meanwhile. See log_as_script(). */
#ifndef HOST_LOG_FILE_H
#define HOST_LOG_FILE_H

#include <ferry/base.h>

void log_file_name(const char *file); /* NULL: none from now on */
/* One line; `text` is fit to be shown. */
void log_file_add(const char *part, struct ferry_str text);

#endif
