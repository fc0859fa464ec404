/* SPDX-License-Identifier: MIT */
/* config.c - files, variables, .env: what is taken, from where, and what is said about the rest. */
#include "config_help.h"

static void refuse(const char *message)
{
    struct config *c = NULL;
    ck_assert_int_eq(config_load(&c, repo, NULL, &err), FERRY_E_CONFIG);
    ck_assert_ptr_null(c);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "canary"));
    ck_assert_int_eq(err.status, FERRY_E_CONFIG);
}

static void expect(const struct config *c, const char *path, const char *value, const char *origin)
{
    struct ferry_str got = config_get(c, path);
    if (value) {
        ck_assert_msg(str_is(got, value), "%s: %.*s", path, STR_ARG(got));
    } else {
        ck_assert_ptr_null(got.ptr);
    }
    ck_assert_str_eq(config_origin(c, path), origin);
}

/* --- files ------------------------------------------------------------------------ */

START_TEST(has_defaults_without_any_file)
{
    struct config *c = load();
    char want[128];
    expect(c, "automation_key.field", "Automation Key", "default");
    expect(c, "automation_key.properties", "Automation Key\nautomation_key\nAutomationKey",
           "default");
    expect(c, "delivery.settle", "120000", "default");
    expect(c, "attachments.max_size", "33554432", "default");
    expect(c, "upload.to", NULL, "not set");
    expect(c, "no.such.key", NULL, "not set");
    ck_assert_ptr_null(config_file(c));
    ck_assert_str_eq(config_folder(c), repo);
    ck_assert_ptr_null(config_plugin_folders(c)[0]);
    snprintf(want, sizeof want, "%s/.ferry", repo);
    ck_assert_str_eq(config_state_folder(c, NULL), want);
    snprintf(want, sizeof want, "%s/there", repo);
    ck_assert_str_eq(config_state_folder(c, "there"), want);
    ck_assert_str_eq(config_state_folder(c, "/else/where"), "/else/where");
    config_free(c);
    config_free(NULL);
}
END_TEST

START_TEST(reads_json_with_comments_and_says_where_values_come_from)
{
    struct config *c;
    repo_file("// ours\n{\n  \"$schema\": \"x\",\n  \"upload\": {\"to\": \"ao\", /* two */ "
              "\"mirror\": [\"demo\", \"x\"],},\n"
              "  \"delivery\": {\"settle\": \"5m\", \"jobs\": 3},\n"
              "  \"state\": {\"max_size\": \"1g\"}\n}\n");
    c = load();
    expect(c, "upload.to", "ao", "ferry.json line 4");
    expect(c, "upload.mirror", "demo\nx", "ferry.json line 4");
    expect(c, "delivery.settle", "300000", "ferry.json line 5");
    expect(c, "delivery.jobs", "3", "ferry.json line 5");
    expect(c, "state.max_size", "1073741824", "ferry.json line 6");
    config_free(c);
}
END_TEST

START_TEST(makes_paths_absolute_from_where_they_were_written)
{
    struct config *c;
    char want[256];
    repo_file("{\"attachments\": {\"roots\": [\"out\", \"a/b\"]}}");
    user_file("{\"state\": {\"path\": \"~/ferry-state\"}, \"plugins\": {\"folders\": [\"~/p\", "
              "\"/opt/p\"]}}");
    setenv("FERRY_AUTOMATION_KEY_MAP", "keys.csv", 1);
    c = load();
    snprintf(want, sizeof want, "%s/out\n%s/a/b", repo, repo);
    expect(c, "attachments.roots", want, "ferry.json line 1");
    snprintf(want, sizeof want, "%s/ferry-state", home);
    ck_assert_str_eq(config_state_folder(c, NULL), want);
    snprintf(want, sizeof want, "%s/p", home);
    ck_assert_str_eq(config_plugin_folders(c)[0], want);
    ck_assert_str_eq(config_plugin_folders(c)[1], "/opt/p");
    ck_assert_ptr_null(config_plugin_folders(c)[2]);
    snprintf(want, sizeof want, "%s/keys.csv", repo);
    expect(c, "automation_key.map", want, "FERRY_AUTOMATION_KEY_MAP");
    config_free(c);
}
END_TEST

