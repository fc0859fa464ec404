/* SPDX-License-Identifier: MIT */
/*
 * config_report.c - the configuration as people see it: every value with its origin, what stands above
 * what, what is broken and left out; and what is made of the table of keys.
 */
#include "config_help.h"

#include <json.h>
#include <sys/stat.h>

static struct config *config;
static struct plugins *plugins;
static struct buf text;

static void begin(void)
{
    setup();
    buf_init(&text, 1 << 20);
    ck_assert_int_eq(plugins_open(&plugins, NULL, &err), FERRY_OK);
}

static void end(void)
{
    config_free(config);
    config = NULL;
    plugins_close(plugins);
    buf_finish(&text);
    teardown();
}

static int32_t put_item(void *data, const struct config_item *item)
{
    struct ferry_str value = item->value.ptr ? item->value : item->raw;
    return buf_printf(data, "%s=%.*s (%s)%s%s\n", item->path, STR_ARG(value), item->origin,
                      item->overridden ? " < " : "", item->overridden ? item->overridden : "");
}

/* All that is shown, as one text. */
static const char *shown(unsigned flags)
{
    buf_reset(&text);
    ck_assert_int_eq(config_each(config, plugins, flags, put_item, &text), FERRY_OK);
    ck_assert_msg(!strstr(buf_cstr(&text), "canary"), "%s", buf_cstr(&text));
    return buf_cstr(&text);
}

static void shows(const char *line)
{
    ck_assert_msg(strstr(buf_cstr(&text), line), "no \"%s\" in:\n%s", line, buf_cstr(&text));
}

static void shows_not(const char *part)
{
    ck_assert_msg(!strstr(buf_cstr(&text), part), "\"%s\" in:\n%s", part, buf_cstr(&text));
}

START_TEST(shows_every_value_with_its_origin)
{
    repo_file("{\n \"upload\": {\"to\": \"v\"},\n \"trackers\": {\"v\": {\"plugin\": \"vendor\", "
              "\"project\": \"V\",\n  \"token\": \"${VENDOR_API_TOKEN}\", \"key-file\": \"x\"}}}");
    user_file("{\"upload\": {\"to\": \"other\"}, \"delivery\": {\"jobs\": 2}}");
    setenv("FERRY_DELIVERY_SETTLE", "5m", 1);
    setenv("VENDOR_API_TOKEN", "canary-token", 1);
    config = load();
    shown(0);
    shows("upload.to=v (ferry.json line 2)\n");
    shows("delivery.jobs=2 (~/.config/ferry/config.json line 1)\n");
    shows("delivery.settle=300000 (FERRY_DELIVERY_SETTLE)\n");
    shows("delivery.deadline=600000 (default)\n");
    shows("trackers.v.token=${VENDOR_API_TOKEN} (ferry.json line 4)\n");
    shows_not("other");
    shows_not("not set");
    shown(CONFIG_ALL);
    shows("upload.to=other (~/.config/ferry/config.json line 1) < ferry.json line 2\n");
    shows("upload.mirror= (not set)\n");
    shows("proxy= (not set)\n");
}
END_TEST

START_TEST(shows_the_options_of_trackers_wherever_they_come_from)
{
    repo_file("{\"trackers\": {\"v\": {\"plugin\": \"vendor\", \"project\": \"V\",\n"
              " \"batch\": 5, \"mode\": \"strict\"}}}");
    setenv("VENDOR_API_TOKEN", "canary-token", 1);
    setenv("FERRY_TRACKERS_V_MODE", "loose", 1);
    config = load();
    shown(0);
    shows("trackers.v.plugin=vendor (ferry.json line 1)\n");
    shows("trackers.v.batch=5 (ferry.json line 2)\n");
    shows("trackers.v.mode=loose (FERRY_TRACKERS_V_MODE)\n");
    shows("trackers.v.token=*** (VENDOR_API_TOKEN)\n");
    shows("trackers.v.timeout=30000 (default)\n");
    shows_not("strict");
    shows_not("trackers.v.pin");
    shown(CONFIG_ALL);
    shows("trackers.v.mode=strict (ferry.json line 2) < FERRY_TRACKERS_V_MODE\n");
    shows("trackers.v.pin= (not set)\n");
}
END_TEST

/* A secret stays one wherever it is written, and however its tracker fails. */
START_TEST(shows_no_secret)
{
    static const char *const options[] = {
        "\"token\": \"canary-1\"",
        "\"token\": \"${VENDOR_API_TOKEN:-canary-1}\"",
        "\"token\": \"canary-${X:-1}\"",
        "\"token\": \"canary-1\", \"batch\": \"canary-1\"",
        "\"token\": \"canary-1\", \"plugin\": \"nosuch\"",
        "\"password\": \"canary-1\"",
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char file[400];
        snprintf(file, sizeof file, "{\"trackers\": {\"v\": {%s, \"project\": \"V\", %s}}}",
                 strstr(options[i], "plugin") ? "\"x\": 1" : "\"plugin\": \"vendor\"", options[i]);
        repo_file(file);
        config_free(config);
        config = load();
        if (!strstr(options[i], "batch")) { /* "batch" is no secret by its declaration */
            shown(CONFIG_ALL);
            shows("=*** (");
        }
    }
}
END_TEST

