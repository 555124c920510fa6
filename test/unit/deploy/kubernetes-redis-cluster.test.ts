import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { strategies } from '../../../src/auth/registry.js';
import { INSTANCE_VARIABLES } from '../../../src/config/instance.js';
import { readRedisServers } from '../../../src/config/redis-servers.js';
import { readInstanceSettings } from '../../../src/config/settings.js';
import { secretFrom } from '../../support/service.js';
import { ask, ROOT, readText, skipBecause } from './files.js';
import { kubernetesProblems } from './kubernetes-schemas.js';

const BASE = 'docs/deploy/kubernetes';
const FOLDER = 'docs/deploy/kubernetes-redis-cluster';

// biome-ignore lint/suspicious/noExplicitAny: what a manifest holds is what these tests find out.
type Manifest = Record<string, any> & {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
};

const parse = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS();
  });
const documentsOf = (name: string) => parse(readText(`${FOLDER}/${name}`));

const [kustomization] = documentsOf('kustomization.yaml') as [Manifest];
const [base] = parse(readText(`${BASE}/kustomization.yaml`)) as [Manifest];
const files = readdirSync(join(ROOT, FOLDER)).filter(
  (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
);
const manifests = files.flatMap(documentsOf);
const kindNamed = (kind: string, name: string, among = manifests) =>
  among.find((each) => each.kind === kind && each.metadata.name === name) as Manifest;

const servers = kindNamed('StatefulSet', 'redis-cluster');
const cronJob = kindNamed('CronJob', 'redis-cluster-form');
const pods = [servers.spec.template, cronJob.spec.jobTemplate.spec.template];
const [redis] = servers.spec.template.spec.containers;
const [form] = cronJob.spec.jobTemplate.spec.template.spec.containers;
const nameOf = (pod: Manifest) => pod.metadata.labels?.['app.kubernetes.io/name'];

const settings = new Map(
  [base, kustomization].flatMap(({ configMapGenerator }) =>
    (configMapGenerator[0].literals as string[]).map((line): [string, string] => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=')];
    }),
  ),
);
/** As the commands of both README.md make them. */
const secretKeys = [BASE, FOLDER].flatMap((folder) =>
  [...readText(`${folder}/README.md`).matchAll(/'(?:\\n)?([A-Z_]+)=/g)].map(([, name]) => name),
);
/** Of each server, as StatefulSets name their pods and headless Services their addresses. */
const addresses = Array.from(
  { length: servers.spec.replicas },
  (_, index) => `redis-cluster-${index}.${servers.spec.serviceName}:6379`,
);

describe('the manifests of a Redis Cluster', () => {
  it('fit the schemas of the API of Kubernetes', () => {
    expect(manifests.map(({ kind }) => kind).sort()).to.deep.equal([
      ...['CronJob', 'NetworkPolicy', 'NetworkPolicy', 'NetworkPolicy'],
      ...['PodDisruptionBudget', 'Service', 'StatefulSet'],
    ]);
    expect(kubernetesProblems(manifests)).to.deep.equal([]);
    const wrong = structuredClone(cronJob);
    wrong.spec.jobTemplate.spec.backoffLimits = 0;
    expect(kubernetesProblems([wrong])).not.to.deep.equal([]);
  });

  it('are all in the kustomization, in place of the one Redis', () => {
    expect(kustomization.resources).to.have.members([...files, '../kubernetes']);
    expect(kustomization.namespace).to.equal(base.namespace);
    const removed = parse(readText(`${BASE}/redis.yaml`))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      .concat('NetworkPolicy redis');
    const patches = kustomization.patches as { target: Manifest; patch: string }[];
    expect(patches.map(({ target }) => `${target.kind} ${target.name}`)).to.have.members(removed);
    for (const { target, patch } of patches) {
      expect(parse(patch)[0], target.name).to.include({ $patch: 'delete', kind: target.kind });
    }
  });

  it('make, with kustomize, the service of ../kubernetes and the cluster, and no other Redis', function () {
    if (ask('kubectl', 'kustomize', '--help') === null) {
      skipBecause(this, 'there is no kubectl here');
    }
    const folder = mkdtempSync(join(tmpdir(), 'lab-kustomize-'));
    try {
      for (const [name, source] of [
        ['kubernetes', BASE],
        ['kubernetes-redis-cluster', FOLDER],
      ] as const) {
        // Not what somebody keeps beside them.
        cpSync(join(ROOT, source), join(folder, name), {
          recursive: true,
          filter: (path) => !path.endsWith('secrets.env'),
        });
      }
      writeFileSync(join(folder, 'kubernetes/secrets.env'), 'TOKEN_SECRET=made-up\n');
      writeFileSync(
        join(folder, 'kubernetes-redis-cluster/secrets.env'),
        'REDIS_BUCKET_SECRET=made-up\n',
      );
      const made = parse(
        execFileSync('kubectl', ['kustomize', join(folder, 'kubernetes-redis-cluster')], {
          encoding: 'utf8',
          stdio: 'pipe',
        }),
      );
      expect(kubernetesProblems(made)).to.deep.equal([]);
      expect(made.filter(({ metadata }) => metadata.name === 'redis')).to.deep.equal([]);
      for (const { kind, metadata } of manifests) {
        expect(kindNamed(kind, metadata.name, made), metadata.name).to.be.an('object');
      }
      const map = made.find(({ data }) => data?.REDIS_URL);
      expect(map?.data).to.deep.equal(Object.fromEntries(settings));
      const secret = made.find(({ kind }) => kind === 'Secret');
      expect(secret?.data).to.have.all.keys('TOKEN_SECRET', 'REDIS_BUCKET_SECRET');
      const { volumes } = kindNamed('CronJob', 'redis-cluster-form', made).spec.jobTemplate.spec
        .template.spec;
      const script = kindNamed('ConfigMap', volumes[0].configMap.name, made);
      expect(script.data['form.sh']).to.equal(readText(`${FOLDER}/form.sh`));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('let no container become root, gain a right, or change its files, and say what each may take', () => {
    for (const { spec } of pods) {
      const [container] = spec.containers;
      expect(spec.automountServiceAccountToken, container.name).to.equal(false);
      expect(spec.securityContext, container.name).to.deep.include({
        runAsNonRoot: true,
        runAsUser: 999,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext, container.name).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.requests, container.name).to.have.all.keys('cpu', 'memory');
      expect(container.resources.limits, container.name).to.have.all.keys('memory');
      const [one] = parse(readText(`${BASE}/redis.yaml`)) as [Manifest];
      expect(container.image, 'the same build').to.equal(
        one.spec.template.spec.containers[0].image,
      );
    }
    expect(redis).to.include.keys('readinessProbe', 'livenessProbe');
  });

  it('name every server and no other, to the instances and to the script', () => {
    const named = readRedisServers(settings.get('REDIS_URL') ?? '');
    if (!('kind' in named) || named.kind !== 'cluster') return expect.fail('no cluster');
    expect(named.nodes.map(({ host, port }) => `${host}:${port}`)).to.deep.equal(addresses);
    const [shell, script, replicas, ...words] = form.command as string[];
    expect([shell, replicas]).to.deep.equal(['sh', '1']);
    expect(words).to.deep.equal(addresses);
    const [{ name, mountPath }] = form.volumeMounts;
    const { volumes } = cronJob.spec.jobTemplate.spec.template.spec;
    expect(volumes).to.deep.equal([{ name, configMap: { name: 'redis-cluster-form' } }]);
    expect(kustomization.configMapGenerator).to.deep.include({
      name: 'redis-cluster-form',
      files: [script?.replace(`${mountPath}/`, '')],
    });
  });

  it('set only what the service reads, and take secrets from the Secret', async () => {
    for (const name of settings.keys()) expect(INSTANCE_VARIABLES, name).to.include(name);
    expect(secretKeys).to.include('REDIS_BUCKET_SECRET');
    for (const key of secretKeys) expect([...settings.keys()]).to.not.include(key);
    expect(kustomization.secretGenerator).to.deep.equal([
      { name: 'app', behavior: 'merge', envs: ['secrets.env'] },
    ]);
    expect(kustomization.configMapGenerator[0]).to.include({ name: 'app', behavior: 'merge' });
    const environment = {
      ...Object.fromEntries(settings),
      DATABASE_URL: 'postgres://lab:made-up@postgres:5432/lab',
      OPERATOR_TOKEN: secretFrom('operator').toString('base64url'),
      REDIS_BUCKET_SECRET: secretFrom('buckets').toString('base64url'),
    };
    const { settings: read } = await readInstanceSettings(strategies, environment);
    expect(read.redis?.servers.kind).to.equal('cluster');
  });

  it('tell a server where it is at each start, and have its disk say who it is', () => {
    const words = redis.args as string[];
    const wordAfter = (option: string) => words[words.indexOf(`--${option}`) + 1];
    const fieldOf = (variable: string) =>
      redis.env.find(({ name }: { name: string }) => name === variable)?.valueFrom.fieldRef
        .fieldPath;
    expect(wordAfter('cluster-announce-ip')).to.equal('$(POD_IP)');
    expect(wordAfter('cluster-announce-hostname')).to.equal(
      `$(POD_NAME).${servers.spec.serviceName}`,
    );
    expect([fieldOf('POD_IP'), fieldOf('POD_NAME')]).to.deep.equal([
      'status.podIP',
      'metadata.name',
    ]);
    expect(wordAfter('cluster-enabled')).to.equal('yes');
    expect(wordAfter('cluster-require-full-coverage')).to.equal('no');
    expect(wordAfter('maxmemory-policy')).to.equal('noeviction');
    expect(wordAfter('appendonly')).to.equal('yes');
    expect(redis.volumeMounts).to.deep.equal([
      { name: servers.spec.volumeClaimTemplates[0].metadata.name, mountPath: wordAfter('dir') },
    ]);
  });

  it('find each other before they are ready, and are never two on one machine, nor two away by plan', () => {
    const service = kindNamed('Service', servers.spec.serviceName);
    expect(service.spec).to.include({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(servers.spec.podManagementPolicy).to.equal('Parallel');
    const labels = { 'app.kubernetes.io/name': 'redis-cluster' };
    const { affinity } = servers.spec.template.spec;
    expect(affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).to.deep.equal([
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
    ]);
    const { spec: budget } = kindNamed('PodDisruptionBudget', 'redis-cluster');
    expect(budget).to.deep.equal({ maxUnavailable: 1, selector: { matchLabels: labels } });
    expect(service.spec.selector).to.deep.equal(labels);
    expect(servers.spec.selector.matchLabels).to.deep.equal(labels);
    expect(servers.spec.template.metadata.labels).to.deep.equal(labels);
  });

  it('open the ways that are needed, and no other', () => {
    const ways = manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .flatMap(({ spec }) => {
        const own = spec.podSelector.matchLabels['app.kubernetes.io/name'];
        return [
          ...waysOf(spec.ingress, 'from', (other, port) => `in ${other} > ${own}:${port}`),
          ...waysOf(spec.egress, 'to', (other, port) => `out ${own} > ${other}:${port}`),
        ];
      });
    expect(ways).to.have.members([
      'in app > redis-cluster:6379',
      'in redis-cluster-form > redis-cluster:6379',
      'in redis-cluster > redis-cluster:6379',
      'in redis-cluster > redis-cluster:16379',
      'out app > redis-cluster:6379',
      'out redis-cluster-form > redis-cluster:6379',
      'out redis-cluster > redis-cluster:6379',
      'out redis-cluster > redis-cluster:16379',
    ]);
    expect(pods.map(nameOf)).to.deep.equal(['redis-cluster', 'redis-cluster-form']);
    expect(redis.ports.map(({ containerPort }: Manifest) => containerPort)).to.deep.equal([
      6379, 16_379,
    ]);
  });
});

/** Each way of the rules of a policy. A rule without a peer or without a port would open all of them. */
function waysOf(
  rules: Manifest[] | undefined,
  side: 'from' | 'to',
  write: (other: string, port: number) => string,
): string[] {
  return (rules ?? []).flatMap((rule) => {
    expect(rule.ports).to.have.length.greaterThan(0);
    expect(rule[side]).to.have.length.greaterThan(0);
    return rule[side].flatMap(({ podSelector }: Manifest) => {
      const names: string[] = podSelector.matchExpressions?.[0].values ?? [
        podSelector.matchLabels['app.kubernetes.io/name'],
      ];
      return names.flatMap((name) =>
        rule.ports.map(({ port }: { port: number }) => write(name, port)),
      );
    });
  });
}