START_TEST(layers_variables_over_repository_over_user)
{
    struct config *c;
    repo_file("{\"upload\": {\"to\": \"repo\"}}");
    user_file(
        "{\"upload\": {\"to\": \"user\", \"mirror\": \"other\"}, \"delivery\": {\"jobs\": 2}}");
    c = load();
    expect(c, "upload.to", "repo", "ferry.json line 1");
    expect(c, "upload.mirror", "other", "~/.config/ferry/config.json line 1");
    config_free(c);
    setenv("FERRY_UPLOAD_TO", "env", 1);
    setenv("FERRY_UPLOAD_MIRROR", "a,b", 1);
    setenv("FERRY_DELIVERY_JOBS", "", 1); /* set but empty is not set */
    c = load();
    expect(c, "upload.to", "env", "FERRY_UPLOAD_TO");
    expect(c, "upload.mirror", "a\nb", "FERRY_UPLOAD_MIRROR");
    expect(c, "delivery.jobs", "2", "~/.config/ferry/config.json line 1");
    config_free(c);
}
END_TEST

START_TEST(lets_a_flag_stand_above_all_and_checks_it_as_the_key_it_stands_for)
{
    struct config *c;
    repo_file("{\"delivery\": {\"jobs\": 3, \"deadline\": \"5m\"}}");
    setenv("FERRY_DELIVERY_JOBS", "5", 1);
    c = load();
    expect(c, "delivery.jobs", "5", "FERRY_DELIVERY_JOBS");
    ck_assert_int_eq(config_set_flag(c, "delivery.jobs", "--jobs", FERRY_LIT("2"), &err), FERRY_OK);
    ck_assert_int_eq(config_set_flag(c, "delivery.deadline", "--deadline", FERRY_LIT("2s"), &err),
                     FERRY_OK);
    expect(c, "delivery.jobs", "2", "--jobs");
    expect(c, "delivery.deadline", "2000", "--deadline");
    ck_assert_int_eq(config_set_flag(c, "delivery.jobs", "--jobs", FERRY_LIT("65"), &err),
                     FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "--jobs: delivery.jobs: 65 is not between 1 and 64");
    ck_assert_int_eq(config_set_flag(c, "delivery.deadline", "--deadline", FERRY_LIT("2"), &err),
                     FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "--deadline: \"2\" is no duration"));
    config_free(c);
    unsetenv("FERRY_DELIVERY_JOBS");
}
END_TEST

START_TEST(finds_the_file_upward_but_not_beyond_the_git_root)
{
    struct config *c = NULL;
    char deep[160];
    snprintf(deep, sizeof deep, "%s/a/b", repo);
    write_file(deep, "x", "", 0600);
    write_file(base, "ferry.json", "{\"upload\": {\"to\": \"strangers\"}}", 0644);
    ck_assert_int_eq(config_load(&c, deep, NULL, &err), FERRY_OK);
    expect(c, "upload.to", NULL, "not set");
    ck_assert_str_eq(config_folder(c), deep);
    config_free(c);
    repo_file("{\"upload\": {\"to\": \"ours\"}}");
    ck_assert_int_eq(config_load(&c, deep, NULL, &err), FERRY_OK);
    expect(c, "upload.to", "ours", "ferry.json line 1");
    ck_assert_str_eq(config_folder(c), repo);
    config_free(c);
    ck_assert_int_eq(config_load(&c, home, NULL, &err),
                     FERRY_OK); /* no git: only the folder itself */
    expect(c, "upload.to", NULL, "not set");
    config_free(c);
}
END_TEST