START_TEST(shows_all_hosts_that_are_trusted)
{
    user_file("{\"trust\": {\"hosts\": [\"one.example\"]}}");
    setenv("FERRY_TRUST_HOST", "two.example", 1);
    config = load();
    shown(0);
    shows("trust.hosts=two.example (FERRY_TRUST_HOST)\n");
    shows("trust.hosts=one.example (~/.config/ferry/config.json line 1)\n");
}
END_TEST

/* --- what is broken ------------------------------------------------------------------------------- */

static void load_anyway(void)
{
    config_free(config);
    ck_assert_msg(config_load_anyway(&config, repo, NULL, &err) == FERRY_OK, "%s", err.message);
}

static void trouble(uint32_t i, const char *what, const char *message)
{
    const struct config_trouble *t = config_trouble(config, i);
    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(t->what, what);
    ck_assert_msg(strstr(t->error.message, message), "%s", t->error.message);
}

START_TEST(leaves_out_what_cannot_be_used_and_takes_the_rest)
{
    repo_file("{\"upload\": {\"to\": \"lost\", \"on_delivery_error\": \"shrug\"}}");
    user_file("{\"upload\": {\"to\": \"kept\"}}");
    setenv("FERRY_DELIVERY_JOBS", "many", 1);
    setenv("FERRY_DELIVERY_SETTLE", "5m", 1);
    ck_assert_int_eq(config_load(&config, repo, NULL, &err), FERRY_E_CONFIG);
    load_anyway();
    trouble(0, "ferry.json", "\"shrug\" is not one of");
    trouble(1, "FERRY_DELIVERY_JOBS", "\"many\" is no whole number");
    ck_assert_ptr_null(config_trouble(config, 2));
    ck_assert(str_is(config_get(config, "upload.to"), "kept"));
    ck_assert(str_is(config_get(config, "delivery.jobs"), "8"));
    ck_assert(str_is(config_get(config, "delivery.settle"), "300000"));
    ck_assert_ptr_nonnull(config_file(config));
}
END_TEST

START_TEST(leaves_out_each_source_by_itself)
{
    char path[160];
    user_file("{");
    load_anyway();
    trouble(0, "the user's config", "~/.config/ferry/config.json line 1");
    user_file("{}");
    snprintf(path, sizeof path, "%s/.config/ferry/config.json", home);
    ck_assert_int_eq(chmod(path, 0666), 0);
    load_anyway();
    trouble(0, "the user's config", "others can write it");
    ck_assert_int_eq(chmod(path, 0600), 0);
    write_file(home, ".config/ferry/trusted-hosts", "x.example\n", 0666);
    load_anyway();
    trouble(0, "trusted-hosts", "others can write it");
    write_file(home, ".config/ferry/trusted-hosts", "x.example\n", 0600);
    write_file(repo, ".env", "A=\"open\n", 0600);
    load_anyway();
    trouble(0, ".env", ".env line 1");
    write_file(repo, ".env", "", 0600);
    load_anyway();
    ck_assert_ptr_null(config_trouble(config, 0));
    setenv("FERRY_CONFIG", "nowhere.json", 1);
    load_anyway();
    trouble(0, "ferry.json", "nowhere.json");
}
END_TEST

START_TEST(names_the_sources)
{
    struct config_source s;
    user_file("{}");
    write_file(repo, ".env", "A=1\n", 0644);
    load_anyway();
    ck_assert(config_source(config, 0, &s));
    ck_assert_str_eq(s.what, "ferry.json");
    ck_assert(!s.path && !s.there && !s.refused);
    ck_assert_str_eq(config_file_origin(config), "there is none from here up to the git root");
    ck_assert(config_source(config, 1, &s));
    ck_assert(s.there && !s.refused);
    ck_assert(config_source(config, 2, &s));
    ck_assert(s.there && strstr(s.refused, ".env is not read: it can be read by others"));
    ck_assert(config_source(config, 3, &s));
    ck_assert(s.path && !s.there);
    ck_assert(!config_source(config, 4, &s));
    repo_file("[]");
    load_anyway();
    ck_assert(config_source(config, 0, &s));
    ck_assert(s.there && strstr(s.refused, "the file holds no object"));
    ck_assert_str_eq(config_file_origin(config), "found from the working folder up");
    ck_assert_str_eq(config_state_origin(config, NULL), "beside the configuration file");
    ck_assert_str_eq(config_state_origin(config, "x"), "--state");
    setenv("FERRY_STATE", "elsewhere", 1);
    load_anyway();
    ck_assert_str_eq(config_state_origin(config, NULL), "FERRY_STATE");
}
END_TEST

START_TEST(fails_without_a_folder_all_the_same)
{
    ck_assert_int_eq(config_load_anyway(&config, "/no/such/folder", NULL, &err), FERRY_E_CONFIG);
    ck_assert_ptr_null(config);
}
END_TEST

/* --- what is made of the table ------------------------------------------------------------------- */

