/* SPDX-License-Identifier: MIT */
/* target.c - what a destination's name comes to mean, and which host gets its secret. */
#include "config_help.h"

/* --- destinations ------------------------------------------------------------------------- */

static struct config *config;
static struct plugins *plugins;
static struct target *target;

static int32_t resolve(const char *text)
{
    target_free(target);
    target = NULL;
    config_free(config);
    config = load();
    if (!plugins) {
        ck_assert_int_eq(plugins_open(&plugins, NULL, &err), FERRY_OK);
    }
    return target_resolve(&target, config, plugins, ferry_cstr(text), &err);
}

static void close_target(void)
{
    target_free(target);
    config_free(config);
    plugins_close(plugins);
    target = NULL;
    config = NULL;
    plugins = NULL;
    teardown();
}

static void resolves(const char *text, const char *label, const char *how)
{
    int32_t rc = resolve(text);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    ck_assert_msg(str_is(target->label, label), "%.*s", STR_ARG(target->label));
    ck_assert_msg(str_is(target->how, how), "%.*s", STR_ARG(target->how));
}

static void does_not_resolve(const char *text, const char *message)
{
    ck_assert_int_eq(resolve(text), FERRY_E_CONFIG);
    ck_assert_ptr_null(target);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "canary"));
}

#define TWO_TRACKERS                                                                               \
    "{\"trackers\": {\n"                                                                           \
    "  \"ao\": {\"plugin\": \"vendor\", \"project\": \"AO\", \"token\": \"${T}\", \"batch\": "     \
    "50,\n"                                                                                        \
    "         \"labels\": [\"x\", \"y\"], \"timeout\": \"10s\"},\n"                                \
    "  \"demo\": {\"plugin\": \"vendor\", \"project\": \"DEMO\", \"token\": \"${T}\"}}}\n"

START_TEST(names_a_local_project_after_the_folder)
{
    char path[128];
    resolves(NULL, "local:MYAPP", "nothing else is configured; named after the folder");
    ck_assert(str_is(target->account, "local"));
    ck_assert_ptr_null(target->url.ptr);
    ck_assert(str_is(target->key_field, "Automation Key"));
    ck_assert(str_is(target->name, "local:MYAPP"));
    snprintf(path, sizeof path, "%s/2024-1", base);
    write_file(path, "x", "", 0600);
    snprintf(repo, sizeof repo, "%s/2024-1", base);
    resolves(NULL, "local:LOCAL", "nothing else is configured; the folder's name has no letter");
}
END_TEST

START_TEST(takes_a_name_of_the_config)
{
    setenv("T", "canary-token", 1);
    repo_file(TWO_TRACKERS);
    resolves("ao", "vendor:AO", "from ferry.json line 2");
    ck_assert(str_is(target->name, "ao"));
    ck_assert(str_is(target->url, "https://api.vendor.example"));
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("batch")), "50"));
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("timeout")), "10000"));
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("labels")), "x\ny"));
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("project")), "AO"));
    ck_assert_ptr_null(ferry_get(target->options, target->n_options, FERRY_LIT("token")).ptr);
    ck_assert_ptr_null(ferry_get(target->options, target->n_options, FERRY_LIT("mode")).ptr);
    ck_assert(
        str_is(target->secrets.get(target->secrets.self, FERRY_LIT("token")), "canary-token"));
    ck_assert_ptr_null(target->secrets.get(target->secrets.self, FERRY_LIT("pin")).ptr);
    ck_assert(secrets_found(FERRY_LIT("it is canary-token.")));
    ck_assert(str_is(target->account, "api.vendor.example"));
    ck_assert(str_starts(target->credential, "api.vendor.example#"));
    ck_assert_uint_eq(target->credential.len, strlen("api.vendor.example#") + 6);
}
END_TEST

START_TEST(an_account_outlives_its_token)
{
    char first[64], second[64];
    setenv("VENDOR_API_TOKEN", "token-one", 1);
    resolves("vendor:AO", "vendor:AO", "as written");
    snprintf(first, sizeof first, "%.*s", STR_ARG(target->credential));
    resolves("vendor:DEMO", "vendor:DEMO", "as written");
    ck_assert(str_is(target->credential, first));
    setenv("VENDOR_API_TOKEN", "token-two", 1);
    resolves("vendor:AO", "vendor:AO", "as written");
    snprintf(second, sizeof second, "%.*s", STR_ARG(target->credential));
    ck_assert_str_ne(first, second);
    ck_assert(str_is(target->account, "api.vendor.example"));
}
END_TEST

