import { expect } from 'chai';
import { createRecorder } from '../../../bench/load/closed-loop/recorder.js';
import { createKindLatencies } from '../../../bench/load/kind-latencies.js';
import type { WorkerReport } from '../../../bench/load/messages.js';
import type { WorkloadRequest } from '../../../bench/load/workload.js';
import { postText } from '../../../bench/load/workloads/post-text.js';
import { workloadNamed } from '../../../bench/load/workloads/registry.js';
import { seededRandom } from '../../../bench/model/random.js';
import { latencyByRequest } from '../../../bench/trial/latency-by-request.js';
import { createClassifier } from '../../../src/prediction/model/classifier.js';
import { spamModel } from '../../../src/prediction/model/spam-model.js';
import { contextOf } from './context.js';

const requestsOf = (workload: string, seed: number): WorkloadRequest[] =>
  workloadNamed(workload).loopFor(contextOf(seed, 10)).requests;
const questionOf = ({ body = '{}' }: WorkloadRequest) => JSON.parse(body);
const textOf = (request: WorkloadRequest): string => questionOf(request).text;

describe('the texts of predictions', () => {
  const classify = createClassifier(spamModel);
  const unsupported = (text: string) => classify({ text, passages: 0 }).unsupported;

  it('are English for the model, whatever their length and seed', () => {
    for (const characters of [60, 400, 8000, 19_800]) {
      for (let seed = 0; seed < 20; seed++) {
        const text = postText(seededRandom(seed), characters);
        expect(text.length).to.be.within(characters, characters + 200);
        expect(unsupported(text), text.slice(0, 100)).to.equal(undefined);
      }
    }
  });

  it('have the length of posts in predict, most of them short, and fit the limit', () => {
    const lengths = [1, 2, 3, 4, 5]
      .flatMap((seed) => requestsOf('predict', seed).map((request) => textOf(request).length))
      .sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).to.be.within(300, 600);
    expect(lengths.at(-1)).to.be.at.most(20_000);
    expect(new Set(lengths).size).to.be.above(100);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(requestsOf('predict', 7)).to.deep.equal(requestsOf('predict', 7));
    expect(requestsOf('predict', 7)).to.not.deep.equal(requestsOf('predict', 8));
  });
});

describe('workload mixed', () => {
  it('has one prediction with passages of a long text in fifty requests, at another place for another connection', () => {
    const places = [1, 2, 3, 4, 5, 6].map((seed) => {
      const requests = requestsOf('mixed', seed);
      expect(requests.map(({ kind }) => kind).filter((kind) => kind === 'GET /me')).to.have.length(
        49,
      );
      const place = requests.findIndex(({ kind }) => kind === 'POST /predictions');
      const { text, passages } = questionOf(requests[place] as WorkloadRequest);
      expect(text.length).to.be.within(19_000, 20_000);
      expect(passages).to.equal(3);
      return place;
    });
    expect(new Set(places).size).to.be.above(3);
  });
});

describe('latencies by kind of request', () => {
  /** A client of autocannon, as far as the recorder looks at it. */
  const clientThatAsks = (kind?: string) =>
    ({ requestIterator: { currentRequest: { kind } } }) as unknown as Parameters<
      ReturnType<typeof createRecorder>['onResponse']
    >[0];

  function recorded(answers: [string | undefined, number][]): WorkerReport {
    const recorder = createRecorder([200]);
    const nowMs = recorder.nowMs();
    recorder.begin({
      ...{ fromMs: nowMs - 1000, toMs: nowMs + 60_000, untilMs: nowMs + 60_000 },
      ...{ slices: 1, measured: true },
    });
    for (const [kind, durationMs] of answers) {
      recorder.onResponse(clientThatAsks(kind), 200, 100, durationMs);
    }
    recorder.end(0);
    return recorder.report([]);
  }

  it('are kept apart, and all together as before', () => {
    const report = recorded([
      ['GET /me', 1],
      ['GET /me', 3],
      ['POST /predictions', 50],
    ]);
    expect(report.requests).to.equal(3);
    const { latencyByRequest: kinds = [] } = latencyByRequest([report, recorded([['GET /me', 5]])]);
    expect(kinds.map(({ request, requests }) => [request, requests])).to.deep.equal([
      ['GET /me', 3],
      ['POST /predictions', 1],
    ]);
    expect(kinds[0]?.latencyMs?.mean).to.be.closeTo(3, 1e-9);
    expect(kinds[0]?.latencyMs?.max).to.be.closeTo(5, 0.01);
    expect(kinds[1]?.latencyMs?.p50).to.be.closeTo(50, 0.1);
  });

  it('are absent where a workload names no kinds', () => {
    expect(latencyByRequest([recorded([[undefined, 1]])])).to.deep.equal({});
    const { kinds: _kinds, ...older } = recorded([[undefined, 1]]);
    expect(latencyByRequest([older])).to.deep.equal({});
  });

  it('take what is longer than a histogram holds as the longest', () => {
    const kinds = createKindLatencies();
    kinds.record('GET /me', 10 * 60_000);
    expect(kinds.report()['GET /me']?.latencySumMs).to.equal(600_000);
  });
});
