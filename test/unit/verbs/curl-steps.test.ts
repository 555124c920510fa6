import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { type CurlTarget, curlSteps } from '../../../bench/cli/verbs/curl-steps.js';
import { wrapCommand } from '../../../bench/text/wrap-command.js';
import { declarationOf } from '../report/declarations.js';

function stepsFor(declared: string, changes: Partial<CurlTarget> = {}) {
  return curlSteps({
    strategy: declarationOf(declared),
    origin: 'http://127.0.0.1:4000',
    others: [],
    spread: false,
    user: { id: 7, email: 'ada@example.com' },
    password: 'a password',
    environment: { OPERATOR_TOKEN: 'OPERATOR', TOKEN_SECRET: 'SECRET', DATABASE_URL: "p://a'b" },
    rotateKeys: 'node rotate-keys.js',
    ...changes,
  });
}

/** Without the breaks, as a shell reads them. */
function linesFor(declared: string, changes: Partial<CurlTarget> = {}): string[] {
  return stepsFor(declared, changes)
    .flatMap(({ lines }) => lines)
    .map((line) => line.replaceAll(' \\\n  ', ' '));
}

function answersOf(declared: string, what: RegExp, changes: Partial<CurlTarget> = {}) {
  return stepsFor(declared, changes).find((step) => what.test(step.what))?.answers;
}

describe('commands to paste', () => {
  it('follow from the declaration', () => {
    expect(linesFor('session').join('\n')).to.include(`curl -i -w '\\n' -b "$COOKIE" http`);
    expect(linesFor('jwt').join('\n')).to.include('Authorization: $CREDENTIAL');
  });

  it('write no file', () => {
    for (const name of ['session', 'session-memory', 'jwt', 'opaque', 'none']) {
      expect(linesFor(name).join('\n'), name).not.to.match(/ -c |\.txt|[^2]>/);
    }
  });

  it('refresh and exchange a token where that is declared', () => {
    const jwt = linesFor('jwt').join('\n');
    expect(jwt).to.include('http://127.0.0.1:4000/auth/refresh');
    expect(jwt).to.include(
      `curl -i -w '\\n' -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token=$TOKEN -d subject_token_type=urn:ietf:params:oauth:token-type:access_token -d client_id=post-scheduler -d scope=posts:write http://127.0.0.1:4000/auth/token`,
    );
    expect(linesFor('session').join('\n')).to.include('/auth/sessions/delegated');
    expect(linesFor('session-cookie').join('\n')).not.to.include('delegated');
    for (const name of ['session', 'none']) {
      expect(linesFor(name).join('\n'), name).not.to.match(/refresh|exchange/);
    }
  });

  it('end with how an operator shuts the user out and lets them in, except for the control', () => {
    expect(linesFor('session-memory').slice(-2)).to.deep.equal(
      ['disable', 'enable'].map(
        (verb) =>
          `curl -i -w '\\n' -X POST -H "Authorization: Operator OPERATOR" http://127.0.0.1:4000/users/7/${verb}`,
      ),
    );
    expect(linesFor('none').join('\n')).not.to.match(/disable|enable/);
  });

  it('say what the old credential answers after the logout, by what is declared', () => {
    const others = ['http://127.0.0.1:4001'];
    for (const [name, here, there] of [
      ['session', 401, 401],
      ['session-memory', 401, 401],
      ['session-cookie', 200, 200],
      ['jwt', 200, 200],
      ['jwt-denylist', 401, 401],
      ['jwt-cached', 401, 200],
      ['opaque', 401, 401],
      ['none', 200, 200],
    ] as const) {
      expect(answersOf(name, /send the old one/, { others }), name).to.deep.equal([here]);
      expect(answersOf(name, /and at the other instances/, { others }), name).to.deep.equal([
        there,
      ]);
    }
  });

  it('ask each other instance, which knows the login or does not', () => {
    const others = ['http://127.0.0.1:4001', 'http://127.0.0.1:4002'];
    expect(answersOf('session-memory', /do not know/, { others })).to.deep.equal([401]);
    expect(answersOf('session', /know you too/, { others })).to.deep.equal([200]);
    const asked = linesFor('session', { others }).filter((line) => /400[12]\/me$/.test(line));
    expect(asked).to.have.length(4);
  });

  it('make a new key where keys are in the database', () => {
    const es256 = { ...declarationOf('jwt'), needs: ['tokenKeys'] };
    const lines = linesFor('jwt', { strategy: es256 }).join('\n');
    expect(lines).to.include(
      `DATABASE_URL='p://a'\\''b' TOKEN_SECRET=SECRET KEY_ALG=$KEY_ALG node rotate-keys.js`,
    );
    const environment = { TOKEN_KEYS: '{"keys":[]}' };
    const given = linesFor('jwt', { strategy: es256, environment });
    expect(given.join('\n')).not.to.include('rotate');
    expect(linesFor('session').join('\n')).not.to.include('rotate');
  });

  it('are broken between words, and mean the same to a shell', () => {
    const command = `printf '%s|' one 'two  and "three"' "four 'and' five" six`;
    const broken = wrapCommand(command, 20);
    expect(broken.split('\n').length).to.be.greaterThan(2);
    const run = (text: string) => execFileSync('sh', ['-c', text], { encoding: 'utf8' });
    expect(run(broken)).to.equal(run(command));
  });

  it('are understood by a shell, up to what is sent', () => {
    const lines = linesFor('jwt')
      .filter((line) => /^(ANSWER|CREDENTIAL|TOKEN|REFRESH)=/.test(line))
      .map((line) =>
        line.replace(
          /\$\(curl .*\); echo .*$/,
          `'{"access_token":"A","token_type":"Bearer","refresh_token":"R"}'`,
        ),
      );
    const refresh = linesFor('jwt').find((line) => line.includes('/auth/refresh')) as string;
    const sent = execFileSync(
      'sh',
      [
        '-c',
        [...lines, refresh.replace('curl', 'printf "%s\\n" "$CREDENTIAL" "$TOKEN"')].join('\n'),
      ],
      { encoding: 'utf8' },
    );
    expect(sent.split('\n').slice(0, 2)).to.deep.equal(['Bearer A', 'A']);
    expect(sent).to.include('{"refresh_token":"R"}');
  });
});