START_TEST(tells_accounts_of_one_host_apart_by_their_names)
{
    setenv("T", "canary-token", 1);
    repo_file(
        "{\"trackers\": {\"ao\": {\"plugin\": \"vendor\", \"project\": \"AO\", \"token\": \"${T}\", "
        "\"account\": \"second\"}}}");
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(target->account, "api.vendor.example/second"));
    ck_assert(str_starts(target->credential, "api.vendor.example/second#"));
}
END_TEST

START_TEST(takes_a_project_of_the_config)
{
    setenv("T", "canary-token", 1);
    repo_file(TWO_TRACKERS);
    resolves("DEMO", "vendor:DEMO", "from ferry.json line 4");
    resolves("vendor:AO", "vendor:AO", "from ferry.json line 2");
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("batch")), "50"));
    does_not_resolve(
        "vendor:OTHER",
        "vendor:OTHER: \"token\" is missing (who you are); give a tracker with \"token\" in "
        "ferry.json or set VENDOR_API_TOKEN");
    resolves("local:ANY", "local:ANY", "as written");
}
END_TEST

START_TEST(chooses_a_default_only_where_there_is_no_doubt)
{
    setenv("T", "canary-token", 1);
    repo_file(TWO_TRACKERS);
    does_not_resolve(NULL, "several trackers are configured: ao, demo; say --to NAME");
    setenv("FERRY_UPLOAD_TO", "demo", 1);
    resolves(NULL, "vendor:DEMO", "upload.to, FERRY_UPLOAD_TO");
    setenv("FERRY_UPLOAD_TO", "dmeo", 1);
    does_not_resolve(NULL,
                     "upload.to, FERRY_UPLOAD_TO: \"dmeo\" is no tracker of the configuration");
    unsetenv("FERRY_UPLOAD_TO");
    repo_file("{\"trackers\": {\"one\": {\"plugin\": \"local\", \"project\": \"P\"}}}");
    resolves(NULL, "local:P", "the only tracker; ferry.json line 1");
}
END_TEST

START_TEST(reads_a_bare_code_by_the_token_that_is_set)
{
    resolves("AO", "local:AO", "no tracker is configured and no token is set");
    setenv("VENDOR_TESTOPS_TOKEN", "canary-1", 1);
    resolves("AO", "vendor:AO", "VENDOR_TESTOPS_TOKEN is set");
    setenv("VENDOR_API_TOKEN", "canary-2", 1);
    resolves("AO", "vendor:AO", "VENDOR_API_TOKEN is set");
    ck_assert(str_is(target->secrets.get(target->secrets.self, FERRY_LIT("token")), "canary-2"));
    resolves(NULL, "local:MYAPP", "nothing else is configured; named after the folder");
    setenv("VENDOR_PROJECT", "DEMO", 1);
    resolves(NULL, "vendor:DEMO", "VENDOR_API_TOKEN and VENDOR_PROJECT are set");
    setenv("SECOND_API_TOKEN", "canary-3", 1);
    does_not_resolve("AO", "the environment has tokens for several trackers; say which is meant: "
                           "second:AO, vendor:AO");
    unsetenv("SECOND_API_TOKEN");
    repo_file("{\"trackers\": {\"x\": {\"plugin\": \"local\", \"project\": \"P\"}}}");
    does_not_resolve("AO", "\"AO\" is no tracker of the configuration, nor a project of one (x)");
}
END_TEST

static const struct {
    const char *text, *message;
} wrong_names[] = {
    {"aoo", "\"aoo\" is no tracker of the configuration, nor a project of one (ao, demo); did you "
            "mean \"ao\"?"},
    {"X", "for another project write PLUGIN:PROJECT, such as local:AO"},
    {":AO", "\":AO\" lacks a side of its ':'; write PLUGIN:PROJECT"},
    {"local:", "\"local:\" lacks a side of its ':'"},
    {"vendr:AO", "vendr:AO: no plugin \"vendr\"; did you mean \"vendor\"?"},
    {"https://x", "no plugin \"https\""},
    {"", "\"\" is no tracker of the configuration"},
    {"\033[2J", "\"\\x1b[2J\" is no tracker"},
    {"local:\xff", "\"local:\\xff\": the project is empty, too long, or not UTF-8"},
};

