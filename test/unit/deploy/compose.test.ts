import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DCLinter } from 'dclint';
import { strategies } from '../../../src/auth/registry.js';
import { readDatabaseUrl, readInstanceSettings } from '../../../src/config/settings.js';
import { secretFrom } from '../../support/service.js';
import {
  ask,
  type ComposeService,
  ROOT,
  readCompose,
  readComposeAsWritten,
  readConstant,
  readText,
  skipBecause,
  toSeconds,
} from './files.js';

const SECRETS = {
  TOKEN_SECRET: secretFrom('compose').toString('base64url'),
  DATABASE_PASSWORD: 'made-up_for-this-test',
};

/** What the entry point of an image, or the lab, reads. The service's own are in src/config/. */
const KNOWN_VARIABLES: Record<string, readonly string[]> = {
  postgres: [
    'POSTGRES_USER',
    'POSTGRES_DB',
    'POSTGRES_PASSWORD',
    'POSTGRES_HOST_AUTH_METHOD',
    'POSTGRES_INITDB_ARGS',
  ],
  'session-token-lab-lab': ['DATABASE_URL', 'REDIS_URL'],
};

const compose = readCompose(SECRETS);
const services = Object.entries(compose.services);
const serviceNamed = (name: string) => compose.services[name] as ComposeService;
const isOneShot = (service: ComposeService) => service.restart === 'no';
const imageName = (service: ComposeService) => service.image?.split(':')[0] ?? '';

