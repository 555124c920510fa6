import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import {
  type AttackFamily,
  type Facts,
  isSigned,
  notApplicable,
  type Outcome,
  onDelegation,
  onRefresh,
  REFUSED,
} from '../attack.js';

const whereItExpires = ({ description }: Facts): Outcome =>
  description.expires === false ? notApplicable('its credential has no end') : REFUSED;

/** Credentials whose time has passed, in real time: two seconds unused, four in all. */
export const expiry: AttackFamily = {
  name: 'expiry',
  attacks: [
    {
      title: 'a credential after the time for which it may lie unused',
      outcome: (facts) =>
        isSigned(facts)
          ? notApplicable('it lives for a fixed time, used or not')
          : whereItExpires(facts),
      run: async (target) => {
        const { unused } = await target.expiry;
        expectProblem(unused as NonNullable<typeof unused>, 401, 'credential_invalid');
      },
    },
    {
      title: 'a credential used all the time, after its absolute end',
      outcome: whereItExpires,
      run: async (target) => {
        const { used } = await target.expiry;
        if (used === undefined) {
          throw new Error('the watch reports nothing of a credential that expires');
        }
        expect(used.successes).to.be.at.least(1);
        expect(used.lastSuccessMs).to.be.below(4100);
        expectProblem(used.end, 401, 'credential_invalid');
        expect(used.end.headers.getSetCookie()).to.deep.equal([]);
      },
    },
    {
      title: 'a refresh token renewed in time, after the absolute end of its login',
      outcome: onRefresh,
      run: async (target) => {
        const { refresh } = await target.expiry;
        expect(refresh?.halfWay.status).to.equal(200);
        expectProblem(refresh?.end as NonNullable<typeof refresh>['end'], 400, 'refresh_invalid');
      },
    },
    {
      title: 'a delegated credential after its short life',
      outcome: onDelegation,
      run: async (target) => {
        const { delegated } = await target.expiry;
        expectProblem(delegated as NonNullable<typeof delegated>, 401, 'credential_invalid');
      },
    },
  ],
};