START_TEST(refuses_wrong_names)
{
    repo_file(TWO_TRACKERS);
    setenv("T", "canary-token", 1);
    does_not_resolve(wrong_names[_i].text, wrong_names[_i].message);
}
END_TEST

START_TEST(refuses_what_is_no_code_where_nothing_is_configured)
{
    does_not_resolve("ao", "\"ao\" is no project code, and no configuration names a tracker so; "
                           "write AO or PLUGIN:ao");
    does_not_resolve("a b", "\"a b\" is no destination; write a tracker's name from ferry.json, a "
                            "project code such as AO");
    does_not_resolve("123", "\"123\" is no destination");
}
END_TEST

#define ONE(more) "{\"trackers\": {\"ao\": {\"plugin\": \"vendor\", \"project\": \"AO\"" more "}}}"
static const struct {
    const char *text, *message;
} wrong_trackers[] = {
    {"{\"trackers\": {\"ao\": {\"project\": \"AO\"}}}",
     "tracker \"ao\" of ferry.json names no plugin"},
    {"{\"trackers\": {\"ao\": {\"plugin\": \"vendor\"}}}",
     "ferry.json line 1: tracker \"ao\" names no project"},
    {ONE(""), "vendor:AO: \"token\" is missing (who you are); give \"token\" of trackers.ao or set "
              "VENDOR_API_TOKEN"},
    {ONE(", \"tokne\": \"canary\""), "\"trackers.ao.tokne\" is no option of the plugin vendor; did "
                                     "you mean \"token\"? `ferry help vendor` lists them"},
    {ONE(", \"token\": \"\""), "trackers.ao.token is empty; give the secret, or leave it out"},
    {ONE(", \"token\": \"${NOT_SET}\""),
     "ferry.json line 1, column 59: trackers.ao.token: variable NOT_SET is not set"},
    {ONE(", \"token\": \"canary-1\", \"batch\": \"many\""),
     "trackers.ao.batch: \"many\" is no whole number"},
    {ONE(", \"token\": \"canary-1\", \"mode\": \"strct\""),
     "\"strct\" is not one of strict, loose; did you mean"},
    {ONE(", \"token\": \"canary-1\", \"url\": \"vendor\""),
     "trackers.ao.url: \"vendor\" is no base URL"},
    {ONE(", \"token\": \"canary-1\", \"labels\": \"${MY_TOKEN}\""),
     "MY_TOKEN sounds like a secret"},
    {ONE(", \"token_file\": \"none\""), "trackers.ao.token_file: the file cannot be read"},
    {ONE(", \"token_file\": \"open\""),
     "trackers.ao.token_file: others can read the file with the secret"},
    {ONE(", \"batch_file\": \"x\", \"token\": \"canary-1\""),
     "\"trackers.ao.batch_file\" is no option"},
    {"{\"trackers\": {\"ao\": {\"plugin\": \"lcoal\", \"project\": \"AO\"}}}",
     "no plugin \"lcoal\"; did you mean \"local\"?"},
};

START_TEST(refuses_wrong_options_of_a_tracker)
{
    setenv("MY_TOKEN", "canary-2", 1);
    write_file(repo, "open", "canary-3", 0644);
    repo_file(wrong_trackers[_i].text);
    does_not_resolve("ao", wrong_trackers[_i].message);
}
END_TEST

START_TEST(reads_a_secret_from_a_private_file)
{
    write_file(repo, "secret", "canary-file\n", 0600);
    repo_file(ONE(", \"token_file\": \"secret\""));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(target->secrets.get(target->secrets.self, FERRY_LIT("token")), "canary-file"));
    ck_assert(secrets_found(FERRY_LIT("canary-file")));
}
END_TEST

START_TEST(takes_options_of_a_named_tracker_from_the_environment)
{
    repo_file(ONE(", \"batch\": 3"));
    setenv("FERRY_TRACKERS_AO_TOKEN", "canary-env", 1);
    setenv("FERRY_TRACKERS_AO_BATCH", "4", 1);
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("batch")), "4"));
    ck_assert(str_is(target->secrets.get(target->secrets.self, FERRY_LIT("token")), "canary-env"));
    setenv("FERRY_TRACKERS_AO_BATCH", "four", 1);
    does_not_resolve("ao", "FERRY_TRACKERS_AO_BATCH: \"four\" is no whole number");
}
END_TEST

