/* SPDX-License-Identifier: MIT */
/*
 * ci_systems.c - the CIs that ferry knows, a row each: by what they are known, and which of their
 * variables say what. A variable that changes when a job is tried again (a job's own id, most often)
 * must not tell jobs apart: it stands in no row of `job` or `more`.
 */
#include "ci_private.h"

#include <file.h>
#include <json.h>
#include <text.h>

enum { LARGEST_EVENT = 4 << 20 };

/* Appends a part of a path, percent-encoded where it is not plain. */
static void put_encoded(struct buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const char *c = text; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        int plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || (byte && strchr("-._~/", byte));
        if (plain) {
            buf_putc(out, *c);
        } else {
            buf_putc(out, '%');
            buf_putc(out, digits[byte >> 4]);
            buf_putc(out, digits[byte & 15]);
        }
    }
}

/* base + path + what follows it; absent where one of the two variables is not there. */
static struct ferry_str url_of(const char *base, const char *path, const char *format,
                               const char *id, struct arena *arena)
{
    struct ferry_str url = {NULL, 0};
    struct buf out;
    size_t n = base ? strlen(base) : 0;
    if (!base || !path || !id) {
        return url;
    }
    while (n > 0 && base[n - 1] == '/') {
        n--;
    }
    buf_init(&out, 4096);
    buf_printf(&out, "%.*s/", (int)n, base);
    put_encoded(&out, path);
    buf_puts(&out, format);
    put_encoded(&out, id);
    url = ci_url(buf_str(&out), arena);
    buf_finish(&out);
    return url;
}

/* --- GitHub ------------------------------------------------------------------------------------ */

/*
 * The commit under test of a pull request stands only in the event's file; GITHUB_SHA is a merge
 * that nobody will find again.
 */
static struct ferry_str head_commit(const struct ci_system *s, struct arena *arena)
{
    const char *path = ci_variable(s, "GITHUB_EVENT_PATH");
    struct ferry_str commit = {NULL, 0};
    struct json_doc doc = {NULL};
    struct buf text;
    buf_init(&text, LARGEST_EVENT);
    if (path && file_read(path, &text, NULL) == FERRY_OK &&
        json_parse(&doc, buf_str(&text), JSON_STRICT, NULL, NULL) == FERRY_OK) {
        const struct cJSON *head = json_get(json_get(doc.root, "pull_request"), "head");
        commit = arena_str(arena, ci_commit(json_str(json_get(head, "sha"))));
    }
    json_finish(&doc);
    buf_finish(&text);
    return commit;
}

static void mend_github(const struct ci_system *s, struct ci_job *job, struct arena *arena)
{
    const char *event = ci_variable(s, "GITHUB_EVENT_NAME");
    const char *type = ci_variable(s, "GITHUB_REF_TYPE");
    struct ferry_str ref = ferry_cstr(ci_variable(s, "GITHUB_REF")), pull = {NULL, 0}, head;
    job->build_url =
        url_of(ci_variable(s, "GITHUB_SERVER_URL"), ci_variable(s, "GITHUB_REPOSITORY"),
               "/actions/runs/", ci_variable(s, "GITHUB_RUN_ID"), arena);
    if (job->build_url.ptr && job->attempt.ptr) {
        job->url = arena_printf(arena, "%.*s/attempts/%.*s", STR_ARG(job->build_url),
                                STR_ARG(job->attempt));
    }
    if (str_starts(ref, "refs/pull/")) { /* refs/pull/7/merge */
        ref = str_sub(ref, strlen("refs/pull/"), ref.len);
        str_split(&ref, '/', &pull);
        job->pull = ci_digits(pull);
    }
    if (event && strncmp(event, "pull_request", strlen("pull_request")) == 0) {
        head = head_commit(s, arena);
        job->commit = head.ptr ? head : job->commit;
    }
    if (type && strcmp(type, "tag") == 0) {
        job->tag = job->branch;
        job->branch = (struct ferry_str){NULL, 0};
    }
}

/* --- the others that need more than a table ------------------------------------------------------ */

