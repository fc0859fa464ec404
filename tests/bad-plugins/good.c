/* SPDX-License-Identifier: MIT */
/* Nothing is wrong with this one: the tests copy it, cut it and change it. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(good, "good") = {FERRY_PLUGIN_HEAD, BAD_REST("good")};
