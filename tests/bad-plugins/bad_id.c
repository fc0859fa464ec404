/* SPDX-License-Identifier: MIT */
/* An id that could be taken for a path. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(bad_id, "../etc") = {FERRY_PLUGIN_HEAD, BAD_REST("../etc")};
