import { expect } from 'chai';
import type { DatabaseName } from '../../../bench/model/databases.js';
import { databases, type SessionStoreName, sessionStores } from '../../../bench/stores/registry.js';
import { failure } from '../../support/failure.js';

/** Where no such server listens: whoever adds a product adds its line. */
const NOBODY_THERE: Record<DatabaseName | SessionStoreName, string> = {
  postgres: 'postgresql://lab:secret@127.0.0.1:1/lab',
  mariadb: 'mysql://lab:secret@127.0.0.1:1/lab',
  redis: 'redis://:secret@127.0.0.1:1',
};

const products = Object.entries({ ...databases, ...sessionStores });

for (const [name, product] of products) {
  const { variable, label } = product;
  const url = NOBODY_THERE[name as DatabaseName | SessionStoreName];

  describe(`${label} as a store`, () => {
    it('is given where its variable names one, and only there', () => {
      expect(product.findGiven({ [variable]: url })).to.deep.equal({ variable, url });
      expect(product.findGiven({})).to.equal(null);
      expect(product.findGiven({ [variable]: '' })).to.equal(null);
    });

    it('is asked for an answer before it is used, and its password is not told', async () => {
      const error = await failure(product.useGiven({ variable, url }));
      expect(error.code).to.match(/_UNREACHABLE$/);
      expect(error.message).to.include(variable).and.not.include('secret');
    });

    it('is refused where its variable holds no URL of its kind', async () => {
      for (const wrong of ['localhost', 'http://127.0.0.1/lab', `${url.split(':')[0]}://`]) {
        const error = await failure(product.useGiven({ variable, url: wrong }));
        expect(error.code, wrong).to.equal('SETTING_INVALID');
        expect(error.message, wrong).to.include(variable);
      }
    });

    it('has sources that can be looked at on a machine without programs', async () => {
      expect(product.sources).not.to.deep.equal([]);
      for (const { look, absent } of product.sources) {
        const found = await look({ PATH: '' });
        expect(found === null || found.length > 0, absent).to.equal(true);
        expect(absent).to.match(/^no /);
      }
    });

    it('says what to install, and which variable to set instead', async () => {
      expect(await product.adviseInstall()).to.include(variable);
      expect(product.notFoundCode).to.match(/^[A-Z]+_NOT_FOUND$/);
    });

    it('cannot be read where it runs on another machine', async () => {
      const elsewhere = { startedBy: variable, version: '1', pid: null };
      expect(await product.readUsage(elsewhere)).to.equal(null);
    });
  });
}
