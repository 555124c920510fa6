import { expect } from 'chai';
import { createClassifier } from '../../../src/prediction/model/classifier.js';
import { spamModel } from '../../../src/prediction/model/spam-model.js';
import {
  type Answer,
  type ApiClient,
  type Credential,
  expectProblem,
  tamper,
} from '../../support/api-client.js';
import { ACTOR } from '../world.js';

export interface PredictionWorld {
  readonly api: ApiClient;
  readonly credential: Credential;
  /** A credential that somebody else holds, with one scope. */
  handOn(scope: 'posts:read' | 'posts:write'): Promise<Credential>;
}

export const ENGLISH =
  'I looked at the new version of the server last night, and it works very well for me.';
const SPAM =
  'CONGRATULATIONS!!! You have WON $1,000,000! Click here now to get your FREE money, no risk, order today!';
const KOREAN = '어제 새 서버를 살펴보았는데 아주 잘 작동합니다. 모두에게 감사드립니다.';
const GERMAN =
  'Gestern habe ich mir den neuen Rechner angeschaut, und er läuft bei mir wirklich sehr gut.';

/** What POST /predictions does, wherever the model runs. */
export function describePredictions(world: PredictionWorld): void {
  const predict = (body: unknown, credential: Credential = world.credential): Promise<Answer> =>
    world.api.call('POST', '/predictions', { body, credential });

  it('answers with a label, its probabilities and the name of the model', async () => {
    const { status, headers, body } = await predict({ text: SPAM });
    expect(status).to.equal(200);
    expect(body).to.have.all.keys('label', 'probabilities', 'model');
    expect(body).to.include({ label: 'spam', model: spamModel.name });
    expect(body.probabilities.ham + body.probabilities.spam).to.be.closeTo(1, 1e-9);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect((await predict({ text: ENGLISH })).body.label).to.equal('ham');
  });

  it('answers what the model says in this process, to the last digit', async () => {
    const classify = createClassifier(spamModel);
    for (const text of [ENGLISH, SPAM, `${ENGLISH} ${SPAM}`]) {
      const { prediction } = classify({ text, passages: 0 });
      expect((await predict({ text })).body).to.deep.equal(prediction);
    }
  });

  it('names the most suspicious passages where they are asked for', async () => {
    const text = `${ENGLISH.repeat(20)} ${SPAM} ${ENGLISH.repeat(20)}`;
    const { status, body } = await predict({ text, passages: 3 });
    expect(status).to.equal(200);
    expect(body).to.deep.equal(createClassifier(spamModel)({ text, passages: 3 }).prediction);
    const [worst] = body.passages;
    expect(text.slice(worst.start, worst.end)).to.contain('FREE money');
    expect((await predict({ text, passages: 0 })).body).to.not.have.property('passages');
  });

  it('refuses a number of passages that is none, or too many', async () => {
    for (const passages of [-1, 11, 1.5, '3', null, true]) {
      const answer = await predict({ text: ENGLISH, passages });
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.issues[0].path).to.equal('passages');
    }
  });

  it('takes 20,000 characters and refuses one more', async () => {
    const text = ENGLISH.repeat(300).slice(0, 20_000);
    expect((await predict({ text })).status).to.equal(200);
    const answer = await predict({ text: `${text}.` });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.issues[0].path).to.equal('text');
  });

  it('refuses an empty text, a blank one, none, and what is no text', async () => {
    for (const body of [{ text: '' }, { text: ' \n\t' }, {}, { text: 7 }, { text: null }, []]) {
      expectProblem(await predict(body), 422, 'validation_failed');
    }
    expectProblem(await predict({ text: ENGLISH, lang: 'en' }), 422, 'validation_failed');
    expectProblem(await predict('{"text":'), 400, 'malformed_json');
  });

  it('takes JSON alone, answers in JSON alone, and knows POST alone', async () => {
    const send = (method: string, headers: Record<string, string>) =>
      world.api.call(method, '/predictions', {
        credential: world.credential,
        headers,
        ...(method === 'POST' && { body: { text: ENGLISH } }),
      });
    const otherType = await send('POST', { 'content-type': 'text/plain' });
    expectProblem(otherType, 415, 'unsupported_media_type');
    expect(otherType.headers.get('accept-post')).to.equal('application/json');
    expectProblem(await send('POST', { accept: 'text/html' }), 406, 'not_acceptable');
    const read = await send('GET', {});
    expectProblem(read, 405, 'method_not_allowed');
    expect(read.headers.get('allow')).to.equal('POST, OPTIONS');
    const options = await send('OPTIONS', {});
    expect(options.status).to.equal(204);
    expect(options.headers.get('allow')).to.equal('POST, OPTIONS');
  });

  it('refuses a text of another language, and one without any', async () => {
    for (const text of [KOREAN, GERMAN, '1234 5678 90', '🙂🙂🙂', 'xqzt wvbn qqrt zzkp']) {
      const answer = await predict({ text });
      expectProblem(answer, 422, 'unsupported_language');
      expect(answer.body.detail).to.match(/the model reads English\.$/);
    }
  });

  it('answers many at once, each with its own text', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ENGLISH : SPAM));
    const answers = await Promise.all(texts.map((text) => predict({ text })));
    expect(answers.map(({ body }) => body.label)).to.deep.equal(
      texts.map((text) => (text === ENGLISH ? 'ham' : 'spam')),
    );
  });

  it('needs a credential that is good', async () => {
    expectProblem(await predict({ text: ENGLISH }, {}), 401, 'credential_missing');
    const bad = tamper(world.credential);
    expectProblem(await predict({ text: ENGLISH }, bad), 401, 'credential_invalid');
  });

  it('has an instance tell other servers what a credential allows, and no more', async () => {
    const principal = (credential: Credential) =>
      world.api.call('GET', '/auth/principal', { credential });
    const own = await principal(world.credential);
    const { id } = (await world.api.call('GET', '/me', { credential: world.credential })).body;
    expect(own.body).to.deep.equal({ id, scope: ['posts:read', 'posts:write'], actor: null });
    expect(own.headers.get('cache-control')).to.equal('no-store');
    const reader = await principal(await world.handOn('posts:read'));
    expect(reader.body).to.deep.equal({ id, scope: ['posts:read'], actor: ACTOR });
    expectProblem(await principal({}), 401, 'credential_missing');
  });

  it('is for those who may read posts, and for nobody who may only write them', async () => {
    const reader = await world.handOn('posts:read');
    expect((await predict({ text: ENGLISH }, reader)).status).to.equal(200);
    const writer = await world.handOn('posts:write');
    expectProblem(await predict({ text: ENGLISH }, writer), 403, 'insufficient_scope');
  });
}