START_TEST(takes_the_file_it_is_told)
{
    struct config *c = NULL;
    char path[160];
    write_file(repo, "ci/other.json", "{\"upload\": {\"to\": \"told\"}}", 0644);
    repo_file("{\"upload\": {\"to\": \"found\"}}");
    ck_assert_int_eq(config_load(&c, repo, "ci/other.json", &err), FERRY_OK);
    expect(c, "upload.to", "told", "ci/other.json line 1");
    snprintf(path, sizeof path, "%s/ci", repo);
    ck_assert_str_eq(config_folder(c), path);
    config_free(c);
    setenv("FERRY_CONFIG", "ci/other.json", 1);
    c = load();
    expect(c, "upload.to", "told", "other.json line 1");
    config_free(c);
    ck_assert_int_eq(config_load(&c, repo, "none.json", &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "none.json: cannot open: no such file or folder"));
    ck_assert_int_eq(config_load(&c, repo, "", &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "the name of the configuration file is empty"));
    ck_assert_int_eq(config_load(&c, "/no/such/folder", NULL, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "folder \"/no/such/folder\" cannot be found"));
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {"", "ferry.json line 1, column 1: "},
    {"{\n  \"upload\": {\"to\": }\n}", "ferry.json line 2, column 20: "},
    {"{\"upload\": {}} canary", "ferry.json line 1, column 16: "},
    {"{ /* open", "ferry.json line 1, column 3: the comment that begins here has no end"},
    {"[]",
     "ferry.json line 1, column 1: the file holds no object; it begins with { and ends with }"},
    {"\"canary\"", "the file holds no object"},
    {"{\n \"uplaod\": {}}",
     "ferry.json line 2, column 2: \"uplaod\" is no key of ferry; did you mean \"upload"},
    {"{\"upload\": {\"too\": \"canary\"}}",
     "\"upload.too\" is no key of ferry; did you mean \"upload.to\"?"},
    {"{\"to\": \"canary\"}", "\"to\" is no key of ferry; did you mean \"upload.to\"?"},
    {"{\"wibble\": \"canary\"}", "ferry.json line 1, column 2: \"wibble\" is no key of ferry"},
    {"{\"trackerz\": {}}", "\"trackerz\" is no key of ferry; did you mean \"trackers\"?"},
    {"{\"upload\": 3}", "\"upload\" is no object; it holds further keys in {}"},
    {"{\"upload\": {\"to\": null}}", "\"upload.to\" is null; leave it out to have the default"},
    {"{\"upload\": {\"to\": [\"a\"]}}", "\"upload.to\" is a list; it takes one value"},
    {"{\"upload\": {\"to\": {}}}", "\"upload.to\" is an object; it takes a value"},
    {"{\"upload\": {\"mirror\": [\"a\", {}]}}",
     "\"upload.mirror\" holds something else than texts and numbers"},
    {"{\"upload\": {\"mirror\": [\"a\\nb\"]}}",
     "\"upload.mirror\" has a line break inside one of its values"},
    {"{\"upload\": {\"complete\": \"perhaps\"}}",
     "ferry.json line 1, column 13: upload.complete: \"perhaps\" is neither true nor false"},
    {"{\"upload\": {\"on_delivery_error\": \"wran\"}}",
     "\"wran\" is not one of fail, warn; did you mean \"warn\"?"},
    {"{\"upload\": {\"to\": \"a\"}, \"upload\": {}}", "\"upload\" is there twice; leave one"},
    {"{\"upload\": {\"to\": \"a\", \"to\": \"b\"}}", "\"upload.to\" is there twice; leave one"},
    {"{\"\": 1}", "holds a key that is empty or too long"},
    {"{\"delivery\": {\"settle\": 120}}",
     "delivery.settle: \"120\" is no duration; write a number and a unit"},
    {"{\"delivery\": {\"jobs\": 0}}", "delivery.jobs: 0 is not between 1 and 64"},
    {"{\"delivery\": {\"jobs\": 2.5}}", "delivery.jobs: \"2.5\" is no whole number"},
    {"{\"delivery\": {\"deadline\": \"10ms\"}}",
     "delivery.deadline: 10ms is not between 1000 and 604800000 ms"},
    {"{\"state\": {\"max_size\": \"1k\"}}",
     "state.max_size: 1k is too little; 1048576 is the least"},
    {"{\"attachments\": {\"max_size\": \"huge\"}}", "attachments.max_size: \"huge\" is no size"},
    {"{\"attachments\": {\"roots\": [\"/etc\"]}}",
     "attachments.roots: \"/etc\" leads out of the repository"},
    {"{\"attachments\": {\"roots\": [\"a/../..\"]}}", "\"a/../..\" leads out of the repository"},
    {"{\"attachments\": {\"roots\": [\"~/x\"]}}", "\"~/x\" leads out of the repository"},
    {"{\"attachments\": {\"roots\": [\"link\"]}}",
     "\"link\" leads out of the repository through a link"},
    {"{\"attachments\": {\"roots\": [\"\"]}}", "a path is empty or too long"},
    {"{\"state\": {\"path\": \"/var/x\"}}", "state.path: \"/var/x\" leads out of the repository"},
    {"{\"proxy\": \"http://evil.example\"}", "ferry.json line 1, column 2: proxy is not taken from "
                                             "a repository, which others can change; put it into "},
    {"{\"proxy\": \"http://evil.example\"}", "or set FERRY_PROXY"},
    {"{\"tls\": {\"verify\": false}}", "tls.verify is not taken from a repository"},
    {"{\"tls\": {\"ca_file\": \"x\"}}", "tls.ca_file is not taken from a repository"},
    {"{\"plugins\": {\"folders\": [\"x\"]}}", "plugins.folders is not taken from a repository"},
    {"{\"trust\": {\"hosts\": [\"evil.example\"]}}", "trust.hosts is not taken from a repository"},
    {"{\"upload\": {\"to\": \"${NO_SUCH}\"}}",
     "upload.to: variable NO_SUCH is not set; export it, or write ${NO_SUCH:-text}"},
    {"{\"upload\": {\"to\": \"${NO SUCH}\"}}", "after \"${\" stands no name of a variable"},
    {"{\"upload\": {\"to\": \"${}\"}}", "after \"${\" stands no name of a variable"},
    {"{\"upload\": {\"to\": \"${A\"}}", "upload.to: \"${\" has no \"}\"; write ${NAME}"},
    {"{\"upload\": {\"to\": \"${AWS_SECRET_KEY}\"}}",
     "AWS_SECRET_KEY sounds like a secret, and this is no option for secrets"},
    {"{\"trackers\": []}", "\"trackers\" is no object"},
    {"{\"trackers\": {\"a.b\": {}}}",
     "holds a name that is none; a tracker's name is made of A-Z, a-z, 0-9, _ and -"},
    {"{\"trackers\": {\"\": {}}}", "holds a name that is none"},
    {"{\"trackers\": {\"ao\": \"canary\"}}", "\"trackers.ao\" is no object; write {\"plugin\": "},
    {"{\"trackers\": {\"ao\": {\"token\": {\"x\": \"canary\"}}}}",
     "\"trackers.ao.token\" is an object; it takes a value"},
    {"{\"trackers\": {\"ao\": {\"token\": \"canary\", \"token\": \"canary\"}}}",
     "\"trackers.ao.token\" is there twice"},
    {"{\"trackers\": {\"ao\": {}, \"ao\": {}}}", "\"trackers.ao\" is there twice"},
    {"{\"trackers\": {\"ao\": {}}}", "\"trackers.ao\" says nothing; write {\"plugin\": "},
    {"{\"trackers\": {\"ao\": {\"to ken\": \"canary\"}}}",
     "\"trackers.ao\" holds a key that no plugin has"},
};

