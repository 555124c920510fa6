import type { ServerOptions } from 'node:http';

/**
 * Variables for a program of the service. It has no settings of its own for these (the values were chosen once,
 * docs/crowd.md), so the server that it makes is told by the way.
 */
export function withServerOptions(changes: ServerOptions): { NODE_OPTIONS: string } {
  const code = `
    import http from 'node:http';
    import { syncBuiltinESMExports } from 'node:module';
    const { createServer } = http;
    http.createServer = (options, ...more) =>
      createServer({ ...options, ...${JSON.stringify(changes)} }, ...more);
    syncBuiltinESMExports();`;
  const encoded = Buffer.from(code).toString('base64');
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${encoded}` };
}
