import { fileURLToPath } from 'node:url';
import { openStores } from '../../bench/stores/open.js';
import { ApiClient } from './api-client.js';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from './chromium.js';
import { runEntry, startService } from './service.js';

/** Takes the picture in docs/openapi.md: the page under `jwt`, a post just written. */

const PICTURE = fileURLToPath(new URL('../../../docs/images/docs-page.png', import.meta.url));
const VIEW = { width: 1200, height: 1100 };

const executable = findChromium();
if (executable === undefined) {
  throw new Error(HOW_TO_GET_CHROMIUM);
}
const stores = await openStores();
try {
  const variables = { DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl };
  await runEntry('migrate', variables);
  const service = await startService({ ...variables, AUTH_STRATEGY: 'jwt', PORT: '3000' });
  const browser = await launchChromium(executable);
  try {
    const ada = await new ApiClient(service.url).register('ada');
    const page = await browser.newPage({ viewport: VIEW });
    await page.goto(`${service.url}/docs`);
    await page.locator('.scheme-container .authorize').click();
    await page.locator('#login-email').fill(ada.email);
    await page.locator('#login-password').fill(ada.password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
    await page.locator('.modal-ux .close-modal').click();
    const post = page.locator('#operations-posts-createPost');
    await post.locator('.opblock-summary-control').click();
    await post.locator('.execute').click();
    await post.locator('.live-responses-table').waitFor();
    await post.locator('.live-responses-table .microlight').first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: PICTURE });
  } finally {
    await browser.close();
    await service.stop();
  }
} finally {
  await stores.stop();
}