START_TEST(joins_what_user_and_repository_say_of_one_tracker)
{
    user_file("{\"trackers\": {\"ao\": {\"token\": \"canary-user\", \"batch\": 9}}}");
    repo_file(ONE(", \"batch\": 3"));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(ferry_get(target->options, target->n_options, FERRY_LIT("batch")), "3"));
    ck_assert(str_is(target->secrets.get(target->secrets.self, FERRY_LIT("token")), "canary-user"));
}
END_TEST

/* --- trust ---------------------------------------------------------------------------- */

#define AT(url) ONE(", \"token\": \"${T}\", \"url\": \"" url "\"")
static const char *const trusted_urls[] = {"https://api.vendor.example",
                                           "https://api.vendor.example/v2",
                                           "https://API.vendor.example:8443",
                                           "http://localhost:9999",
                                           "http://127.0.0.1:9999",
                                           "https://127.8.9.10",
                                           "http://[::1]:9999",
                                           "https://ok.example",
                                           "https://ok.example:8443",
                                           "https://port.example:8443",
                                           "http://plain.example",
                                           "https://plain.example",
                                           "https://file.example"};

START_TEST(sends_an_outside_secret_to_allowed_hosts)
{
    char text[512];
    setenv("T", "canary-token", 1);
    setenv("FERRY_TRUST_HOST", "ok.example,port.example:8443,http://plain.example", 1);
    write_file(home, ".config/ferry/trusted-hosts", "other.example\nfile.example\n", 0600);
    snprintf(text, sizeof text, AT("%s"), trusted_urls[_i]);
    repo_file(text);
    resolves("ao", "vendor:AO", "from ferry.json line 1");
}
END_TEST

static const char *const strange_urls[] = {"https://evil.example",
                                           "https://api.vendor.example.evil.example",
                                           "http://api.vendor.example",
                                           "https://localhost.evil.example",
                                           "http://127.0.0.1.evil.example",
                                           "http://ok.example",
                                           "https://port.example",
                                           "https://sub.ok.example",
                                           "https://${WHERE}",
                                           "https://128.0.0.1",
                                           "https://[::2]",
                                           "http://0x7f.1"};

START_TEST(does_not_send_an_outside_secret_to_a_stranger)
{
    char text[512];
    setenv("T", "canary-token", 1);
    setenv("WHERE", "evil.example", 1);
    setenv("FERRY_TRUST_HOST", "ok.example,port.example:8443", 1);
    snprintf(text, sizeof text, AT("%s"), strange_urls[_i]);
    repo_file(text);
    does_not_resolve("ao",
                     "vendor:AO: \"token\" comes from outside the repository and is not sent to ");
    ck_assert_ptr_nonnull(strstr(err.message, "FERRY_TRUST_HOST"));
}
END_TEST

START_TEST(judges_every_way_a_secret_can_come_from_outside)
{
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    repo_file(ONE(", \"url\": \"https://evil.example\""));
    does_not_resolve("ao", "is not sent to evil.example");
    setenv("FERRY_TRACKERS_AO_TOKEN", "canary-2", 1);
    does_not_resolve("ao", "is not sent to evil.example");
    clearenv();
    setenv("HOME", home, 1);
    user_file("{\"trackers\": {\"ao\": {\"token\": \"canary-3\"}}}");
    does_not_resolve("ao", "is not sent to evil.example");
    user_file("{}");
    write_file(repo, "secret", "canary-4", 0600);
    repo_file(ONE(", \"url\": \"https://evil.example\", \"token_file\": \"secret\""));
    does_not_resolve("ao", "is not sent to evil.example");
    write_file(repo, ".env", "T=canary-5\n", 0600);
    repo_file(AT("https://evil.example"));
    does_not_resolve("ao", "is not sent to evil.example");
    write_file(repo, ".env", "VENDOR_URL=https://evil.example\n", 0600);
    setenv("VENDOR_API_TOKEN", "canary-6", 1);
    does_not_resolve("vendor:DEMO", "is not sent to evil.example");
}
END_TEST

