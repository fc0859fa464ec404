/* SPDX-License-Identifier: MIT */
/* keys_map.h - the map files of keys.h: lines GLOB,KEY. Private to keys.c. */
#ifndef ENGINE_KEYS_MAP_H
#define ENGINE_KEYS_MAP_H

#include <arena.h>
#include <ferry/model.h>

struct keys_map;
/* E_CONFIG names the file and the line. `setting`: what names the file, such as "automation_key.map". */
int32_t keys_map_open(struct keys_map **out, struct ferry_str path, const char *setting,
                      struct ferry_error *err);
void keys_map_close(struct keys_map *m); /* accepts NULL */
/* The key of the first rule that matches; absent where none does. E_NO_MEMORY. */
int32_t keys_map_find(const struct keys_map *m, const struct ferry_result *r, struct arena *arena,
                      struct ferry_str *key);

#endif
