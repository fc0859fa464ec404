/* SPDX-License-Identifier: MIT */
/* Needs two levels more than there are. */
#define FERRY_ABI_LEVEL 3u
#include "bad.h"

FERRY_PLUGIN_DEFINE(higher_level, "higher-level") = {FERRY_PLUGIN_HEAD, BAD_REST("higher-level")};
