import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DCLinter } from 'dclint';
import { givenToken, TOKEN_VARIABLE } from '../../../bench/cli/options/agent-options.js';
import { compareOptions } from '../../../bench/cli/options/options.js';
import { parseOptions } from '../../../bench/cli/parse-options.js';
import { agent } from '../../../bench/cli/verbs/agent.js';
import { strategies } from '../../../src/auth/registry.js';
import { readRedisServers } from '../../../src/config/redis-servers.js';
import {
  readAuthoritySettings,
  readDatabaseUrl,
  readInstanceSettings,
} from '../../../src/config/settings.js';
import { failure } from '../../support/failure.js';
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

/** For whoever puts them in .env, as docs/containers.md says: with the profile `authority`, and with `cluster`. */
const OPAQUE = {
  AUTH_STRATEGY: 'opaque',
  AUTHORITY_SECRET: secretFrom('authority in compose').toString('base64url'),
};
const CLUSTER = {
  REDIS_URL: documentedValue('REDIS_URL'),
  REDIS_BUCKET_SECRET: secretFrom('buckets in compose').toString('base64url'),
};
const AGENTS = { LAB_AGENT_TOKEN: secretFrom('agents in compose').toString('base64url') };
const PROFILES = ['lab', 'agents', 'authority', 'cluster'];

/** What the entry point of an image, or the lab, reads. The service's own are in src/config/. */
const KNOWN_VARIABLES: Record<string, readonly string[]> = {
  postgres: [
    'POSTGRES_USER',
    'POSTGRES_DB',
    'POSTGRES_PASSWORD',
    'POSTGRES_HOST_AUTH_METHOD',
    'POSTGRES_INITDB_ARGS',
  ],
  'session-token-lab-lab': ['DATABASE_URL', 'REDIS_URL', TOKEN_VARIABLE],
};

