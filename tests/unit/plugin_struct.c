/* SPDX-License-Identifier: MIT */
/*
 * plugin_struct.c - every rule that a plugin's struct, its options and its tables have to keep, broken one at a time: the plugin is
 * refused, and what is said names the rule. Files and their loading are the business of plugins_refused.c.
 */
#include <check.h>
#include <ferry/ferry.h>
#include <plugin_check.h>
#include <stddef.h>
#include <string.h>

enum { MANY = 256 };

static struct ferry_plugin plugin;
static struct ferry_option option, twin;
static const struct ferry_option *options[MANY];
static struct ferry_command command, second;
static const struct ferry_command *list[MANY];
static struct ferry_note_desc note;
static struct ferry_error err;

/* Functions that are there; none of them is ever called. */
static void none(void)
{
}

static struct ferry_reader reader;
static struct ferry_tracker tracker;
static struct ferry_service service;
static struct ferry_planner planner;
static struct ferry_commands commands;
static const char *const words[] = {"one", "two", NULL};
static const char *variables[MANY];

static const void *query(const char *id)
{
    static const struct {
        const char *id;
        const void *table;
    } tables[] = {{FERRY_READER_1, &reader},
                  {FERRY_TRACKER_1, &tracker},
                  {FERRY_SERVICE_1, &service},
                  {FERRY_PLANNER_1, &planner},
                  {FERRY_COMMANDS_1, &commands}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(id, tables[i].id) == 0) {
            return tables[i].table;
        }
    }
    return NULL;
}

static void fill(void *table, size_t size)
{
    void (*fn)(void) = none;
    for (size_t at = 0; at < size; at += sizeof fn) {
        memcpy((char *)table + at, &fn, sizeof fn);
    }
}

static void setup(void)
{
    memset(options, 0, sizeof options);
    memset(list, 0, sizeof list);
    memset(variables, 0, sizeof variables);
    fill(&reader, sizeof reader);
    fill(&tracker, sizeof tracker);
    fill(&service, sizeof service);
    fill(&planner, sizeof planner);
    option = twin = (struct ferry_option){
        .size = sizeof option, .type = FERRY_OPT_STR, .name = "first", .help = "what it is"};
    twin.name = "second";
    options[0] = &option;
    options[1] = &twin;
    command = second = (struct ferry_command){
        .size = sizeof command, .name = "again", .summary = "once more", .max_args = 1};
    fill(&command.run, sizeof command.run);
    second.run = command.run;
    second.name = "back";
    list[0] = &command;
    list[1] = &second;
    commands.list = list;
    note = (struct ferry_note_desc){FERRY_ABI_MAJOR, 1, "some-one"};
    plugin = (struct ferry_plugin){
        .size = sizeof plugin,
        .abi_major = FERRY_ABI_MAJOR,
        .level = 1,
        .id = "some-one",
        .name = "Some",
        .version = "1.0.0",
        .license = "MIT",
        .options = options,
        .query = query,
    };
    err = (struct ferry_error){.size = sizeof err};
}

static int32_t check(void)
{
    return plugin_struct_check(&plugin, &note, "/plugins/some-one.so", &err);
}

static void is_refused(const char *what)
{
    ck_assert_int_eq(check(), FERRY_E_BUG);
    ck_assert_int_eq(err.status, FERRY_E_BUG);
    ck_assert_msg(strncmp(err.message, "plugin some-one.so: ", 20) == 0, "%s", err.message);
    ck_assert_msg(strstr(err.message, what) != NULL, "wanted \"%s\": %s", what, err.message);
}

START_TEST(a_whole_plugin_is_taken)
{
    ck_assert_msg(check() == FERRY_OK, "%s", err.message);
    plugin.options = NULL; /* none at all is fine */
    ck_assert_msg(check() == FERRY_OK, "%s", err.message);
}
END_TEST

/* --- texts ------------------------------------------------------------------------------------ */

