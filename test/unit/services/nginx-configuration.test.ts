import { expect } from 'chai';
import {
  BALANCES,
  type NginxOptions,
  nginxConfiguration,
} from '../../../bench/fleet/web-tier/nginx-configuration.js';
import { workersFor } from '../../../bench/fleet/web-tier/plan.js';

const OPTIONS: NginxOptions = {
  port: 40_000,
  upstreams: ['127.0.0.1:40001', '127.0.0.1:40002'],
  balance: 'round-robin',
  workers: 2,
  connections: 100,
  folder: '/run/web',
};

/** Lines without their indentation. */
function linesOf(changes: Partial<NginxOptions> = {}): string[] {
  return nginxConfiguration({ ...OPTIONS, ...changes })
    .split('\n')
    .map((line) => line.trim());
}

/** What stands between the braces of a block, one line each. */
function blockOf(head: string, lines: readonly string[]): string[] {
  const from = lines.indexOf(`${head} {`);
  expect(from, head).to.be.at.least(0);
  return lines.slice(from + 1, lines.indexOf('}', from)).filter((line) => !line.startsWith('#'));
}

describe('the configuration of nginx', () => {
  for (const balance of BALANCES) {
    it(`listens on loopback alone and stays in its folder (${balance})`, () => {
      const lines = linesOf({ balance });
      expect(lines.filter((line) => line.startsWith('listen '))).to.deep.equal([
        'listen 127.0.0.1:40000;',
      ]);
      expect(lines).to.include.members([
        'daemon off;',
        'worker_processes 2;',
        'pid "/run/web/nginx.pid";',
        'access_log off;',
      ]);
      const paths = lines.filter((line) => /^(pid|error_log|\w+_temp_path) /.test(line));
      expect(paths).to.have.lengthOf(8);
      for (const line of paths) expect(line).to.match(/^\w+ "\/run\/web\//);
    });

    it(`keeps connections open on both sides, whatever the number of requests (${balance})`, () => {
      const lines = linesOf({ balance });
      expect(lines).to.include.members([
        'worker_connections 528;',
        'proxy_http_version 1.1;',
        'proxy_set_header Connection "";',
        'keepalive_timeout 24h;',
      ]);
      const groups = lines.filter((line) => line.startsWith('upstream '));
      expect(lines.filter((line) => line === 'keepalive 116;')).to.have.length(groups.length);
      expect(lines.filter((line) => line === 'keepalive_requests 1000000000;')).to.have.length(
        groups.length + 1,
      );
    });

    it(`says who the client is, and believes nothing that the client says of it (${balance})`, () => {
      expect(linesOf({ balance })).to.include.members([
        'proxy_set_header X-Forwarded-For $remote_addr;',
        'proxy_set_header X-Forwarded-Proto $scheme;',
        'proxy_set_header Forwarded "";',
      ]);
    });
  }

  it('takes turns, or takes the instance with the fewest connections', () => {
    const both = ['server 127.0.0.1:40001 max_fails=0;', 'server 127.0.0.1:40002 max_fails=0;'];
    const inTurn = blockOf('upstream balanced', linesOf());
    expect(inTurn).to.include.members(both).and.not.include('least_conn;');
    const least = blockOf('upstream balanced', linesOf({ balance: 'least-connections' }));
    expect(least).to.include.members([...both, 'least_conn;']);
    // "The directive keepalive must be after the load balancing method" (ngx_http_upstream_module).
    expect(least.indexOf('least_conn;')).to.be.below(least.indexOf('keepalive 116;'));
  });

  it('sets no cookie where it is not sticky', () => {
    for (const balance of ['round-robin', 'least-connections'] as const) {
      expect(linesOf({ balance }).join('\n')).not.to.match(/cookie/i);
    }
  });

  it('leads a known route to its instance, and to another only when that one is gone', () => {
    const lines = linesOf({ balance: 'sticky' });
    expect(lines).to.include('proxy_pass http://$group;');
    expect(blockOf('map $cookie_route $asked', lines)).to.deep.equal([
      'default "";',
      '"1" "1";',
      '"2" "2";',
    ]);
    expect(blockOf('map $asked $group', lines)).to.deep.equal([
      'default "balanced";',
      '"1" "instance_1";',
      '"2" "instance_2";',
    ]);
    expect(blockOf('upstream instance_2', lines)).to.include.members([
      'server 127.0.0.1:40002 max_fails=0;',
      'server 127.0.0.1:40001 backup max_fails=0;',
    ]);
  });

  it('tells a client which instance answered, unless it knows or nobody did', () => {
    const lines = linesOf({ balance: 'sticky' });
    expect(lines).to.include('add_header Set-Cookie $set_route always;');
    expect(blockOf('map $upstream_addr $answered', lines)).to.deep.equal([
      'default "";',
      '"~(^|[, ])127\\\\.0\\\\.0\\\\.1:40001$" "1";',
      '"~(^|[, ])127\\\\.0\\\\.0\\\\.1:40002$" "2";',
    ]);
    const set = blockOf('map $asked/$answered $set_route', lines);
    expect(set[0]).to.equal('default "route=$answered; Path=/; HttpOnly; SameSite=Lax";');
    expect(set.slice(1)).to.have.members(
      ['1/1', '2/2', '/', '1/', '2/'].map((key) => `"${key}" "";`),
    );
  });
});

describe('the number of workers', () => {
  it('leaves most cores to the instances', () => {
    expect([1, 2, 4, 7, 8, 16].map(workersFor)).to.deep.equal([1, 1, 1, 1, 2, 4]);
  });
});
