/* SPDX-License-Identifier: MIT */
/* Made for a major that is gone. */
#include "bad.h"
#undef FERRY_ABI_MAJOR
#define FERRY_ABI_MAJOR 0u

FERRY_PLUGIN_DEFINE(older_major, "older-major") = {FERRY_PLUGIN_HEAD, BAD_REST("older-major")};
