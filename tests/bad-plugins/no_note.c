/* SPDX-License-Identifier: MIT */
/* The symbol is there, the note is not: not made with FERRY_PLUGIN_DEFINE. */
#include "bad.h"

extern __attribute__((visibility("default"))) const struct ferry_plugin ferry_plugin;
const struct ferry_plugin ferry_plugin = {FERRY_PLUGIN_HEAD, BAD_REST("no-note")};
