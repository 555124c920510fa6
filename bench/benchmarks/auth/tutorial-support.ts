/** What the tutorial forms share and what is no part of authentication: users, login body, listening. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';

export interface TutorialUser {
  id: number;
  email: string;
  name: string;
}

const users = new Map(
  (JSON.parse(process.env.TUTORIAL_USERS ?? '[]') as TutorialUser[]).map((user) => [
    user.email,
    user,
  ]),
);

/**
 * The user that a login names. The password is not checked: what a check costs is the same in every
 * form and is not what this benchmark measures. Users come from the environment, not a database.
 */
export async function userOfLogin(ctx: Koa.Context): Promise<TutorialUser> {
  let text = '';
  for await (const chunk of ctx.req) text += chunk;
  const { email } = JSON.parse(text) as { email: string };
  const user = users.get(email);
  if (user === undefined) return ctx.throw(401);
  return user;
}

/** Listens on a free loopback port and prints the line the lab waits for. */
export async function listen(app: Koa): Promise<void> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: { host, port, pid: process.pid } })}\n`);
}
