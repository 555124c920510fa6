/**
 * The configuration of nginx as the web tier before N instances. Pure: what is asked for -> the text of
 * an nginx.conf.
 */

/** How requests are spread over the instances. */
export const BALANCES = ['round-robin', 'least-connections', 'sticky'] as const;
export type Balance = (typeof BALANCES)[number];

/** Names the instance that answered first; set by nginx in sticky balancing only. */
const ROUTE_COOKIE = 'route';

export interface NginxOptions {
  /** On loopback. */
  port: number;
  /** host:port of each instance, in their order. */
  upstreams: readonly string[];
  balance: Balance;
  workers: number;
  /** The most that clients keep open at once. */
  connections: number;
  /** Connections of one worker, its clients and its instances; enough for all unless told. */
  perWorker?: number | undefined;
  /** Of the cookie of sticky balancing, of letters, digits and _: nginx makes a variable of it. */
  routeCookie?: string;
  /** Absolute; everything that nginx writes lies in it. */
  folder: string;
}

/** Clients are held open between measured windows, and a day is longer than any run. */
const CLIENT_IDLE = '24h';
/** Shorter than the 65 s of an instance: whoever closes first must not be the one that gets a request. */
const UPSTREAM_IDLE = '60s';
/** nginx closes a connection after 1000 requests unless told: a tenth of a second under load. */
const NEVER = 1_000_000_000;

export function nginxConfiguration(options: NginxOptions): string {
  const { port, balance, workers, connections, folder } = options;
  // For each request under way the client's and one to an instance; beside them idle ones to other
  // instances; and a sixteenth free, or nginx closes clients that send nothing just now.
  const perWorker = options.perWorker ?? 4 * connections + 128;
  return `daemon off;
worker_processes ${workers};
pid ${quoted(`${folder}/nginx.pid`)};
error_log ${quoted(`${folder}/error.log`)} warn;

events {
  worker_connections ${perWorker};
}

http {
  access_log off;
  # Below this level nginx writes whole request lines, query included: people paste credentials into them.
  error_log ${quoted(`${folder}/error.log`)} alert;
  server_tokens off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${quoted(`${folder}/${name}`)};`).join('\n  ')}

${upstreamsOf(options)}

  server {
    listen 127.0.0.1:${port};
    keepalive_timeout ${CLIENT_IDLE};
    keepalive_requests ${NEVER};
    # Above the 100 kB of an instance, which answers 413 as problem+json.
    client_max_body_size 1m;
    # Every body that an instance accepts fits, so none is written to a file on its way.
    client_body_buffer_size 128k;
    # On what nginx answers itself, too. That of an instance is hidden, or there would be two.
    proxy_hide_header X-Content-Type-Options;
    ${NO_SNIFFING}

    location / {
      proxy_pass http://${balance === 'sticky' ? '$group' : BALANCED};
      # HTTP/1.1 and no "Connection: close", or no connection is ever used again.
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      # With the port: an instance compares Origin to Host.
      proxy_set_header Host $http_host;
      # Set, not appended to: what a client claims about itself goes no further.
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header Forwarded "";
      proxy_connect_timeout 1s;
      # A POST that was sent is never sent again: "non_idempotent" is left out.
      proxy_next_upstream error timeout;${balance === 'sticky' ? STICKY_HEADER : ''}
    }
  }
}
`;
}

/** Compiled-in paths are the system's, which the lab may not write to. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const BALANCED = 'balanced';

const NO_SNIFFING = 'add_header X-Content-Type-Options nosniff always;';

// A location that has a header of its own takes none from the server.
const STICKY_HEADER = `
      ${NO_SNIFFING}
      # Also with errors: a refused login should come back to the same instance.
      add_header Set-Cookie $set_route always;`;

function upstreamsOf({
  upstreams,
  balance,
  connections,
  routeCookie = ROUTE_COOKIE,
}: NginxOptions): string {
  const group = (name: string, servers: readonly string[]) => `  upstream ${name} {
    # In memory that all workers share: else each worker takes turns, and counts, by itself.
    zone ${name} 256k;${balance === 'least-connections' ? '\n    least_conn;' : ''}
    # "max_fails=0": nginx counts a connection that broke under a client's own request against the
    # instance, and would keep it from everybody for ten seconds.
    ${servers.map((server) => `server ${server} max_fails=0;`).join('\n    ')}
    # Idle connections kept by each worker; a new one costs more than the request it carries.
    keepalive ${connections + 16};
    keepalive_timeout ${UPSTREAM_IDLE};
    keepalive_requests ${NEVER};
  }`;
  if (balance !== 'sticky') return group(BALANCED, upstreams);
  const own = upstreams.map((first, index) =>
    group(groupOf(index), [
      first,
      // An instance that is gone has taken its state along; what others can answer, they do.
      ...upstreams.filter((other) => other !== first).map((other) => `${other} backup`),
    ]),
  );
  return [...stickyMaps(upstreams, routeCookie), group(BALANCED, upstreams), ...own].join('\n\n');
}

/**
 * The open-source nginx has no "sticky cookie", and a hash of the session's cookie cannot do it: the
 * login has no such cookie yet, so the hash of the id that it makes would lead elsewhere. So nginx tells
 * the client which instance has answered it, in a cookie of its own, and follows that from then on
 * (docs/decisions/503).
 */
function stickyMaps(upstreams: readonly string[], routeCookie: string): string[] {
  const numbers = upstreams.map((_, index) => index + 1);
  return [
    map(`$cookie_${routeCookie}`, '$asked', [
      ['default', ''],
      // Whatever else a client sends is no route: no text of it goes any further.
      ...numbers.map((number) => [number, number] as const),
    ]),
    map('$asked', '$group', [
      ['default', BALANCED],
      ...numbers.map((number, index) => [number, groupOf(index)] as const),
    ]),
    map('$upstream_addr', '$answered', [
      ['default', ''],
      // The last of a list, where the first did not answer.
      ...upstreams.map(
        (upstream, index) => [`~(^|[, ])${upstream.replaceAll('.', '\\.')}$`, index + 1] as const,
      ),
    ]),
    map('$asked/$answered', '$set_route', [
      // No Secure: this nginx speaks plain HTTP on loopback.
      ['default', `${routeCookie}=$answered; Path=/; HttpOnly; SameSite=Lax`],
      // It knows already, or nobody has answered.
      ...numbers.map((number) => [`${number}/${number}`, ''] as const),
      ...['', ...numbers].map((number) => [`${number}/`, ''] as const),
    ]),
  ];
}

function groupOf(index: number): string {
  return `instance_${index + 1}`;
}

function map(
  from: string,
  to: string,
  rows: readonly (readonly [string | number, string | number])[],
): string {
  const lines = rows.map(([key, value]) => `    ${keyOf(key)} ${quoted(String(value))};`);
  return `  map ${from} ${to} {\n${lines.join('\n')}\n  }`;
}

function keyOf(key: string | number): string {
  return key === 'default' ? key : quoted(String(key));
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
