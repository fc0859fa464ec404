/* SPDX-License-Identifier: MIT */
/*
 * commands.h - what the commands of `ferry octane` have in common: a shell that asks, lists and writes entities through the host, things as they
 * are listed, and looking for one by its name. The errors of all functions here are in the shell's `err`.
 */
#ifndef OCTANE_COMMANDS_H
#define OCTANE_COMMANDS_H

#include "codec.h"

/* One running command. */
struct shell {
    const struct ferry_command_call *call;
    struct ferry_error *err;
    struct ferry_call codec; /* the destination, as the codec is told of it */
    struct ferry_kv options[6];
    struct arena arena; /* until the command ends */
    struct buf out;
    struct json_out json;
    int as_json;
};

/* --- commands.c ------------------------------------------------------------------------------------- */

/* end() writes what there is to be written where all went well, and gives everything back. */
void shell_open(struct shell *s, const struct ferry_command_call *call,
                struct ferry_error *err); /* for a command that asks Octane nothing */
int32_t shell_begin(struct shell *s, const struct ferry_command_call *call,
                    struct ferry_error *err);
int32_t shell_end(struct shell *s, int32_t rc);
struct ferry_str shell_option(const struct shell *s, const char *name); /* of the command */
int shell_is_set(const struct shell *s, const char *name);              /* one that is yes or no */
struct ferry_str shell_arg(const struct shell *s, uint32_t n);          /* absent past the last */
void shell_warn(const struct shell *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes out what has gathered once it is much; all of it with `now`. Also where the command fails. */
int32_t shell_flush(struct shell *s, int now);

/* Options that several have. */
extern const struct ferry_option shell_jira_option, shell_json_option, shell_skip_option,
    shell_space_option, shell_story_option, shell_suite_option, shell_suite_run_option,
    shell_test_option, shell_workspace_option;
/* One command a file, by its name. */
extern const struct ferry_command octane_command_link, octane_command_module, octane_command_rest,
    octane_command_retry, octane_command_runs, octane_command_story, octane_command_suite,
    octane_command_suite_run, octane_command_tasks, octane_command_unlink;

/* --- commands_ask.c: requests ------------------------------------------------------------------------ */

/* One request about entities; `body` may be absent. E_REFUSED and so on with the server's words where it is no success. */
int32_t shell_ask(struct shell *s, const char *method, struct ferry_str target,
                  struct ferry_str body, struct json_doc *out);
/* The error that such an answer means. */
int32_t shell_refused(struct shell *s, const char *method, struct ferry_str target,
                      const struct ferry_message *answer);
/* All elements of a list from l->offset on, page by page. `each` must not ask anything. *total: how many the server speaks of; may be NULL. */
typedef int32_t shell_each_fn(struct shell *s, void *data, const struct cJSON *v);
int32_t shell_list(struct shell *s, const struct octane_list *l, shell_each_fn *each, void *data,
                   int64_t *total);

/* --- commands_write.c: many entities changed ------------------------------------------------------------ */

struct change {
    struct ferry_str id;
    struct ferry_str json; /* members of its object behind the id: "\"name\":\"x\"" */
    struct ferry_str why;  /* it was refused */
};
/*
 * PUTs them, at most 200 at once. What the server refuses of a request is sent once more, by itself; what is refused again has a `why`.
 * OK where the server understood all requests.
 */
int32_t shell_change(struct shell *s, const char *collection, const char *arguments,
                     struct change *changes, uint32_t n, uint32_t *refused);

/* --- commands_find.c: things, and one of them by its name ------------------------------------------------ */

/* An entity that was listed; texts live in the shell's arena. */
struct thing {
    struct ferry_str id, name, type;
    struct ferry_str above, above_name; /* what it lies in: id, and name where the server told it */
    struct ferry_str test, test_name;   /* of a run */
    struct ferry_str test_key;          /* its Automation Key */
    struct ferry_str status;            /* "passed" */
    struct ferry_str key;               /* in Jira */
    struct thing *covers;               /* backlog items */
    uint32_t n_covers, number;
    struct thing *next;
};
struct things {
    struct thing *first, **last;
    uint32_t n;
    const char *key_field; /* where a story has its key in Jira; may be NULL */
};
void things_init(struct things *t);
int32_t things_list(struct shell *s, struct things *t, const struct octane_list *l, int64_t *total);

enum sort { A_MODULE, A_SUITE, A_SUITE_RUN };
/* Those of this very name; beneath `above` where that is not absent. */
int32_t shell_search(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                     struct things *out);
/* The only one; *out is NULL where there is none. E_REFUSED where there are several, all named. */
int32_t shell_find(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                   struct thing **out);
/* The same, and there has to be one. */
int32_t shell_get(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                  struct thing **out);
/* Got or made; *made tells. */
int32_t shell_make(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                   struct thing **out, int *made);
/* The id of what an option names, by name or id; absent where it is not given. */
int32_t shell_resolve(struct shell *s, enum sort sort, const char *option, struct ferry_str *id);
/* The root of all modules. E_REFUSED where there is none, or more than one. */
int32_t shell_root(struct shell *s, struct thing **out);
/* The suite run that a word names: its id, or its name (in the suite that an option names). */
int32_t shell_suite_run(struct shell *s, struct ferry_str word, struct thing **out);
int32_t shell_show(struct shell *s, const struct thing *t, const char *above, int made);

/* --- coverage.c: which backlog items are covered ----------------------------------------------------------- */

/* The stories of an option's keys in Jira ("A-1\nA-2") that have exactly one. Others are in `bad`, a line each. */
int32_t shell_stories(struct shell *s, struct ferry_str keys, struct things *out, struct buf *bad);
/* Backlog items by id, of any type; E_REFUSED where one is not there. */
int32_t shell_items(struct shell *s, struct ferry_str ids, struct things *out);

/*
 * What carries the coverage of a suite run's results: automated runs, or their tests where this Octane has none on runs; only of the tests that the
 * option "test" names, where it does.
 */
struct coverage {
    const char *collection, *what;
    struct things carriers;
};
int32_t shell_coverage(struct shell *s, const struct thing *suite_run, int64_t skip,
                       int with_covered, struct coverage *out);
/* "covered_content":{"data":[...]}, in the arena. */
struct ferry_str shell_cover(struct shell *s, const struct thing *items);

/* --- what several commands say ------------------------------------------------------------------------------ */

/* Warns of each key of shell_stories()'s `bad`, with `cure` and the key behind it where that is not "". How many there are. */
uint32_t shell_warn_of_keys(struct shell *s, struct ferry_str bad, const char *cure);
/* "refused":[...] of an object. */
void shell_put_refused(struct shell *s, const struct change *changes, uint32_t n);
/* E_REFUSED where some were, each named. */
int32_t shell_name_refused(struct shell *s, const char *what, const struct change *changes,
                           uint32_t n, uint32_t refused);

#endif
