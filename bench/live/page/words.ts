/** Every word of the page, in both languages. What a lesson says is in the lesson. */
import type { Outcome } from '../../model/outcomes.js';
import type { LaneFrame, LanguageName, Mark, Words } from '../show/show-model.js';

export const LANGUAGE_NAMES: Readonly<Record<LanguageName, string>> = {
  en: 'English',
  ko: '한국어',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, Words>> = {
  right: { en: 'right', ko: '올바름' },
  'wrongly-accepted': { en: 'let in after the login ended', ko: '끝난 로그인을 받아들임' },
  resurrected: {
    en: 'let in after the login ended, though refused before',
    ko: '끝난 로그인을 거절했다가 다시 받아들임',
  },
  'wrongly-refused': { en: 'refused though logged in', ko: '로그인했는데 거절함' },
  unavailable: { en: 'no answer, or "not now"', ko: '응답 없음 또는 "지금은 안 됨"' },
  unexpected: { en: 'an answer that makes no sense here', ko: '여기서는 말이 안 되는 응답' },
};

/** Dark enough for white text on it, and told apart by those who see no red or no green (Okabe and Ito, 2008). */
export const OUTCOME_COLOURS: Readonly<Record<Outcome, string>> = {
  right: '#00735a',
  'wrongly-accepted': '#b8430a',
  resurrected: '#8a2f6b',
  'wrongly-refused': '#e69f00',
  unavailable: '#767676',
  unexpected: '#0072b2',
};

export const FULL_NAMES: Readonly<Record<NonNullable<LaneFrame['full']>, Words>> = {
  instances: { en: 'its instances', ko: '인스턴스' },
  redis: { en: 'Redis', ko: 'Redis' },
  database: { en: 'PostgreSQL', ko: 'PostgreSQL' },
  machine: { en: 'this whole machine', ko: '이 컴퓨터 전체' },
};

/** Of faults, for a button. */
export const FAULT_WORDS: Readonly<Record<string, Words>> = {
  'instance-kill': { en: 'Kill an instance', ko: '인스턴스 종료' },
  'instance-freeze': { en: 'Freeze an instance', ko: '인스턴스 멈춤' },
  'instance-restart': { en: 'Redeploy an instance', ko: '인스턴스 재배포' },
  'redis-kill': { en: 'Kill Redis', ko: 'Redis 종료' },
  'redis-freeze': { en: 'Freeze Redis', ko: 'Redis 멈춤' },
  'redis-restart': { en: 'Restart Redis empty', ko: 'Redis 빈 상태로 재시작' },
  'redis-flush': { en: 'FLUSHALL', ko: 'FLUSHALL' },
  'redis-full': { en: 'Fill Redis', ko: 'Redis 가득 채움' },
  'stores-slow': { en: 'Stores 100 ms away', ko: '저장소까지 100 ms' },
  'postgres-kill': { en: 'Kill PostgreSQL', ko: 'PostgreSQL 종료' },
  'postgres-freeze': { en: 'Freeze PostgreSQL', ko: 'PostgreSQL 멈춤' },
  'key-rotation': { en: 'Rotate the key', ko: '키 교체' },
  'key-withdrawal': { en: 'Withdraw a leaked key', ko: '유출된 키 폐기' },
  'clock-ahead': { en: 'A clock 10 min fast', ko: '시계 10분 빠름' },
  'clock-behind': { en: 'A clock 10 min slow', ko: '시계 10분 느림' },
  'logout-one': { en: 'Log one user out', ko: '한 명 로그아웃' },
  'logout-half': { en: 'Log half of them out', ko: '절반 로그아웃' },
  'logout-thousand': { en: 'Log a thousand people out', ko: '천 명 로그아웃' },
  'logout-all': { en: 'Log everybody out', ko: '모두 로그아웃' },
  'nginx-reload': { en: 'Reload nginx', ko: 'nginx 다시 읽기' },
  'logout-then-redis-loss': { en: 'Log out, then lose Redis', ko: '로그아웃 후 Redis 유실' },
  'password-change': { en: 'Change a password', ko: '비밀번호 변경' },
  'login-herd': { en: 'Twelve log in at once', ko: '열두 명 동시 로그인' },
};

const TEXTS = {
  title: { en: 'Sessions and tokens, live', ko: '세션과 토큰, 실시간' },
  waiting: { en: 'Setting the scene …', ko: '무대를 준비하고 있습니다 …' },
  lost: {
    en: 'No connection to the lab. Trying again …',
    ko: '실험실과 연결이 끊겼습니다. 다시 시도 중 …',
  },
  answers: { en: 'answers a second', ko: '초당 응답' },
  right: { en: 'right a second', ko: '초당 올바른 응답' },
  asFast: { en: 'as fast as the answers come', ko: '응답이 오는 대로' },
  ofIts: { en: 'of its', ko: '/' },
  latency: {
    en: 'milliseconds: half of the answers (thin line), 99 % of them (thick line)',
    ko: '밀리초: 응답의 50 %(가는 선), 99 %(굵은 선)',
  },
  wrong: { en: 'not right', ko: '올바르지 않음' },
  asked: { en: 'asked', ko: '요청' },
  perSecond: { en: ' a second', ko: '건/초' },
  instance: { en: 'instance', ko: '인스턴스' },
  cores: { en: 'of a core', ko: '코어' },
  machineBusy: {
    en: 'This whole machine was busy in that time, so its servers could not do what they may. Close what else runs here, and run it again.',
    ko: '이 컴퓨터 전체가 바빠서 서버가 제 몫을 다하지 못했습니다. 다른 프로그램을 닫고 다시 실행하세요.',
  },
  working: { en: 'works', ko: '동작' },
  starting: { en: 'starts', ko: '시작 중' },
  frozen: { en: 'stands still', ko: '멈춤' },
  gone: { en: 'dead', ko: '죽음' },
  warm: { en: 'not held yet', ko: '아직 제한 없음' },
  unreliable: {
    en: 'not reliable now: this machine could not send what was planned',
    ko: '지금은 믿을 수 없음: 계획한 요청을 보내지 못함',
  },
  commands: { en: 'commands/s', ko: '명령/초' },
  keys: { en: 'keys', ko: '키' },
  memory: { en: 'memory', ko: '메모리' },
  lab: { en: 'the lab itself', ko: '실험실 자체' },
  machine: { en: 'this machine', ko: '이 컴퓨터' },
  watching: { en: 'watching', ko: '명 시청 중' },
  hands: { en: 'Hands', ko: '손' },
  rate: { en: 'Requests a second to each lane', ko: '레인마다 초당 요청' },
  more: { en: '+ instance', ko: '+ 인스턴스' },
  fewer: { en: '− instance', ko: '− 인스턴스' },
  mendAll: { en: 'Stop all: mend everything', ko: '모두 되돌리기' },
  undo: { en: 'undo', ko: '되돌리기' },
  undone: { en: 'undone', ko: '되돌림' },
  nginxBefore: { en: 'nginx before them', ko: '앞에 nginx 두기' },
  nginxAway: { en: 'nginx before them: take it away', ko: '앞의 nginx 치우기' },
  logIn: { en: 'Everybody logs in again', ko: '모두 다시 로그인' },
  lessons: { en: 'Lessons', ko: '수업' },
  choose: { en: 'Choose a lesson', ko: '수업 고르기' },
  freeStage: { en: 'Free stage', ko: '자유 무대' },
  expect: { en: 'What do you expect?', ko: '어떻게 될까요?' },
  voteHow: {
    en: 'Raise your hands. Click a choice for each hand.',
    ko: '손을 들어 주세요. 손마다 보기를 한 번씩 누릅니다.',
  },
  toQuestion: { en: 'Ask the class', ko: '질문하기' },
  toRun: { en: 'Run it', ko: '실행하기' },
  running: {
    en: 'It runs. The charts stay covered.',
    ko: '실행 중입니다. 차트는 가려져 있습니다.',
  },
  toReveal: { en: 'Reveal', ko: '공개하기' },
  toNext: { en: 'Next round', ko: '다음 라운드' },
  lastRound: { en: 'That was the lesson', ko: '수업이 끝났습니다' },
  again: { en: 'This round again', ko: '이 라운드 다시' },
  leave: { en: 'Leave the lesson', ko: '수업 나가기' },
  counted: { en: 'What was counted', ko: '집계 결과' },
  lane: { en: 'lane', ko: '레인' },
  half: { en: 'half of the answers within', ko: '응답의 50 %가 이내' },
  p99: { en: '99 % of the answers within', ko: '응답의 99 %가 이내' },
  cpuEach: { en: 'CPU time of its servers for one answer', ko: '응답 하나에 서버가 쓴 CPU 시간' },
  wasFull: { en: 'full', ko: '한계' },
  bytesEach: { en: 'bytes an answer', ko: '응답당 바이트' },
  asTold: { en: 'It went as the lesson says.', ko: '수업 내용대로 되었습니다.' },
  notAsTold: {
    en: 'This time it did not go as the lesson says. The counts above are what happened; run the round again, or ask why.',
    ko: '이번에는 수업 내용대로 되지 않았습니다. 위의 숫자가 실제 결과입니다. 다시 실행하거나 이유를 물어보세요.',
  },
  tooLate: {
    en: 'Part of the time this machine could not send what was planned: read these figures with care.',
    ko: '일부 시간 동안 계획한 요청을 보내지 못했습니다. 주의해서 읽으세요.',
  },
  save: { en: 'Save the show', ko: '쇼 저장' },
  load: { en: 'Open a saved show', ko: '저장한 쇼 열기' },
  toLive: { en: 'Back to live', ko: '실시간으로' },
  play: { en: 'Play', ko: '재생' },
  pause: { en: 'Pause', ko: '일시정지' },
  position: { en: 'Position', ko: '위치' },
  replayed: { en: 'A saved show', ko: '저장된 쇼' },
  badShow: { en: 'This file is no saved show.', ko: '저장된 쇼 파일이 아닙니다.' },
  large: { en: 'Large type', ko: '큰 글씨' },
  full: { en: 'Full screen', ko: '전체 화면' },
  help: { en: 'Keys', ko: '단축키' },
  close: { en: 'Close', ko: '닫기' },
  minutes: { en: 'Show ten minutes', ko: '10분 보기' },
  minute: { en: 'Show one minute', ko: '1분 보기' },
  notHeld: {
    en: 'Processes are not held to a fixed size here:',
    ko: '여기서는 프로세스 크기를 고정하지 못합니다:',
  },
  round: { en: 'Round', ko: '라운드' },
  heldTo: { en: 'held to', ko: '제한' },
} as const satisfies Record<string, Words>;

/** Of a saved show, where nothing can be done any more. */
export const SAVED_KEY_WORDS: readonly (readonly [string, Words])[] = [
  ['Space', { en: 'play, and pause', ko: '재생·일시정지' }],
  ['l', { en: 'the other language', ko: '다른 언어' }],
  ['t', { en: 'large type', ko: '큰 글씨' }],
  ['f', { en: 'full screen', ko: '전체 화면' }],
];

export const KEY_WORDS: readonly (readonly [string, Words])[] = [
  ['Space, →', { en: 'the next step of a lesson', ko: '수업의 다음 단계' }],
  [
    '1 … 4',
    {
      en: 'a hand for this choice; with Shift one fewer',
      ko: '보기에 손 하나 추가, Shift를 누르면 하나 빼기',
    },
  ],
  ['+ −', { en: 'an instance more or fewer, in every lane', ko: '모든 레인에 인스턴스 추가·제거' }],
  ['[ ]', { en: 'fewer or more requests', ko: '요청 줄이기·늘리기' }],
  ['r', { en: 'Redis down and up', ko: 'Redis 내리기·올리기' }],
  ['i', { en: 'an instance stands still, and goes on', ko: '인스턴스 멈춤·재개' }],
  ['Esc', { en: 'stop all: mend everything', ko: '모두 되돌리기' }],
  ['l', { en: 'the other language', ko: '다른 언어' }],
  ['t', { en: 'large type', ko: '큰 글씨' }],
  ['f', { en: 'full screen', ko: '전체 화면' }],
  ['?', { en: 'these keys', ko: '이 단축키' }],
];

export function markInWords({ text, fault, kind }: Mark): string {
  const known = fault === undefined ? undefined : FAULT_WORDS[fault];
  if (!known) return say(text);
  return kind === 'undo' ? `${say(known)}: ${t('undone')}` : say(known);
}

export type TextName = keyof typeof TEXTS;

let language: LanguageName = 'en';

export function setLanguage(name: LanguageName): void {
  language = name;
  document.documentElement.lang = name;
}

export function currentLanguage(): LanguageName {
  return language;
}

export function t(name: TextName): string {
  return TEXTS[name][language];
}

export function say(words: Words): string {
  return words[language];
}
