/* SPDX-License-Identifier: MIT */
/* echo.h - what the two halves of the test tracker `echo` agree on: its moods. */
#ifndef ECHO_H
#define ECHO_H

#include <ferry/ferry.h>
#include <json.h>
#include <text.h>

#define ECHO_FACT "what it says"

/* The option `say`, and whether the option `mood` is this one. */
struct ferry_str echo_say(const struct ferry_kv *options, uint32_t n);
int echo_mood(const struct ferry_kv *options, uint32_t n, const char *mood);

extern const struct ferry_service echo_service;

#endif
