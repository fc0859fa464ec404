/* SPDX-License-Identifier: MIT */
/* Two plugins in one file. */
#include "bad.h"

FERRY_NOTE_EMIT_(another, "another")
FERRY_PLUGIN_DEFINE(two_notes, "two-notes") = {FERRY_PLUGIN_HEAD, BAD_REST("two-notes")};
