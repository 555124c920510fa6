import { expect } from 'chai';
import { decodeCursor, encodeCursor } from '../../../src/api/paging.js';
import { readId } from '../../../src/api/path-ids.js';
import { AppError, PROBLEMS, toProblem } from '../../../src/server/errors.js';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as AppError).code;
  }
  return 'no error';
}

describe('a cursor', () => {
  it('comes back as the id it was made of', () => {
    for (const id of [1, 42, 2_147_483_647]) {
      expect(decodeCursor(encodeCursor(id))).to.equal(id);
    }
  });

  it('is refused when this API did not make it', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const forged = [
      '',
      'x',
      encode('before:0'),
      encode('before:-1'),
      encode('before:01'),
      encode('before:2147483648'),
      encode('after:1'),
      encode('before:1 '),
      `${encodeCursor(1)}=`,
      `${encodeCursor(1)} `,
      ['a', 'b'],
    ];
    for (const cursor of forged) {
      expect(
        codeOf(() => decodeCursor(cursor)),
        String(cursor),
      ).to.equal('invalid_parameter');
    }
  });
});

describe('an id in a path', () => {
  it('is a positive whole number, or the request is at fault', () => {
    expect(readId('17')).to.equal(17);
    for (const text of ['0', '-1', '01', '1.0', '0x1', ' 1', '', undefined]) {
      expect(
        codeOf(() => readId(text)),
        String(text),
      ).to.equal('invalid_parameter');
    }
  });

  it('that no row can have is simply not found', () => {
    expect(codeOf(() => readId('2147483648'))).to.equal('not_found');
  });
});

describe('an error', () => {
  it('becomes a problem with status, code and title of the table', () => {
    const error = new AppError('validation_failed', {
      issues: [{ path: 'title', message: 'too long' }],
    });
    expect(toProblem(error)).to.deep.equal({
      type: 'urn:session-token-lab:problem:validation_failed',
      title: 'The body does not have the right fields',
      status: 422,
      code: 'validation_failed',
      issues: [{ path: 'title', message: 'too long' }],
    });
  });

  it('shows the client nothing of its cause', () => {
    const cause = new Error('password of the database is hunter2');
    const problem = toProblem(new AppError('internal_error', { cause }));
    expect(JSON.stringify(problem)).to.not.include('hunter2');
    expect(problem).to.not.have.property('detail');
  });

  it('has a status that says whose fault it is', () => {
    for (const { status } of Object.values(PROBLEMS)) {
      expect(status).to.be.within(400, 503);
    }
  });
});