static const struct {
    const char *version;
    int good;
} versions[] = {
    {"0.0.0", 1},
    {"10.20.30", 1},
    {"1.0.0-rc.1", 1},
    {"1.0.0+build-5.A", 1},
    {"1.0.0-a+b", 1},
    {"123456789.0.0", 1},
    {"1.0", 0},
    {"1", 0},
    {"1.0.0.0", 0},
    {"01.0.0", 0},
    {"1.00.0", 0},
    {"1.0.0 ", 0},
    {"1.0.0-rc 1", 0},
    {"1.0.0-\x1b", 0},
    {"v1.0.0", 0},
    {"1..0", 0},
    {"1234567890.0.0", 0},
    {"1.0.0x", 0},
    {"1.0.0-\xc3\xa4", 0},
    {"1-0.0", 0},
};

START_TEST(a_version_is_a_semantic_one)
{
    plugin.version = versions[_i].version;
    if (versions[_i].good) {
        ck_assert_msg(check() == FERRY_OK, "%s", err.message);
    } else {
        is_refused("is not a semantic version; write one such as 1.0.0");
        ck_assert_ptr_null(strchr(err.message, '\x1b'));
    }
}
END_TEST

START_TEST(each_text_is_there_and_is_text)
{
    static const struct {
        size_t at;
        const char *field;
    } texts[] = {{offsetof(struct ferry_plugin, id), ".id"},
                 {offsetof(struct ferry_plugin, name), ".name"},
                 {offsetof(struct ferry_plugin, version), ".version"},
                 {offsetof(struct ferry_plugin, license), ".license"}};
    char endless[600];
    const char *bad[] = {NULL, "", "\xff", endless};
    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            setup();
            memcpy((char *)&plugin + texts[i].at, &bad[k], sizeof bad[k]);
            is_refused(texts[i].field);
            ck_assert_ptr_nonnull(strstr(err.message, k < 2 ? "fill it in" : "is not UTF-8 text"));
        }
    }
}
END_TEST

START_TEST(note_and_struct_say_the_same)
{
    note.major = 9;
    is_refused("its note says ABI major 9, its struct 1");
    setup();
    plugin.level = 2;
    is_refused("its note says ABI level 1, its struct 2");
    setup();
    plugin.size = 8;
    is_refused("its struct says size 8, at least");
    setup();
    plugin.size = 1 << 20;
    is_refused("at most 65536 are possible");
    setup();
    plugin.id = "\x1b[2Jx";
    is_refused("its struct \"\\x1b[2Jx\"");
    setup();
    plugin.query = NULL;
    is_refused("its struct has no .query");
}
END_TEST

/* --- options ----------------------------------------------------------------------------------- */

static void set_type(uint32_t type, const char *def)
{
    option.type = type;
    option.def = def;
    option.choices = type == FERRY_OPT_CHOICE ? words : NULL;
}

static const struct {
    uint32_t type;
    const char *def;
    int good;
} defaults[] = {
    {FERRY_OPT_STR, "anything", 1},
    {FERRY_OPT_INT, "-5", 1},
    {FERRY_OPT_INT, "five", 0},
    {FERRY_OPT_DURATION, "250", 1},
    {FERRY_OPT_DURATION, "-250", 0},
    {FERRY_OPT_DURATION, "10s", 0},
    {FERRY_OPT_SIZE, "1024", 1},
    {FERRY_OPT_SIZE, "1k", 0},
    {FERRY_OPT_BOOL, "true", 1},
    {FERRY_OPT_BOOL, "false", 1},
    {FERRY_OPT_BOOL, "yes", 0},
    {FERRY_OPT_URL, "https://api.example.org", 1},
    {FERRY_OPT_URL, "http://localhost", 1},
    {FERRY_OPT_URL, "https://api.example.org/", 0},
    {FERRY_OPT_URL, "ftp://api.example.org", 0},
    {FERRY_OPT_LIST, "a\nb", 1},
    {FERRY_OPT_CHOICE, "two", 1},
    {FERRY_OPT_CHOICE, "three", 0},
};