describe('docker-compose.yml', () => {
  it('follows the Compose Specification and the rules of its linter', () => {
    expect(lint(readText('docker-compose.yml'))).to.deep.equal([]);
  });

  it('would be refused with a misspelt key, a wrong type or a port open to the network', () => {
    const text = readText('docker-compose.yml');
    const faults = [
      text.replace('healthcheck:', 'healthchek:'),
      text.replace('init: true', 'init: [true]'),
      text.replace('"127.0.0.1:8080:8080"', '"8080:8080"'),
    ];
    for (const fault of faults) {
      expect(fault).to.not.equal(text);
      expect(lint(fault)).to.not.be.empty;
    }
  });

  it('is accepted by docker compose', async function () {
    if (ask('docker', 'compose', 'version') === null) {
      skipBecause(this, 'there is no docker compose here');
    }
    for (const profile of [[], ['--profile', 'lab']]) {
      await promisify(execFile)('docker', ['compose', ...profile, 'config', '--quiet'], {
        cwd: ROOT,
        env: { ...process.env, ...SECRETS },
      });
    }
  });

  it('names the secret that is missing instead of starting without it', () => {
    for (const name of Object.keys(SECRETS)) {
      expect(() => readCompose({ ...SECRETS, [name]: '' })).to.throw(
        `${name} is missing; docs/containers.md`,
      );
    }
  });

  it('holds no secret itself', () => {
    for (const [name, { environment = {} }] of Object.entries(readComposeAsWritten().services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/SECRET|PASSWORD/.test(variable)) expect(value, name).to.match(/^\$\{\w+:\?[^}]+\}$/);
        const password = /:\/\/[^/@]*?:(.*)@/.exec(value)?.[1];
        if (password) expect(password, `${name} ${variable}`).to.match(/^\$\{\w+:\?[^}]+\}$/);
      }
    }
  });

  it('waits only for services that exist, in a way that can come true', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = compose.services[needed];
        if (!service) expect.fail(`${name} waits for ${needed}, which does not exist`);
        if (isOneShot(service)) expect(condition, name).to.equal('service_completed_successfully');
        else expect(condition, name).to.equal('service_healthy');
      }
    }
  });

  it('starts an instance only after the migration', () => {
    expect(serviceNamed('app').depends_on).to.have.property('migrate');
  });

  it('uses every network and volume it declares, and declares all it uses', () => {
    const networks = services.flatMap(([, service]) => service.networks ?? ['default']);
    expect([...new Set(networks)]).to.have.members(Object.keys(compose.networks));
    const volumes = services
      .flatMap(([, service]) => service.volumes ?? [])
      .map((volume) => volume.split(':')[0] as string)
      .filter((source) => !source.startsWith('.'));
    expect([...new Set(volumes)]).to.have.members(Object.keys(compose.volumes));
  });

  it('reaches every store it is told of, on a network they share, once that is healthy', () => {
    const ports: Record<string, string> = { postgres: '5432', redis: '6379' };
    let seen = 0;
    for (const [name, service] of services) {
      for (const variable of ['DATABASE_URL', 'REDIS_URL']) {
        const text = service.environment?.[variable];
        if (text === undefined) continue;
        const { hostname, port } = new URL(text);
        const store = serviceNamed(hostname);
        expect(store, `${name}: ${hostname}`).to.be.an('object');
        expect(port, name).to.equal(ports[imageName(store)]);
        expect(service.depends_on, name).to.have.property(hostname);
        expect(shared(service, store), `networks of ${name} and ${hostname}`).to.not.be.empty;
        seen += 1;
      }
    }
    expect(seen, 'stores looked at').to.equal(5);
  });

  it('keeps the lab away from the stores of the service, and both apart on the network', () => {
    const lab = services.filter(([, { profiles }]) => profiles?.includes('lab'));
    const others = services.filter(([, { profiles }]) => !profiles);
    expect(lab.map(([name]) => name)).to.have.members(['lab', 'lab-postgres', 'lab-redis']);
    for (const [name, service] of lab) {
      for (const [otherName, other] of others) {
        expect(shared(service, other), `${name} and ${otherName}`).to.be.empty;
      }
      expect(service.volumes?.join() ?? '', name).to.not.include('postgres-data');
    }
  });

  it('keeps the stores where nothing outside can reach them', () => {
    for (const [name, service] of services.filter(([, each]) =>
      /postgres|redis/.test(imageName(each)),
    )) {
      for (const network of service.networks as string[]) {
        expect(compose.networks[network], `${name}: ${network}`).to.include({ internal: true });
      }
    }
  });

  it('publishes nginx alone, on loopback, and leaves instances free to be many', () => {
    const publishing = services.filter(([, service]) => service.ports);
    expect(publishing.map(([name]) => name)).to.deep.equal(['nginx']);
    expect(serviceNamed('nginx').ports).to.deep.equal(['127.0.0.1:8080:8080']);
    expect(services.filter(([, service]) => service.container_name)).to.be.empty;
  });

  it('pins every image it does not build to a major version', () => {
    for (const [name, service] of services.filter(([, { build }]) => !build)) {
      expect(service.image, name).to.match(/^[\w/-]+:\d+(\.\d+)?(-\w+)?$/);
    }
  });

  describe('an instance', () => {
    it('gets settings that the service accepts, as sessions and as tokens', async () => {
      for (const strategy of ['session', 'jwt']) {
        const { environment } = readCompose({ ...SECRETS, AUTH_STRATEGY: strategy }).services
          .app as ComposeService;
        const { settings } = await readInstanceSettings(strategies, environment);
        expect(settings).to.include({ strategyName: strategy, host: '0.0.0.0', port: 3000 });
        // Without the first nginx is the only client there is; with the second, logins over plain
        // HTTP would seem to work and not be remembered.
        expect(settings).to.include({ trustProxy: true, cookieSecure: false });
      }
    });

    it('compares sessions unless AUTH_STRATEGY says otherwise', () => {
      expect(serviceNamed('app').environment).to.include({ AUTH_STRATEGY: 'session' });
    });

    it('is asked for its readiness on the port it listens on', () => {
      const { environment, healthcheck } = serviceNamed('app');
      expect(healthcheck?.test.join(' ')).to.include(
        `http://127.0.0.1:${environment?.PORT}/readyz`,
      );
    });

    it('is given more time to stop than its drain may take', () => {
      const drainMs = readConstant('src/server/leave-on-signal.ts', 'LEAVE_WITHIN_MS');
      expect(toSeconds(serviceNamed('app').stop_grace_period) * 1000).to.be.greaterThan(drainMs);
    });
  });

  it('sizes an instance and its stores by variables', () => {
    const sizes = { INSTANCE_CPU: '0.25', REDIS_CPU: '0.5', POSTGRES_CPU: '1.5' };
    const sized = readCompose({ ...SECRETS, ...sizes }).services;
    expect([sized.app?.cpus, sized.redis?.cpus, sized.postgres?.cpus]).to.deep.equal([
      ...Object.values(sizes),
    ]);
    expect(sized['lab-redis']?.cpus, 'of the lab').to.equal(serviceNamed('lab-redis').cpus);
  });

  it('gives the migration the database of the instances', () => {
    const { environment = {} } = serviceNamed('migrate');
    expect(readDatabaseUrl(environment)).to.equal(serviceNamed('app').environment?.DATABASE_URL);
  });

  for (const [name, service] of services) {
    describe(`the service ${name}`, () => {
      it('has limits of CPU and memory, and an end to its patience', () => {
        expect(Number(service.cpus)).to.be.within(0.1, 2);
        expect(service.mem_limit).to.match(/^\d+[mg]$/);
        if (!isOneShot(service)) expect(toSeconds(service.stop_grace_period)).to.be.at.least(10);
      });

      it('runs without root, capabilities or a writable root file system', () => {
        // Images of our own say it themselves; the test of the Dockerfile looks there.
        if (!service.build) expect(service.user).to.match(/^(?!root|0)\w+$/);
        expect(service.user ?? '').to.not.match(/^(root|0)\b/);
        expect(service).to.include({ init: true, read_only: true });
        expect(service.cap_drop).to.deep.equal(['ALL']);
        expect(service.security_opt).to.deep.equal(['no-new-privileges:true']);
        expect(service.tmpfs).to.include('/tmp');
      });

      it(isOneShot(service) ? 'runs once' : 'has a health check and comes back', () => {
        if (isOneShot(service)) {
          expect(service.healthcheck).to.equal(undefined);
          return;
        }
        expect(service.healthcheck?.test[0]).to.be.oneOf(['CMD', 'CMD-SHELL']);
        expect(service.healthcheck?.test).to.have.length.above(1);
        if (!service.profiles) expect(service.restart).to.equal('unless-stopped');
      });

      it('names only variables that somebody reads', () => {
        const known = KNOWN_VARIABLES[imageName(service)] ?? variablesOfTheService();
        expect(known).to.include.members(Object.keys(service.environment ?? {}));
      });
    });
  }
});

