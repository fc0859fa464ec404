/* SPDX-License-Identifier: MIT */
/* A struct that says more than it has: whoever believes it reads past its end. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(large_struct, "large-struct") = {4096, FERRY_ABI_MAJOR, FERRY_ABI_LEVEL, 0,
                                                     BAD_REST("large-struct")};
