import { expect } from 'chai';
import { strategies } from '../../src/auth/registry.js';
import {
  type Account,
  ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
  tamper,
} from '../support/api-client.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

// Every line of the registry runs this suite, in one environment: only AUTH_STRATEGY differs.
for (const [name, loadModule] of Object.entries(strategies)) {
  const { description } = await loadModule();

  describe(`the API under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;
    let service: RunningService;
    let api: ApiClient;
    let ada: Account;
    let adaCredential: Credential;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      service = await startService({
        AUTH_STRATEGY: name,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        COUNTERS: 'on',
      });
      api = new ApiClient(service.url);
      ada = await api.register('ada');
      adaCredential = await api.logIn(ada);
    });

    after(async () => {
      await service?.stop();
      await database?.drop();
      redis?.close();
    });

    describe('registration', () => {
      it('creates a user, says where it is, and never shows the password', async () => {
        const answer = await api.call('POST', '/users', {
          body: { email: `new.${name}@example.test`, name: 'New', password: 'long enough to pass' },
        });
        expect(answer.status).to.equal(201);
        expect(answer.body).to.have.all.keys('id', 'email', 'name');
        const location = answer.headers.get('location') ?? '';
        expect(location).to.equal(`/users/${answer.body.id}`);
        const credential = credentialOf(
          await api.login(`new.${name}@example.test`, 'long enough to pass'),
        );
        const shown = await api.call('GET', location, { credential });
        expect(shown.status).to.equal(200);
        expect(shown.body).to.deep.equal(answer.body);
      });

      it('shows an account to nobody but its owner', async () => {
        const other = await api.register('other');
        const answer = await api.call('GET', `/users/${other.id}`, { credential: adaCredential });
        expectProblem(answer, 403, 'not_owner');
      });

      it('refuses an address that is taken, in capitals too', async () => {
        const body = {
          email: ada.email.toUpperCase(),
          name: 'Eve',
          password: 'long enough to pass',
        };
        expectProblem(await api.call('POST', '/users', { body }), 409, 'email_taken');
      });

      it('lists every field that is wrong', async () => {
        const body = { email: 'no address', name: '', password: 'short', admin: true };
        const answer = await api.call('POST', '/users', { body });
        expectProblem(answer, 422, 'validation_failed');
        const paths = answer.body.issues.map(({ path }: { path: string }) => path);
        expect(paths).to.include.members(['email', 'name', 'password', '']);
      });
    });

    describe('login', () => {
      it('gives a credential that GET /me knows its owner by', async () => {
        const answer = await api.call('GET', '/me', { credential: adaCredential });
        expect(answer.status).to.equal(200);
        expect(answer.body).to.deep.equal({ id: ada.id, email: ada.email, name: ada.name });
        expect(answer.headers.get('cache-control')).to.equal('no-store');
      });

      it('does not mind how the address is spelled', async () => {
        expect((await api.login(ada.email.toUpperCase(), ada.password)).status).to.equal(200);
      });

      it('forbids caches to keep the answer', async () => {
        const answer = await api.login(ada.email, ada.password);
        expect(answer.headers.get('cache-control')).to.equal('no-store');
      });

      it('answers a wrong password and an unknown user alike', async () => {
        const wrong = await api.login(ada.email, 'not her password');
        const unknown = await api.login('nobody@example.test', 'not her password');
        expectProblem(wrong, 401, 'login_failed');
        expect(unknown.status).to.equal(wrong.status);
        expect(unknown.body).to.deep.equal(wrong.body);
        const names = (headers: Headers) => [...headers.keys()];
        expect(names(unknown.headers)).to.deep.equal(names(wrong.headers));
      });

      it('gives nothing away with a failed login', async () => {
        const answer = await api.login(ada.email, 'not her password');
        expect(answer.headers.getSetCookie()).to.deep.equal([]);
        expect(answer.body).to.not.have.property('access_token');
      });

      it('stops one account from being guessed at, and tells when to come back', async () => {
        const target = await api.register('target');
        for (let attempt = 0; attempt < 10; attempt += 1) {
          expectProblem(await api.login(target.email, `guess ${attempt}`), 401, 'login_failed');
        }
        const answer = await api.login(target.email, target.password);
        expectProblem(answer, 429, 'too_many_logins');
        expect(Number(answer.headers.get('retry-after'))).to.be.within(1, 900);
        expect((await api.login(ada.email, ada.password)).status, 'another account').to.equal(200);
      });

      it('never limits logins that succeed', async () => {
        const answers = await Promise.all(
          Array.from({ length: 25 }, () => api.login(ada.email, ada.password)),
        );
        expect(answers.map(({ status }) => status)).to.deep.equal(Array(25).fill(200));
      });
    });

    describe('a credential', () => {
      const guarded = [
        ['GET', '/me'],
        ['POST', '/auth/logout'],
        ['GET', '/posts'],
        ['POST', '/posts'],
        ['GET', '/posts/1'],
        ['PUT', '/posts/1'],
        ['PATCH', '/posts/1'],
        ['DELETE', '/posts/1'],
        ['GET', '/users/1'],
      ] as const;
      for (const [method, path] of guarded) {
        it(`is asked for by ${method} ${path}`, async () => {
          expectProblem(await api.call(method, path), 401, 'credential_missing');
        });
      }

      it('is challenged for where HTTP has a scheme for it', async () => {
        const answer = await api.call('GET', '/me');
        const scheme = adaCredential.authorization?.split(' ')[0];
        const challenge = answer.headers.get('www-authenticate');
        expect(challenge?.split(' ')[0]).to.equal(scheme);
      });

      it('is not taken from the query string', async () => {
        const [value = ''] = Object.values(adaCredential);
        const token = encodeURIComponent(value.split(/[ =]/).at(-1) ?? '');
        const answer = await api.call('GET', `/me?access_token=${token}&session=${token}`);
        expectProblem(answer, 401, 'credential_missing');
      });

      it('does not break the server when it is huge or nonsense', async () => {
        const [[header = '', value = ''] = []] = Object.entries(adaCredential);
        const prefix = /^[^ =]+[ =]/.exec(value)?.[0] ?? '';
        for (const nonsense of ['a'.repeat(8000), '.', '%00', '{}', 'bnVsbA', '"', '==']) {
          const credential = { [header]: prefix + nonsense };
          expectProblem(await api.call('GET', '/me', { credential }), 401, 'credential_invalid');
        }
      });

      if (!description.control) {
        it('is refused when a character of it was changed', async () => {
          const answer = await api.call('GET', '/me', { credential: tamper(adaCredential) });
          expectProblem(answer, 401, 'credential_invalid');
        });
      }

      if (!description.control) {
        it('of one login is not that of the next', async () => {
          const again = await api.logIn(ada);
          expect(Object.values(again)).to.not.deep.equal(Object.values(adaCredential));
        });
      }
    });

    describe('logout', () => {
      it('answers 204 without a body', async () => {
        const credential = await api.logIn(ada);
        const answer = await api.call('POST', '/auth/logout', { credential });
        expect(answer.status).to.equal(204);
        expect(answer.body).to.equal('');
      });

      const consequence =
        description.revocation === 'at-once'
          ? 'ends the credential at once, as declared'
          : 'cannot end a credential that is out, as declared';
      it(consequence, async () => {
        const credential = await api.logIn(ada);
        await api.call('POST', '/auth/logout', { credential });
        const answer = await api.call('GET', '/me', { credential });
        if (description.revocation === 'at-once') {
          expectProblem(answer, 401, 'credential_invalid');
        } else {
          expect(answer.status).to.equal(200);
        }
      });

      it('ends one login and leaves the others', async () => {
        const credential = await api.logIn(ada);
        await api.call('POST', '/auth/logout', { credential });
        const answer = await api.call('GET', '/me', { credential: adaCredential });
        expect(answer.status).to.equal(200);
      });
    });

    describe('posts', () => {
      const text = { title: 'A title', body: 'And a body.' };
      let bob: Credential;

      before(async () => {
        bob = await api.logIn(await api.register('bob'));
      });

      const write = async (credential = adaCredential) => {
        const answer = await api.call('POST', '/posts', { credential, body: text });
        expect(answer.status).to.equal(201);
        return answer;
      };

      it('are created, found where Location says, replaced, patched and deleted', async () => {
        const created = await write();
        expect(created.body).to.include({ ...text, ownerId: ada.id });
        const location = created.headers.get('location') ?? '';
        expect(location).to.equal(`/posts/${created.body.id}`);

        const read = await api.call('GET', location, { credential: bob });
        expect(read.status).to.equal(200);
        expect(read.body).to.deep.equal(created.body);

        const body = { title: 'New', body: 'All new.' };
        const replaced = await api.call('PUT', location, { credential: adaCredential, body });
        expect(replaced.status).to.equal(200);
        expect(replaced.body).to.include({ ...body, id: created.body.id, ownerId: ada.id });
        expect(replaced.body.createdAt).to.equal(created.body.createdAt);
        expect(Date.parse(replaced.body.updatedAt)).to.be.at.least(
          Date.parse(created.body.updatedAt),
        );

        const patch = { title: 'Newer' };
        const patched = await api.call('PATCH', location, {
          credential: adaCredential,
          body: patch,
        });
        expect(patched.status).to.equal(200);
        expect(patched.body).to.include({ title: 'Newer', body: 'All new.' });

        const removed = await api.call('DELETE', location, { credential: adaCredential });
        expect(removed.status).to.equal(204);
        expectProblem(
          await api.call('GET', location, { credential: adaCredential }),
          404,
          'not_found',
        );
      });

      it('are changed by their owner only', async () => {
        const location = (await write()).headers.get('location') ?? '';
        const attempts = [
          await api.call('PUT', location, { credential: bob, body: text }),
          await api.call('PATCH', location, { credential: bob, body: { title: 'Mine' } }),
          await api.call('DELETE', location, { credential: bob }),
        ];
        for (const attempt of attempts) {
          expectProblem(attempt, 403, 'not_owner');
        }
        const still = await api.call('GET', location, { credential: bob });
        expect(still.body).to.include(text);
      });

      it('that do not exist are not found, whoever asks and however', async () => {
        for (const id of ['2147483647', '99999999999']) {
          for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
            const body = method === 'GET' || method === 'DELETE' ? undefined : text;
            const answer = await api.call(method, `/posts/${id}`, { credential: bob, body });
            expectProblem(answer, 404, 'not_found');
          }
        }
      });

      it('have ids that are positive whole numbers', async () => {
        for (const id of ['0', '-1', '1.5', 'abc', '1e3', '%zz', '1%20']) {
          const answer = await api.call('GET', `/posts/${id}`, { credential: bob });
          expectProblem(answer, 400, 'invalid_parameter');
        }
      });

      it('are listed newest first, page by page, each once', async () => {
        for (let count = 0; count < 5; count += 1) {
          await write(bob);
        }
        const seen: number[] = [];
        let cursor: string | null = null;
        do {
          const query: string = cursor === null ? '' : `&cursor=${cursor}`;
          const page = await api.call('GET', `/posts?limit=2${query}`, { credential: bob });
          expect(page.status).to.equal(200);
          expect(page.body.items.length).to.be.within(1, 2);
          seen.push(...page.body.items.map(({ id }: { id: number }) => id));
          cursor = page.body.nextCursor;
        } while (cursor !== null);

        const rows = await database.query<{ id: number }>('SELECT id FROM posts ORDER BY id DESC');
        expect(seen).to.deep.equal(rows.map(({ id }) => id));
      });

      it('come twenty at a time unless asked otherwise, and a hundred at most', async () => {
        await database.query(
          `INSERT INTO posts (owner_id, title, body)
           SELECT $1, 'many', 'many' FROM generate_series(1, 120)`,
          [ada.id],
        );
        const list = async (query: string) => {
          const answer = await api.call('GET', `/posts${query}`, { credential: bob });
          return answer.body.items.length;
        };
        expect(await list('')).to.equal(20);
        expect(await list('?limit=100')).to.equal(100);
      });

      it('are not listed with a limit or a cursor of the wrong shape', async () => {
        const queries = [
          'limit=0',
          'limit=101',
          'limit=ten',
          'limit=1&limit=2',
          'cursor=',
          'cursor=x',
        ];
        const forged = Buffer.from("before:1' OR 1=1").toString('base64url');
        for (const query of [...queries, `cursor=${forged}`]) {
          const answer = await api.call('GET', `/posts?${query}`, { credential: bob });
          expectProblem(answer, 400, 'invalid_parameter');
        }
      });

      it('with wrong fields are refused, and the fields named', async () => {
        const wrong: [string, unknown, string[]][] = [
          ['POST', { title: 'No body' }, ['body']],
          ['POST', { ...text, ownerId: 1 }, ['']],
          ['POST', { title: 'x'.repeat(201), body: '' }, ['title', 'body']],
          ['POST', { title: 'nul \u0000', body: 'text' }, ['title']],
          ['POST', [], ['']],
          ['PATCH', {}, ['']],
          ['PATCH', { title: 5 }, ['title']],
        ];
        const location = (await write()).headers.get('location') ?? '';
        for (const [method, body, paths] of wrong) {
          const path = method === 'POST' ? '/posts' : location;
          const answer = await api.call(method, path, { credential: adaCredential, body });
          expectProblem(answer, 422, 'validation_failed');
          expect(answer.body.issues.map((issue: { path: string }) => issue.path)).to.deep.equal(
            paths,
          );
        }
      });

      it('cannot be written for an account that is gone', async () => {
        const gone = await api.register('gone');
        const credential = await api.logIn(gone);
        await database.query('DELETE FROM users WHERE id = $1', [gone.id]);
        const answer = await api.call('POST', '/posts', { credential, body: text });
        expectProblem(answer, 401, 'account_gone');
      });
    });

    describe('HTTP', () => {
      it('answers a broken body with 400', async () => {
        const answer = await api.call('POST', '/auth/login', { body: '{"email":' });
        expectProblem(answer, 400, 'malformed_json');
      });

      it('takes JSON only', async () => {
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=latin1',
        ]) {
          const answer = await api.call('POST', '/auth/login', {
            body: '{}',
            headers: { 'content-type': type },
          });
          expectProblem(answer, 415, 'unsupported_media_type');
        }
      });

      it('takes no compressed body', async () => {
        const answer = await api.call('POST', '/auth/login', {
          body: '{}',
          headers: { 'content-encoding': 'gzip' },
        });
        expectProblem(answer, 415, 'unsupported_media_type');
      });

      it('takes a body of 100 kB and none larger, announced or not', async () => {
        const ofSize = (bytes: number) => {
          const frame = JSON.stringify({ email: '', password: '' }).length;
          return JSON.stringify({ email: '', password: 'x'.repeat(bytes - frame) });
        };
        const fits = await api.call('POST', '/auth/login', { body: ofSize(100_000) });
        expectProblem(fits, 422, 'validation_failed');
        const announced = await api.call('POST', '/auth/login', { body: ofSize(100_001) });
        expectProblem(announced, 413, 'body_too_large');

        const streamed = await fetch(`${service.url}/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: new Blob([ofSize(150_000)]).stream(),
          duplex: 'half',
        } as RequestInit);
        expect(streamed.status).to.equal(413);
        expect(await streamed.json()).to.include({ code: 'body_too_large' });
      });

      it('knows no other paths', async () => {
        for (const path of ['/', '/mee', '/posts/1/comments', '/auth']) {
          expectProblem(await api.call('GET', path), 404, 'not_found');
        }
      });

      it('names the methods a path knows', async () => {
        const answer = await api.call('DELETE', '/posts');
        expectProblem(answer, 405, 'method_not_allowed');
        expect(answer.headers.get('allow')?.split(', ')).to.have.members(['GET', 'HEAD', 'POST']);
        const asked = await api.call('OPTIONS', '/posts/1');
        expect(asked.status).to.equal(204);
        expect(asked.headers.get('allow')?.split(', ')).to.have.members([
          'GET',
          'HEAD',
          'PUT',
          'PATCH',
          'DELETE',
        ]);
      });

      it('is alive and ready', async () => {
        expect((await api.call('GET', '/livez')).status).to.equal(200);
        expect((await api.call('GET', '/readyz')).status).to.equal(200);
      });

      it('counts what it answered, and not what machines ask about itself', async () => {
        const count = async () => (await api.call('GET', '/counters')).body.requests;
        const before = await count();
        await api.call('GET', '/livez');
        await api.call('GET', '/me', { credential: adaCredential });
        await api.call('GET', '/me', { credential: adaCredential });
        await api.call('GET', '/me');
        const after = await count();
        expect(after.completed - before.completed).to.equal(3);
        expect(after.byStatus[200] - before.byStatus[200]).to.equal(2);
        expect(after.byStatus[401] - before.byStatus[401]).to.equal(1);
      });
    });
  });
}
