import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../model/errors.js';
import { holdContainer } from '../../processes/cpu-limits/docker-container.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { LAB_NAME } from '../../processes/lab-name.js';
import { type CommandOptions, runCommand } from '../../processes/run-command.js';
import { newPassword } from '../password.js';
import type { StartContext, StartedStore } from '../store.js';
import { askRedis, describeRedis } from './info.js';
import { isRedis } from './program.js';
import { redisConfiguration } from './server.js';

const image = 'redis:7';

/** A container of this run's own, or null when no Docker engine answers. */
export async function startRedisContainer(context: StartContext): Promise<StartedStore | null> {
  const { environment, guardian, signal, onMessage } = context;
  const docker = await findDockerEngine(environment);
  if (docker === null) return null;
  onMessage(`Starting Redis in a container of ${image}; the first time Docker fetches the image.`);

  const name = `${LAB_NAME}-redis-${randomBytes(6).toString('hex')}`;
  const password = newPassword();
  const run = (args: string[], more: CommandOptions = {}) =>
    runCommand(docker, args, { environment, guardian, signal, timeoutSeconds: 30, ...more });
  const stop = async () => {
    // Without the signal: an interruption is no reason to leave the container.
    await run(['rm', '--force', '--volumes', name], { signal: undefined }).then(
      () => guardian.forgetContainer(name),
      () => {}, // left to the guardian, which tries again
    );
  };

  // Watched before it exists, by a name chosen here, so that no moment is uncovered.
  guardian.watchContainer(name);
  try {
    const configuration = redisConfiguration({ port: 6379, password, folder: '/data' })
      // Inside the container the way in is its own interface; Docker publishes it on loopback only.
      .replace('bind 127.0.0.1', 'bind * -::*');
    const started = await run(
      [
        ...['run', '--rm', '--detach', '--name', name, '--publish', '127.0.0.1::6379'],
        // By name only: its value, which holds the password, is on no command line.
        ...['--env', 'LAB_REDIS_CONFIGURATION', image, 'sh', '-c'],
        'umask 077; printf %s "$LAB_REDIS_CONFIGURATION" > /tmp/redis.conf; chown redis /tmp/redis.conf; exec docker-entrypoint.sh redis-server /tmp/redis.conf',
      ],
      {
        environment: { ...environment, LAB_REDIS_CONFIGURATION: configuration },
        timeoutSeconds: 300,
      },
    );
    if (started.exitCode !== 0) throw failed(started.stderr);
    const published = await run(['port', name, '6379/tcp']);
    const port = parsePublishedPort(published.stdout);
    if (port === null) throw failed(published.stderr || 'the container has no published port');
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const version = await waitUntilReady(url, signal);
    const inspected = await run(['inspect', '--format', '{{.State.Pid}}', name]);
    const pid = Number(inspected.stdout.trim());
    return {
      url,
      startedBy: `docker run ${image}`,
      version,
      pid: isRedis(pid) ? pid : null,
      holdContainer: () => holdContainer('redis', { docker, name, environment }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The docker command, when an engine answers it; a client alone is not enough. */
export async function findDockerEngine(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const docker = findOnPath('docker', environment);
  if (docker === null) return null;
  const answer = await runCommand(docker, ['version', '--format', '{{.Server.Version}}'], {
    environment,
    timeoutSeconds: 10,
  }).catch(() => null);
  return answer?.exitCode === 0 && answer.stdout.trim() !== '' ? docker : null;
}

/** The port in "127.0.0.1:49153", the answer of `docker port`. */
export function parsePublishedPort(text: string): number | null {
  const match = /^127\.0\.0\.1:(\d+)$/m.exec(text);
  return match ? Number(match[1]) : null;
}

async function waitUntilReady(url: string, signal: AbortSignal): Promise<string> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    signal.throwIfAborted();
    try {
      return describeRedis(await askRedis(url, 2_000));
    } catch (cause) {
      if (performance.now() > deadline) throw failed((cause as Error).message, cause);
      await delay(50);
    }
  }
}

function failed(reason: string, cause?: unknown): LabError {
  return new LabError(
    'DOCKER_FAILED',
    `Docker answers, but Redis does not start in it: ${reason.trim()}`,
    { cause },
  );
}
