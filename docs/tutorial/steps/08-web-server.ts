/** Step 8: a web server in front of several instances. Each request goes to the next one in turn. */
import { Agent, request as ask, createServer, type IncomingHttpHeaders } from 'node:http';

const port = Number(process.env.PORT ?? 8080);
const { INSTANCES = 'http://127.0.0.1:3001,http://127.0.0.1:3002' } = process.env;
const instances = INSTANCES.split(',').map((url) => new URL(url));
const agent = new Agent({ keepAlive: true });
let turn = 0;

const server = createServer((request, response) => {
  const { hostname, port } = instances[turn++ % instances.length] as URL;
  const { method, url: path } = request;
  // Set, not added to: what a client says of its own address is worth nothing.
  const address = { 'x-forwarded-for': request.socket.remoteAddress };
  const headers = { ...endToEnd(request.headers), ...address };
  const onward = ask({ agent, hostname, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    answer.pipe(response);
  });
  onward.on('error', () => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { 'Content-Type': 'text/plain' });
    response.end('The instance whose turn it was does not answer.');
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});

/** These are between two neighbours, and not for who stands behind (RFC 9110, section 7.6.1). */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection, 'keep-alive': keepAlive, upgrade, te, ...others } = headers;
  return others;
}

server.listen(port, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${port}, in front of ${INSTANCES}`);
});
