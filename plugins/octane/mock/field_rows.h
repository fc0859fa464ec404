/* SPDX-License-Identifier: MIT */
/* field_rows.h - how the tables of fields are written. */
#ifndef OCTANE_MOCK_FIELD_ROWS_H
#define OCTANE_MOCK_FIELD_ROWS_H

#define WRITE FIELD_WRITE
#define NEED  (FIELD_WRITE | FIELD_NEEDED)

#define STRING(n, flags)                                                                           \
    {                                                                                              \
        n, FIELD_STRING, flags, 255, NULL, NULL                                                    \
    }
#define MEMO(n, flags)                                                                             \
    {                                                                                              \
        n, FIELD_MEMO, flags, 0, NULL, NULL                                                        \
    }
#define LONG(n, flags)                                                                             \
    {                                                                                              \
        n, FIELD_LONG, flags, 0, NULL, NULL                                                        \
    }
#define BOOL(n, flags)                                                                             \
    {                                                                                              \
        n, FIELD_BOOL, flags, 0, NULL, NULL                                                        \
    }
#define TIME(n, flags)                                                                             \
    {                                                                                              \
        n, FIELD_TIME, flags, 0, NULL, NULL                                                        \
    }
#define REF(n, flags, target)                                                                      \
    {                                                                                              \
        n, FIELD_REF, flags, 0, target, NULL                                                       \
    }
#define REFS(n, flags, target)                                                                     \
    {                                                                                              \
        n, FIELD_REFS, flags, 0, target, NULL                                                      \
    }
#define ALIAS(n, flags, target, of)                                                                \
    {                                                                                              \
        n, FIELD_REFS, flags, 0, target, of                                                        \
    }
#define COVER(n, flags, target)                                                                    \
    {                                                                                              \
        n, FIELD_REFS, (flags) | FIELD_COVER, 0, target, NULL                                      \
    }
#define JIRA                                                                                       \
    {                                                                                              \
        "jira_key_udf", FIELD_STRING, FIELD_WRITE | FIELD_JIRA, 255, NULL, NULL                    \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, 0, 0, NULL, NULL                                                                  \
    }

#endif
