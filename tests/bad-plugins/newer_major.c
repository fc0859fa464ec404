/* SPDX-License-Identifier: MIT */
/* Made for a ferry that does not exist. */
#include "bad.h"
#undef FERRY_ABI_MAJOR
#define FERRY_ABI_MAJOR 2u

FERRY_PLUGIN_DEFINE(newer_major, "newer-major") = {FERRY_PLUGIN_HEAD, BAD_REST("newer-major")};