START_TEST(a_default_is_of_its_type)
{
    set_type(defaults[_i].type, defaults[_i].def);
    if (defaults[_i].good) {
        ck_assert_msg(check() == FERRY_OK, "%s", err.message);
    } else {
        is_refused("option \"first\" of the plugin: the default is not of its type");
    }
}
END_TEST

START_TEST(an_option_is_declared_whole)
{
    static const char *const none_at_all[] = {NULL};
    option.size = 8;
    is_refused("an option of the plugin says size 8, at least");
    setup();
    option.size = 1 << 20;
    is_refused("an option of the plugin says size");
    setup();
    option.name = NULL;
    is_refused("option \"\" of the plugin: the name is not [a-z][a-z0-9_]*");
    setup();
    option.name = "First";
    is_refused("option \"First\" of the plugin: the name");
    setup();
    option.name = "1st";
    is_refused("the name is not");
    setup();
    option.name = "a_name_of_more_than_sixty_three_bytes_is_longer_than_any_name_may_be";
    is_refused("the name is not");
    setup();
    option.type = 0;
    is_refused("an unknown type");
    setup();
    option.type = FERRY_OPT_SIZE + 1;
    is_refused("an unknown type");
    setup();
    option.flags = 1u << 20;
    is_refused("an unknown flag");
    setup();
    option.flags = FERRY_OPT_FILE;
    option.type = FERRY_OPT_LIST;
    is_refused("a file is named by text");
    setup();
    option.help = NULL;
    is_refused("no .help");
    setup();
    option.help = "";
    is_refused("no .help");
    setup();
    option.flags = FERRY_OPT_SECRET;
    option.def = "x";
    is_refused("a secret with a default");
    setup();
    option.type = FERRY_OPT_CHOICE;
    is_refused("a choice without choices");
    setup();
    option.type = FERRY_OPT_CHOICE;
    option.choices = none_at_all;
    is_refused("a choice without choices");
}
END_TEST

START_TEST(options_are_told_apart_and_come_to_an_end)
{
    twin.name = "first";
    is_refused("option \"first\" of the plugin: declared twice");
    setup();
    char names[MANY][16];
    static struct ferry_option many[MANY];
    for (int i = 0; i < MANY - 1; i++) {
        snprintf(names[i], sizeof names[i], "option_%d", i);
        many[i] = option;
        many[i].name = names[i];
        options[i] = &many[i];
    }
    is_refused("more than 200 options of the plugin; end the row with NULL");
}
END_TEST

START_TEST(a_variable_is_the_plugins_own)
{
    static const struct {
        const char *name;
        int good;
    } rows[] = {{"SOME_ONE_TOKEN", 1}, {"SOME_ONE_2", 1},     {"SOME_ONE_", 0},
                {"SOME_ONE", 0},       {"SOME_ONE_token", 0}, {"SOME-ONE_TOKEN", 0},
                {"HOME", 0},           {"some_one_TOKEN", 0}, {"SOME_ONE_A B", 0}};
    option.variables = variables;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        variables[0] = rows[i].name;
        if (rows[i].good) {
            ck_assert_msg(check() == FERRY_OK, "%s", err.message);
        } else {
            is_refused("option \"first\" of the plugin: a variable that does not begin with");
        }
    }
    for (int i = 0; i < MANY - 1; i++) { /* a row that nobody ended */
        variables[i] = "SOME_ONE_TOKEN";
    }
    is_refused("end .variables with NULL");
}
END_TEST

/* --- tables -------------------------------------------------------------------------------------- */

#define HOLE(id, table, type, member)                                                              \
    {                                                                                              \
        id, &(table), offsetof(struct type, member), "." #member " is NULL"                        \
    }
