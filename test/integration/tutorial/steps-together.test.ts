import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createTestDatabase, createTestRedis } from '../../support/stores.js';
import { needs } from '../../support/tutorial/needs.js';
import { openTerminal, type Terminal } from '../../support/tutorial/terminal.js';

const JSON_TYPE = `-H 'Content-Type: application/json'`;
const CREDENTIALS = `-d '{"name":"mina","password":"correct horse"}'`;
const TOKEN_SECRET = randomBytes(32).toString('base64url');

describe('steps of the tutorial, beyond what the pages type', function () {
  this.timeout(60_000);
  let closes: (() => unknown)[] = [];
  let terminal: Terminal;

  before(function () {
    needs(this, 'bash', 'curl');
  });
  beforeEach(async () => {
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    closes = [() => database.drop(), () => redis.close()];
    terminal = await openTerminal({
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      TOKEN_SECRET,
    });
    closes.unshift(() => terminal.close());
  });
  afterEach(async () => {
    for (const close of closes) await close();
  });

  async function type(...commands: string[]): Promise<string[]> {
    const outputs: string[] = [];
    for (const command of commands) outputs.push((await terminal.type(command)).trim());
    return outputs;
  }

  /** /me four times through the web server of step 8, in front of two servers of a step. */
  async function fourTimesMe(step: number, logIn: string[], credential: string) {
    await type(
      `npm run tutorial -- 8 --app ${step}`,
      `curl ${JSON_TYPE} ${CREDENTIALS} http://127.0.0.1:8080/users`,
      ...logIn,
    );
    return type(...Array(4).fill(`curl ${credential} http://127.0.0.1:8080/me`));
  }

  const INTO_JAR = [`curl -c jar ${JSON_TYPE} ${CREDENTIALS} http://127.0.0.1:8080/login`];
  const INTO_VARIABLE = [
    `ANSWER=$(curl ${JSON_TYPE} ${CREDENTIALS} http://127.0.0.1:8080/login)`,
    `TOKEN=$(echo "$ANSWER" | node -p 'JSON.parse(fs.readFileSync(0)).access_token')`,
  ];
  const MINA = '{"name":"mina"}';

  it('a session in memory is unknown to every second instance behind the web server', async () => {
    const answers = await fourTimesMe(5, INTO_JAR, '-b jar');
    expect(answers.filter((answer) => answer === MINA)).to.have.length(2);
    expect(answers.filter((answer) => answer === 'Log in first.')).to.have.length(2);
  });

  it('a session in Redis is known to all', async () => {
    expect(await fourTimesMe(6, INTO_JAR, '-b jar')).to.deep.equal(Array(4).fill(MINA));
  });

  it('a token is known to all', async () => {
    const answers = await fourTimesMe(7, INTO_VARIABLE, '-H "Authorization: Bearer $TOKEN"');
    expect(answers).to.deep.equal(Array(4).fill(MINA));
  });

  it('the web server uses connections again, and says itself who the client is', async () => {
    const told: unknown[] = [];
    let connections = 0;
    const instance = createServer((request, response) => {
      told.push(request.headers['x-forwarded-for']);
      response.end('ok');
    });
    instance.on('connection', () => {
      connections += 1;
    });
    instance.listen(0, '127.0.0.1');
    await once(instance, 'listening');
    closes.unshift(
      () => instance.closeAllConnections(),
      () => instance.close(),
    );
    const { port } = instance.address() as AddressInfo;
    const ask = `curl -H 'X-Forwarded-For: 203.0.113.9' http://127.0.0.1:8080/`;
    const start = `INSTANCES=http://127.0.0.1:${port} npm run tutorial -- 8 --alone`;
    expect((await type(start, ask, ask, ask)).slice(1)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(told).to.deep.equal(Array(3).fill('127.0.0.1'));
    expect(connections).to.equal(1);
  });

  it('a token without a signature is refused', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: '1', jti: 'x', iat: 1, exp: 4_000_000_000, name: 'root' };
    const origin = { iss: 'tutorial', aud: 'tutorial-notes' };
    const token = `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ ...claims, ...origin })}.`;
    const [, answer] = await type(
      'npm run tutorial -- 7 --alone',
      `curl -i -H 'Authorization: Bearer ${token}' http://127.0.0.1:3000/me`,
    );
    expect(answer)
      .to.match(/^HTTP\/1\.1 401 /)
      .and.include('error="invalid_token"');
  });

  for (const step of [5, 6]) {
    it(`a planted session id is worth nothing after the login, in step ${step}`, async () => {
      const planted = 'A'.repeat(43);
      const login = `curl -i ${JSON_TYPE} ${CREDENTIALS} http://127.0.0.1:3000`;
      const outputs = await type(
        `npm run tutorial -- ${step} --alone`,
        `${login}/users`,
        `${login}/login -b session=${planted}`,
        `curl -b session=${planted} http://127.0.0.1:3000/me`,
      );
      expect(outputs[2])
        .to.match(/set-cookie: session=[\w-]{43};/i)
        .and.not.include(planted);
      expect(outputs[3]).to.equal('Log in first.');
    });

    it(`a session ends with the next login from the same browser, in step ${step}`, async () => {
      const login = `${JSON_TYPE} ${CREDENTIALS} http://127.0.0.1:3000`;
      const outputs = await type(
        `npm run tutorial -- ${step} --alone`,
        `curl ${login}/users`,
        `curl -c old ${login}/login`,
        `curl -b old -c new ${login}/login`,
        'curl -b old http://127.0.0.1:3000/me',
        'curl -b new http://127.0.0.1:3000/me',
      );
      expect(outputs.slice(-2)).to.deep.equal(['Log in first.', MINA]);
    });
  }

  it('a name that is taken, a wrong password and an unknown name are refused', async () => {
    const at = (path: string, name: string, password: string) =>
      `curl -w ' %{http_code}' ${JSON_TYPE} -d '{"name":"${name}","password":"${password}"}' http://127.0.0.1:3000${path}`;
    const outputs = await type(
      'npm run tutorial -- 5 --alone',
      at('/users', 'mina', 'correct horse'),
      at('/users', 'mina', 'another horse'),
      at('/login', 'mina', 'another horse'),
      at('/login', 'nobody', 'another horse'),
    );
    expect(outputs.slice(1)).to.deep.equal([
      '{"name":"mina"} 201',
      'This name is taken. 409',
      'The name or the password is wrong. 401',
      'The name or the password is wrong. 401',
    ]);
  });

  it('a body above the limit is refused, and an id beyond the table is not found', async () => {
    const outputs = await type(
      'npm run tutorial -- 4 --alone',
      `node -p '"x".repeat(20000)' > large`,
      `curl -w ' %{http_code}' ${JSON_TYPE} -d @large http://127.0.0.1:3000/notes`,
      `curl -w ' %{http_code}' http://127.0.0.1:3000/notes/99999999999`,
      `curl -w ' %{http_code}' ${JSON_TYPE} -d '{"text":"a\\u0000"}' http://127.0.0.1:3000/notes`,
    );
    expect(outputs[2]).to.equal('Send at most 10000 bytes. 413');
    expect(outputs[3]).to.equal('There is no such note. 404');
    expect(outputs[4]).to.include('PostgreSQL cannot store U+0000').and.match(/ 422$/);
  });

  it('a wrong number of a step is answered with the list', async () => {
    const script = new URL('../../../docs/tutorial/start.js', import.meta.url).pathname;
    const [output] = await type(`node ${script} 9; echo $?`);
    expect(output)
      .to.match(/Say which step/)
      .and.match(/ 8 {2}web-server\n2$/);
  });
});