START_TEST(lets_a_repository_use_its_own_secret_and_a_user_his_own_url)
{
    repo_file(ONE(", \"token\": \"in-the-repo\", \"url\": \"https://any.example\""));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    repo_file(ONE(""));
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    setenv("VENDOR_URL", "https://mine.example/", 1);
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(target->url, "https://mine.example"));
    clearenv();
    setenv("HOME", home, 1);
    write_file(repo, ".env", "VENDOR_API_TOKEN=canary-2\nVENDOR_URL=https://both.example\n", 0600);
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert(str_is(target->url, "https://both.example"));
}
END_TEST

static int32_t put_host(void *data, struct ferry_str host, const char *origin)
{
    return buf_printf(data, "%.*s (%s)\n", STR_ARG(host), origin);
}

START_TEST(remembers_the_hosts_the_user_trusts)
{
    static const struct {
        const char *host;
        int remove, changed;
    } steps[] = {
        {"evil.example", 0, 1},         {"Two.Example:1", 0, 1},
        {"https://EVIL.example", 0, 0}, /* the same */
        {"http://evil.example", 0, 1},  /* more than the same */
        {"https://http.example", 0, 1}, {"http://Evil.example", 1, 1},
    };
    struct config *c;
    struct buf list;
    int changed;
    buf_init(&list, 4096);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        c = load();
        ck_assert_int_eq(
            trust_change(c, ferry_cstr(steps[i].host), steps[i].remove, &changed, &err), FERRY_OK);
        ck_assert_msg(changed == steps[i].changed, "%s", steps[i].host);
        config_free(c);
    }
    setenv("FERRY_TRUST_HOST", "ours.example,third.example", 1);
    c = load();
    ck_assert_int_eq(trust_each(c, put_host, &list), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&list), "ours.example (FERRY_TRUST_HOST)\n"
                                      "third.example (FERRY_TRUST_HOST)\n"
                                      "evil.example (trusted-hosts)\n"
                                      "two.example:1 (trusted-hosts)\n"
                                      "http.example (trusted-hosts)\n");
    ck_assert_int_eq(trust_change(c, FERRY_LIT("ours.example"), 1, &changed, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "ours.example is allowed by FERRY_TRUST_HOST; take it out there");
    ck_assert_int_eq(trust_change(c, FERRY_LIT("none.example"), 1, &changed, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "none.example is not among the trusted hosts"));
    ck_assert_int_eq(trust_change(c, FERRY_LIT("evil.example"), 1, &changed, &err), FERRY_OK);
    config_free(c);
    unsetenv("FERRY_TRUST_HOST");
    setenv("T", "canary-1", 1);
    repo_file(AT("https://evil.example"));
    does_not_resolve("ao", "is not sent to evil.example");
    repo_file(AT("https://two.example:1"));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    for (size_t i = 0; i < 5; i++) {
        static const char *const none[] = {"", "a b", "host/path", "*.example", "u@host"};
        ck_assert_int_eq(trust_change(config, ferry_cstr(none[i]), 0, &changed, &err),
                         FERRY_E_CONFIG);
        ck_assert_ptr_nonnull(
            strstr(err.message, "is no host; write one such as tracker.example.org"));
    }
    buf_finish(&list);
}
END_TEST

/* "batch=50 (ferry.json line 3)" of a setting. */
static const char *setting(const char *name)
{
    static char text[200];
    for (uint32_t i = 0; i < target->n_settings; i++) {
        const struct target_setting *s = &target->settings[i];
        if (strcmp(s->option->name, name) == 0) {
            snprintf(text, sizeof text, "%.*s (%s)", STR_ARG(s->value), s->origin);
            return text;
        }
    }
    return "(none)";
}

