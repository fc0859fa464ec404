/* SPDX-License-Identifier: MIT */
/*
 * config.c - files, variables and what a destination's name comes to mean. Each test has a
 * repository and a home of its own; "../plugins" of this program holds the samples.
 */
#include <check.h>
#include <config.h>
#include <fcntl.h>
#include <file.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

static char base[64], repo[96], home[96];
static struct ferry_error err;

static void write_file(const char *folder, const char *name, const char *text, unsigned mode)
{
    struct buf path;
    buf_init(&path, 4096);
    path_join(&path, folder, name);
    path.ptr[path_folder_len(path.ptr)] = '\0';
    ck_assert_int_eq(file_mkdirs(path.ptr, 0700, &err), FERRY_OK);
    path.ptr[strlen(path.ptr)] = '/';
    ck_assert_msg(file_write(path.ptr, ferry_cstr(text), mode, &err) == FERRY_OK, "%s",
                  err.message);
    buf_finish(&path);
}

static void repo_file(const char *text)
{
    write_file(repo, "ferry.json", text, 0644);
}

static void user_file(const char *text)
{
    write_file(home, ".config/ferry/config.json", text, 0600);
}

static void setup(void)
{
    snprintf(base, sizeof base, "/tmp/ferry-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(repo, sizeof repo, "%s/my-app", base);
    snprintf(home, sizeof home, "%s/home", base);
    write_file(repo, ".git/HEAD", "x", 0600);
    write_file(home, ".keep", "", 0600);
    clearenv();
    setenv("HOME", home, 1);
    err = (struct ferry_error){.size = sizeof err};
    log_setup(FERRY_LOG_ERROR, 0);
    secrets_clear();
}

static void teardown(void)
{
    char command[] = "rm";
    char *argv[] = {command, (char[]){"-rf"}, base, NULL};
    pid_t child = fork();
    if (child == 0) {
        execv("/bin/rm", argv);
        _exit(127);
    }
    secrets_clear();
}

static struct config *load(void)
{
    struct config *c = NULL;
    int32_t rc = config_load(&c, repo, NULL, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return c;
}

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
    ck_assert(str_starts(target->account, "api.vendor.example#"));
    ck_assert_uint_eq(target->account.len, strlen("api.vendor.example#") + 6);
}
END_TEST

START_TEST(tells_accounts_apart_by_host_and_secret)
{
    char first[64], second[64];
    setenv("VENDOR_API_TOKEN", "token-one", 1);
    resolves("vendor:AO", "vendor:AO", "as written");
    snprintf(first, sizeof first, "%.*s", STR_ARG(target->account));
    resolves("vendor:DEMO", "vendor:DEMO", "as written");
    ck_assert(str_is(target->account, first));
    setenv("VENDOR_API_TOKEN", "token-two", 1);
    resolves("vendor:AO", "vendor:AO", "as written");
    snprintf(second, sizeof second, "%.*s", STR_ARG(target->account));
    ck_assert_str_ne(first, second);
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

START_TEST(remembers_the_hosts_the_user_trusts)
{
    struct config *c = load();
    struct buf list;
    buf_init(&list, 4096);
    ck_assert_int_eq(trust_change(c, FERRY_LIT("evil.example"), 0, &err), FERRY_OK);
    ck_assert_int_eq(trust_change(c, FERRY_LIT("two.example:1"), 0, &err), FERRY_OK);
    ck_assert_int_eq(trust_change(c, FERRY_LIT("evil.example"), 0, &err), FERRY_OK);
    config_free(c);
    c = load();
    ck_assert_int_eq(trust_list(c, &list, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&list), "two.example:1\nevil.example");
    ck_assert_int_eq(trust_change(c, FERRY_LIT("evil.example"), 1, &err), FERRY_OK);
    config_free(c);
    setenv("T", "canary-1", 1);
    repo_file(AT("https://evil.example"));
    does_not_resolve("ao", "is not sent to evil.example");
    repo_file(AT("https://two.example:1"));
    resolves("ao", "vendor:AO", "from ferry.json line 1");
    for (size_t i = 0; i < 5; i++) {
        static const char *const none[] = {"", "a b", "host/path", "*.example", "u@host"};
        ck_assert_int_eq(trust_change(config, ferry_cstr(none[i]), 0, &err), FERRY_E_CONFIG);
        ck_assert_ptr_nonnull(
            strstr(err.message, "is no host; write one such as tracker.example.org"));
    }
    buf_finish(&list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *t = tcase_create("files"), *d = tcase_create("destinations");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, has_defaults_without_any_file);
    tcase_add_test(t, reads_json_with_comments_and_says_where_values_come_from);
    tcase_add_test(t, makes_paths_absolute_from_where_they_were_written);
    tcase_add_test(t, layers_variables_over_repository_over_user);
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
    tcase_add_checked_fixture(d, setup, close_target);
    tcase_add_test(d, names_a_local_project_after_the_folder);
    tcase_add_test(d, takes_a_name_of_the_config);
    tcase_add_test(d, tells_accounts_apart_by_host_and_secret);
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
    suite_add_tcase(suite, d);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
