import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { INSTANCE_VARIABLES } from '../../../src/config/instance.js';
import { ROOT, readText } from './files.js';
import { kubernetesProblems } from './kubernetes-schemas.js';

const FOLDER = 'docs/deploy/kubernetes';

interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  securityContext?: Record<string, unknown>;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readinessProbe?: Record<string, unknown>;
  livenessProbe?: { httpGet?: { path: string } };
  volumeMounts?: { name: string; mountPath: string }[];
}
interface PodSpec {
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  containers: Container[];
  volumes?: { name: string }[];
}
// biome-ignore lint/suspicious/noExplicitAny: what a manifest holds is what these tests find out.
type Manifest = Record<string, any> & {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
};

const documentsOf = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS();
  });

const [kustomization] = documentsOf(readText(`${FOLDER}/kustomization.yaml`)) as [Manifest];
const files = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.yaml'));
const manifests = files
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) => documentsOf(readText(`${FOLDER}/${name}`)));
const workloads = manifests.filter(({ spec }) => spec?.template?.spec?.containers);
const podOf = ({ spec }: Manifest): PodSpec => spec.template.spec;
const containers = workloads.flatMap((workload) =>
  podOf(workload).containers.map((container) => ({ workload, container, pod: podOf(workload) })),
);
const kindsNamed = (kind: string) => manifests.filter((each) => each.kind === kind);
const literals = new Map(
  (kustomization.configMapGenerator[0].literals as string[]).map((line) => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=')];
  }),
);
/** As the command of README.md makes them. */
const secretKeys = [...readText(`${FOLDER}/README.md`).matchAll(/'(?:\\n)?([A-Z_]+)=/g)].map(
  ([, name]) => name as string,
);

describe('the manifests for Kubernetes', () => {
  it('fit the schemas of its API', () => {
    expect(manifests.length).to.be.greaterThan(12);
    expect(kubernetesProblems(manifests)).to.deep.equal([]);
  });

  it('would not with a misspelt field, a wrong type, or a field that is missing', () => {
    const [app] = kindsNamed('Deployment') as [Manifest];
    const changed = (change: (copy: Manifest) => void) => {
      const copy = structuredClone(app);
      change(copy);
      return kubernetesProblems([copy]);
    };
    expect(changed(({ spec }) => (spec.template.spec.containerz = []))).not.to.deep.equal([]);
    expect(changed(({ spec }) => (spec.template.spec.containers = 'app'))).not.to.deep.equal([]);
    expect(changed(({ spec }) => delete spec.selector)).not.to.deep.equal([]);
  });

  it('are all in the kustomization, and nothing else is', () => {
    expect(kustomization.resources).to.have.members(
      files.filter((name) => name !== 'kustomization.yaml'),
    );
  });

  it('let no container become root, gain a right, or change its files', () => {
    expect(containers.length).to.equal(4);
    for (const { container, pod } of containers) {
      expect(pod.automountServiceAccountToken, container.name).to.equal(false);
      expect(pod.securityContext, container.name).to.deep.include({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.securityContext?.runAsUser, container.name).to.be.greaterThan(0);
      expect(container.securityContext, container.name).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    const [namespace] = kindsNamed('Namespace') as [Manifest];
    expect(namespace.metadata.labels).to.include({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(namespace.metadata.name).to.equal(kustomization.namespace);
  });

  it('say what each container needs and may take, and which build it is', () => {
    const tags = new Map(
      (kustomization.images as { name: string; newTag: string }[]).map(({ name, newTag }) => [
        name,
        newTag,
      ]),
    );
    for (const { container } of containers) {
      expect(container.resources?.requests, container.name).to.include.keys('cpu', 'memory');
      expect(container.resources?.limits, container.name).to.include.keys('memory');
      const [image = '', own] = container.image.split(':');
      expect(own ?? tags.get(image), container.image).to.match(/^\d+\.\d+/);
    }
    const { version } = JSON.parse(readText('package.json'));
    expect(tags.get('session-token-lab-app')).to.equal(version);
  });

  it('ask whoever serves whether it is ready and alive, and an instance not after its stores', () => {
    for (const { workload, container } of containers) {
      if (workload.kind === 'Job') continue;
      expect(container, container.name).to.include.keys('readinessProbe', 'livenessProbe');
    }
    const app = containers.find(({ container }) => container.name === 'app');
    expect(app?.container.livenessProbe?.httpGet?.path).to.equal('/livez');
    // 5 s in which proxies learn that it leaves, and 5 s of drain (src/server/leave-on-signal.ts).
    expect(app?.pod.terminationGracePeriodSeconds).to.be.at.least(15);
  });

  it('name only what is there: selectors, ports, volumes, targets', () => {
    const labelsOf = ({ spec }: Manifest) => spec.template.metadata.labels as object;
    const matches = (wanted: object) =>
      workloads.filter((workload) =>
        Object.entries(wanted).every(
          ([name, value]) => (labelsOf(workload) as Record<string, unknown>)[name] === value,
        ),
      );
    for (const { kind, metadata, spec } of manifests) {
      const what = `${kind} ${metadata.name}`;
      const selectors = [
        spec?.selector?.matchLabels ?? (kind === 'Service' ? spec.selector : null),
        kind === 'NetworkPolicy' ? spec.podSelector.matchLabels : null,
      ].filter(Boolean);
      for (const selector of selectors) expect(matches(selector), what).to.have.length(1);
    }
    for (const { metadata, spec } of kindsNamed('Service')) {
      const [workload] = matches(spec.selector);
      const ports = podOf(workload as Manifest).containers.flatMap(({ ports: own = [] }) => own);
      for (const { port, targetPort = port } of spec.ports) {
        const found = ports.some(
          (one) => one.name === targetPort || one.containerPort === targetPort,
        );
        expect(found, `${metadata.name}:${targetPort}`).to.equal(true);
      }
    }
    for (const workload of workloads) {
      const volumes = [
        ...(podOf(workload).volumes ?? []).map(({ name }) => name),
        ...(workload.spec.volumeClaimTemplates ?? []).map((each: Manifest) => each.metadata.name),
      ];
      for (const { volumeMounts = [] } of podOf(workload).containers) {
        expect(volumes).to.have.members(volumeMounts.map(({ name }) => name));
      }
      if (workload.kind === 'StatefulSet') {
        expect(kindsNamed('Service').map(({ metadata }) => metadata.name)).to.include(
          workload.spec.serviceName,
        );
      }
    }
    const [autoscaler] = kindsNamed('HorizontalPodAutoscaler') as [Manifest];
    const target = autoscaler.spec.scaleTargetRef;
    const scaled = workloads.find(
      ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
    );
    expect(scaled).not.to.equal(undefined);
    // A number of its own would undo the autoscaler's with each change.
    expect(scaled?.spec).not.to.have.property('replicas');
  });

  it('let nobody reach anybody who is not named', () => {
    const policies = kindsNamed('NetworkPolicy');
    const all = policies.find(({ metadata }) => metadata.name === 'nobody');
    expect(all?.spec).to.deep.equal({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    for (const { spec } of policies) {
      for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
        expect(rule.ports).to.have.length.greaterThan(0);
        expect([...(rule.from ?? []), ...(rule.to ?? [])]).to.have.length.greaterThan(0);
      }
    }
  });

  it('set only what the service reads, and take secrets from the Secret', () => {
    expect(secretKeys).to.have.members([
      ...['TOKEN_SECRET', 'OPERATOR_TOKEN', 'DATABASE_PASSWORD', 'DATABASE_URL'],
    ]);
    for (const name of literals.keys()) expect(INSTANCE_VARIABLES, name).to.include(name);
    expect([...literals.keys()].filter((name) => secretKeys.includes(name))).to.deep.equal([]);
    expect(literals.get('METRICS')).to.equal('on');
    for (const { container } of containers) {
      for (const { name, valueFrom } of container.env ?? []) {
        const key = valueFrom?.secretKeyRef?.key;
        if (key !== undefined) expect(secretKeys, name).to.include(key);
      }
      for (const { configMapRef, secretRef } of container.envFrom ?? []) {
        expect((configMapRef ?? secretRef)?.name).to.equal('app');
      }
    }
    expect(readText('.gitignore').split('\n')).to.include('secrets.env');
  });
});
