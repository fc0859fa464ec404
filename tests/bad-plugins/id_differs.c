/* SPDX-License-Identifier: MIT */
/* The note says one id, the struct another. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(id_differs, "id-differs") = {FERRY_PLUGIN_HEAD, BAD_REST("another")};
