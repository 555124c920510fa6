import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSealer, tagLast, versioned } from '../../../src/auth/credentials/seal.js';
import { createKeySealer } from '../../../src/auth/token/keys/sealed-key.js';
import { successorSealer } from '../../../src/auth/token/refresh-tokens.js';

const secret = randomBytes(32);
const plain = Buffer.from('something to hide');
const context = ['kid', 'ES256'];

for (const [name, layout] of Object.entries({ versioned, tagLast })) {
  describe(`a sealed box, ${name}`, () => {
    const sealer = createSealer({ secret, purpose: 'test', layout });

    it('opens with the same secret, purpose and context', () => {
      const sealed = sealer.seal(plain, context);
      const same = createSealer({ secret, purpose: 'test', layout });
      expect(same.open(sealed, context).equals(plain)).to.equal(true);
      expect(sealed.includes(plain)).to.equal(false);
    });

    it('never looks the same twice', () => {
      expect(sealer.seal(plain, context).equals(sealer.seal(plain, context))).to.equal(false);
    });

    it('stays shut for another secret, purpose or context', () => {
      const sealed = sealer.seal(plain, context);
      const others = [
        createSealer({ secret: randomBytes(32), purpose: 'test', layout }),
        createSealer({ secret, purpose: 'other', layout }),
      ];
      for (const other of others) {
        expect(() => other.open(sealed, context)).to.throw();
      }
      for (const other of [
        undefined,
        [],
        ['kid'],
        ['ES256', 'kid'],
        ['ki', 'dES256'],
        ['kidES256'],
      ]) {
        expect(() => sealer.open(sealed, other), other?.join()).to.throw();
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
}

/** Boxes of an earlier release. The sealed session of one is in logins.test.ts. */
describe('what was sealed before there was one way to seal', () => {
  it('is a signing key that opens', () => {
    const box = 'Ab8qdsVjKnLBE7hGQRTGYaKIhhNV1LCdrS3_DFhhpu6yATTK3ccZlNmr';
    const sealer = createKeySealer(Uint8Array.from({ length: 32 }, (_, index) => 1 + index));
    const opened = sealer.open(Buffer.from(box, 'base64url'), ['kid', 'HS256']);
    expect(opened.toString()).to.equal('{"kty":"oct"}');
  });

  it('is the successor of a refresh token that opens', () => {
    const box = '2FXujrNXoKMIRIQFotjq_rB_j8yIxEoc5oJNHnGaJvLPWwdcxP-wpw';
    const opened = successorSealer('A'.repeat(64)).open(Buffer.from(box, 'base64url'));
    expect(opened.toString()).to.equal('the next one');
  });
});
