import { expect } from 'chai';
import { createClassifier } from '../../../src/prediction/model/classifier.js';
import { BUCKETS, createFeatureExtractor } from '../../../src/prediction/model/features.js';
import { problemOfLanguage, wordsOf } from '../../../src/prediction/model/language.js';
import { mostSuspicious } from '../../../src/prediction/model/passages.js';
import { spamModel } from '../../../src/prediction/model/spam-model.js';

/** Index -> value, for one text. */
function featuresOf(text: string): Map<number, number> {
  const { indices, values, length } = createFeatureExtractor()(text);
  return new Map(Array.from({ length }, (_, at) => [indices[at] as number, values[at] as number]));
}

const classify = createClassifier(spamModel);

describe('features of a text', () => {
  it('are a vector of length 1, in as many buckets as a model has weights', () => {
    const features = featuresOf('A post about nothing in particular, but with some words.');
    const squares = [...features.values()].reduce((sum, value) => sum + value * value, 0);
    expect(squares).to.be.closeTo(1, 1e-12);
    expect(Math.max(...features.keys())).to.be.below(BUCKETS);
  });

  it('are those of words, pairs and runs of three to five characters', () => {
    // "abc": one word and one run. "abc def": two words, one pair, 5 + 4 + 3 runs.
    expect(featuresOf('abc').size).to.equal(2);
    expect(featuresOf('abc def').size).to.equal(15);
    expect(featuresOf('').size).to.equal(0);
  });

  it('do not tell cases, digits and spaces apart', () => {
    expect(featuresOf('Call  NOW\n\n1990')).to.deep.equal(featuresOf('call now 2002'));
  });

  it('are the same from an extractor that was used before', () => {
    const extract = createFeatureExtractor();
    const copyOf = (text: string) => {
      const { values, length } = extract(text);
      return [...values.slice(0, length)];
    };
    const first = copyOf('one text');
    copyOf('another text, longer than the first');
    expect(copyOf('one text')).to.deep.equal(first);
  });
});

describe('the language of a text', () => {
  const known = new Set(['this', 'is', 'a', "don't", 'text']);
  const problemOf = (text: string) => problemOfLanguage(text, (word) => known.has(word));

  it('is English where half of its words are known', () => {
    expect(problemOf('This is a text')).to.equal(undefined);
    expect(problemOf('this text qwrt zxcv')).to.equal(undefined);
    expect(problemOf('this qwrt zxcv')).to.match(/^Too few words/);
  });

  it('is not where other letters prevail', () => {
    expect(problemOf('это текст')).to.match(/not written in Latin letters/);
    expect(problemOf('this is a text 漢字')).to.equal(undefined);
    expect(problemOf('漢字漢字漢字 text')).to.match(/not written in Latin letters/);
  });

  it('is none where there are no letters', () => {
    for (const text of ['', '12 + 30 = 42', '🙂', '\ud83d']) {
      expect(problemOf(text)).to.match(/no letters/);
    }
  });

  it('has words that may hold an apostrophe', () => {
    expect(wordsOf("I don't know l’été")).to.deep.equal(['i', "don't", 'know', 'l’été']);
  });

  const FOREIGN = {
    German:
      'Die Nutzer melden sich an, und der Server merkt sich, wer sie sind und was sie dürfen.',
    French:
      'Les utilisateurs se connectent et le serveur se souvient de qui ils sont dans la base.',
    Spanish:
      'Los usuarios inician sesión y el servidor recuerda quiénes son y lo que pueden hacer.',
    Italian: 'Gli utenti accedono e il server si ricorda chi sono e che cosa possono fare qui.',
    Dutch: 'De gebruikers melden zich aan en de server onthoudt wie ze zijn en wat ze mogen doen.',
    Portuguese: 'Os usuários entram e o servidor lembra quem eles são e o que eles podem fazer.',
    Indonesian: 'Para pengguna masuk dan peladen mengingat siapa mereka dan apa yang boleh mereka.',
    Korean: '사용자가 로그인하면 서버는 그가 누구인지 기억한다.',
  };
  for (const [language, text] of Object.entries(FOREIGN)) {
    it(`is told from English by the shipped model: ${language}`, () => {
      expect(classify({ text, passages: 0 }).unsupported).to.be.a('string');
    });
  }

  const ENGLISH = [
    'Does anybody know why the tests fail on the new machine? They passed yesterday.',
    'Session cookies versus tokens: which one is cheaper to check on the server?',
    'Great goal last night, what a game!',
    'Buy now and save $50 on your first order',
  ];
  for (const text of ENGLISH) {
    it(`is English for the shipped model: ${text.slice(0, 20)}`, () => {
      expect(classify({ text, passages: 0 }).unsupported).to.equal(undefined);
    });
  }
});

describe('a model', () => {
  it('is refused when it has another number of weights', () => {
    expect(() => createClassifier({ ...spamModel, weights: 'AAAA' })).to.throw(RangeError, '3');
  });

  it('says ham without any reason for spam, by its bias alone', () => {
    const nothing = Buffer.alloc(BUCKETS).toString('base64');
    const unsure = createClassifier({ ...spamModel, weights: nothing, bias: 0 });
    const { prediction } = unsure({ text: 'you are', passages: 0 });
    expect(prediction?.probabilities).to.deep.equal({ ham: 0.5, spam: 0.5 });
  });
});

describe('suspicious passages', () => {
  const DULL = 'We met last night and talked about the new version of the server for an hour. ';
  const SPAM =
    'CONGRATULATIONS!!! You WON $1,000,000! Click here now to get your FREE money today! ';
  const passagesOf = (text: string, passages: number) =>
    classify({ text, passages }).prediction?.passages;

  it('are named where they are asked for', () => {
    expect(classify({ text: DULL, passages: 0 }).prediction).to.not.have.property('passages');
    expect(passagesOf(DULL, 3)).to.have.length(1);
  });

  it('begin with the one that has the spam in it', () => {
    const text = DULL.repeat(20) + SPAM.repeat(3) + DULL.repeat(20);
    const [worst, next] = passagesOf(text, 2) ?? [];
    expect(text.slice(worst?.start, worst?.end)).to.contain(SPAM);
    expect(worst?.spam)
      .to.be.above(0.5)
      .and.above(next?.spam as number);
  });

  it('cover a text from its first to its last character, and score each passage by itself', () => {
    const spamOfDull = classify({ text: DULL, passages: 0 }).prediction?.probabilities.spam;
    expect(mostSuspicious('', 1, () => 1)).to.deep.equal([{ start: 0, end: 0, spam: 1 }]);
    expect(passagesOf(DULL, 1)).to.deep.equal([{ start: 0, end: DULL.length, spam: spamOfDull }]);
    const text = `${'a'.repeat(1000)}!`;
    const last = mostSuspicious(text, 1, (part) => (part.endsWith('!') ? 1 : 0));
    expect(last).to.deep.equal([{ start: 620, end: 1001, spam: 1 }]);
  });

  it('never overlap, and are no more than there are', () => {
    const passages = mostSuspicious('a'.repeat(1300), 10, () => 0.5);
    const places = passages.map(({ start, end }) => [start, end]).sort(([a = 0], [b = 0]) => a - b);
    expect(places).to.deep.equal([
      [0, 400],
      [400, 800],
      [800, 1200],
    ]);
  });
});