/** Its own declarations import without file extensions, which hides their types here. */
interface LintResult {
  messages: { line: number; message: string }[];
}

/** What dclint finds: the schema of the Compose Specification, and the rules that are no matter of taste. */
function lint(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  try {
    const path = join(folder, 'docker-compose.yml');
    writeFileSync(path, text);
    const linter = new DCLinter({
      rules: {
        'no-build-and-image': 0,
        'no-quotes-in-volumes': 0,
        'require-quotes-in-ports': [2, { quoteType: 'double' }],
        'service-dependencies-alphabetical-order': 0,
        'service-keys-order': 0,
        'service-ports-alphabetical-order': 0,
        'services-alphabetical-order': 0,
        'top-level-properties-order': 0,
      },
      quiet: false,
      debug: false,
      exclude: [],
    });
    return linter
      .lintFiles([path], false)
      .flatMap((result: LintResult) =>
        result.messages.map(({ line, message }) => `line ${line}: ${message}`),
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function shared(one: ComposeService, other: ComposeService): string[] {
  return (one.networks ?? []).filter((network) => other.networks?.includes(network));
}

/** The names in the schemas of src/config/. */
function variablesOfTheService(): string[] {
  return readdirSync(join(ROOT, 'src/config'))
    .map((name) => readText(`src/config/${name}`))
    .flatMap((text) => [...text.matchAll(/^ +([A-Z][A-Z_]+): /gm)])
    .map(([, name]) => name as string);
}
