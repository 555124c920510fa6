/** Step 2: routes and status codes. Notes live in memory, and are gone when the server stops. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { readJson } from './read-json.js';

const port = Number(process.env.PORT ?? 3000);
const newNote = z.strictObject({ text: z.string().min(1).max(500) });
const notes = new Map<number, { id: number; text: string }>();
let lastId = 0;

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (error.expose) return send(response, error.status, { error: error.message });
    console.error(error);
    send(response, 500, { error: 'Something broke here; it is not your fault.' });
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?');
  const id = Number(/^\/notes\/(\d{1,9})$/.exec(path)?.[1]);

  if (path === '/notes') {
    if (request.method === 'GET') return send(response, 200, [...notes.values()]);
    if (request.method === 'POST') {
      const { text } = await readJson(request, newNote);
      const note = { id: ++lastId, text };
      notes.set(note.id, note);
      response.setHeader('Location', `/notes/${note.id}`);
      return send(response, 201, note);
    }
    response.setHeader('Allow', 'GET, POST');
    return send(response, 405, { error: `${request.method} is not possible here.` });
  }

  const note = notes.get(id);
  if (!note) return send(response, 404, { error: `There is nothing at ${path}` });
  if (request.method === 'GET') return send(response, 200, note);
  if (request.method === 'DELETE') {
    notes.delete(id);
    response.writeHead(204).end();
    return;
  }
  response.setHeader('Allow', 'GET, DELETE');
  send(response, 405, { error: `${request.method} is not possible here.` });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

server.listen(port, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${port}`);
});
