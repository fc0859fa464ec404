/* SPDX-License-Identifier: MIT */
/*
 * ci.c - what is made of the environment of each CI: which build and which part of it, the same when a
 * job is tried again, another for another job, shard or cell of a matrix; and that no variable, however
 * long or odd, gets anywhere as it is.
 */
#include "scratch.h"

#include <buf.h>
#include <ci.h>
#include <text.h>

enum { MOST = 40 };

static struct arena arena;
static struct ci_job job;
static struct ferry_error err;

static void set_all(const char *const *environment)
{
    clearenv();
    for (size_t i = 0; environment[i]; i++) {
        char name[64];
        size_t n = strcspn(environment[i], "=");
        snprintf(name, sizeof name, "%.*s", (int)n, environment[i]);
        setenv(name, environment[i] + n + 1, 1);
    }
}

static void detect(const char *const *environment)
{
    set_all(environment);
    arena_reset(&arena);
    err = (struct ferry_error){.size = sizeof err};
    ck_assert_msg(ci_detect(&job, &arena, &err) == FERRY_OK, "%s", err.message);
}

static void setup(void)
{
    arena_init(&arena, 1 << 20);
}

static void teardown(void)
{
    arena_finish(&arena);
}

/* --- each system, as it is met ------------------------------------------------------------------ */

struct sample {
    const char *what;
    const char *environment[MOST];
    const char *name, *key, *title, *shared_title, *description;
};

#define GITHUB                                                                                     \
    "CI=true", "GITHUB_ACTIONS=true", "GITHUB_RUN_ID=7301955312", "GITHUB_RUN_NUMBER=118",         \
        "GITHUB_WORKFLOW=Nightly tests", "GITHUB_JOB=unit", "GITHUB_REPOSITORY=acme/ferry-boat",   \
        "GITHUB_SERVER_URL=https://github.com", "RUNNER_OS=Linux", "RUNNER_ARCH=X64",              \
        "GITHUB_ACTOR=mona", "GITHUB_EVENT_NAME=push",                                             \
        "GITHUB_SHA=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"
#define GITLAB                                                                                     \
    "CI=true", "GITLAB_CI=true", "CI_PIPELINE_ID=1021", "CI_PIPELINE_IID=77",                      \
        "CI_PROJECT_NAME=boat", "CI_PROJECT_PATH=acme/boat", "CI_JOB_STAGE=test",                  \
        "CI_PIPELINE_URL=https://gitlab.example/acme/boat/-/pipelines/1021",                       \
        "CI_COMMIT_SHA=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e", "GITLAB_USER_LOGIN=mona"
#define AZURE                                                                                      \
    "TF_BUILD=True", "BUILD_BUILDID=4711", "BUILD_BUILDNUMBER=20261130.4",                         \
        "BUILD_DEFINITIONNAME=acme.boat", "SYSTEM_COLLECTIONURI=https://dev.azure.com/acme/",      \
        "SYSTEM_TEAMPROJECT=Boat House", "BUILD_REPOSITORY_NAME=acme/boat",                        \
        "BUILD_SOURCEVERSION=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e",                            \
        "BUILD_REQUESTEDFOR=Mona Lisa", "SYSTEM_STAGENAME=__default", "SYSTEM_PHASENAME=Test"

