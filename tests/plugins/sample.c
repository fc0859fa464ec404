/* SPDX-License-Identifier: MIT */
/*
 * sample.c - a tracker that knows no protocol, with options of every type and a few commands:
 * enough to resolve destinations and run commands on. Its requests are its own; every other call
 * says E_UNSUPPORTED. SAMPLE_ID is its id, SAMPLE_UPPER the same in upper case; SAMPLE_URL its
 * vendor's URL, if it has one.
 */
#include <ferry/ferry.h>

#define STR_(x) #x
#define STR(x)  STR_(x)
#define ID      STR(SAMPLE_ID)

static const char *const modes[] = {"strict", "loose", NULL};
#ifdef SAMPLE_UPPER
#define VARIABLES(...)                                                                             \
    .variables = (const char *const[])                                                             \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
static const struct ferry_option token = {.size = sizeof token,
                                          .type = FERRY_OPT_STR,
                                          .flags = FERRY_OPT_SECRET | FERRY_OPT_REQUIRED,
                                          .name = "token",
                                          .help = "who you are",
                                          VARIABLES(STR(SAMPLE_UPPER) "_API_TOKEN",
                                                    STR(SAMPLE_UPPER) "_TESTOPS_TOKEN")},
                                 pin = {.size = sizeof pin,
                                        .type = FERRY_OPT_STR,
                                        .flags = FERRY_OPT_SECRET,
                                        .name = "pin",
                                        .help = "second secret"},
                                 url = {.size = sizeof url,
                                        .type = FERRY_OPT_URL,
                                        .name = "url",
#ifdef SAMPLE_URL
                                        .def = SAMPLE_URL,
#endif
                                        .help = "where it is",
                                        VARIABLES(STR(SAMPLE_UPPER) "_URL")},
                                 project = {.size = sizeof project,
                                            .type = FERRY_OPT_STR,
                                            .name = "project",
                                            .help = "the project",
                                            VARIABLES(STR(SAMPLE_UPPER) "_PROJECT")};
#endif
static const struct ferry_option batch = {.size = sizeof batch,
                                          .type = FERRY_OPT_INT,
                                          .name = "batch",
                                          .def = "200",
                                          .help = "results in a request"},
                                 timeout = {.size = sizeof timeout,
                                            .type = FERRY_OPT_DURATION,
                                            .name = "timeout",
                                            .def = "30000",
                                            .help = "how long"},
                                 mode = {.size = sizeof mode,
                                         .type = FERRY_OPT_CHOICE,
                                         .name = "mode",
                                         .choices = modes,
                                         .help = "how hard"},
                                 labels = {.size = sizeof labels,
                                           .type = FERRY_OPT_LIST,
                                           .name = "labels",
                                           .help = "what is written on it"};
static const struct ferry_option *const options[] = {&batch, &labels,  &mode,  &timeout,
#ifdef SAMPLE_UPPER
                                                     &pin,   &project, &token, &url,
#endif
                                                     NULL};

/* --- the tracker that it is not ------------------------------------------------- */

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    (void)call;
    (void)kind;
    traits->effect = 0;
    return FERRY_OK;
}

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    (void)call, (void)ops, (void)n, (void)out, (void)taken;
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "sample: no operations");
}

static int32_t decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    (void)call, (void)ops, (void)n, (void)answer, (void)reply;
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "sample: no answers");
}

static int32_t ask(const struct ferry_call *call, const struct ferry_ask *what,
                   const struct ferry_out *out, struct ferry_error *err)
{
    (void)call, (void)what, (void)out;
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "sample: no questions");
}

static int32_t answer_to(const struct ferry_call *call, const struct ferry_ask *what,
                         const struct ferry_message *answer, const struct ferry_reply *reply,
                         struct ferry_error *err)
{
    (void)call, (void)what, (void)answer, (void)reply;
    return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "sample: no answers");
}

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)call, (void)err;
    out->header(out->self, FERRY_LIT("token"));
    return out->secret(out->self, FERRY_LIT("token"), FERRY_RAW);
}

static const struct ferry_tracker tracker = {.describe = describe,
                                             .encode = encode,
                                             .decode = decode,
                                             .ask = ask,
                                             .answer = answer_to,
                                             .dress = dress};

/* --- commands ---------------------------------------------------------------------- */

static int32_t put(const struct ferry_command_call *call, struct ferry_str text)
{
    return call->io->out(call->io->self, text);
}

/* Everything it was given, a line each. */
static int32_t run_show(const struct ferry_command_call *call, struct ferry_error *err)
{
    const struct ferry_config *config = call->host->query(call->host->self, FERRY_HOST_CONFIG_1);
    const struct ferry_log *log = call->host->query(call->host->self, FERRY_HOST_LOG_1);
    const struct ferry_clock *clock = call->host->query(call->host->self, FERRY_HOST_CLOCK_1);
    char line[512];
    struct ferry_str value;
    (void)err;
    snprintf(line, sizeof line, "project=%.*s\n", (int)call->project.len,
             call->project.ptr ? call->project.ptr : "");
    put(call, ferry_cstr(line));
    for (uint32_t i = 0; i < call->n_options; i++) {
        snprintf(line, sizeof line, "%.*s=%.*s\n", (int)call->options[i].key.len,
                 call->options[i].key.ptr, (int)call->options[i].value.len,
                 call->options[i].value.ptr);
        put(call, ferry_cstr(line));
    }
    for (uint32_t i = 0; i < call->n_args; i++) {
        snprintf(line, sizeof line, "arg=%.*s\n", (int)call->args[i].len, call->args[i].ptr);
        put(call, ferry_cstr(line));
    }
    value = config->get(config->self, FERRY_LIT("batch"));
    snprintf(line, sizeof line, "config batch=%.*s\n", (int)value.len, value.ptr);
    put(call, ferry_cstr(line));
    value = config->get(config->self, FERRY_LIT("token"));
    put(call, value.ptr ? FERRY_LIT("config token=there\n") : FERRY_LIT("config token=absent\n"));
    log->write(log->self, FERRY_LOG_DEBUG, FERRY_LIT("shown"));
    return clock->now_ms(clock->self) > 0 &&
                   !call->host->query(call->host->self, "ferry.host.none/1")
               ? FERRY_OK
               : FERRY_E_BUG;
}