const CLUSTER_SERVERS = [1, 2, 3, 4, 5, 6].map((number) => `redis-cluster-${number}`);

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
    for (const profile of [[], ...PROFILES.map((name) => ['--profile', name])]) {
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
        // Of a profile that is off, it may be missing: the process that needs it says so itself.
        if (/SECRET|PASSWORD/.test(variable)) {
          expect(value, name).to.match(/^\$\{\w+:(\?[^}]+|-)\}$/);
        }
        const password = /:\/\/[^/@]*?:(.*)@/.exec(value)?.[1];
        if (password) expect(password, `${name} ${variable}`).to.match(/^\$\{\w+:\?[^}]+\}$/);
      }
    }
  });

  it('waits only for services that exist, in a way that can come true', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [needed, { condition, required = true }] of Object.entries(depends_on)) {
        const service = compose.services[needed];
        if (!service) expect.fail(`${name} waits for ${needed}, which does not exist`);
        // Compose refuses to wait for a service whose profile is off, unless it is told that it may be.
        const isThere =
          !service.profiles ||
          (compose.services[name]?.profiles?.every((each) => service.profiles?.includes(each)) ??
            false);
        expect(required, `${name} waits for ${needed}`).to.equal(isThere);
        if (isOneShot(service)) expect(condition, name).to.equal('service_completed_successfully');
        else expect(condition, name).to.equal('service_healthy');
      }
    }
  });

  it('starts an instance only after the migration', () => {
    expect(serviceNamed('app').depends_on).to.have.property('migrate');
  });

  it('uses every network and volume it declares, and declares all it uses', () => {
    const networks = services.flatMap(([, { network_mode, networks: own }]) =>
      network_mode === undefined ? (own ?? ['default']) : [],
    );
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
    expect(seen, 'stores looked at').to.equal(8);
  });

  it('starts nothing more than before, unless a profile is named', () => {
    const withProfile = (profile?: string) =>
      services
        .filter(([, { profiles }]) =>
          profile === undefined ? !profiles : profiles?.includes(profile),
        )
        .map(([name]) => name);
    expect(withProfile()).to.have.members(['postgres', 'redis', 'migrate', 'app', 'nginx']);
    expect(withProfile('authority')).to.deep.equal(['authority']);
    expect(withProfile('cluster')).to.have.members([...CLUSTER_SERVERS, 'redis-cluster-form']);
    const labStores = ['lab-postgres', 'lab-redis'];
    expect(withProfile('lab')).to.have.members(['lab', ...labStores]);
    expect(withProfile('agents')).to.have.members(['lab-with-agents', 'agent', ...labStores]);
    expect([...new Set(services.flatMap(([, { profiles = [] }]) => profiles))]).to.have.members(
      PROFILES,
    );
  });

  it('keeps the lab away from the stores of the service, and both apart on the network', () => {
    const isOfLab = ({ profiles }: ComposeService) =>
      profiles?.some((profile) => profile === 'lab' || profile === 'agents');
    const lab = services.filter(([, service]) => isOfLab(service));
    const others = services.filter(([, service]) => !isOfLab(service));
    expect(lab.map(([name]) => name)).to.have.members([
      ...['lab', 'lab-with-agents', 'agent', 'lab-postgres', 'lab-redis'],
    ]);
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
      for (const [strategy, more] of [
        ['session', {}],
        ['jwt', {}],
        ['opaque', OPAQUE],
        ['session', CLUSTER],
      ] as const) {
        const { environment } = readCompose({ ...SECRETS, ...more, AUTH_STRATEGY: strategy })
          .services.app as ComposeService;
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
      for (const name of ['app', 'authority']) {
        const givenMs = toSeconds(serviceNamed(name).stop_grace_period) * 1000;
        expect(givenMs, name).to.be.greaterThan(drainMs);
      }
    });

    it('says which secret is missing where a profile needs one', async () => {
      for (const [given, message] of [
        [{ AUTH_STRATEGY: 'opaque' }, 'AUTHORITY_SECRET are required by opaque'],
        [{ REDIS_URL: CLUSTER.REDIS_URL }, 'REDIS_BUCKET_SECRET is required'],
      ] as const) {
        const { environment = {} } = readCompose({ ...SECRETS, ...given }).services
          .app as ComposeService;
        const failure = await readInstanceSettings(strategies, environment).then(
          () => undefined,
          (error: { code: string; message: string }) => error,
        );
        expect(failure).to.include({ code: 'config_invalid' });
        expect(failure?.message).to.include(message);
      }
    });
  });

  describe('the authority', () => {
    const authority = readCompose({ ...SECRETS, ...OPAQUE }).services.authority as ComposeService;

    it('gets settings that it accepts, with one Redis and with the cluster', () => {
      for (const [more, kind] of [
        [{}, 'one'],
        [CLUSTER, 'cluster'],
      ] as const) {
        const { environment } = readCompose({ ...SECRETS, ...OPAQUE, ...more }).services
          .authority as ComposeService;
        const settings = readAuthoritySettings(environment);
        expect(settings).to.include({ host: '0.0.0.0', port: 3100 });
        expect(settings.redis.servers.kind).to.equal(kind);
      }
    });

    it('does not start without its secret', () => {
      expect(() => readAuthoritySettings(serviceNamed('authority').environment)).to.throw(
        'AUTHORITY_SECRET is required',
      );
    });

    it('is where instances look for it, and known to them by the same secret and the same Redis', () => {
      const app = readCompose({ ...SECRETS, ...OPAQUE, ...CLUSTER }).services.app as ComposeService;
      const { environment } = readCompose({ ...SECRETS, ...OPAQUE, ...CLUSTER }).services
        .authority as ComposeService;
      expect(app.environment?.AUTHORITY_URL).to.equal(`http://authority:${environment?.PORT}`);
      for (const name of ['AUTHORITY_SECRET', 'REDIS_URL', 'REDIS_BUCKET_SECRET']) {
        expect(app.environment?.[name], name).to.equal(environment?.[name]).and.to.be.a('string')
          .that.is.not.empty;
      }
      expect(shared(app, authority)).to.deep.equal(['stores']);
    });

    it('is reached by nobody else, and asked for its readiness where it listens', () => {
      expect(authority.ports).to.equal(undefined);
      expect(authority.networks).to.deep.equal(['stores']);
      expect(authority.healthcheck?.test.join(' ')).to.include(
        `http://127.0.0.1:${authority.environment?.PORT}/readyz`,
      );
      expect(authority.command?.at(-1)).to.equal('dist/src/authority.js');
      expect(readText('src/authority.ts')).to.include('readAuthoritySettings');
    });
  });

  describe('the Redis Cluster', () => {
    const nodes = CLUSTER_SERVERS.map((name) => [name, serviceNamed(name)] as const);
    const former = serviceNamed('redis-cluster-form');

    it('is named whole by the REDIS_URL of docs/containers.md, and each server is there', () => {
      const servers = readRedisServers(CLUSTER.REDIS_URL);
      if (!('kind' in servers) || servers.kind !== 'cluster') return expect.fail('no cluster');
      expect(servers.nodes).to.deep.equal(nodes.map(([host]) => ({ host, port: 6379 })));
      for (const name of ['app', 'authority']) {
        for (const [node, service] of nodes) {
          expect(shared(serviceNamed(name), service), `${name} and ${node}`).to.not.be.empty;
        }
        expect(serviceNamed(name).depends_on).to.have.property('redis-cluster-form');
      }
    });

    it('is formed of all servers once they answer, by the script that is there', () => {
      const [shell, script, replicas, ...addresses] = former.command ?? [];
      expect([shell, replicas]).to.deep.equal(['sh', '1']);
      expect(addresses).to.deep.equal(CLUSTER_SERVERS.map((name) => `${name}:6379`));
      expect(Object.keys(former.depends_on ?? {})).to.deep.equal(CLUSTER_SERVERS);
      const [source = '', target, mode] = former.volumes?.[0]?.split(':') ?? [];
      expect([target, mode]).to.deep.equal([script, 'ro']);
      expect(readText(source.replace('./', ''))).to.match(/^#!\/bin\/sh\n/);
    });

    it('refuses when it is full, keeps nothing, and serves those whose server is there', () => {
      for (const [name, { command = [], tmpfs, profiles, volumes }] of nodes) {
        const [shell, option, script = '', , ...words] = command;
        expect([shell, option], name).to.deep.equal(['sh', '-c']);
        // `$$` is how Compose writes `$`.
        const sleep = /^sleep (\d+); exec redis-server "\$\$@"$/.exec(script)?.[1];
        // A vote takes up to two seconds; started sooner, an empty master has its replica emptied.
        const takeOverMs = 2 * Number(optionsOf(words)['cluster-node-timeout']);
        expect(Number(sleep) * 1000, name).to.be.greaterThan(takeOverMs);
        expect(optionsOf(words), name).to.include({
          'cluster-enabled': 'yes',
          'cluster-require-full-coverage': 'no',
          'maxmemory-policy': 'noeviction',
          save: '',
          appendonly: 'no',
        });
        expect(Number(optionsOf(words)['cluster-node-timeout']), name).to.be.within(1000, 15_000);
        expect(tmpfs, name).to.include('/data:mode=1777');
        expect([profiles, volumes], name).to.deep.equal([['cluster'], undefined]);
      }
    });
  });

  describe('the agents', () => {
    const given = readCompose({ ...SECRETS, ...AGENTS, LAB_AGENTS: '3' }).services;
    const [lab, agents] = [given['lab-with-agents'], given.agent] as [
      ComposeService,
      ComposeService,
    ];
    const readLab = (words: readonly string[] = []) => {
      expect(words[0]).to.equal('compare');
      return parseOptions(words.slice(1), compareOptions(Object.keys(strategies))).options;
    };
    const readAgent = async (words: readonly string[] = []) => {
      expect(words[0]).to.equal('agent');
      return parseOptions(words.slice(1), await agent.options()).options as unknown as {
        lab: URL;
        allow: { text: string }[];
        shards: number;
      };
    };

    it('are as many as the lab waits for, two unless LAB_AGENTS says otherwise', () => {
      expect([readLab(lab.command).agents, agents.scale]).to.deep.equal([3, '3']);
      expect(readLab(serviceNamed('lab-with-agents').command).agents).to.equal(2);
      expect(serviceNamed('agent').scale).to.equal('2');
    });

    it('dial the lab where it listens, in its network, and send nowhere else', async () => {
      expect(agents.network_mode).to.equal('service:lab-with-agents');
      // An engine refuses both at once.
      expect([agents.networks, agents.ports]).to.deep.equal([undefined, undefined]);
      const { lab: dialled, allow } = await readAgent(agents.command);
      expect(readLab(lab.command).listen).to.equal(dialled.host);
      expect(allow.map(({ text }) => text)).to.deep.equal(['127.0.0.1']);
    });

    it('may take more CPU time than their processes, so that the engine pauses none', async () => {
      const { shards } = await readAgent(agents.command);
      expect(Number(agents.cpus)).to.be.above(shards);
      expect(readCompose({ ...SECRETS, LAB_AGENT_CPUS: '2' }).services.agent?.cpus).to.equal('2');
    });

    it('have the token of the lab, and without one both sides end and say which variable it is', async () => {
      const tokenOf = ({ environment }: ComposeService) => environment?.[TOKEN_VARIABLE];
      expect([tokenOf(lab), tokenOf(agents)]).to.deep.equal([
        ...[AGENTS.LAB_AGENT_TOKEN, AGENTS.LAB_AGENT_TOKEN],
      ]);
      expect(await givenToken(undefined, lab.environment ?? {})).to.equal(AGENTS.LAB_AGENT_TOKEN);
      for (const name of ['lab-with-agents', 'agent']) {
        const { environment = {} } = serviceNamed(name);
        const problem = await failure(givenToken(undefined, environment));
        expect(problem, name).to.include({ code: 'TOKEN_TOO_SHORT', exitCode: 2 });
        expect((problem as Error).message, name).to.include(TOKEN_VARIABLE);
      }
      expect(readText('docs/containers.md')).to.include(`'${TOKEN_VARIABLE}='`);
    });

    it('change nothing else of the lab', () => {
      const alone = serviceNamed('lab');
      const { command: words = [], environment = {}, ...rest } = serviceNamed('lab-with-agents');
      const { command, environment: ofAlone, ...restOfAlone } = alone;
      expect({ ...rest, profiles: [] }).to.deep.equal({ ...restOfAlone, profiles: [] });
      expect(words.slice(0, command?.length)).to.deep.equal(command);
      expect(environment).to.deep.equal({ ...ofAlone, [TOKEN_VARIABLE]: 'unset' });
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

/** The value that a line of docs/containers.md gives a variable. */
function documentedValue(name: string): string {
  const found = new RegExp(`^${name}=(\\S+)$`, 'm').exec(readText('docs/containers.md'))?.[1];
  if (found === undefined) throw new Error(`docs/containers.md has no line ${name}=`);
  return found;
}

/** `--name value`, in pairs. */
function optionsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.flatMap((word, index) =>
      word.startsWith('--') ? [[word.slice(2), words[index + 1] ?? '']] : [],
    ),
  );
}

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