START_TEST(tells_each_fault_with_its_place_and_cure)
{
    char link[160];
    snprintf(link, sizeof link, "%s/link", repo);
    ck_assert_int_eq(symlink("/etc", link), 0);
    setenv("AWS_SECRET_KEY", "canary-aws", 1);
    repo_file(wrong[_i].text);
    refuse(wrong[_i].message);
}
END_TEST

START_TEST(refuses_a_file_that_is_too_large)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_puts(&text, "{}");
    for (int i = 0; i < 300 * 1024; i++) {
        buf_putc(&text, ' ');
    }
    repo_file(buf_cstr(&text));
    refuse("ferry.json: larger than the 262144 bytes that may be read here");
    buf_finish(&text);
}
END_TEST

START_TEST(refuses_wrong_variables_by_name)
{
    setenv("FERRY_DELIVERY_JOBS", "many", 1);
    refuse("FERRY_DELIVERY_JOBS: \"many\" is no whole number");
    unsetenv("FERRY_DELIVERY_JOBS");
    setenv("FERRY_PROXY", "user:canary@proxy", 1);
    refuse("FERRY_PROXY: the URL has an '@'");
}
END_TEST

START_TEST(does_not_trust_a_user_file_that_others_can_write)
{
    user_file("{}");
    write_file(home, ".config/ferry/config.json", "{}", 0666);
    refuse("~/.config/ferry/config.json: others can write it, so it cannot be trusted");
}
END_TEST

START_TEST(takes_user_only_keys_from_the_user)
{
    struct config *c;
    user_file("{\"tls\": {\"verify\": false}, \"proxy\": \"http://proxy:3128/\"}");
    c = load();
    expect(c, "tls.verify", "false", "~/.config/ferry/config.json line 1");
    expect(c, "proxy", "http://proxy:3128", "~/.config/ferry/config.json line 1");
    config_free(c);
}
END_TEST

START_TEST(expands_variables)
{
    struct config *c;
    setenv("WHERE", "ao", 1);
    setenv("EMPTY", "", 1);
    repo_file("{\"upload\": {\"to\": \"${WHERE}-${EMPTY:-x}$${Y} $WHERE\"}}");
    c = load();
    expect(c, "upload.to", "ao-x${Y} $WHERE", "ferry.json line 1");
    config_free(c);
    setenv("FERRY_UPLOAD_TO", "${WHERE}", 1); /* variables are taken as they are */
    c = load();
    expect(c, "upload.to", "${WHERE}", "FERRY_UPLOAD_TO");
    config_free(c);
}
END_TEST

