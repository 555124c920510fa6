import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSealer } from '../../../src/auth/token/keys/seal.js';

const secret = randomBytes(32);
const sealer = createSealer(secret, 'test');
const plain = Buffer.from('something to hide');
const context = ['kid', 'ES256'];

describe('a sealed box', () => {
  it('opens with the same secret, purpose and context', () => {
    const sealed = sealer.seal(plain, context);
    expect(createSealer(secret, 'test').open(sealed, context).equals(plain)).to.equal(true);
    expect(sealed.includes(plain)).to.equal(false);
  });

  it('never looks the same twice', () => {
    expect(sealer.seal(plain, context).equals(sealer.seal(plain, context))).to.equal(false);
  });

  it('stays shut for another secret, purpose or context', () => {
    const sealed = sealer.seal(plain, context);
    expect(() => createSealer(randomBytes(32), 'test').open(sealed, context)).to.throw();
    expect(() => createSealer(secret, 'other').open(sealed, context)).to.throw();
    for (const other of [[], ['kid'], ['ES256', 'kid'], ['ki', 'dES256'], ['kidES256']]) {
      expect(() => sealer.open(sealed, other), other.join()).to.throw();
    }
  });

  it('stays shut when any byte of it was changed, or it was cut', () => {
    const sealed = sealer.seal(plain, context);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] as number) ^ 1;
      expect(() => sealer.open(changed, context), `byte ${index}`).to.throw();
      expect(() => sealer.open(sealed.subarray(0, index), context), `${index} bytes`).to.throw();
    }
  });
});