static const struct sample samples[] = {
    {"GitHub, a push",
     {GITHUB, "GITHUB_REF=refs/heads/main", "GITHUB_REF_NAME=main", "GITHUB_REF_TYPE=branch",
      "GITHUB_RUN_ATTEMPT=1"},
     "github",
     "github:7301955312:unit/Linux/X64",
     "Nightly tests #118 unit",
     "Nightly tests #118",
     "GitHub Actions, Nightly tests #118 unit\n"
     "https://github.com/acme/ferry-boat/actions/runs/7301955312\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by mona"},
    {"GitHub, the job again",
     {GITHUB, "GITHUB_REF=refs/heads/main", "GITHUB_REF_NAME=main", "GITHUB_REF_TYPE=branch",
      "GITHUB_RUN_ATTEMPT=3", "GITHUB_TRIGGERING_ACTOR=hubot"},
     "github",
     "github:7301955312:unit/Linux/X64",
     "Nightly tests #118 unit (attempt 3)",
     "Nightly tests #118",
     "GitHub Actions, Nightly tests #118 unit (attempt 3)\n"
     "https://github.com/acme/ferry-boat/actions/runs/7301955312/attempts/3\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by hubot"},
    {"GitHub, a pull request without its event's file",
     {GITHUB, "GITHUB_EVENT_NAME=pull_request", "GITHUB_REF=refs/pull/7/merge",
      "GITHUB_REF_NAME=7/merge", "GITHUB_HEAD_REF=feature/oars", "GITHUB_BASE_REF=main"},
     "github",
     "github:7301955312:unit/Linux/X64",
     "Nightly tests #118 unit",
     "Nightly tests #118",
     "GitHub Actions, Nightly tests #118 unit\n"
     "https://github.com/acme/ferry-boat/actions/runs/7301955312\n"
     "branch feature/oars, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, pull request 7, "
     "started by mona"},
    {"GitHub, a tag; one of a matrix that is told apart",
     {GITHUB, "GITHUB_REF=refs/tags/v1.2", "GITHUB_REF_NAME=v1.2", "GITHUB_REF_TYPE=tag",
      "FERRY_PART=python 3.11"},
     "github",
     "github:7301955312:python 3.11",
     "Nightly tests #118 unit",
     "Nightly tests #118",
     "GitHub Actions, Nightly tests #118 unit\n"
     "https://github.com/acme/ferry-boat/actions/runs/7301955312\n"
     "tag v1.2, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by mona"},
    {"GitLab, one of a matrix",
     {GITLAB, "CI_JOB_NAME=rspec: [ruby-3.2, postgres]", "CI_NODE_INDEX=2", "CI_NODE_TOTAL=6",
      "CI_JOB_ID=90017", "CI_JOB_URL=https://gitlab.example/acme/boat/-/jobs/90017",
      "CI_COMMIT_BRANCH=main", "CI_COMMIT_REF_NAME=main"},
     "gitlab",
     "gitlab:1021:rspec: [ruby-3.2, postgres]/2",
     "boat #77 rspec: [ruby-3.2, postgres] 2/6",
     "boat #77",
     "GitLab CI, boat #77 rspec: [ruby-3.2, postgres] 2/6\n"
     "https://gitlab.example/acme/boat/-/jobs/90017\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by mona"},
    {"GitLab, a merge request's merged result",
     {GITLAB, "CI_JOB_NAME=test", "CI_NODE_TOTAL=1", "CI_MERGE_REQUEST_IID=31",
      "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=feature/oars", "CI_JOB_ID=90018",
      "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=aaaabbbbccccddddeeeeffff0000111122223333"},
     "gitlab",
     "gitlab:1021:test",
     "boat #77 test",
     "boat #77",
     "GitLab CI, boat #77 test\n"
     "https://gitlab.example/acme/boat/-/pipelines/1021\n"
     "branch feature/oars, commit aaaabbbbccccddddeeeeffff0000111122223333, pull request 31, "
     "started by mona"},
    {"Jenkins, a branch of a multibranch pipeline",
     {"JENKINS_URL=https://ci.example/", "BUILD_TAG=jenkins-boat-main-42", "BUILD_NUMBER=42",
      "BUILD_ID=42", "JOB_NAME=boat/main", "STAGE_NAME=Unit tests", "GIT_BRANCH=origin/main",
      "BUILD_URL=https://ci.example/job/boat/job/main/42/", "BRANCH_NAME=main",
      "GIT_COMMIT=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
     "jenkins",
     "jenkins:jenkins-boat-main-42:Unit tests",
     "boat/main #42 Unit tests",
     "boat/main #42",
     "Jenkins, boat/main #42 Unit tests\n"
     "https://ci.example/job/boat/job/main/42/\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
    {"Jenkins, a pull request",
     {"JENKINS_URL=https://ci.example/", "BUILD_TAG=jenkins-boat-PR-7-3", "BUILD_NUMBER=3",
      "JOB_NAME=boat/PR-7", "BRANCH_NAME=PR-7", "CHANGE_ID=7", "CHANGE_BRANCH=feature/oars",
      "GIT_BRANCH=PR-7", "CHANGE_AUTHOR=mona", "BUILD_URL=https://ci.example/job/boat/3/"},
     "jenkins",
     "jenkins:jenkins-boat-PR-7-3:",
     "boat/PR-7 #3",
     "boat/PR-7 #3",
     "Jenkins, boat/PR-7 #3\n"
     "https://ci.example/job/boat/3/\n"
     "branch feature/oars, pull request 7, started by mona"},
    {"Buildkite, the second of four, tried again",
     {"CI=true", "BUILDKITE=true", "BUILDKITE_BUILD_ID=0190a5f2-5a3b-4c1d-8e9f-001122334455",
      "BUILDKITE_BUILD_NUMBER=512", "BUILDKITE_PIPELINE_NAME=Boat", "BUILDKITE_PIPELINE_SLUG=boat",
      "BUILDKITE_LABEL=:rspec: tests", "BUILDKITE_STEP_KEY=rspec",
      "BUILDKITE_STEP_ID=0190a5f2-0000-4000-8000-00000000000a", "BUILDKITE_PARALLEL_JOB=1",
      "BUILDKITE_PARALLEL_JOB_COUNT=4", "BUILDKITE_RETRY_COUNT=1", "BUILDKITE_BRANCH=main",
      "BUILDKITE_JOB_ID=0190a5f2-9999-4000-8000-00000000000b", "BUILDKITE_PULL_REQUEST=false",
      "BUILDKITE_COMMIT=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e",
      "BUILDKITE_BUILD_URL=https://buildkite.com/acme/boat/builds/512"},
     "buildkite",
     "buildkite:0190a5f2-5a3b-4c1d-8e9f-001122334455:"
     ":rspec: tests/rspec/0190a5f2-0000-4000-8000-00000000000a/2",
     "Boat #512 :rspec: tests/rspec 2/4 (attempt 2)",
     "Boat #512",
     "Buildkite, Boat #512 :rspec: tests/rspec 2/4 (attempt 2)\n"
     "https://buildkite.com/acme/boat/builds/512#0190a5f2-9999-4000-8000-00000000000b\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
    {"Buildkite, a commit that is only a word",
     {"BUILDKITE=true", "BUILDKITE_BUILD_ID=0190a5f2-5a3b-4c1d-8e9f-001122334455",
      "BUILDKITE_BUILD_NUMBER=513", "BUILDKITE_PIPELINE_SLUG=boat", "BUILDKITE_COMMIT=HEAD",
      "BUILDKITE_PULL_REQUEST=88", "BUILDKITE_BRANCH=feature/oars"},
     "buildkite",
     "buildkite:0190a5f2-5a3b-4c1d-8e9f-001122334455:",
     "boat #513",
     "boat #513",
     "Buildkite, boat #513\nbranch feature/oars, pull request 88"},
    {"CircleCI, the first of three containers",
     {"CI=true", "CIRCLECI=true", "CIRCLE_WORKFLOW_ID=5c1f0000-1111-4222-8333-444455556666",
      "CIRCLE_WORKFLOW_WORKSPACE_ID=5c1f0000-1111-4222-8333-444455556666",
      "CIRCLE_JOB=test-3.11-postgres", "CIRCLE_NODE_INDEX=0", "CIRCLE_NODE_TOTAL=3",
      "CIRCLE_BUILD_NUM=8831", "CIRCLE_PROJECT_REPONAME=boat", "CIRCLE_BRANCH=feature/oars",
      "CIRCLE_SHA1=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e", "CIRCLE_USERNAME=mona",
      "CIRCLE_PULL_REQUEST=https://github.com/acme/boat/pull/19",
      "CIRCLE_BUILD_URL=https://circleci.com/gh/acme/boat/8831"},
     "circleci",
     "circleci:5c1f0000-1111-4222-8333-444455556666:test-3.11-postgres/1",
     "boat #8831 test-3.11-postgres 1/3",
     "boat",
     "CircleCI, boat #8831 test-3.11-postgres 1/3\n"
     "https://circleci.com/gh/acme/boat/8831\n"
     "branch feature/oars, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, pull request 19, "
     "started by mona"},
    {"CircleCI, run again from the failed jobs: another workflow, the same workspace",
     {"CIRCLECI=true", "CIRCLE_WORKFLOW_ID=77770000-1111-4222-8333-444455556666",
      "CIRCLE_WORKFLOW_WORKSPACE_ID=5c1f0000-1111-4222-8333-444455556666", "CIRCLE_JOB=test",
      "CIRCLE_NODE_INDEX=0", "CIRCLE_NODE_TOTAL=1", "CIRCLE_BUILD_NUM=8840"},
     "circleci",
     "circleci:5c1f0000-1111-4222-8333-444455556666:test",
     "#8840 test",
     NULL,
     "CircleCI, #8840 test"},
    {"Azure, one of a matrix, tried again",
     {AZURE, "SYSTEM_JOBNAME=linux_py311", "SYSTEM_JOBID=0f0f0f0f-54f2-53f3-20dd-22fc7dff55f9",
      "SYSTEM_JOBPOSITIONINPHASE=2", "SYSTEM_TOTALJOBSINPHASE=3", "SYSTEM_JOBATTEMPT=2",
      "BUILD_SOURCEBRANCH=refs/heads/main"},
     "azure",
     "azure:4711:Test/linux_py311/2",
     "acme.boat #20261130.4 Test/linux_py311 2/3 (attempt 2)",
     "acme.boat #20261130.4",
     "Azure Pipelines, acme.boat #20261130.4 Test/linux_py311 2/3 (attempt 2)\n"
     "https://dev.azure.com/acme/Boat%20House/_build/results?buildId=4711\n"
     "branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by Mona Lisa"},
    {"Azure, a pull request of a repository elsewhere",
     {AZURE, "SYSTEM_JOBNAME=__default", "SYSTEM_JOBPOSITIONINPHASE=1", "SYSTEM_TOTALJOBSINPHASE=1",
      "SYSTEM_JOBATTEMPT=1", "BUILD_SOURCEBRANCH=refs/pull/89/merge",
      "SYSTEM_PULLREQUEST_PULLREQUESTID=540266026", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER=89",
      "SYSTEM_PULLREQUEST_SOURCEBRANCH=feature/oars",
      "SYSTEM_PULLREQUEST_SOURCECOMMITID=aaaabbbbccccddddeeeeffff0000111122223333"},
     "azure",
     "azure:4711:Test",
     "acme.boat #20261130.4 Test",
     "acme.boat #20261130.4",
     "Azure Pipelines, acme.boat #20261130.4 Test\n"
     "https://dev.azure.com/acme/Boat%20House/_build/results?buildId=4711\n"
     "branch feature/oars, commit aaaabbbbccccddddeeeeffff0000111122223333, pull request 89, "
     "started by Mona Lisa"},
    {"Azure, as variables look where they were handed on by their names; and ones nobody resolved",
     {"TF_BUILD=True", "Build.BuildId=4711", "build_DefinitionName=acme.boat",
      "System.JobName=linux",
      "SYSTEM_PULLREQUEST_PULLREQUESTID=$(System.PullRequest.PullRequestId)",
      "Build_SourceBranch=refs/tags/v1.2", "Build_BuildNumber=5"},
     "azure",
     "azure:4711:linux",
     "acme.boat #5 linux",
     "acme.boat #5",
     "Azure Pipelines, acme.boat #5 linux\ntag v1.2"},
    {"some other CI", {"CI=true", "DRONE=true"}, "ci", NULL, NULL, NULL, NULL},
    {"some other CI, where somebody says which part it is",
     {"CI=1", "FERRY_PART=linux"},
     "ci",
     "ci::linux",
     NULL,
     NULL,
     NULL},
    {"one that says its own name only", {"TEAMCITY_VERSION=2026.1"}, "ci", NULL, NULL, NULL, NULL},
    {"no CI", {"CI=false", "GITHUB_ACTIONS=false", "BUILDKITE="}, NULL, NULL, NULL, NULL, NULL},
    {"a container that got only some of the variables",
     {"CI=true", "GITHUB_ACTIONS=true", "GITHUB_JOB=unit"},
     "github",
     "github::unit",
     "unit",
     NULL,
     NULL},
    {"a Jenkins inside a GitHub job that shows only its sign",
     {"GITHUB_ACTIONS=true", "JENKINS_URL=https://ci.example/", "BUILD_TAG=jenkins-inner-9"},
     "jenkins",
     "jenkins:jenkins-inner-9:",
     NULL,
     NULL,
     "Jenkins"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static void same(const char *what, const char *which, struct ferry_str got, const char *want)
{
    ck_assert_msg(want ? str_is(got, want) : !got.ptr, "%s: %s is \"%.*s\", wanted \"%s\"", what,
                  which, STR_ARG(got), want ? want : "(absent)");
}

START_TEST(knows_every_system)
{
    const struct sample *s = &samples[_i];
    detect(s->environment);
    same(s->what, "name", ferry_cstr(job.name), s->name);
    same(s->what, "key", job.key, s->key);
    same(s->what, "title", ci_title(&job, 0, &arena), s->title);
    same(s->what, "shared title", ci_title(&job, 1, &arena), s->shared_title);
    same(s->what, "description", ci_description(&job, 0, &arena), s->description);
    ck_assert_int_eq(ci_is_here(), s->name != NULL);
}
END_TEST

/* --- what tells jobs apart ------------------------------------------------------------------------ */

/* Two environments: the first, with these variables changed. */
struct pair {
    const char *what;
    const char *environment[MOST], *changed[6];
    int same;
};

static const struct pair pairs[] = {
    {"GitHub, tried again",
     {GITHUB, "GITHUB_RUN_ATTEMPT=1"},
     {"GITHUB_RUN_ATTEMPT=2", "RUNNER_NAME=other", "GITHUB_TRIGGERING_ACTOR=hubot"},
     1},
    {"GitHub, another build", {GITHUB}, {"GITHUB_RUN_ID=7301955313"}, 0},
    {"GitHub, another job", {GITHUB}, {"GITHUB_JOB=lint"}, 0},
    {"GitHub, a matrix of systems", {GITHUB}, {"RUNNER_OS=Windows"}, 0},
    {"GitHub, a matrix told apart", {GITHUB, "FERRY_PART=0"}, {"FERRY_PART=1"}, 0},
    {"GitLab, tried again",
     {GITLAB, "CI_JOB_NAME=test", "CI_JOB_ID=1"},
     {"CI_JOB_ID=2", "CI_JOB_URL=https://gitlab.example/x/2", "CI_RUNNER_ID=9"},
     1},
    {"GitLab, another shard",
     {GITLAB, "CI_JOB_NAME=test 1/2", "CI_NODE_INDEX=1", "CI_NODE_TOTAL=2"},
     {"CI_JOB_NAME=test 2/2", "CI_NODE_INDEX=2"},
     0},
    {"GitLab, another pipeline", {GITLAB, "CI_JOB_NAME=test"}, {"CI_PIPELINE_ID=1022"}, 0},
    {"Jenkins, another stage",
     {"JENKINS_URL=https://ci.example", "BUILD_TAG=jenkins-a-1", "STAGE_NAME=a"},
     {"STAGE_NAME=b"},
     0},
    {"Jenkins, another node for the same stage",
     {"JENKINS_URL=https://ci.example", "BUILD_TAG=jenkins-a-1", "STAGE_NAME=a", "NODE_NAME=n1"},
     {"NODE_NAME=n2", "EXECUTOR_NUMBER=7"},
     1},
    {"Jenkins, another axis of a multi-configuration project",
     {"JENKINS_URL=https://ci.example", "BUILD_TAG=jenkins-a-OS=linux-1"},
     {"BUILD_TAG=jenkins-a-OS=mac-1"},
     0},
    {"Buildkite, tried again",
     {"BUILDKITE=true", "BUILDKITE_BUILD_ID=b", "BUILDKITE_STEP_ID=s", "BUILDKITE_JOB_ID=1"},
     {"BUILDKITE_JOB_ID=2", "BUILDKITE_RETRY_COUNT=1"},
     1},
    {"Buildkite, another shard",
     {"BUILDKITE=true", "BUILDKITE_BUILD_ID=b", "BUILDKITE_STEP_ID=s", "BUILDKITE_PARALLEL_JOB=0",
      "BUILDKITE_PARALLEL_JOB_COUNT=2"},
     {"BUILDKITE_PARALLEL_JOB=1"},
     0},
    {"Buildkite, a matrix in the label",
     {"BUILDKITE=true", "BUILDKITE_BUILD_ID=b", "BUILDKITE_STEP_ID=s", "BUILDKITE_LABEL=t linux"},
     {"BUILDKITE_LABEL=t mac"},
     0},
    {"CircleCI, run again from the failed jobs",
     {"CIRCLECI=true", "CIRCLE_WORKFLOW_WORKSPACE_ID=w", "CIRCLE_WORKFLOW_ID=w", "CIRCLE_JOB=t"},
     {"CIRCLE_WORKFLOW_ID=v", "CIRCLE_BUILD_NUM=9", "CIRCLE_WORKFLOW_JOB_ID=j"},
     1},
    {"CircleCI, another container",
     {"CIRCLECI=true", "CIRCLE_WORKFLOW_ID=w", "CIRCLE_JOB=t", "CIRCLE_NODE_INDEX=0",
      "CIRCLE_NODE_TOTAL=2"},
     {"CIRCLE_NODE_INDEX=1"},
     0},
    {"Azure, tried again",
     {AZURE, "SYSTEM_JOBNAME=a", "SYSTEM_JOBATTEMPT=1"},
     {"SYSTEM_JOBATTEMPT=2", "SYSTEM_JOBID=b3f5", "AGENT_NAME=other", "SYSTEM_STAGEATTEMPT=2"},
     1},
    {"Azure, another cell of a matrix", {AZURE, "SYSTEM_JOBNAME=a"}, {"SYSTEM_JOBNAME=b"}, 0},
    {"Azure, another of several at once",
     {AZURE, "SYSTEM_JOBPOSITIONINPHASE=1", "SYSTEM_TOTALJOBSINPHASE=2"},
     {"SYSTEM_JOBPOSITIONINPHASE=2"},
     0},
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

START_TEST(tells_jobs_apart_but_not_tries)
{
    const struct pair *p = &pairs[_i];
    char first[512];
    detect(p->environment);
    ck_assert(job.key.ptr);
    snprintf(first, sizeof first, "%.*s", STR_ARG(job.key));
    for (size_t i = 0; p->changed[i]; i++) {
        putenv((char *)(uintptr_t)p->changed[i]);
    }
    ck_assert_int_eq(ci_detect(&job, &arena, &err), FERRY_OK);
    ck_assert_msg(str_is(job.key, first) == p->same, "%s: %s and %.*s", p->what, first,
                  STR_ARG(job.key));
}
END_TEST

START_TEST(says_where_jobs_look_alike)
{
    const char *const matrix[] = {GITHUB, NULL}, *const said[] = {GITHUB, "FERRY_PART=x", NULL},
                      *const shard[] = {"BUILDKITE=true", "BUILDKITE_BUILD_ID=b",
                                        "BUILDKITE_PARALLEL_JOB=0",
                                        "BUILDKITE_PARALLEL_JOB_COUNT=2", NULL};
    detect(matrix);
    ck_assert(job.alike && !job.part_given);
    detect(said);
    ck_assert(!job.alike && job.part_given);
    ck_assert(str_is(job.part, "x"));
    detect(shard);
    ck_assert(!job.alike);
}
END_TEST

START_TEST(says_what_a_build_cannot_be_known_without)
{
    const char *const cut[] = {"GITHUB_ACTIONS=true", NULL}, *const whole[] = {GITHUB, NULL};
    detect(cut);
    ck_assert_str_eq(job.lacks, "GITHUB_RUN_ID");
    detect(whole);
    ck_assert_ptr_null(job.lacks);
}
END_TEST

/* --- variables are untrusted -------------------------------------------------------------------- */

START_TEST(makes_texts_fit_to_be_shown)
{
    char branch[3000], run[3000];
    memset(branch, 'b', sizeof branch);
    memcpy(branch, "GITHUB_REF_NAME=", 16);
    branch[sizeof branch - 1] = '\0';
    memset(run, '7', sizeof run);
    memcpy(run, "GITHUB_RUN_ID=", 14);
    run[sizeof run - 1] = '\0';
    const char *const odd[] = {"GITHUB_ACTIONS=true",
                               run,
                               branch,
                               "GITHUB_WORKFLOW=a\x1b[31mred\n::error::no\xff\xe2\x80\xae",
                               "GITHUB_JOB=j\nk\r\t",
                               "GITHUB_SHA=not a commit",
                               "GITHUB_ACTOR=\x7f",
                               NULL};
    struct ferry_str texts[12];
    struct ferry_kv fields[CI_FIELDS];
    uint32_t n;
    detect(odd);
    n = ci_fields(&job, 0, fields);
    for (uint32_t i = 0; i < n; i++) {
        texts[i] = fields[i].value;
        ck_assert_uint_le(fields[i].value.len, 260);
    }
    texts[n] = ci_title(&job, 0, &arena);
    ck_assert(strstr(texts[n].ptr, "\\x1b[31mred\\n::error::no"));
    ck_assert_uint_le(job.key.len, 400);
    for (uint32_t i = 0; i <= n; i++) {
        ck_assert_uint_eq(utf8_valid(texts[i]), texts[i].len);
        for (uint64_t k = 0; k < texts[i].len; k++) {
            unsigned char c = (unsigned char)texts[i].ptr[k];
            ck_assert_msg(c >= 0x20 && c != 0x7f, "%.*s", STR_ARG(texts[i]));
        }
    }
    ck_assert_ptr_null(job.commit.ptr);
}
END_TEST

/* What differs only far behind, or only in what cannot be shown, differs still. */
START_TEST(tells_long_and_odd_names_apart)
{
    static const char *const names[] = {
        "GITHUB_JOB=j\n", "GITHUB_JOB=j\r", "GITHUB_JOB=j\\n",
        "GITHUB_JOB=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "GITHUB_JOB=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2"};
    char keys[5][512];
    for (size_t i = 0; i < 5; i++) {
        const char *const one[] = {"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=1", names[i], NULL};
        detect(one);
        snprintf(keys[i], sizeof keys[i], "%.*s", STR_ARG(job.key));
        for (size_t k = 0; k < i; k++) {
            ck_assert_str_ne(keys[i], keys[k]);
        }
    }
}
END_TEST

START_TEST(takes_only_urls_that_are_some)
{
    static const struct {
        const char *given, *want;
    } urls[] = {
        {"https://ci.example/job/1/", "https://ci.example/job/1/"},
        {"http://127.0.0.1:8080/x?y=1#z", "http://127.0.0.1:8080/x?y=1#z"},
        {"https://user:canary@ci.example/job/1/", "https://ci.example/job/1/"},
        {"https://a@b:canary@ci.example", "https://ci.example"},
        {"https://ci.example/@mona", "https://ci.example/@mona"},
        {"https://user:cana/ry@ci.example/", NULL},
        {"http://[::1]:8080/x", "http://[::1]:8080/x"},
        {"http://[::1]/x", "http://[::1]/x"},
        {"javascript:alert(1)", NULL},
        {"ftp://ci.example/", NULL},
        {"https://", NULL},
        {"https://user@", NULL},
        {"https://ci.example/a b", NULL},
        {"https://ci.example/\x1b[31m", NULL},
        {"https://ci.example/\"><script>", NULL},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[200];
        snprintf(url, sizeof url, "BUILD_URL=%s", urls[i].given);
        const char *const one[] = {"JENKINS_URL=x", "BUILD_TAG=t", url, NULL};
        detect(one);
        same(urls[i].given, "url", job.url, urls[i].want);
    }
}
END_TEST

START_TEST(takes_the_tested_commit_from_the_event)
{
    static const struct {
        const char *event, *want;
    } events[] = {
        {"{\"pull_request\": {\"head\": {\"sha\": \"aaaabbbbccccddddeeeeffff0000111122223333\"}}}",
         "aaaabbbbccccddddeeeeffff0000111122223333"},
        {"{\"pull_request\": {\"head\": {\"sha\": \"$(rm -rf)\"}}}",
         "9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
        {"{\"pull_request\": {\"head\": 7}}", "9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
        {"{\"pull_request\"", "9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e"},
    };
    const char *const pull[] = {GITHUB, "GITHUB_EVENT_NAME=pull_request_target",
                                "GITHUB_EVENT_PATH=event.json", NULL};
    scratch_enter();
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        FILE *f = fopen("event.json", "w");
        ck_assert_ptr_nonnull(f);
        fputs(events[i].event, f);
        fclose(f);
        detect(pull);
        same(events[i].event, "commit", job.commit, events[i].want);
    }
    scratch_leave();
}
END_TEST

START_TEST(refuses_a_part_that_is_none)
{
    static const char *const bad[] = {
        "FERRY_PART=a\nb", "FERRY_PART= ", "FERRY_PART=\x7f",
        "FERRY_PART=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *const one[] = {bad[i], NULL};
        set_all(one);
        ck_assert_int_eq(ci_detect(&job, &arena, &err), FERRY_E_CONFIG);
        ck_assert(strstr(err.message, "FERRY_PART: it must be one line of 1 to 100 bytes"));
    }
    ck_assert_int_eq(ci_part_check((struct ferry_str){NULL, 0}, "--part", &err), FERRY_OK);
}
END_TEST

START_TEST(says_out_of_memory)
{
    const char *const one[] = {GITHUB, NULL};
    struct arena small;
    set_all(one);
    arena_init(&small, 64);
    ck_assert_int_ne(ci_detect(&job, &small, &err), FERRY_OK);
    arena_finish(&small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ci");
    TCase *tc = tcase_create("ci");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, knows_every_system, 0, SAMPLES);
    tcase_add_loop_test(tc, tells_jobs_apart_but_not_tries, 0, PAIRS);
    tcase_add_test(tc, says_where_jobs_look_alike);
    tcase_add_test(tc, says_what_a_build_cannot_be_known_without);
    tcase_add_test(tc, makes_texts_fit_to_be_shown);
    tcase_add_test(tc, tells_long_and_odd_names_apart);
    tcase_add_test(tc, takes_only_urls_that_are_some);
    tcase_add_test(tc, takes_the_tested_commit_from_the_event);
    tcase_add_test(tc, refuses_a_part_that_is_none);
    tcase_add_test(tc, says_out_of_memory);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
