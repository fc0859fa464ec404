// SPDX-License-Identifier: MIT
// One test for each thing that node:test can say; expected.json tells what has to arrive.
import assert from 'node:assert';
import { before, describe, it, test } from 'node:test';

test('passes [NODE_001]', () => assert.equal(4, 2 + 2));
test('fails [NODE_002]', () => assert.fail('fare <&"\'> ]]> grüß 渡し船'));
test('throws [NODE_003]', () => {
    throw new TypeError('no such quay');
});
test('skipped with a reason [NODE_004]', { skip: 'no ferry on Sundays: Fähre ruht' }, () => {});
test('skipped without one', { skip: true }, () => {});
test('todo that fails [NODE_005]', { todo: 'known defect 12' }, () => assert.fail('still there'));
test('astral 🚀 and grüß 渡し船 [NODE_006]', () => assert.fail('rocket 🚀 landed'));
test('name with esc \x1b[31m, bell \x07, one \x01 and nul \0 [NODE_007]', () => {});
test('control bytes [NODE_008]', () => {
    console.log('out: esc \x1b[31mred\x1b[0m bell \x07');
    throw new Error('esc \x1b[31mred\x1b[0m one \x01 nul \0 end');
});
test('markup <&\'> ]]> in a name [NODE_009]', () => {});
for (const [seats, quay] of [[1, 'north'], [2, 'süd'], [0, 'nowhere']]) {
    test(`boards ${seats} at ${quay} [NODE_010]`, () => assert.ok(seats > 0, `no seats at ${quay}`));
}
describe('night', () => {
    describe('late', () => {
        it('nested passes [NODE_011]', () => {});
        it('nested fails [NODE_012]', () => assert.fail('too late'));
    });
    it('twin', () => {});
    it('twin', () => {});
});
test('parent', async (t) => {
    await t.test('child passes [NODE_013]', () => {});
    await t.test('child fails [NODE_014]', () => assert.fail('child -- fell over board'));
});
test('diagnostic -- with dashes', (t) => t.diagnostic('a -- b \x07 --> c'));
test('times out [NODE_015]', { timeout: 20 }, () => new Promise((done) => setTimeout(done, 60000).unref()));
describe('hook fails', () => {
    before(() => {
        throw new Error('no pier');
    });
    it('never runs', () => {});
});
