/* SPDX-License-Identifier: MIT */
/* FERRY_ABI_LEVEL defined as nothing that counts. */
#define FERRY_ABI_LEVEL 0u
#include "bad.h"

FERRY_PLUGIN_DEFINE(level_zero, "level-zero") = {FERRY_PLUGIN_HEAD, BAD_REST("level-zero")};