static int32_t on_answer(void *data, const struct ferry_message *answer)
{
    const struct ferry_command_call *call = data;
    char line[256];
    snprintf(line, sizeof line, "%u %.*s\n", answer->status, (int)answer->body.len,
             answer->body.ptr);
    return put(call, ferry_cstr(line));
}

static int32_t run_send(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct ferry_message request = {
        .size = sizeof request, .method = FERRY_LIT("GET"), .target = FERRY_LIT("/ping")};
    return call->io->send(call->io->self, &request, on_answer, (void *)(uintptr_t)call, err);
}

static int32_t on_task(void *data, const struct ferry_task *t)
{
    char line[512];
    snprintf(line, sizeof line, "%lld %.*s state %u, slice %u, %u of %u, %u refused: %.*s\n",
             (long long)t->request, (int)t->token.len, t->token.ptr ? t->token.ptr : "", t->state,
             t->slice, t->done, t->items, t->rejected, (int)t->text.len,
             t->text.ptr ? t->text.ptr : "");
    return put(data, ferry_cstr(line));
}

static int32_t run_tasks(const struct ferry_command_call *call, struct ferry_error *err)
{
    const struct ferry_tasks *tasks = call->host->query(call->host->self, FERRY_HOST_TASKS_1);
    return tasks ? tasks->each(tasks->self, on_task, (void *)(uintptr_t)call, err)
                 : FERRY_E_UNSUPPORTED;
}

static int32_t run_retry(const struct ferry_command_call *call, struct ferry_error *err)
{
    const struct ferry_tasks *tasks = call->host->query(call->host->self, FERRY_HOST_TASKS_1);
    uint64_t n = 77;
    char line[64];
    int32_t rc =
        tasks ? tasks->retry(tasks->self, call->args, call->n_args, FERRY_RETRY_JSON, &n, err)
              : FERRY_E_UNSUPPORTED;
    snprintf(line, sizeof line, "%llu again\n", (unsigned long long)n);
    return rc ? rc : put(call, ferry_cstr(line));
}

static int32_t run_refuse(const struct ferry_command_call *call, struct ferry_error *err)
{
    if (call->n_args) {
        return FERRY_E_REFUSED; /* and says nothing */
    }
    return ferry_fail(err, FERRY_E_INPUT, NULL, "sample: this is refused on purpose");
}

static const struct ferry_option
    upper = {.size = sizeof upper, .type = FERRY_OPT_BOOL, .name = "upper_case", .help = "loud"},
    times = {.size = sizeof times,
             .type = FERRY_OPT_INT,
             .name = "times",
             .def = "1",
             .help = "how often"},
    word = {.size = sizeof word, .type = FERRY_OPT_LIST, .name = "word", .help = "a word"};
static const struct ferry_option *const show_options[] = {&times, &upper, &word, NULL};
static const struct ferry_command refuse = {.size = sizeof refuse,
                                            .max_args = 1,
                                            .name = "refuse",
                                            .summary = "says no",
                                            .run = run_refuse},
                                  retry = {.size = sizeof retry,
                                           .max_args = 8,
                                           .name = "retry",
                                           .summary = "gives what was refused another chance",
                                           .usage = "[TASK...]",
                                           .run = run_retry},
                                  send = {.size = sizeof send,
                                          .name = "send",
                                          .summary = "sends one request",
                                          .run = run_send},
                                  show = {.size = sizeof show,
                                          .min_args = 0,
                                          .max_args = 2,
                                          .name = "show",
                                          .summary = "shows what it was given",
                                          .usage = "[WORD...]",
                                          .options = show_options,
                                          .run = run_show},
                                  tasks = {.size = sizeof tasks,
                                           .name = "tasks",
                                           .summary = "lists what was sent",
                                           .run = run_tasks};
static const struct ferry_command *const list[] = {&refuse, &retry, &send, &show, &tasks, NULL};
static const struct ferry_commands commands = {.list = list};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_TRACKER_1) == 0    ? (const void *)&tracker
           : strcmp(id, FERRY_COMMANDS_1) == 0 ? (const void *)&commands
                                               : NULL;
}

FERRY_PLUGIN_DEFINE(sample, ID) = {.size = sizeof(struct ferry_plugin),
                                   .abi_major = FERRY_ABI_MAJOR,
                                   .level = FERRY_ABI_LEVEL,
                                   .id = ID,
                                   .name = "Sample",
                                   .version = "1.2.3",
                                   .license = "MIT",
                                   .options = options,
                                   .query = query};
