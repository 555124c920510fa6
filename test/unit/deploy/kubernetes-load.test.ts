import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { compareOptions } from '../../../bench/cli/options/options.js';
import { parseOptions } from '../../../bench/cli/parse-options.js';
import { agent } from '../../../bench/cli/verbs/agent.js';
import { ROOT, readText } from './files.js';
import { kubernetesProblems } from './kubernetes-schemas.js';

const FOLDER = 'docs/deploy/kubernetes-load';

// biome-ignore lint/suspicious/noExplicitAny: what a manifest holds is what these tests find out.
type Manifest = Record<string, any> & { kind: string; metadata: { name: string } };

const documentsOf = (name: string): Manifest[] =>
  parseAllDocuments(readText(`${FOLDER}/${name}`)).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS();
  });

const [kustomization] = documentsOf('kustomization.yaml') as [Manifest];
const files = readdirSync(join(ROOT, FOLDER)).filter(
  (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
);
const manifests = files.flatMap(documentsOf);
const jobNamed = (wanted: string) =>
  manifests.find(({ kind, metadata }) => kind === 'Job' && metadata.name === wanted) as Manifest;
const podOf = (job: Manifest) => job.spec.template.spec;
const containerOf = (job: Manifest) => podOf(job).containers[0];
const [lab, agents] = [jobNamed('lab'), jobNamed('agents')];

describe('the manifests of a lab and its agents', () => {
  it('fit the schemas of the API of Kubernetes', () => {
    expect(manifests.map(({ kind }) => kind).sort()).to.deep.equal([
      ...['Job', 'Job', 'NetworkPolicy', 'NetworkPolicy', 'NetworkPolicy'],
      ...['PersistentVolumeClaim', 'Service'],
    ]);
    expect(kubernetesProblems(manifests)).to.deep.equal([]);
    const wrong = structuredClone(agents);
    wrong.spec.completion = 3;
    expect(kubernetesProblems([wrong])).not.to.deep.equal([]);
  });

  it('are all in the kustomization, beside the service', () => {
    expect(kustomization.resources).to.have.members([...files, '../kubernetes']);
    const { version } = JSON.parse(readText('package.json'));
    expect(kustomization.images).to.deep.equal([
      { name: 'session-token-lab-lab', newTag: version },
    ]);
    const base = parseAllDocuments(readText('docs/deploy/kubernetes/kustomization.yaml'));
    expect(base[0]?.toJS().namespace).to.equal(kustomization.namespace);
  });

  it('let no container become root, gain a right, or change its files, and say what each may take', () => {
    for (const job of [lab, agents]) {
      const [pod, container] = [podOf(job), containerOf(job)];
      expect(pod.automountServiceAccountToken).to.equal(false);
      expect(pod.securityContext).to.deep.include({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.requests).to.include.keys('cpu', 'memory');
      expect(container.resources.limits).to.have.all.keys('memory');
      const volumes = pod.volumes.map(({ name }: Manifest) => name);
      expect(volumes).to.have.members(container.volumeMounts.map(({ name }: Manifest) => name));
    }
  });

  it('start as many agents as the lab waits for, by options that both take', async () => {
    const [verb, ...words] = containerOf(lab).args as string[];
    expect(verb).to.equal('compare');
    const { options } = parseOptions(words, compareOptions(['session', 'jwt']));
    expect(agents.spec.completionMode).to.equal('Indexed');
    expect([agents.spec.completions, agents.spec.parallelism]).to.deep.equal([
      options.agents,
      options.agents,
    ]);
    const [other, ...ofAgent] = containerOf(agents).args as string[];
    expect(other).to.equal('agent');
    const dialled = parseOptions(ofAgent, await agent.options()).options as unknown as {
      lab: URL;
      allow: { text: string }[];
      shards: number;
      wait: number;
    };
    const [service] = manifests.filter(({ kind }) => kind === 'Service') as [Manifest];
    expect(dialled.lab.host).to.equal(`${service.metadata.name}:${service.spec.ports[0].port}`);
    expect(options.listen).to.equal(`0.0.0.0:${containerOf(lab).ports[0].containerPort}`);
    // Where the lab may look, the agents may send, and nowhere else.
    expect(dialled.allow.map(({ text }) => text)).to.deep.equal(
      options.allow?.map(({ text }) => text),
    );
    const loaded = options.target?.flatMap(({ urls }) =>
      urls.map(({ hostname, port }) => `${hostname}:${port || 80}`),
    );
    expect(loaded).to.deep.equal(options.allow?.map(({ text }) => text));
    expect(dialled.wait).to.equal(options['agents-wait']);
    expect(Number(containerOf(agents).resources.requests.cpu)).to.be.at.least(dialled.shards);
  });

  it('take the token from the Secret, and from nowhere else', () => {
    for (const job of [lab, agents]) {
      expect(containerOf(job).env).to.deep.equal([
        {
          name: 'LAB_AGENT_TOKEN',
          valueFrom: { secretKeyRef: { name: 'agents', key: 'LAB_AGENT_TOKEN' } },
        },
      ]);
    }
    expect(kustomization.secretGenerator).to.deep.equal([
      { name: 'agents', envs: ['secrets.env'] },
    ]);
    expect(readText(`${FOLDER}/README.md`)).to.include("'LAB_AGENT_TOKEN='");
    expect(readText('.gitignore').split('\n')).to.include('secrets.env');
  });

  it('open the ways between them, and no other', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    for (const { spec } of policies) {
      for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
        expect(rule.ports).to.have.length(1);
        expect([...(rule.from ?? []), ...(rule.to ?? [])]).to.have.length(1);
      }
    }
    for (const name of ['lab', 'agents']) {
      const policy = policies.find(({ metadata }) => metadata.name === name);
      expect(policy?.spec.podSelector.matchLabels).to.deep.equal(
        jobNamed(name).spec.template.metadata.labels,
      );
    }
  });
});
