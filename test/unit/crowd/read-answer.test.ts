import { expect } from 'chai';
import { readAnswer, UnreadableAnswer } from '../../../bench/load/crowd/read-answer.js';

const answer = (head: string, body = '') => Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
const GOOD = answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y', 'hello');

describe('the reader of answers of a crowd', () => {
  it('knows an answer that is whole, and no part of it', () => {
    for (let end = 0; end < GOOD.length; end++) {
      expect(readAnswer(GOOD.subarray(0, end)), `${end} bytes`).to.equal(null);
    }
    expect(readAnswer(GOOD)).to.deep.equal({ status: 200, closes: false });
  });

  it('knows answers without a body, and those after which the server hangs up', () => {
    expect(readAnswer(answer('HTTP/1.1 204 No Content'))?.status).to.equal(204);
    expect(readAnswer(answer('HTTP/1.1 304 Not Modified'))?.status).to.equal(304);
    const last = answer('HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0');
    expect(readAnswer(last)).to.include({ status: 503, closes: true });
    expect(readAnswer(answer('HTTP/1.1 401 \r\nContent-Length: 0'))?.status).to.equal(401);
  });

  const UNREADABLE: Record<string, Buffer> = {
    'another protocol': Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
    'an older version': answer('HTTP/1.0 200 OK\r\nContent-Length: 0'),
    'a preliminary answer': answer('HTTP/1.1 100 Continue'),
    'a status of two digits': answer('HTTP/1.1 20 OK\r\nContent-Length: 0'),
    'no length': answer('HTTP/1.1 200 OK\r\nX: y', 'hello'),
    'two lengths': answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5', 'hello'),
    'a length that is no number': answer('HTTP/1.1 200 OK\r\nContent-Length: -1'),
    'a length that is a list': answer('HTTP/1.1 200 OK\r\nContent-Length: 5, 5', 'hello'),
    'a body that is too long': answer('HTTP/1.1 200 OK\r\nContent-Length: 99999999'),
    'a body in chunks': answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    'a second answer': Buffer.concat([GOOD, GOOD]),
    'a head without an end': Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}`),
  };
  for (const [what, bytes] of Object.entries(UNREADABLE)) {
    it(`refuses ${what}`, () => {
      expect(() => readAnswer(bytes)).to.throw(UnreadableAnswer);
    });
  }
});
