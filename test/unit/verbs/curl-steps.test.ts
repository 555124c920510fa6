import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { curlSteps } from '../../../bench/verbs/curl-steps.js';
import { declarationOf } from '../report/declarations.js';

function linesFor(name: string, declared = name): string[] {
  return curlSteps({
    strategy: { ...declarationOf(declared), name },
    origin: 'http://127.0.0.1:4000',
    user: { id: 7, email: 'ada@example.com' },
    password: 'a password',
    operatorToken: 'OPERATOR',
  }).flatMap(({ lines }) => lines);
}

describe('commands to paste', () => {
  it('follow from the declaration, not from the name', () => {
    expect(linesFor('vault', 'session').join('\n')).to.include('-c cookies-vault.txt');
    expect(linesFor('session-by-token', 'jwt').join('\n')).to.include('Authorization: $CREDENTIAL');
  });

  it('refresh and exchange a token where that is declared', () => {
    const jwt = linesFor('jwt').join('\n');
    expect(jwt).to.include('http://127.0.0.1:4000/auth/refresh');
    expect(jwt).to.include(
      'curl -i -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token=$TOKEN -d subject_token_type=urn:ietf:params:oauth:token-type:access_token -d client_id=post-scheduler -d scope=posts:write http://127.0.0.1:4000/auth/token',
    );
    expect(linesFor('session').join('\n')).to.include('/auth/sessions/delegated');
    expect(linesFor('session-cookie').join('\n')).not.to.include('delegated');
    for (const name of ['session', 'none']) {
      expect(linesFor(name).join('\n'), name).not.to.match(/refresh|exchange/);
    }
  });

  it('end with how an operator disables the user, except for the control', () => {
    expect(linesFor('session-memory').at(-1)).to.equal(
      'curl -i -X POST -H "Authorization: Operator OPERATOR" http://127.0.0.1:4000/users/7/disable',
    );
    expect(linesFor('none').join('\n')).not.to.include('disable');
  });

  it('are understood by a shell, up to what is sent', () => {
    const lines = linesFor('jwt')
      .filter((line) => !line.startsWith('curl'))
      .map((line) =>
        line.replace(
          /\$\(curl .*\)$/,
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
