/* SPDX-License-Identifier: MIT */
/* A note that ends before the id does. */
#include "bad.h"

__attribute__((section(FERRY_NOTE_SECTION), used, aligned(4))) static const struct {
    uint32_t namesz, descsz, type;
    char name[8];
    uint32_t major, level;
} short_note = {6, 8, FERRY_NOTE_TYPE, FERRY_NOTE_NAME, FERRY_ABI_MAJOR, FERRY_ABI_LEVEL};
extern __attribute__((visibility("default"))) const struct ferry_plugin ferry_plugin;
const struct ferry_plugin ferry_plugin = {FERRY_PLUGIN_HEAD, BAD_REST("short-note")};
