/* SPDX-License-Identifier: MIT */
/* plugin_set.h - what plugin_scan.c finds and plugin_load.c loads. Nobody else includes it. */
#ifndef HOST_PLUGIN_SET_H
#define HOST_PLUGIN_SET_H

#include "plugin_check.h"
#include "plugins.h"

#include <sys/types.h>

struct plugin_slot {
    struct plugin_entry entry; /* first: plugins_load() gets back from it to the slot */
    struct plugin_trust trust;
};

struct plugin_folder {
    dev_t dev;
    ino_t ino;
};

struct plugins {
    struct plugin_slot **slots; /* each on its own, so that entries stay where they are */
    uint32_t n;
    struct plugin_folder *folders; /* scanned already; none twice */
    uint32_t n_folders;
    char *bundled; /* ferry's own folder, absolute; NULL where there is none */
};

#endif
