import { expect } from 'chai';
import { LabError } from '../../../bench/model/errors.js';
import { firstSource, triedInWords } from '../../../bench/stores/first-source.js';
import { failure } from '../../support/failure.js';

describe('the first source that has something', () => {
  let told: string[];
  let interruption: AbortController;
  const context = () => ({
    onMessage: (line: string) => told.push(line),
    signal: interruption.signal,
  });
  const none = async () => null;
  const broken = async () => {
    throw new LabError('BROKEN', 'It is there and broken.');
  };
  const works = async () => 'it';

  beforeEach(() => {
    told = [];
    interruption = new AbortController();
  });

  it('is used, and those behind it are not asked', async () => {
    let asked = 0;
    const behind = async () => {
      asked += 1;
      return 'another';
    };
    const { found, failures } = await firstSource([none, works, behind], context());
    expect({ found, failures, asked, told }).to.deep.equal({
      ...{ found: 'it', failures: [], asked: 0, told: [] },
    });
  });

  it('may stand behind one that fails, which is told', async () => {
    const { found, failures } = await firstSource([broken, works], context());
    expect(found).to.equal('it');
    expect(failures.map(({ code }) => code)).to.deep.equal(['BROKEN']);
    expect(told).to.deep.equal(['It is there and broken.']);
  });

  it('is not looked for behind one that fails where that is to end the search', async () => {
    const error = await failure(firstSource([broken, works], context(), 'end'));
    expect(error.code).to.equal('BROKEN');
  });

  it('is not looked for behind a defect of the lab', async () => {
    const defect = async () => {
      throw new TypeError('undefined is not a function');
    };
    const error = await failure(firstSource([defect, works], context()));
    expect(error).to.be.instanceOf(TypeError);
  });

  it('is not looked for any more after an interruption', async () => {
    const reason = new LabError('INTERRUPTED', 'Interrupted.');
    const interrupted = async () => {
      interruption.abort(reason);
      return broken();
    };
    expect(await failure(firstSource([interrupted, works], context()))).to.equal(reason);
  });

  it('is null where there is none, with what was tried in words', async () => {
    const { found, failures } = await firstSource([none, broken], context());
    expect(found).to.equal(null);
    expect(triedInWords(failures)).to.equal('\nTried:\n- It is there and broken.');
    expect(triedInWords([])).to.equal('');
  });
});
