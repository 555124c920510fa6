import type { ServerOptions } from 'node:http';

/**
 * NODE_OPTIONS for a program of the service. It has no settings for these (the values were chosen once,
 * docs/crowd.md), so the server that it makes is told by the way.
 */
export function withServerOptions(changes: ServerOptions): string {
  const code = `
    import http from 'node:http';
    import { syncBuiltinESMExports } from 'node:module';
    const { createServer } = http;
    http.createServer = (options, ...more) =>
      createServer({ ...options, ...${JSON.stringify(changes)} }, ...more);
    syncBuiltinESMExports();`;
  return `--import=data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}
