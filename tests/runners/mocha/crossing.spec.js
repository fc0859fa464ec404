// SPDX-License-Identifier: MIT
// One test for each thing that Mocha can say; expected.json tells what has to arrive.
const assert = require('assert');

describe('crossing', () => {
    it('passes [MOC_001]', () => assert.equal(4, 2 + 2));
    it('fails [MOC_002]', () => assert.fail('fare <&"\'> ]]> grüß 渡し船'));
    it('throws [MOC_003]', () => {
        throw new TypeError('no such quay');
    });
    it.skip('is skipped [MOC_004]', () => {});
    it('is pending [MOC_005]');
    it('astral 🚀 and grüß 渡し船 <&"\'> [MOC_006]', () => {
        throw new Error('rocket 🚀 landed');
    });
    it('control bytes [MOC_007]', () => {
        throw new Error('esc \x1b[31mred\x1b[0m one \x01 nul \0 bell \x07 end');
    });
    it('name with esc \x1b[31m, one \x01 and nul \0 [MOC_008]', () => {});
    for (const seats of [1, 2, 0]) {
        it(`boards ${seats} [MOC_009]`, () => assert.ok(seats > 0, 'no seats'));
    }
    it('times out [MOC_010]', (done) => void done).timeout(20);
    describe('at night', () => {
        it('is nested [MOC_011]', () => {});
    });
    describe('without a pier', () => {
        before(() => {
            throw new Error('no pier');
        });
        it('never runs [MOC_012]', () => {});
    });
    it('has no key', () => {});
});