START_TEST(writes_a_template_that_holds)
{
    const struct ferry_kv option = {FERRY_LIT("token"), FERRY_LIT("${VENDOR_API_TOKEN}")};
    const struct config_template_tracker trackers[] = {
        {"v", FERRY_LIT("vendor"), FERRY_LIT("V\"\\"), &option, 1, 0},
        {"l", FERRY_LIT("local"), FERRY_LIT("${P}"), NULL, 0, 0}};
    setenv("VENDOR_API_TOKEN", "canary-token", 1);
    setenv("P", "PROJECT", 1);
    ck_assert_int_eq(config_template(trackers, 2, FERRY_LIT("'build/**/*.xml'"), &text), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "ferry upload 'build/**/*.xml'\n"));
    repo_file(buf_cstr(&text));
    config = load();
    shown(0);
    shows("upload.to=v (ferry.json");
    shows("upload.mirror=l (ferry.json");
    shows("trackers.v.project=V\"\\ (ferry.json");
    shows("trackers.l.project=${P} (ferry.json");
}
END_TEST

/* Each comment that is a key with its default is true: without its "//" it says the same. */
START_TEST(says_defaults_that_are_some)
{
    const struct config_template_tracker tracker = {
        "l", FERRY_LIT("local"), FERRY_LIT("L"), NULL, 0, 0};
    struct ferry_str rest, line;
    struct buf file, before;
    int taken = 0;
    buf_init(&file, 1 << 20);
    buf_init(&before, 1 << 20);
    ck_assert_int_eq(config_template(&tracker, 1, (struct ferry_str){NULL, 0}, &text), FERRY_OK);
    rest = buf_str(&text);
    while (str_split(&rest, '\n', &line)) {
        int placeholder = memmem(line.ptr, (size_t)line.len, "\"FOLDER\"", 8) ||
                          memmem(line.ptr, (size_t)line.len, "\"FILE\"", 6) ||
                          memmem(line.ptr, (size_t)line.len, "PATTERN", 7) ||
                          memmem(line.ptr, (size_t)line.len, "TRACKER", 7);
        int top = str_starts(line, "  // \"") && !str_starts(line, "  // \"$schema");
        if ((top || str_starts(line, "    // \"")) && !placeholder) {
            line = str_sub(line, top ? 5 : 7, line.len);
            taken++;
        }
        buf_printf(&file, "%.*s\n", STR_ARG(line));
    }
    ck_assert_int_ge(taken, 8);
    repo_file("{\"trackers\": {\"l\": {\"plugin\": \"local\", \"project\": \"L\"}}}");
    config = load();
    buf_printf(&before, "%s", shown(0));
    repo_file(buf_cstr(&file));
    config_free(config);
    config = load();
    shown(0);
    rest = buf_str(&before);
    while (str_split(&rest, '\n', &line)) {
        const char *origin = memmem(line.ptr, (size_t)line.len, " (default)", 10);
        char value[200];
        if (origin && !str_starts(line, "trackers.") && !str_starts(line, "tls.")) {
            snprintf(value, sizeof value, "%.*s (ferry.json line", (int)(origin - line.ptr),
                     line.ptr);
            shows(value);
        }
    }
    buf_finish(&file);
    buf_finish(&before);
}
END_TEST

START_TEST(writes_a_schema_that_is_json)
{
    struct json_doc doc;
    const struct cJSON *properties;
    ck_assert_int_eq(config_json_schema(plugins, 0, &text), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&text), JSON_STRICT, NULL, &err), FERRY_OK);
    properties = json_get(doc.root, "properties");
    ck_assert(json_has(properties, "upload") && json_has(properties, "trackers"));
    ck_assert(!json_has(properties, "proxy") && !json_has(properties, "tls"));
    json_finish(&doc);
    buf_reset(&text);
    ck_assert_int_eq(config_json_schema(plugins, CONFIG_SCHEMA_USER, &text), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&text), JSON_STRICT, NULL, &err), FERRY_OK);
    ck_assert(json_has(json_get(doc.root, "properties"), "proxy"));
    json_finish(&doc);
    buf_finish(&text);
    buf_init(&text, 100);
    ck_assert_int_eq(config_json_schema(plugins, 0, &text), FERRY_E_TOO_LARGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config_report");
    TCase *t = tcase_create("report");
    SRunner *runner = srunner_create(suite);
    int failed;
    tcase_set_timeout(t, 60); /* files are synced, and the disk is everybody's */
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, shows_every_value_with_its_origin);
    tcase_add_test(t, shows_the_options_of_trackers_wherever_they_come_from);
    tcase_add_test(t, shows_no_secret);
    tcase_add_test(t, shows_all_hosts_that_are_trusted);
    tcase_add_test(t, leaves_out_what_cannot_be_used_and_takes_the_rest);
    tcase_add_test(t, leaves_out_each_source_by_itself);
    tcase_add_test(t, names_the_sources);
    tcase_add_test(t, fails_without_a_folder_all_the_same);
    tcase_add_test(t, writes_a_template_that_holds);
    tcase_add_test(t, says_defaults_that_are_some);
    tcase_add_test(t, writes_a_schema_that_is_json);
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
