import { expect } from 'chai';
import { intervalOf, sentenceOf, signedChange } from '../../../bench/report/wording.js';
import {
  formatEstimate,
  formatInterval,
  formatMicroseconds,
  formatNumber,
  formatRatio,
  formatRatioInterval,
  listOf,
  uncapitalised,
} from '../../../bench/text/format.js';

describe('numbers for people', () => {
  it('have three significant digits, or all before the point', () => {
    const texts = [12345.6, 123.4, 99.96, 12.34, 2, 0.01234, 0, -1.5].map(formatNumber);
    expect(texts).to.deep.equal(['12,346', '123', '100', '12.3', '2.00', '0.0123', '0', '−1.50']);
  });

  it('show a dash for what was not measured', () => {
    expect([null, undefined, Number.NaN].map(formatNumber)).to.deep.equal(['–', '–', '–']);
  });

  it('carry their interval, which never goes below nothing', () => {
    expect(formatEstimate({ mean: 10, interval95: [-2, 22], n: 3 })).to.equal('10.0 (0 to 22.0)');
    expect(formatEstimate(null)).to.equal('–');
  });

  it('have a dash for the interval of fewer than three rounds', () => {
    expect(formatEstimate({ mean: 10, interval95: [-2, 22], n: 2 })).to.equal('10.0 (–)');
    expect(formatEstimate({ mean: 10, interval95: null, n: 1 })).to.equal('10.0 (–)');
  });

  it('are no finer than a hundredth where they are microseconds', () => {
    const texts = [0.00943, 0.0143, 0.943, 0.996, 9.43, 94.3, 0, -0.25, null].map(
      formatMicroseconds,
    );
    expect(texts).to.deep.equal([
      ...['under 0.01', '0.01', '0.94', '1.00', '9.43', '94.3', '0', '−0.25', '–'],
    ]);
  });

  it('lower the first letter inside a sentence, but not of an abbreviation', () => {
    expect(uncapitalised('A session in Redis')).to.equal('a session in Redis');
    expect(uncapitalised('JWT, HS256')).to.equal('JWT, HS256');
  });

  it('join in a list', () => {
    expect([listOf([]), listOf(['a']), listOf(['a', 'b', 'c'])]).to.deep.equal([
      '',
      'a',
      'a, b and c',
    ]);
  });
});

describe('ratios in words', () => {
  it('say that nothing is known where the interval spans more than a factor of a hundred', () => {
    const wild = [4.64e-17, 1.38e17] as const;
    expect(signedChange(1.2, wild)).to.equal('+20 % (this run cannot tell)');
    expect(formatRatioInterval(wild)).to.equal('this run cannot tell');
    expect(intervalOf('throughput', wild)).to.equal('so wide that this run cannot tell');
    expect(formatEstimate({ mean: 1, interval95: [-900, 902], n: 3 })).to.include('cannot tell');
    expect(formatInterval([1, 1000])).to.equal('this run cannot tell');
  });

  it('have two digits where the interval is wide', () => {
    expect(formatRatioInterval([0.1234, 5.678])).to.equal('0.12 to 5.7');
    // On which side of 1 it lies must be seen.
    expect(formatRatioInterval([1.03, 2.7])).to.equal('1.03 to 2.7');
    expect(formatRatioInterval([0.97, 2.7])).to.equal('0.97 to 2.7');
    expect(formatRatioInterval([1.234, 1.278])).to.equal('1.23 to 1.28');
  });

  it('never have an exponent', () => {
    const sizes = [1e-9, 2370, 1e21, 1e-30];
    const texts = sizes.flatMap((value) => [
      ...[formatNumber(value), formatRatio(value), signedChange(value, null)],
    ]);
    for (const text of texts) expect(text).not.to.match(/e[+-]?\d/);
  });

  it('are percentages below a factor of two and factors above', () => {
    expect(sentenceOf('throughput', 1.5, 'a', 'b')).to.equal(
      'b answered 50 % more requests per second than a',
    );
    expect(sentenceOf('throughput', 2.5, 'a', 'b')).to.equal(
      'b answered 2.5 times as many requests per second as a',
    );
    expect(sentenceOf('throughput', 0.25, 'a', 'b')).to.equal(
      'b answered 75 % fewer requests per second than a',
    );
    expect(sentenceOf('throughput', 1.0001, 'a', 'b')).to.equal(
      'b answered as many requests per second as a',
    );
  });

  it('put the small end of an interval first, and both directions where it spans 1', () => {
    expect(intervalOf('throughput', [0.84, 0.92])).to.equal('8 to 16 % fewer');
    expect(intervalOf('throughput', [0.97, 1.11])).to.equal('3 % fewer to 11 % more');
    expect(intervalOf('cpu.total', [0.5, 2.5])).to.equal('0.5 to 2.5 times as much');
  });

  it('carry their sign in tables', () => {
    expect(signedChange(0.88, [0.84, 1.02])).to.equal('−12 % (−16 to +2)');
    expect(signedChange(2.3, [1.9, 2.8])).to.equal('×2.3 (×1.9 to ×2.8)');
  });

  it('speak of a metric that has no words of its own', () => {
    expect(sentenceOf('rss', 1.1, 'a', 'b')).to.equal('b had 10 % more rss than a');
  });
});