START_TEST(says_where_each_setting_comes_from_and_no_secret)
{
    setenv("T", "canary-token", 1);
    repo_file(TWO_TRACKERS);
    write_file(repo, ".env", "FERRY_TRACKERS_AO_MODE=loose\n", 0600);
    setenv("FERRY_TRACKERS_AO_PIN", "canary-pin", 1);
    resolves("ao", "vendor:AO", "from ferry.json line 2");
    ck_assert_str_eq(setting("batch"), "50 (ferry.json line 2)");
    ck_assert_str_eq(setting("timeout"), "10000 (ferry.json line 3)");
    ck_assert_str_eq(setting("token"), "*** (ferry.json line 2)");
    ck_assert_str_eq(setting("pin"), "*** (FERRY_TRACKERS_AO_PIN)");
    ck_assert_str_eq(setting("mode"), "loose (FERRY_TRACKERS_AO_MODE (in .env))");
    ck_assert_str_eq(setting("url"), "https://api.vendor.example (default)");
    ck_assert_str_eq(setting("project"), "AO (ferry.json line 2)");
    ck_assert_str_eq(target->trusted, "the vendor's own");
    setenv("VENDOR_API_TOKEN", "canary-token", 1);
    setenv("VENDOR_URL", "https://mine.example", 1);
    resolves("vendor:OTHER", "vendor:OTHER", "as written");
    ck_assert_str_eq(setting("token"), "*** (VENDOR_API_TOKEN)");
    ck_assert_str_eq(setting("pin"), " (not set)");
    ck_assert_str_eq(setting("url"), "https://mine.example (VENDOR_URL)");
    ck_assert_str_eq(target->trusted, "named outside the repository");
    resolves("local:AO", "local:AO", "as written");
    ck_assert_ptr_null(target->trusted);
}
END_TEST

START_TEST(says_why_a_host_may_have_a_secret)
{
    setenv("T", "canary-1", 1);
    repo_file(AT("http://127.0.0.1:8080"));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert_str_eq(target->trusted, "this machine");
    setenv("FERRY_TRUST_HOST", "mine.example", 1);
    repo_file(AT("https://mine.example"));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    ck_assert_str_eq(target->trusted, "allowed by you, see `ferry trust`");
}
END_TEST

START_TEST(takes_no_list_for_one_value)
{
    repo_file("{\"trackers\": {\"a\": {\"plugin\": [\"vendor\"], \"project\": \"A\"}}}");
    does_not_resolve("a", "trackers.a.plugin is a list; it takes one value");
    repo_file("{\"trackers\": {\"a\": {\"plugin\": \"local\", \"project\": [\"A\"]}}}");
    does_not_resolve("a", "trackers.a.project is a list; it takes one value");
    repo_file("{\"trackers\": {\"a\": {\"plugin\": \"local\", \"project\": \"A\",\n"
              "\"mode\": [\"loose\"]}}}");
    does_not_resolve("a", "ferry.json line 2, column 1: trackers.a.mode is a list");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *d = tcase_create("destinations");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(d, setup, close_target);
    tcase_add_test(d, names_a_local_project_after_the_folder);
    tcase_add_test(d, takes_a_name_of_the_config);
    tcase_add_test(d, an_account_outlives_its_token);
    tcase_add_test(d, tells_accounts_of_one_host_apart_by_their_names);
    tcase_add_test(d, takes_a_project_of_the_config);
    tcase_add_test(d, chooses_a_default_only_where_there_is_no_doubt);
    tcase_add_test(d, reads_a_bare_code_by_the_token_that_is_set);
    tcase_add_loop_test(d, refuses_wrong_names, 0, (int)(sizeof wrong_names / sizeof *wrong_names));
    tcase_add_test(d, refuses_what_is_no_code_where_nothing_is_configured);
    tcase_add_loop_test(d, refuses_wrong_options_of_a_tracker, 0,
                        (int)(sizeof wrong_trackers / sizeof *wrong_trackers));
    tcase_add_test(d, reads_a_secret_from_a_private_file);
    tcase_add_test(d, takes_options_of_a_named_tracker_from_the_environment);
    tcase_add_test(d, joins_what_user_and_repository_say_of_one_tracker);
    tcase_add_loop_test(d, sends_an_outside_secret_to_allowed_hosts, 0,
                        (int)(sizeof trusted_urls / sizeof *trusted_urls));
    tcase_add_loop_test(d, does_not_send_an_outside_secret_to_a_stranger, 0,
                        (int)(sizeof strange_urls / sizeof *strange_urls));
    tcase_add_test(d, judges_every_way_a_secret_can_come_from_outside);
    tcase_add_test(d, lets_a_repository_use_its_own_secret_and_a_user_his_own_url);
    tcase_add_test(d, remembers_the_hosts_the_user_trusts);
    tcase_add_test(d, says_where_each_setting_comes_from_and_no_secret);
    tcase_add_test(d, says_why_a_host_may_have_a_secret);
    tcase_add_test(d, takes_no_list_for_one_value);
    suite_add_tcase(suite, d);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