/* --- .env ------------------------------------------------------------------------------ */

START_TEST(reads_a_private_dotenv_below_the_environment)
{
    struct config *c;
    write_file(repo, ".env",
               "# a comment\nexport FERRY_UPLOAD_TO=\"a \\\"b\\\"\"\nDELIVERY = "
               "no\nFERRY_DELIVERY_JOBS=4 # four\n"
               "FERRY_UPLOAD_MIRROR='x,y'\nVENDOR_API_TOKEN=canary-env\n\nEMPTY=\n",
               0600);
    setenv("FERRY_DELIVERY_JOBS", "5", 1);
    c = load();
    expect(c, "upload.to", "a \"b\"", "FERRY_UPLOAD_TO (in .env)");
    expect(c, "upload.mirror", "x\ny", "FERRY_UPLOAD_MIRROR (in .env)");
    expect(c, "delivery.jobs", "5", "FERRY_DELIVERY_JOBS");
    ck_assert_ptr_null(getenv("VENDOR_API_TOKEN")); /* never put into the environment */
    ck_assert(secrets_found(FERRY_LIT("xx canary-env")));
    config_free(c);
}
END_TEST

START_TEST(leaves_a_dotenv_that_others_can_read)
{
    write_file(repo, ".env", "WHERE=there\n", 0644);
    repo_file("{\"upload\": {\"to\": \"${WHERE}\"}}");
    refuse("variable WHERE is not set; export it, or write ${WHERE:-text}; .env is not read: it "
           "can be read by others; "
           "run chmod 600 on it");
    write_file(repo, ".env", "WHERE=there\n", 0600);
    config_free(load());
    setenv("CI", "true", 1);
    refuse(".env is not read under CI; set FERRY_ENV_FILE to name one");
    setenv("FERRY_ENV_FILE", ".env", 1);
    config_free(load());
    setenv("FERRY_ENV_FILE", "other.env", 1);
    refuse("FERRY_ENV_FILE: \"other.env\" cannot be opened");
    write_file(repo, "other.env", "", 0640);
    refuse("FERRY_ENV_FILE: \"other.env\" is not read: it can be read by others");
}
END_TEST

START_TEST(tells_a_quote_without_end_in_a_dotenv)
{
    write_file(repo, ".env", "A=1\nB=\"canary\nC=2\n", 0600);
    refuse(".env line 2: the quote that opens here has no end");
}
END_TEST

START_TEST(does_not_take_user_only_keys_from_a_dotenv)
{
    write_file(repo, ".env", "FERRY_TRUST_HOST=evil.example\n", 0600);
    refuse("FERRY_TRUST_HOST (in .env) is not taken from a repository");
    write_file(repo, ".env", "FERRY_STATE=/var/evil\n", 0600);
    refuse("state.path: \"/var/evil\" leads out of the repository");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *t = tcase_create("files");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, has_defaults_without_any_file);
    tcase_add_test(t, reads_json_with_comments_and_says_where_values_come_from);
    tcase_add_test(t, makes_paths_absolute_from_where_they_were_written);
    tcase_add_test(t, layers_variables_over_repository_over_user);
    tcase_add_test(t, lets_a_flag_stand_above_all_and_checks_it_as_the_key_it_stands_for);
    tcase_add_test(t, finds_the_file_upward_but_not_beyond_the_git_root);
    tcase_add_test(t, takes_the_file_it_is_told);
    tcase_add_loop_test(t, tells_each_fault_with_its_place_and_cure, 0,
                        (int)(sizeof wrong / sizeof *wrong));
    tcase_add_test(t, refuses_a_file_that_is_too_large);
    tcase_add_test(t, refuses_wrong_variables_by_name);
    tcase_add_test(t, does_not_trust_a_user_file_that_others_can_write);
    tcase_add_test(t, takes_user_only_keys_from_the_user);
    tcase_add_test(t, expands_variables);
    tcase_add_test(t, reads_a_private_dotenv_below_the_environment);
    tcase_add_test(t, leaves_a_dotenv_that_others_can_read);
    tcase_add_test(t, tells_a_quote_without_end_in_a_dotenv);
    tcase_add_test(t, does_not_take_user_only_keys_from_a_dotenv);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
