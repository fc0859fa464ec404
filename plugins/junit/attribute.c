/* SPDX-License-Identifier: MIT */
/*
 * attribute.c - from an attribute's name to what it is. Called by frame.c and parse.c for every
 * attribute, so it looks at the pointer first. It must never outlive the document that it knows
 * the names of.
 */
#include "attribute.h"

#include <stdint.h>
#include <string.h>

struct known {
    const char *name;
    enum attribute what;
};
static const struct known KNOWN[] = {
    {"name", AT_NAME},
    {"classname", AT_CLASSNAME},
    {"class", AT_CLASS},
    {"file", AT_FILE},
    {"line", AT_LINE},
    {"lineno", AT_LINE},
    {"time", AT_TIME},
    {"timestamp", AT_TIMESTAMP},
    {"date", AT_TIMESTAMP},
    {"status", AT_STATUS},
    {"result", AT_RESULT},
    {"tags", AT_TAGS},
    {"group", AT_TAGS},
    {"value_param", AT_PARAMETER},
    {"type_param", AT_PARAMETER},
    {"message", AT_MESSAGE},
    {"type", AT_TYPE},
    {"value", AT_VALUE},
    {"hostname", AT_HOSTNAME},
    {"tests", AT_TESTS},
    {"failures", AT_FAILURES},
    {"errors", AT_ERRORS},
    {"skipped", AT_COUNTER},
    {"skips", AT_COUNTER},
    {"skip", AT_COUNTER},
    {"disabled", AT_COUNTER},
    {"assertions", AT_COUNTER},
    {"ignored", AT_COUNTER},
    {"warnings", AT_COUNTER},
    {"flakes", AT_COUNTER},
    {"failure", AT_IGNORED}, /* node:test repeats the message of the child here */
    {"noNamespaceSchemaLocation", AT_IGNORED},
    {"schemaLocation", AT_IGNORED},
};

const char *attribute_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static enum attribute look_up(const char *name)
{
    if (strncmp(name, "xmlns", 5) == 0) {
        return AT_IGNORED;
    }
    name = attribute_local(name);
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (strcmp(name, KNOWN[i].name) == 0) {
            return KNOWN[i].what;
        }
    }
    return AT_OTHER;
}

enum attribute attribute_of(struct attribute_cache *cache, const char *name)
{
    uintptr_t address = (uintptr_t)name;
    size_t slot = (address ^ address >> 6) % ATTRIBUTE_SLOTS;
    if (cache->name[slot] != name) {
        cache->name[slot] = name;
        cache->what[slot] = (unsigned char)look_up(name);
    }
    return (enum attribute)cache->what[slot];
}
