import { expect } from 'chai';
import { drawToken, isProof, proofOf } from '../../../../bench/load/agents/token.js';

const NONCES = { lab: 'of the lab', agent: 'of the agent' };

describe('the proof of a token', () => {
  it('is none for another token, another number, or the other end', () => {
    const proof = proofOf('a token of the run', 'agent', NONCES);
    expect(isProof(proof, proofOf('a token of the run', 'agent', NONCES))).to.equal(true);
    for (const other of [
      proofOf('a token of another', 'agent', NONCES),
      proofOf('a token of the run', 'lab', NONCES),
      proofOf('a token of the run', 'agent', { ...NONCES, lab: 'drawn again' }),
      proofOf('a token of the run', 'agent', { ...NONCES, agent: 'drawn again' }),
      '',
      proof.slice(1),
      `${proof}x`,
    ]) {
      expect(isProof(other, proof), other).to.equal(false);
    }
  });

  it('holds nothing of the token, which is long enough not to be guessed', () => {
    const token = drawToken();
    expect(Buffer.from(token, 'base64url')).to.have.lengthOf(24);
    expect(proofOf(token, 'agent', NONCES)).to.not.include(token);
    expect(drawToken()).to.not.equal(token);
  });
});