/* "refs/pull/7/merge" is no branch, and the ids of repositories elsewhere are not their numbers. */
static void mend_azure(const struct ci_system *s, struct ci_job *job, struct arena *arena)
{
    const char *base = ci_variable(s, "SYSTEM_COLLECTIONURI");
    struct ferry_str ref = ferry_cstr(ci_variable(s, "BUILD_SOURCEBRANCH"));
    base = base ? base : ci_variable(s, "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI");
    job->build_url = url_of(base, ci_variable(s, "SYSTEM_TEAMPROJECT"),
                            "/_build/results?buildId=", ci_variable(s, "BUILD_BUILDID"), arena);
    if (str_starts(job->branch, "refs/")) {
        job->branch = (struct ferry_str){NULL, 0};
    }
    if (str_starts(ref, "refs/tags/")) {
        job->tag = ci_branch(ref, arena);
        job->branch = (struct ferry_str){NULL, 0};
    }
}

static void mend_buildkite(const struct ci_system *s, struct ci_job *job, struct arena *arena)
{
    const char *id = ci_variable(s, "BUILDKITE_JOB_ID");
    if (job->build_url.ptr && id) {
        job->url = ci_url(arena_printf(arena, "%.*s#%s", STR_ARG(job->build_url), id), arena);
    }
}

/* A pull request is told by its page; only that of a fork by its number as well. */
static void mend_circleci(const struct ci_system *s, struct ci_job *job, struct arena *arena)
{
    struct ferry_str page = ferry_cstr(ci_variable(s, "CIRCLE_PULL_REQUEST")), last = page;
    (void)arena;
    while (!job->pull.ptr && str_split(&page, '/', &last)) {
    }
    job->pull = job->pull.ptr ? job->pull : ci_digits(last);
}

static void mend_jenkins(const struct ci_system *s, struct ci_job *job, struct arena *arena)
{
    (void)s;
    if (str_starts(job->branch, "origin/")) {
        job->branch = ci_text(str_sub(job->branch, strlen("origin/"), job->branch.len), arena);
    }
}

