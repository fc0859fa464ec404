/* SPDX-License-Identifier: MIT */
/* A secret with a default: it would be shown in help. */
#include "bad.h"

static const struct ferry_option token = {.size = sizeof token,
                                          .type = FERRY_OPT_STR,
                                          .flags = FERRY_OPT_SECRET,
                                          .name = "token",
                                          .def = "changeme",
                                          .help = "signs requests"};
static const struct ferry_option *const options[] = {&token, NULL};

FERRY_PLUGIN_DEFINE(bad_option, "bad-option") = {FERRY_PLUGIN_HEAD, .options = options,
                                                 BAD_REST("bad-option")};
