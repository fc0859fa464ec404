/* SPDX-License-Identifier: MIT */
/* Linked without the version script: a helper leaves the file with the plugin. */
#include "bad.h"

__attribute__((visibility("default"))) int bad_helper(void);
int bad_helper(void)
{
    return 1;
}

FERRY_PLUGIN_DEFINE(extra_symbol, "extra-symbol") = {FERRY_PLUGIN_HEAD, BAD_REST("extra-symbol")};