/* Keep alphabetised. */
const struct ci_system ci_systems[] = {
    {
        .name = "azure",
        .people = "Azure Pipelines",
        .signs = {"TF_BUILD"},
        .any_case = 1,
        .dull = "__default",
        .of = {[CI_BUILD] = {"BUILD_BUILDID"},
               [CI_PIPELINE] = {"BUILD_DEFINITIONNAME"},
               [CI_NUMBER] = {"BUILD_BUILDNUMBER"},
               [CI_INDEX] = {"SYSTEM_JOBPOSITIONINPHASE"},
               [CI_TOTAL] = {"SYSTEM_TOTALJOBSINPHASE"},
               [CI_ATTEMPT] = {"SYSTEM_JOBATTEMPT"},
               [CI_BRANCH] = {"SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"},
               [CI_COMMIT] = {"SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"},
               [CI_PULL] = {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
                            "SYSTEM_PULLREQUEST_PULLREQUESTID"},
               [CI_ACTOR] = {"BUILD_REQUESTEDFOR"},
               [CI_REPOSITORY] = {"BUILD_REPOSITORY_NAME"}},
        .job = {"SYSTEM_STAGENAME", "SYSTEM_PHASENAME", "SYSTEM_JOBNAME"},
        .mend = mend_azure,
    },
    {
        .name = "buildkite",
        .people = "Buildkite",
        .signs = {"BUILDKITE"},
        .index_from_zero = 1,
        .attempt_from_zero = 1,
        .alike = 1,
        .of = {[CI_BUILD] = {"BUILDKITE_BUILD_ID"},
               [CI_PIPELINE] = {"BUILDKITE_PIPELINE_NAME", "BUILDKITE_PIPELINE_SLUG"},
               [CI_NUMBER] = {"BUILDKITE_BUILD_NUMBER"},
               [CI_INDEX] = {"BUILDKITE_PARALLEL_JOB"},
               [CI_TOTAL] = {"BUILDKITE_PARALLEL_JOB_COUNT"},
               [CI_ATTEMPT] = {"BUILDKITE_RETRY_COUNT"},
               [CI_BRANCH] = {"BUILDKITE_BRANCH"},
               [CI_TAG] = {"BUILDKITE_TAG"},
               [CI_COMMIT] = {"BUILDKITE_COMMIT"},
               [CI_PULL] = {"BUILDKITE_PULL_REQUEST"},
               [CI_ACTOR] = {"BUILDKITE_BUILD_CREATOR"},
               [CI_REPOSITORY] = {"BUILDKITE_PIPELINE_SLUG"},
               [CI_BUILD_URL] = {"BUILDKITE_BUILD_URL"}},
        .job = {"BUILDKITE_LABEL", "BUILDKITE_STEP_KEY"},
        .more = {"BUILDKITE_STEP_ID"},
        .mend = mend_buildkite,
    },
    {
        .name = "circleci",
        .people = "CircleCI",
        .signs = {"CIRCLECI"},
        .index_from_zero = 1,
        .number_of_job = 1,
        /* A workflow that is run again from its failed jobs gets a new id, and keeps its workspace. */
        .of = {[CI_BUILD] = {"CIRCLE_WORKFLOW_WORKSPACE_ID", "CIRCLE_WORKFLOW_ID",
                             "CIRCLE_BUILD_NUM"},
               [CI_PIPELINE] = {"CIRCLE_PROJECT_REPONAME"},
               [CI_NUMBER] = {"CIRCLE_BUILD_NUM"},
               [CI_INDEX] = {"CIRCLE_NODE_INDEX"},
               [CI_TOTAL] = {"CIRCLE_NODE_TOTAL"},
               [CI_BRANCH] = {"CIRCLE_BRANCH"},
               [CI_TAG] = {"CIRCLE_TAG"},
               [CI_COMMIT] = {"CIRCLE_SHA1"},
               [CI_PULL] = {"CIRCLE_PR_NUMBER"},
               [CI_ACTOR] = {"CIRCLE_USERNAME"},
               [CI_REPOSITORY] = {"CIRCLE_PROJECT_REPONAME"},
               [CI_URL] = {"CIRCLE_BUILD_URL"}},
        .job = {"CIRCLE_JOB"},
        .mend = mend_circleci,
    },
    {
        .name = "github",
        .people = "GitHub Actions",
        .signs = {"GITHUB_ACTIONS"},
        .alike = 1, /* GITHUB_JOB is the same for all jobs of a matrix, and nothing else differs */
        .of = {[CI_BUILD] = {"GITHUB_RUN_ID"},
               [CI_PIPELINE] = {"GITHUB_WORKFLOW"},
               [CI_NUMBER] = {"GITHUB_RUN_NUMBER"},
               [CI_ATTEMPT] = {"GITHUB_RUN_ATTEMPT"},
               [CI_BRANCH] = {"GITHUB_HEAD_REF", "GITHUB_REF_NAME", "GITHUB_REF"},
               [CI_COMMIT] = {"GITHUB_SHA"},
               [CI_ACTOR] = {"GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"},
               [CI_REPOSITORY] = {"GITHUB_REPOSITORY"}},
        .job = {"GITHUB_JOB"},
        .more = {"RUNNER_OS", "RUNNER_ARCH"},
        .mend = mend_github,
    },
    {
        .name = "gitlab",
        .people = "GitLab CI",
        .signs = {"GITLAB_CI"},
        .of = {[CI_BUILD] = {"CI_PIPELINE_ID"},
               [CI_PIPELINE] = {"CI_PIPELINE_NAME", "CI_PROJECT_NAME"},
               [CI_NUMBER] = {"CI_PIPELINE_IID", "CI_PIPELINE_ID"},
               [CI_INDEX] = {"CI_NODE_INDEX"},
               [CI_TOTAL] = {"CI_NODE_TOTAL"},
               [CI_BRANCH] = {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"},
               [CI_TAG] = {"CI_COMMIT_TAG"},
               [CI_COMMIT] = {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"},
               [CI_PULL] = {"CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"},
               [CI_ACTOR] = {"GITLAB_USER_LOGIN"},
               [CI_REPOSITORY] = {"CI_PROJECT_PATH"},
               [CI_URL] = {"CI_JOB_URL"},
               [CI_BUILD_URL] = {"CI_PIPELINE_URL"}},
        .job = {"CI_JOB_NAME"},
    },
    {
        .name = "jenkins",
        .people = "Jenkins",
        .signs = {"JENKINS_URL", "HUDSON_URL"},
        .alike = 1, /* the cells of a matrix have stages of the same name */
        .of = {[CI_BUILD] = {"BUILD_TAG", "BUILD_URL"},
               [CI_PIPELINE] = {"JOB_NAME"},
               [CI_NUMBER] = {"BUILD_NUMBER"},
               [CI_BRANCH] = {"CHANGE_BRANCH", "GIT_BRANCH", "BRANCH_NAME"},
               [CI_TAG] = {"TAG_NAME"},
               [CI_COMMIT] = {"GIT_COMMIT"},
               [CI_PULL] = {"CHANGE_ID"},
               [CI_ACTOR] = {"CHANGE_AUTHOR", "BUILD_USER_ID"},
               [CI_BUILD_URL] = {"BUILD_URL"}},
        .job = {"STAGE_NAME"},
        .mend = mend_jenkins,
    },
    {.name = NULL},
};
