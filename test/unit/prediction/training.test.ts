import { expect } from 'chai';
import { spamModel } from '../../../src/prediction/model/spam-model.js';
import { readCorpus } from '../../../src/prediction/training/corpus.js';
import {
  type Example,
  learn,
  quantise,
} from '../../../src/prediction/training/logistic-regression.js';
import { textOfMail } from '../../../src/prediction/training/mail-text.js';
import { evaluate, LEARNING, train } from '../../../src/prediction/training/train.js';

const example = (index: number, isSpam: boolean): Example => ({
  indices: Uint16Array.of(index, 9),
  values: Float64Array.of(Math.SQRT1_2, Math.SQRT1_2),
  isSpam,
});

describe('logistic regression', () => {
  const options = { seed: 1, epochs: 30, rate: 0.5, decay: 0 };
  const examples = [
    ...Array.from({ length: 20 }, () => example(1, true)),
    ...Array.from({ length: 20 }, () => example(2, false)),
  ];

  it('finds what tells the classes apart, and ignores what both have', () => {
    const { weights } = learn(examples, options);
    expect(weights[1]).to.be.above(1);
    expect(weights[2]).to.be.below(-1);
    expect(Math.abs(weights[9] as number)).to.be.below(0.3);
    expect(weights[5]).to.equal(0);
  });

  it('gives the same weights for the same seed, and others for another', () => {
    const again = learn(examples, options);
    expect(learn(examples, options)).to.deep.equal(again);
    expect(learn(examples, { ...options, seed: 2 }).weights).to.not.deep.equal(again.weights);
  });

  it('weighs both classes the same however many examples each has', () => {
    const rare = [example(1, true), ...Array.from({ length: 50 }, () => example(2, false))];
    const { weights, bias } = learn(rare, options);
    expect((weights[1] as number) + (weights[9] as number) + bias).to.be.above(0);
  });

  it('is kept in signed bytes, the largest at 127', () => {
    const { scale, bytes } = quantise(Float64Array.of(0, 2.54, -1.27));
    expect([...bytes]).to.deep.equal([0, 127, -63]);
    expect(scale).to.be.closeTo(0.02, 1e-12);
    expect([...quantise(Float64Array.of(0, 0)).bytes]).to.deep.equal([0, 0]);
  });
});

describe('text of a mail', () => {
  it('is its subject and its text, without lists, signatures and what is quoted', () => {
    const mail = [
      'From: a@example.test',
      'Subject: Re: [list] A',
      '  question',
      '',
      'On Monday she wrote:',
      '> old text',
      'See http://example.test or ask b@example.test today.',
      '-- ',
      'My signature',
    ].join('\n');
    expect(textOfMail(mail).replaceAll(/\s+/g, ' ')).to.equal('A question See or ask today.');
  });

  it('is decoded and without markup', () => {
    const html =
      'Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n';
    expect(textOfMail(`${html}<style>p{}</style><p>free=20mo=\nney &amp; more</p>`)).to.match(
      /^x\s+free money & more$/,
    );
    const encoded = Buffer.from('plain text').toString('base64');
    expect(textOfMail(`Content-Transfer-Encoding: base64\n\n${encoded}`)).to.equal('plain text');
  });

  it('is the plain one of two alternatives', () => {
    const mail = [
      'Content-Type: multipart/alternative; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'plain',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>markup</p>',
      '--b--',
    ].join('\n');
    expect(textOfMail(mail)).to.equal('plain');
  });
});

describe('the shipped model', function () {
  // It reads six thousand mails.
  this.timeout(120_000);
  let corpus: ReturnType<typeof readCorpus>;

  before(() => {
    corpus = readCorpus();
  });

  it('is as good on the held-out mails as it says', () => {
    expect(corpus.sha256).to.equal(spamModel.facts.corpusSha256);
    expect(evaluate(spamModel, corpus.heldOut)).to.deep.equal(spamModel.facts.heldOut);
    expect(spamModel.facts.heldOut.accuracy).to.be.above(0.9);
  });

  it('is what training gives, to the last weight', () => {
    expect(train(corpus, LEARNING)).to.deep.equal(spamModel);
  });
});
