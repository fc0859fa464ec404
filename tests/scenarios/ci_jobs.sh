#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Under a CI: a job that is tried again is the same upload, another job, shard or build is another; and the run says where it came from.
. "$(dirname "$0")/lib.sh"

# under NAME=VALUE...: the environment of the next calls.
under() {
    environment=("$@")
}
github=(CI=true GITHUB_ACTIONS=true GITHUB_RUN_ID=7301955312 GITHUB_RUN_NUMBER=118 GITHUB_RUN_ATTEMPT=1 "GITHUB_WORKFLOW=Nightly tests"
    GITHUB_JOB=unit GITHUB_REPOSITORY=acme/boat GITHUB_SERVER_URL=https://github.com GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main
    GITHUB_SHA=9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e GITHUB_ACTOR=mona RUNNER_OS=Linux RUNNER_ARCH=X64)
gitlab=(CI=true GITLAB_CI=true CI_PIPELINE_ID=1021 CI_PIPELINE_IID=77 CI_PROJECT_NAME=boat CI_NODE_TOTAL=2)
run_of() { # run_of PROJECT QUERY: of its last run
    export_of "$1" | jq -r ".runs[-1] | $2"
}

report r.xml a=K_1 b

under "${github[@]}"
ferry upload --to local:AO r.xml
exits 0
is "the title" "$(run_of AO '.title | .[:23]')" "Nightly tests #118 unit"
is "the description" "$(run_of AO .description)" "GitHub Actions, Nightly tests #118 unit
https://github.com/acme/boat/actions/runs/7301955312
branch main, commit 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e, started by mona"
is "a field" "$(run_of AO '.fields[] | select(.[0] == "commit") | .[1]')" 9f2c1e0a4d6b8c7e5f3a2b1c0d9e8f7a6b5c4d3e

# Tried again with what it had: nothing is added. Another job, another build, another system of a matrix: another run.
remember AO
under "${github[@]}" GITHUB_RUN_ATTEMPT=2 GITHUB_TRIGGERING_ACTOR=hubot RUNNER_NAME=other
ferry upload --to local:AO r.xml
exits 0
unchanged
under "${github[@]}" GITHUB_JOB=lint
ferry upload --to local:AO r.xml
holds AO runs 2
under "${github[@]}" RUNNER_OS=Windows
ferry upload --to local:AO r.xml
holds AO runs 3
under "${github[@]}" GITHUB_RUN_ID=7301955313
ferry upload --to local:AO r.xml
holds AO runs 4

# One run for the jobs of a matrix. GitHub does not tell them apart, which is said; FERRY_PART does.
under "${github[@]}"
ferry upload --to local:MATRIX --run-key nightly r.xml
exits 0
err_has 'part github:7301955312:unit/Linux/X64; the jobs of a matrix look alike from inside GitHub Actions'
# shellcheck disable=SC2016 # for the workflow to expand
err_has '--part or FERRY_PART, such as ${{ strategy.job-index }}'
is "a shared run has no job in its title" "$(run_of MATRIX '.title | .[:20]')" "Nightly tests #118 2"
holds MATRIX results 2
for index in 0 1 0; do # the last one is tried again
    under "${github[@]}" FERRY_PART=$index GITHUB_RUN_ATTEMPT=$((index + 2))
    ferry upload --to local:MATRIX --run-key nightly r.xml
    exits 0
    says_not "look alike"
done
holds MATRIX runs 1
holds MATRIX results 6
under "${github[@]}" FERRY_PART=0
remember MATRIX
ferry upload --to local:MATRIX --run-key nightly --part 1 r.xml # what is typed stands above the variable
unchanged
# ... and without a run key it keeps equal reports of a matrix apart.
for index in 0 1 0; do
    under "${github[@]}" FERRY_PART=$index
    ferry upload --to local:EACH r.xml
    exits 0
done
holds EACH runs 2

# GitLab names each shard.
for shard in 1 2; do
    under "${gitlab[@]}" "CI_JOB_NAME=rspec $shard/2" CI_NODE_INDEX=$shard CI_JOB_ID=$RANDOM
    ferry upload --to local:LAB --run-key lab r.xml
    exits 0
    err_has "part gitlab:1021:rspec $shard/2/$shard"
done
under "${gitlab[@]}" "CI_JOB_NAME=rspec 2/2" CI_NODE_INDEX=2 CI_JOB_ID=1
ferry upload --to local:LAB --run-key lab r.xml # the second again
holds LAB results 4

# A container that got only some of the variables is told of what is missing.
under CI=true GITHUB_ACTIONS=true GITHUB_JOB=unit
ferry upload --to local:CUT r.xml
exits 0
err_has "GitHub Actions, but GITHUB_RUN_ID is not set"
# A CI that ferry does not know, and none.
under CI=true
ferry upload --to local:CUT --again r.xml
exits 0
is "no description" "$(run_of CUT '.description')" ""

# What the variables hold is only text: nothing of it reaches a terminal or a tracker as it is.
under "${github[@]}" "GITHUB_WORKFLOW=$(printf 'a\033[31m\n::error::b')" "GITHUB_REF_NAME=$(printf 'x%.0s' {1..3000})" \
    GITHUB_SERVER_URL=https://mona:canary-7@github.com
ferry upload --to local:ODD r.xml
exits 0
is "the title has no escapes" "$(run_of ODD '.title | .[:26]')" 'a\x1b[31m\n::error::b #118'
is "the branch is cut" "$(run_of ODD '.fields[] | select(.[0] == "branch") | .[1] | length < 210')" true
export_of ODD >"$work/odd"
if grep -q canary-7 "$work/odd" "$work/out" "$work/err" || grep -rq canary-7 .ferry; then
    fail "a password in a URL stays in the environment"
fi
if LC_ALL=C grep -q $'\033' "$work/out" "$work/err"; then
    fail "no escape reaches the terminal"
fi
under "FERRY_PART=$(printf 'a\nb')"
ferry upload --to local:ODD r.xml
exits 2
err_has "FERRY_PART: it must be one line of 1 to 100 bytes"

# A .env is not read under a CI, whichever it is.
cat >ferry.json <<'J'
{ "upload": { "to": "${WHERE}" } }
J
echo 'WHERE=local:DOT' >.env
chmod 600 .env
under
ferry upload r.xml
exits 0
holds DOT runs 1
under JENKINS_URL=https://ci.example/ BUILD_TAG=jenkins-boat-1
ferry upload r.xml
exits 2
err_has ".env is not read under CI; set FERRY_ENV_FILE to name one"
