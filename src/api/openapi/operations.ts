import type { DescribedInstance } from './instance.js';
import type { Operation } from './operation.js';
import { accountOperations } from './operations/account.js';
import { documentationOperations } from './operations/documentation.js';
import { healthOperations } from './operations/health.js';
import { loginOperations } from './operations/login.js';
import { operatorOperations } from './operations/operator.js';
import { postOperations } from './operations/posts.js';
import { predictionOperations } from './operations/predictions.js';
import { principalOperations } from './operations/principal.js';
import { sessionOperations } from './operations/sessions.js';
import { tokenOperations } from './operations/tokens.js';

/** Every route that an instance has. A new file of routes has a file of operations, and a line here. */
const FILES: readonly ((instance: DescribedInstance) => Operation[])[] = [
  loginOperations,
  accountOperations,
  postOperations,
  predictionOperations,
  sessionOperations,
  tokenOperations,
  principalOperations,
  operatorOperations,
  healthOperations,
  documentationOperations,
];

/** Also those that answer `not_supported` under the strategy of this instance. */
export function operationsOf(instance: DescribedInstance): Operation[] {
  return FILES.flatMap((operations) => operations(instance));
}
