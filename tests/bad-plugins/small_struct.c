/* SPDX-License-Identifier: MIT */
/* A struct that is smaller than it ever was. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(small_struct, "small-struct") = {16, FERRY_ABI_MAJOR, FERRY_ABI_LEVEL, 0,
                                                     BAD_REST("small-struct")};