static const struct {
    const char *id;
    void *table;
    size_t at;
    const char *says;
} holes[] = {
    HOLE(FERRY_READER_1, reader, ferry_reader, globs),
    HOLE(FERRY_READER_1, reader, ferry_reader, sniff),
    HOLE(FERRY_READER_1, reader, ferry_reader, begin),
    HOLE(FERRY_READER_1, reader, ferry_reader, feed),
    HOLE(FERRY_READER_1, reader, ferry_reader, end),
    HOLE(FERRY_READER_1, reader, ferry_reader, abort),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, describe),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, encode),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, decode),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, ask),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, answer),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, dress),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, sign_in),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, keep),
    HOLE(FERRY_TRACKER_1, tracker, ferry_tracker, sign_out),
    HOLE(FERRY_SERVICE_1, service, ferry_service, schema),
    HOLE(FERRY_SERVICE_1, service, ferry_service, handle),
    HOLE(FERRY_PLANNER_1, planner, ferry_planner, plan),
    HOLE(FERRY_COMMANDS_1, commands, ferry_commands, list),
};

START_TEST(a_function_that_is_not_there_is_named)
{
    memset((char *)holes[_i].table + holes[_i].at, 0, sizeof(void *));
    is_refused(holes[_i].says);
    ck_assert_msg(strstr(err.message, holes[_i].id) != NULL, "%s", err.message);
}
END_TEST

START_TEST(what_a_header_calls_optional_may_be_missing)
{
    tracker.sign_in = NULL;
    tracker.keep = NULL;
    tracker.sign_out = NULL;
    tracker.find = NULL;
    service.seed = NULL;
    service.dump = NULL;
    ck_assert_msg(check() == FERRY_OK, "%s", err.message);
}
END_TEST

START_TEST(a_command_is_declared_whole)
{
    command.size = 4;
    is_refused("a command says size 4, at least");
    setup();
    command.name = NULL;
    is_refused("a command's name is not [a-z][a-z0-9-]{0,30}");
    setup();
    command.name = "Again";
    is_refused("a command's name is not");
    setup();
    command.summary = NULL;
    is_refused("command \"again\": .summary is NULL");
    setup();
    command.run = NULL;
    is_refused("command \"again\": .run is NULL");
    setup();
    command.min_args = 2;
    is_refused("command \"again\": min_args 2 is over max_args 1");
    setup();
    command.options = options;
    option.help = NULL;
    plugin.options = NULL;
    is_refused("option \"first\" of command \"again\": no .help");
    setup();
    second.name = "again";
    is_refused("\"again\" stands after \"again\"; sort .list, each name once");
    setup();
    char names[MANY][16];
    static struct ferry_command many[MANY];
    for (int i = 0; i < MANY - 1; i++) {
        snprintf(names[i], sizeof names[i], "command-%03d", i);
        many[i] = command;
        many[i].name = names[i];
        list[i] = &many[i];
    }
    is_refused("over 200 commands; end .list with NULL");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("a plugin's struct");
    TCase *t = tcase_create("rules");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_whole_plugin_is_taken);
    tcase_add_loop_test(t, a_version_is_a_semantic_one, 0,
                        (int)(sizeof versions / sizeof *versions));
    tcase_add_test(t, each_text_is_there_and_is_text);
    tcase_add_test(t, note_and_struct_say_the_same);
    tcase_add_loop_test(t, a_default_is_of_its_type, 0, (int)(sizeof defaults / sizeof *defaults));
    tcase_add_test(t, an_option_is_declared_whole);
    tcase_add_test(t, options_are_told_apart_and_come_to_an_end);
    tcase_add_test(t, a_variable_is_the_plugins_own);
    tcase_add_loop_test(t, a_function_that_is_not_there_is_named, 0,
                        (int)(sizeof holes / sizeof *holes));
    tcase_add_test(t, what_a_header_calls_optional_may_be_missing);
    tcase_add_test(t, a_command_is_declared_whole);
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
