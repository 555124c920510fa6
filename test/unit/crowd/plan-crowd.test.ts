import { expect } from 'chai';
import { type CrowdMachine, planCrowd, wallsOf } from '../../../bench/load/crowd/plan-crowd.js';
import { LabError } from '../../../bench/model/errors.js';

const MACHINE: CrowdMachine = {
  ...{ openFiles: 20_000, filesOfMachine: 2_000_000, portsOfAddress: 28_000 },
  ...{ hasManyAddresses: true, availableBytes: 24e9, cores: 2 },
};
const ASKED = { users: 50_000, instances: null, gapSeconds: 20, web: false };

function refusal(asked: Partial<typeof ASKED | { instances: number }>, machine = MACHINE): string {
  try {
    planCrowd({ ...ASKED, ...asked }, machine);
  } catch (error) {
    expect(error).to.be.instanceOf(LabError).with.property('code', 'CROWD_TOO_LARGE');
    return (error as LabError).message;
  }
  throw new Error('it was planned');
}

describe('the plan of a crowd', () => {
  it('takes as many processes as the open files ask for, and addresses for their ports', () => {
    expect(planCrowd(ASKED, MACHINE)).to.include({
      instances: 3,
      senders: 3,
      // A fifth of the ports of each: while more are taken, the kernel searches for a free one.
      addressesOfSender: 3,
    });
    const many = planCrowd(ASKED, { ...MACHINE, openFiles: 1_000_000 });
    expect(many).to.include({
      instances: 1,
      senders: 1,
      addressesOfSender: 9,
      usersOfAddress: 5600,
    });
    expect(planCrowd({ ...ASKED, users: 1000 }, MACHINE)).to.include({ instances: 1, senders: 1 });
  });

  it('leaves it to the system where it has one address, and asks for instances instead', () => {
    const plan = planCrowd(ASKED, { ...MACHINE, openFiles: null, hasManyAddresses: false });
    expect(plan).to.include({ instances: 3, senders: 1, addressesOfSender: 0 });
  });

  it('gives nginx as many workers as hold everybody', () => {
    const { instances, web } = planCrowd({ ...ASKED, web: true }, MACHINE);
    expect(instances).to.equal(1);
    expect(web).to.deep.equal({ workers: 4, perWorker: 19_500 });
  });

  it('says what will not do, and how to raise it', () => {
    expect(refusal({ instances: 2 })).to.match(/2 instances cannot hold them.+--instances 3/);
    expect(refusal({}, { ...MACHINE, availableBytes: 1e9 })).to.match(
      /Memory: enough for about 15,000/,
    );
    expect(refusal({}, { ...MACHINE, filesOfMachine: 90_000 })).to.match(/fs\.file-max/);
    expect(refusal({ web: true }, { ...MACHINE, hasManyAddresses: false })).to.match(
      /port of nginx/,
    );
  });

  it('says so where it may be slow', () => {
    const plan = planCrowd({ ...ASKED, users: 400_000 }, MACHINE);
    expect(plan.notice).to.match(
      /^Expect long waits\. Cores, when everybody asks every 20 s: .+--gap/,
    );
    expect(planCrowd(ASKED, MACHINE).notice).to.equal(null);
  });

  it('names the walls, the nearest first', () => {
    const walls = wallsOf(MACHINE, 20);
    expect(walls.map(({ users }) => users)).to.deep.equal(
      walls.map(({ users }) => users).toSorted((one, other) => one - other),
    );
    expect(walls[0]?.what).to.match(/^cores/);
    expect(wallsOf({ ...MACHINE, availableBytes: 1e9 }, 20)[0]?.what).to.equal('memory');
  });
});
