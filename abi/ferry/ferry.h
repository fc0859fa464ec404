/* SPDX-License-Identifier: MIT */
/* ferry.h - everything a plugin may use. Read base.h (the rules), then model.h (the nouns). */
#ifndef FERRY_FERRY_H
#define FERRY_FERRY_H

#include "base.h"
#include "commands.h"
#include "hook.h"
#include "host.h"
#include "http.h"
#include "model.h"
#include "needs.h"
#include "planner.h"
#include "plugin.h"
#include "reader.h"
#include "service.h"
#include "tasks.h"
#include "tracker.h"

#endif
