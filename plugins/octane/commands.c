/* SPDX-License-Identifier: MIT */
/* commands.c - see commands.h: the shell around a running command, and the table of commands. */
#include "commands.h"

#include <text.h>

enum { MOST_MEMORY = 512 << 20, MOST_OUT = 256 << 20, MOST_WARNING = 4096, FLUSH = 1 << 20 };

struct ferry_str shell_option(const struct shell *s, const char *name)
{
    return ferry_get(s->call->options, s->call->n_options, ferry_cstr(name));
}

int shell_is_set(const struct shell *s, const char *name)
{
    return str_is(shell_option(s, name), "true");
}

struct ferry_str shell_arg(const struct shell *s, uint32_t n)
{
    return n < s->call->n_args ? s->call->args[n] : (struct ferry_str){NULL, 0};
}

void shell_warn(const struct shell *s, const char *format, ...)
{
    const struct ferry_host *host = s->call->host;
    const struct ferry_log *log = host ? host->query(host->self, FERRY_HOST_LOG_1) : NULL;
    char text[MOST_WARNING];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (log) {
        log->write(log->self, FERRY_LOG_WARN, utf8_cut(ferry_cstr(text), MOST_WARNING));
    }
}

int32_t shell_flush(struct shell *s, int now)
{
    int32_t rc = FERRY_OK;
    if (s->out.failed) {
        return ferry_fail(s->err, s->out.failed, NULL, "the output does not fit into memory");
    }
    if (s->out.len > (now ? 0 : FLUSH)) {
        rc = s->call->io->out(s->call->io->self, buf_str(&s->out));
        buf_cut(&s->out, 0);
    }
    return rc ? ferry_fail(s->err, rc, NULL, "stdout does not take the output") : FERRY_OK;
}

/* --- where ------------------------------------------------------------------------------------------- */

static struct ferry_str configured(const struct shell *s, const char *name)
{
    const struct ferry_host *host = s->call->host;
    const struct ferry_config *config = host ? host->query(host->self, FERRY_HOST_CONFIG_1) : NULL;
    return config ? config->get(config->self, ferry_cstr(name)) : (struct ferry_str){NULL, 0};
}

/* What was said to the command wins over what its destination says. */
static void take_place(struct shell *s)
{
    static const struct {
        const char *option, *is;
    } all[] = {
        {NULL, "url"}, {NULL, "jira_field"}, {"space", "space_id"}, {"workspace", "workspace_id"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ferry_str value = configured(s, all[i].is);
        if (all[i].option && shell_option(s, all[i].option).len) {
            value = shell_option(s, all[i].option);
        }
        if (value.ptr) {
            s->options[s->codec.n_options++] = (struct ferry_kv){ferry_cstr(all[i].is), value};
        }
    }
    s->codec.options = s->options;
    s->codec.project = s->call->project;
}

void shell_open(struct shell *s, const struct ferry_command_call *call, struct ferry_error *err)
{
    memset(s, 0, sizeof *s);
    s->call = call;
    s->err = err;
    s->codec.size = sizeof s->codec;
    arena_init(&s->arena, MOST_MEMORY);
    buf_init(&s->out, MOST_OUT);
    s->json = json_to(&s->out);
    s->as_json = shell_is_set(s, "json");
}

int32_t shell_begin(struct shell *s, const struct ferry_command_call *call, struct ferry_error *err)
{
    struct ferry_str space, workspace;
    shell_open(s, call, err);
    take_place(s);
    if (str_empty(call->project) && str_empty(shell_option(s, "space"))) {
        return ferry_fail(err, FERRY_E_CONFIG, "to",
                          "octane has no destination here; say --to NAME for one of ferry.json, "
                          "or --project SPACE.WORKSPACE");
    }
    return octane_place(&s->codec, &space, &workspace, err);
}

int32_t shell_end(struct shell *s, int32_t rc)
{
    if (rc == FERRY_OK && s->arena.failed) {
        rc = ferry_fail(s->err, s->arena.failed, NULL, "what Octane has does not fit into memory");
    }
    if (rc == FERRY_OK) {
        rc = shell_flush(s, 1);
    }
    buf_finish(&s->out);
    arena_finish(&s->arena);
    return rc;
}

/* --- the table --------------------------------------------------------------------------------------- */

const struct ferry_option shell_json_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_BOOL,
    .name = "json",
    .def = "false",
    .help = "write JSON instead of lines",
};
const struct ferry_option shell_space_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_INT,
    .name = "space",
    .value = "ID",
    .help = "another shared space than the destination's",
};
const struct ferry_option shell_workspace_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_INT,
    .name = "workspace",
    .value = "ID",
    .help = "another workspace than the destination's",
};

static const struct ferry_command *const list[] = {
    &octane_command_link,
    &octane_command_module,
    &octane_command_rest,
    &octane_command_retry,
    &octane_command_runs,
    &octane_command_story,
    &octane_command_suite,
    &octane_command_suite_run,
    &octane_command_tasks,
    &octane_command_unlink,
    NULL,
};

const struct ferry_commands octane_commands = {.list = list};
