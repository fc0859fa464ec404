/* SPDX-License-Identifier: MIT */
/* ferry_plugin is a function: a plugin of some other program. */
#include "bad.h"

FERRY_NOTE_EMIT_(function_symbol, "function-symbol")
__attribute__((visibility("default"))) int ferry_plugin(void);
int ferry_plugin(void)
{
    return 0;
}
