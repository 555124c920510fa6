import type { Claim } from '../../analyse/answers/claim.js';
import { BOTH } from '../../analyse/answers/scale-answer.js';
import { tierOf } from '../../model/tiers.js';
import { code, listOf } from '../../text/format.js';
import { kneeBetween } from '../knee-between.js';
import { cores, durationKo, microseconds, sizeOfChange, times } from './figures.js';
import type { Language } from './language.js';

const both = ({ candidate, baseline, candidateMean, baselineMean }: Claim) =>
  `${candidate} ${microseconds(candidateMean)}, ${baseline} ${microseconds(baselineMean)}`;

const TIERS: Readonly<Record<string, string>> = {
  application: '애플리케이션',
  machine: '이 컴퓨터',
  authority: '인증 서버',
  web: '웹 서버',
  prediction: '예측 서버',
};

function atKnee(knee: number): string {
  const { low, high } = kneeBetween(knee);
  return low === high ? `서버 약 ${low}대` : `서버 ${low}~${high}대`;
}

export const korean: Language = {
  tag: 'ko',
  questions: {
    cost: '요청 하나의 비용은 얼마인가요?',
    scale: '서버를 늘리면 어떻게 되나요?',
    logout: '로그아웃하면 어떻게 되나요?',
  },
  tier: (id) => TIERS[id] ?? tierOf(id).label,
  certainty: {
    sure: '확실함',
    likely: '아마도',
    'cannot-tell': '알 수 없음',
    calculated: '계산값',
  },
  whySure: {
    interval: '95 % 구간',
    odds: '그럴 확률',
    tooFew: '흩어진 정도를 알기에는 라운드가 너무 적음',
    withServers: (count) => `서버 ${count}대`,
  },
  cost: {
    claim(claim) {
      const [candidate, baseline] = [code(claim.candidate), code(claim.baseline)];
      const workload = code(claim.workload);
      if (claim.certainty === 'cannot-tell') {
        return `${candidate}와 ${baseline} 가운데 어느 쪽의 ${workload} 요청이 CPU 시간을 더 쓰는지 이 측정으로는 알 수 없습니다 (${both(claim)}).`;
      }
      if (claim.relation === 'same') {
        return `${candidate}의 ${workload} 요청은 ${baseline}의 요청과 CPU 시간을 5 % 안에서 똑같이 씁니다.`;
      }
      const direction = claim.relation === 'more' ? '더 많이' : '더 적게';
      if (claim.certainty === 'likely') {
        return `${candidate}의 ${workload} 요청은 ${baseline}의 요청보다 CPU 시간을 아마 ${direction} 쓰지만, 증명되지는 않았습니다 (${both(claim)}).`;
      }
      return claim.relation === 'more'
        ? `${candidate}의 ${workload} 요청은 ${baseline}의 요청보다 CPU 시간을 ${times(claim)}배 씁니다 (${both(claim)}).`
        : `${candidate}의 ${workload} 요청은 ${baseline}의 요청보다 CPU 시간을 ${sizeOfChange(claim)} 적게 씁니다 (${both(claim)}).`;
    },
    further(claim) {
      const workload = code(claim.workload);
      if (claim.certainty === 'cannot-tell') return `${workload}에서는 알 수 없습니다.`;
      if (claim.relation === 'same') return `${workload}에서는 5 % 안에서 같습니다.`;
      if (claim.certainty === 'likely') {
        return `${workload}에서는 아마 더 ${claim.relation === 'more' ? '많지만' : '적지만'}, 증명되지는 않았습니다.`;
      }
      return claim.relation === 'more'
        ? `${workload}에서는 ${times(claim)}배입니다.`
        : `${workload}에서는 ${sizeOfChange(claim)} 적습니다.`;
    },
    basis: ({ rounds, workloads, control, flags, lacksInterval }) =>
      `요청 하나에 모든 서버가 쓴 CPU 시간의 합${aboutWorkloads(workloads)}.${control === null ? '' : ` ${code(control)}: 아무도 확인하지 않음.`} 가는 선: 95 % 구간${lacksInterval ? '; 없는 막대는 유효한 라운드가 셋보다 적음' : ''}. 새 프로세스로 ${rounds}라운드 측정${flags === '' ? '' : ` (${code(`node ${flags}`)})`}.`,
    chartTitle: ({ tier, candidate, baseline }) =>
      tier === null ? '서버별 요청 하나의 비용' : `${candidate}와 ${baseline}의 차이: ${tier}`,
    axis: '요청 하나의 CPU 시간 (µs)',
  },
  scale: {
    crossing({ baseline, candidate, stretches }) {
      if (stretches.every(({ ahead }) => ahead === null)) {
        return `${code(baseline)}와 ${code(candidate)} 가운데 어느 쪽이 더 많은 요청에 답하는지 이 측정으로는 알 수 없습니다.`;
      }
      const told = stretches.map(({ from, to, ahead }) => {
        const where = from === to ? `서버 ${from}대에서는` : `서버 ${from}대부터 ${to}대까지는`;
        if (ahead === null) return `${where} 알 수 없습니다`;
        if (ahead === BOTH) return `${where} 5 % 안에서 같습니다`;
        return `${where} ${code(ahead)} 쪽이 더 많은 요청에 답합니다`;
      });
      return `${told.join('. ')}.`;
    },
    growth({ variant, knee, most, full }, tier) {
      if (knee === null) return `${code(variant)}: 서버 ${most}대까지 계속 늘어납니다.`;
      const at = `${code(variant)}: ${atKnee(knee)}에서 더 늘지 않습니다`;
      return full === null
        ? `${at}. 가득 찬 프로세서는 없습니다.`
        : `${at}. ${tier}가 가득 찼습니다.`;
    },
    heldTier: (tier, share) => `${tier}(${cores(share, 'ko')}로 제한)`,
    basis: ({ rounds, instanceCores, redisCores }) =>
      `이 컴퓨터에 모두 들어가도록 서버마다 ${cores(instanceCores, 'ko')}${redisCores === null ? '' : `, Redis는 ${cores(redisCores, 'ko')}`}로 제한. ${rounds}라운드. 점선: 한 대에 비례. 빈 표시: 가장 작은 두 경우에서 예측.`,
    calculated: {
      notMeasured: '측정하지 않고 요청 하나의 비용에서 계산한 값입니다.',
      growth({ variant, knee, most }, tier) {
        if (knee === null)
          return `${code(variant)}: 계산으로는 서버 ${most}대까지 계속 늘어납니다.`;
        return `${code(variant)}: 계산으로는 ${atKnee(knee)}에서 더 늘지 않습니다. ${tier}가 가득 찹니다.`;
      },
      basis: ({ instanceCores, redisCores, why }) =>
        `서버마다 ${cores(instanceCores, 'ko')}, Redis는 ${cores(redisCores, 'ko')}일 때의 최댓값. 여기서는 프로세스의 CPU를 제한할 수 없습니다: ${why} 점선: 한 대에 비례. 빈 표시: 계산값.`,
      chartTitle: (title) => `${title} (계산값)`,
    },
    chartTitle: (facts) =>
      facts === null
        ? '서버가 많을수록 더 많은 요청에 답합니다'
        : `${facts.variant}: ${atKnee(facts.knee)}에서 ${facts.tier}가 가득 찹니다`,
    axes: { servers: '서버 수', rate: '초당 요청 수' },
    ideal: '비례',
    forecast: '1대와 2대에서 예측',
    full: (tier) => `${tier} 가득 참`,
  },
  logout: {
    door(answer) {
      const who = code(answer.variant);
      switch (answer.pattern) {
        case 'at-once':
          return answer.perInstance.some(({ knew }) => !knew)
            ? `${who}: 알고 있던 서버에서 곧바로 거부됩니다. 다른 서버는 처음부터 몰랐습니다.`
            : `${who}: 모든 서버에서 곧바로 거부됩니다.`;
        case 'until-its-end':
          return `${who}: 토큰이 끝날 때까지 모든 서버에서 계속 통합니다. 여기서는 최대 ${durationKo(answer.longestMs / 1000)}, 기본 설정에서는 최대 ${durationKo(answer.asConfiguredSeconds ?? 0)}입니다.`;
        case 'on-some':
          return `${who}: 일부 서버는 곧바로 거부하고, 다른 서버에서는 ${durationKo(answer.longestMs / 1000)} 동안 통합니다.`;
        case 'never':
          return `${who}: 거부되지 않습니다. 측정이 끝날 때까지 통했습니다.`;
        case 'later':
          return `${who}: ${durationKo(answer.longestMs / 1000)} 뒤에 거부됩니다.`;
        case 'unknown':
          return `${who}: 측정하지 못했습니다.`;
      }
    },
    stolen(answers) {
      const open = answers.filter(
        ({ longestMs, pattern }) => longestMs > 0 && pattern !== 'at-once',
      );
      return open.length === 0
        ? `훔친 ${listOf(
            answers.map(({ variant }) => code(variant)),
            '및',
          )} 사본도 로그인과 함께 끝납니다.`
        : `훔친 ${listOf(
            open.map(({ variant }) => code(variant)),
            '및',
          )} 사본도 그만큼 오래 통합니다.`;
    },
    basis: ({ logins, instances, lifeSeconds }) =>
      `나이가 다른 로그인 ${logins}개를 서버 ${instances}대에서 쓰다가 한 대에서 로그아웃. 끝을 볼 수 있도록 토큰 수명은 로그인부터 ${durationKo(lifeSeconds)}이며, 막대는 로그아웃 때 남은 가장 긴 시간. 수명이 길면 그만큼 더 오래 통합니다.`,
    chartTitle(answers) {
      const longest = [...answers].sort((a, b) => b.longestMs - a.longestMs)[0];
      if (!longest || longest.pattern === 'at-once')
        return '로그아웃하면 모든 문이 곧바로 닫힙니다';
      return longest.pattern === 'until-its-end'
        ? `${longest.variant}: 토큰이 끝날 때까지 통합니다`
        : `${longest.variant}: 로그아웃 뒤에도 통합니다`;
    },
    server: (number) => `서버 ${number}`,
    axis: '로그아웃 뒤 지난 초',
    tokenEnds: '토큰 수명',
    refusedAtOnce: '곧바로 거부',
    stillAccepted: '계속 통함',
  },
  nothingMeasured: '이 질문에 대한 올바른 측정이 없습니다. 이유는 아래에 있습니다.',
  heading: (compared) => `${listOf(compared, '또는')}?`,
  measuredOn: ({ time, machine, length }) => `${time}, ${machine}에서 ${length} 동안 측정.`,
  partial: '측정이 일찍 끝나서, 답의 근거가 계획보다 적습니다.',
  more: '측정 방법과 모든 수치는 아래에 있습니다.',
  glossary: {
    title: '여기서 쓰는 말',
    entries: [
      ['요청 (request)', 'HTTP로 서버에 묻는 것 하나와 그 답.'],
      ['CPU 시간 (CPU time)', '프로세서가 일한 시간. 기다린 시간은 세지 않습니다.'],
      ['µs', '마이크로초. 백만분의 1초.'],
      ['서버, 인스턴스 (instance)', '실행 중인 애플리케이션 하나.'],
      [
        '세션 (session)',
        '누가 로그인했는지 서버가 (여기서는 Redis에) 기억하고, 클라이언트는 ID를 가집니다.',
      ],
      [
        '토큰 (JWT)',
        '누구인지를 클라이언트가 서명과 함께 가지고 다니고, 서버는 서명을 확인합니다.',
      ],
      ['라운드 (round)', '전체를 한 번 되풀이하는 것. 비용은 라운드마다 새 프로세스로 측정.'],
      ['95 % 구간', '같은 방법으로 되풀이하면 100번 가운데 95번은 참값을 포함합니다.'],
      ['확실함', '답이 기대는 모든 비교를 함께 보아도 구간이 반대쪽을 제외합니다.'],
      ['아마도', '확률이 9 대 1 이상이지만 증명되지는 않았습니다.'],
      ['계산값', '측정한 값에서 계산했으며, 직접 관찰하지는 않았습니다.'],
      ['가득 참', '자기 몫의 프로세서를 모두 쓰는 서버.'],
    ],
  },
};

const ASKS: Readonly<Record<string, string>> = {
  me: '누가 로그인했는지 묻기',
  crud: '글을 읽고 쓰기',
};

function aboutWorkloads(workloads: readonly string[]): string {
  const told = workloads.flatMap((name) => (ASKS[name] ? [`${code(name)}: ${ASKS[name]}`] : []));
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}
