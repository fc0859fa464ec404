// SPDX-License-Identifier: MIT
// octane_sdk.js URL: what the vendor's own client for JavaScript makes of our mock: things asked for, made, changed and taken away, a payload, sessions
// that end under way. The first thing that is not so is told, and ends it with 1. NODE_PATH names the folder with the package.
'use strict';
const assert = require('assert');
const { Octane, Query } = require('@microfocus/alm-octane-js-rest-sdk');

const server = process.argv[2];
const octane = new Octane({ server, sharedSpace: 1001, workspace: 1002, user: 'id', password: 'secret' });
const results = '/api/shared_spaces/1001/workspaces/1002/test-results';
const mock = (path, body) =>
  fetch(server + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const root = { type: 'application_module', id: '1002' };
const impact = { type: 'list_node', id: 'list_node.business_impact.no_impact' };

async function entities() {
  const modules = Octane.entityTypes.applicationModules;
  const top = await octane.get(modules).fields('id', 'name').query(Query.field('parent').equal(Query.NULL_REFERENCE).build()).execute();
  assert.strictEqual(top.data[0].id, '1002');
  const made = await octane
    .create(modules, { name: "it's (one)", parent: root, business_impact: impact })
    .fields('id', 'name')
    .execute();
  assert.strictEqual(made.data[0].name, "it's (one)");
  const found = await octane
    .get(modules)
    .fields('id', 'name', 'parent')
    .query(
      Query.field('name')
        .equal("it's (one)")
        .and(Query.field('parent').equal(Query.field('id').equal(1002)))
        .build()
    )
    .orderBy('id')
    .limit(2)
    .execute();
  assert.strictEqual(found.total_count, 1);
  assert.strictEqual(found.data[0].parent.type, 'application_module');
  const changed = await octane.update(modules, { id: made.data[0].id, name: 'two' }).fields('name').execute();
  assert.strictEqual(changed.name, 'two');
  const one = await octane.get(modules).at(made.data[0].id).fields('name').execute();
  assert.strictEqual(one.name, 'two');
  await assert.rejects(
    octane.updateBulk(modules, [{ id: made.data[0].id, name: 'three' }, { id: '5', name: 'x' }]).execute(),
    (e) => e.response.status === 409 && e.response.data.errors[0].index === 1 && e.response.data.data.length === 1
  );
  await octane.delete(modules).at(made.data[0].id).execute();
}

async function uploads() {
  const suite = await octane.create(Octane.entityTypes.testSuites, { name: 'Nightly' }).execute();
  const xml =
    `<test_result><suite_ref id="${suite.data[0].id}" external_run_id="night"/><test_runs>` +
    '<test_run name="t" duration="1" status="Passed"/></test_runs></test_result>';
  await mock('/_mock/clock', { advance_ms: 200 * 60000 }); // idle for too long: it has to sign in again
  const task = await octane.executeCustomRequest(`${results}?skip-errors=true`, Octane.operationTypes.create, xml, {
    'Content-Type': 'application/xml',
  });
  assert.strictEqual(task.status, 'queued');
  await mock('/_mock/clock', { advance_ms: 60000 });
  const ended = await octane.executeCustomRequest(`${results}/${task.id}`, Octane.operationTypes.get);
  assert.strictEqual(ended.status, 'success');
  const runs = await octane
    .get(Octane.entityTypes.automatedRuns)
    .fields('name', 'test')
    .query(Query.field('parent_suite').equal(Query.field('name').equal('night')).build())
    .execute();
  assert.strictEqual(runs.total_count, 1);
}

async function sessions() {
  await mock('/_mock/clock', { advance_ms: 200 * 60000 });
  const all = await Promise.all([1, 2, 3].map((n) => octane.get('stories').limit(n).execute()));
  assert.strictEqual(all.length, 3);
  await octane.signOut();
}

entities()
  .then(uploads)
  .then(sessions)
  .then(
    () => process.exit(0),
    (e) => {
      console.error(e.response ? { status: e.response.status, body: e.response.data } : e);
      process.exit(1);
    }
  );
