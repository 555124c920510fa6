/** Who the connections to targets act as: the users of the lab's seed, or those of a file. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type LabError, usageError } from '../model/errors.js';
import { countOf } from '../text/count-of.js';

export interface TargetUser {
  email: string;
  password: string;
}

/** What seed.js makes (docs/contracts.md): a deployment for measuring is seeded by it. */
export function seededUsers(count: number): TargetUser[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `user${String(index + 1).padStart(4, '0')}@example.test`,
    password: 'laboratory passphrase 1',
  }));
}

const fileSchema = z.array(
  z.strictObject({ email: z.string().min(1), password: z.string().min(1) }),
);

/**
 * @param path of a JSON file: [{"email": "…", "password": "…"}, …]
 * @throws LabError TARGET_USERS_INVALID, TARGET_USERS_FEW, exit code 2; passwords are in no message
 */
export async function usersOfFile(path: string, needed: number): Promise<TargetUser[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw invalid(path, `it cannot be read (${error.code})`);
  });
  const users = parse(path, text);
  const emails = users.map(({ email }) => email.toLowerCase());
  const twice = emails.find((email, index) => emails.indexOf(email) !== index);
  if (twice !== undefined) throw invalid(path, `${twice} stands there twice`);
  if (users.length < needed) {
    throw usageError(
      'TARGET_USERS_FEW',
      `${path} has ${countOf(users.length, 'user')}, and this run needs ${needed}: each connection acts as a user of its own. Add users, or take fewer --connections.`,
    );
  }
  return users.slice(0, needed);
}

function parse(path: string, text: string): TargetUser[] {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw invalid(path, 'it is no JSON of the form [{"email": "…", "password": "…"}, …]');
  }
}

/** Without a cause: that of a parser may quote a password. */
function invalid(path: string, why: string): LabError {
  return usageError('TARGET_USERS_INVALID', `The users of ${path} cannot be used: ${why}.`);
}
