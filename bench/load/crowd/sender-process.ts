/** The senders of a crowd, as the lab speaks to them. */
import { LabError } from '../../model/errors.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { forkWorker } from '../fork-worker.js';
import type {
  AskCall,
  AskReport,
  ComeBackCall,
  ConnectCall,
  ConnectReport,
  CrowdCall,
  CrowdOrder,
  CrowdUser,
  FromCrowdSender,
} from './messages.js';

const ENTRY = new URL('./worker.js', import.meta.url);
/** So many users come through the pipe at once. */
const OF_A_MESSAGE = 1000;

export interface CrowdSender {
  readonly pid: number;
  begin(order: CrowdOrder, users: readonly CrowdUser[]): Promise<void>;
  connect(call: Omit<ConnectCall, 'call'>): Promise<ConnectReport>;
  ask(call: Omit<AskCall, 'call'>): Promise<AskReport>;
  comeBack(call: Omit<ComeBackCall, 'call'>): Promise<AskReport>;
  connected(): Promise<number>;
  stop(): void;
}

/** @throws LabError SENDER_FAILED, here and from all that it is asked for */
export async function startCrowdSender(
  guardian: Guardian,
  signal: AbortSignal,
): Promise<CrowdSender> {
  const forked = forkWorker(ENTRY, guardian);
  if (!forked) throw failed('it could not start');
  const { child, pid } = forked;
  const waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: unknown): void }
  >();
  let failure: unknown;
  const failAll = (error: unknown) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  let calls = 0;
  const ready = new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject });
  });
  child.on('message', (message: FromCrowdSender) => {
    const id = message.type === 'ready' ? 0 : message.id;
    const one = waiting.get(id);
    waiting.delete(id);
    if (message.type === 'failed') one?.reject(failed(message.message));
    else one?.resolve(message.type === 'done' ? message.result : null);
  });
  child.once('error', (error) => failAll(failed(error.message)));
  child.once('exit', (code, how) => {
    failAll(failed(`it ended with ${how ?? `code ${code}`}`));
  });
  const onAbort = () => failAll(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const ask = <Result>(call: CrowdCall): Promise<Result> => {
    if (failure !== undefined) return Promise.reject(failure);
    calls += 1;
    const id = calls;
    const answered = new Promise<Result>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
    });
    child.send({ ...call, id }, (error) => {
      if (error) failAll(failed(error.message));
    });
    return answered;
  };
  const stop = () => {
    signal.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  };
  await ready.catch((error) => {
    stop();
    throw error;
  });
  return {
    pid,
    async begin(order, users) {
      await ask({ call: 'begin', order });
      for (let from = 0; from < users.length; from += OF_A_MESSAGE) {
        await ask({ call: 'users', users: users.slice(from, from + OF_A_MESSAGE) });
      }
    },
    connect: (call) => ask({ call: 'connect', ...call }),
    ask: (call) => ask({ call: 'ask', ...call }),
    comeBack: (call) => ask({ call: 'come-back', ...call }),
    connected: () => ask({ call: 'connected' }),
    stop,
  };
}

function failed(why: string): LabError {
  return new LabError('SENDER_FAILED', `A process that sends for the crowd failed: ${why}.`);
}
