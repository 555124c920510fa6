import { expect } from 'chai';
import { workloadNamed } from '../../../bench/load/workloads/registry.js';
import { variantsOf } from '../../../bench/model/variant.js';
import {
  connectTrial,
  loginsBefore,
  reservedUsers,
} from '../../../bench/trial/trial-connections.js';
import { meanTrialSeconds } from '../../../bench/trial/trial-duration.js';
import { makeConfig } from '../bench-support.js';
import { declarationOf } from '../report/declarations.js';

const USERS = Array.from({ length: 130 }, (_, index) => ({
  id: index + 1,
  email: `user${index + 1}@example.com`,
  name: `User ${index + 1}`,
}));
const SEEDED = { users: USERS, password: 'p', posts: { count: 1, firstId: 1, lastId: 1 } };

function connect(workload: string) {
  return connectTrial({
    strategy: declarationOf('session'),
    workload: workloadNamed(workload),
    config: makeConfig({ users: 110 }),
    seeded: SEEDED,
    credentials: USERS.slice(0, 110).map((user) => ({
      user,
      password: 'p',
      credential: { Cookie: `id=${user.id}` },
    })),
    origins: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
    signal: new AbortController().signal,
  });
}

describe('the connections of a trial', () => {
  it('use the credentials got before where any instance takes them', async () => {
    const { connections, probes } = await connect('me');
    expect(connections).to.have.length(100);
    expect(connections[3]?.credential).to.deep.equal({ Cookie: 'id=4' });
    expect(probes.map(({ origin, user }) => [origin, user.id])).to.deep.equal([
      ['http://127.0.0.1:1', 1],
      ['http://127.0.0.1:2', 1],
    ]);
  });

  it('log in as users that no other workload needs: the service ends the oldest login of many', async () => {
    const { connections, probes } = await connect('login');
    expect(connections.map(({ user }) => user.id)).to.deep.equal(
      Array.from({ length: 16 }, (_, index) => 111 + index),
    );
    expect(probes[0]?.user.id).to.equal(1);
    expect(reservedUsers(makeConfig({ workloads: ['me', 'login'] }))).to.equal(16);
    expect(reservedUsers(makeConfig({ workloads: ['me', 'login'], connections: 4 }))).to.equal(4);
    expect(reservedUsers(makeConfig())).to.equal(0);
  });

  it('need a login each where state lies in single instances, and the first user one at each', () => {
    const shape = { connections: 100, instances: 4 };
    expect(loginsBefore(shape, workloadNamed('me'), { stateIn: 'instance' })).to.equal(103);
    expect(loginsBefore(shape, workloadNamed('login'), { stateIn: 'instance' })).to.equal(4);
    expect(loginsBefore(shape, workloadNamed('me'), { stateIn: 'redis' })).to.equal(0);
  });
});

describe('the first guess of how long a trial takes', () => {
  it('knows of logins and companions', () => {
    const seconds = (strategy: string) => {
      const config = makeConfig({ variants: variantsOf([strategy]) });
      return meanTrialSeconds(config, [declarationOf(strategy)], 0.02);
    };
    // Window 2 s and 0.3 s beside it, warm-up 2 × 1 s, 0.8 s around; 100 logins of 20 ms; half a second for the authority.
    expect(seconds('session')).to.be.closeTo(5.1, 1e-9);
    expect(seconds('session-memory')).to.be.closeTo(7.1, 1e-9);
    expect(seconds('opaque')).to.be.closeTo(5.6, 1e-9);
  });
});
