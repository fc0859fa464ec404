/* SPDX-License-Identifier: MIT */
/* versions.h - a state folder as text, and back; see versions/README.md. */
#ifndef TORTURE_VERSIONS_H
#define TORTURE_VERSIONS_H

#include "rig.h"

/* Databases and spooled files of the folder, to stdout. */
int version_print(const char *state);
/* The folder that a file says; what was there before is removed. */
int version_restore(const char *file, const char *state);

#endif
