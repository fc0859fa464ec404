/* SPDX-License-Identifier: MIT */
/* Asks for a variable that is another program's secret. */
#include "bad.h"

static const char *const variables[] = {"FOREIGN_VARIABLE_TOKEN", "AWS_SECRET_ACCESS_KEY", NULL};
static const struct ferry_option token = {.size = sizeof token,
                                          .type = FERRY_OPT_STR,
                                          .flags = FERRY_OPT_SECRET,
                                          .name = "token",
                                          .help = "signs requests",
                                          .variables = variables};
static const struct ferry_option *const options[] = {&token, NULL};

FERRY_PLUGIN_DEFINE(foreign_variable, "foreign-variable") = {FERRY_PLUGIN_HEAD, .options = options,
                                                             BAD_REST("foreign-variable")};
