/* SPDX-License-Identifier: MIT */
/* ci.c - see ci.h. One row a system: how it is known, and which of its variables name build, job and title. */
#include "ci.h"

#include <stdlib.h>

static const struct {
    const char *name, *sign;
    const char *build[3]; /* together: this job of this build */
    const char *title;
} systems[] = {
    {"azure", "TF_BUILD", {"BUILD_BUILDID", "SYSTEM_JOBID", NULL}, "BUILD_DEFINITIONNAME"},
    {"buildkite",
     "BUILDKITE",
     {"BUILDKITE_BUILD_ID", "BUILDKITE_STEP_ID", "BUILDKITE_PARALLEL_JOB"},
     "BUILDKITE_PIPELINE_SLUG"},
    {"circleci",
     "CIRCLECI",
     {"CIRCLE_WORKFLOW_ID", "CIRCLE_JOB", "CIRCLE_NODE_INDEX"},
     "CIRCLE_JOB"},
    {"github", "GITHUB_ACTIONS", {"GITHUB_RUN_ID", "GITHUB_JOB", NULL}, "GITHUB_WORKFLOW"},
    {"gitlab", "GITLAB_CI", {"CI_PIPELINE_ID", "CI_JOB_NAME", "CI_NODE_INDEX"}, "CI_JOB_NAME"},
    {"jenkins", "JENKINS_URL", {"BUILD_TAG", "STAGE_NAME", NULL}, "JOB_NAME"},
};

static const char *variable(const char *name)
{
    const char *value = name ? getenv(name) : NULL;
    return value ? value : "";
}

void ci_detect(struct ci_job *out, struct arena *arena)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        if (!variable(systems[i].sign)[0]) {
            continue;
        }
        const char *const *b = systems[i].build;
        out->name = systems[i].name;
        out->build = arena_printf(arena, "%s:%s:%s:%s", out->name, variable(b[0]), variable(b[1]),
                                  variable(b[2]));
        out->title = ferry_cstr(variable(systems[i].title));
        return;
    }
}
