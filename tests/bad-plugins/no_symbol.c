/* SPDX-License-Identifier: MIT */
/* The note is there, the symbol is not: FERRY_STATIC was left defined. */
#define FERRY_STATIC
#include "bad.h"

FERRY_NOTE_EMIT_(no_symbol, "no-symbol")
FERRY_PLUGIN_DEFINE(no_symbol, "no-symbol") = {FERRY_PLUGIN_HEAD, BAD_REST("no-symbol")};
