/* SPDX-License-Identifier: MIT */
/* The note says one level, the struct another. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(level_differs, "level-differs") = {sizeof(struct ferry_plugin), FERRY_ABI_MAJOR,
                                                       7, 0, BAD_REST("level-differs")};
