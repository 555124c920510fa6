import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Account, ApiClient } from '../support/api-client.js';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from '../support/chromium.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';

/** One for each way a credential travels. */
const STRATEGIES = ['session', 'jwt', 'none'];
const WAIT_MS = 30_000;

const executable = findChromium();

describe('the page at /docs, in Chromium', function () {
  this.timeout(120_000);

  if (executable === undefined) {
    it.skip(HOW_TO_GET_CHROMIUM);
    return;
  }

  let stores: ServicesOnStores;
  let browser: Browser;

  before(async () => {
    stores = await openServicesOnStores();
    browser = await launchChromium(executable);
  });

  after(async () => {
    await browser?.close();
    await stores.close();
  });

  for (const name of STRATEGIES) {
    describe(`under ${name}`, () => {
      let api: ApiClient;
      let ada: Account;
      let page: Page;
      let origins: Set<string>;
      let complaints: string[];

      before(async () => {
        api = await stores.start({ AUTH_STRATEGY: name });
        ada = await api.register('ada');
      });

      beforeEach(async () => {
        // Cookies and caches of its own.
        const context = await browser.newContext();
        page = await context.newPage();
        page.setDefaultTimeout(WAIT_MS);
        origins = new Set();
        complaints = [];
        page.on('request', (request) => {
          const { protocol, origin } = new URL(request.url());
          if (protocol !== 'data:') origins.add(origin);
        });
        page.on('console', (message) => {
          if (message.type() === 'error') complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.goto(`${api.url}/docs`);
        await page.locator('#operations-posts-createPost').waitFor();
      });

      afterEach(async () => {
        await page.context().close();
        expect([...origins]).to.deep.equal([api.url]);
        // The browser reports every 4xx of a request as an error; those are asked for here.
        const others = complaints.filter((text) => !/responded with a status of 4\d\d/.test(text));
        expect(others).to.deep.equal([]);
      });

      it('logs in with "Authorize", writes a post, and logs out at the server too', async () => {
        await logInWithDialog(page, ada);
        const { status, body } = await execute(page, 'posts', 'createPost');
        expect(status, body).to.equal(201);
        expect(JSON.parse(body)).to.include({ ownerId: ada.id, title: 'Hello' });

        await page.locator('.scheme-container .authorize').click();
        const left = page.waitForResponse((response) => response.url().endsWith('/auth/logout'));
        await page.getByRole('button', { name: 'Log out', exact: true }).click();
        expect((await left).status()).to.equal(204);
        await page.locator('#login-password').waitFor();
        await page.locator('.modal-ux .close-modal').click();
        expect((await execute(page, 'posts', 'createPost')).status).to.equal(401);
      });

      it('takes the credential of a login that was tried out', async () => {
        expect((await execute(page, 'posts', 'createPost')).status).to.equal(401);
        const login = await execute(page, 'login', 'logIn', {
          email: ada.email,
          password: ada.password,
        });
        expect(login.status, login.body).to.equal(200);
        expect((await execute(page, 'posts', 'createPost')).status).to.equal(201);
      });

      if (name === 'jwt') {
        it('takes a token that was pasted', async () => {
          const { body } = await api.login(ada.email, ada.password);
          await page.locator('.scheme-container .authorize').click();
          await page.locator('#auth-bearer-value').fill(body.access_token);
          await page.locator('.modal-ux button[type=submit]').click();
          await page.locator('.modal-ux .close-modal').click();
          expect((await execute(page, 'posts', 'createPost')).status).to.equal(201);
        });
      }

      if (name === 'session') {
        it('says why a login failed, and knows a cookie that was there before it', async () => {
          await logInWithDialog(page, { ...ada, password: 'not the password' }, pressEnter);
          const alert = await page.locator('.modal-ux [role=alert]').innerText();
          expect(alert).to.include('E-mail or password is wrong');
          await page.locator('.modal-ux .close-modal').click();
          await logInWithDialog(page, ada);
          await page.reload();
          await page.locator('.scheme-container .authorize.locked').waitFor();
          expect((await execute(page, 'posts', 'createPost')).status).to.equal(201);
        });
      }
    });
  }
});

async function pressEnter(page: Page): Promise<void> {
  await page.locator('#login-password').press('Enter');
}

async function pressButton(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

async function logInWithDialog(
  page: Page,
  { email, password }: Account,
  submit = pressButton,
): Promise<void> {
  await page.locator('.scheme-container .authorize').click();
  await page.locator('#login-email').fill(email);
  await page.locator('#login-password').fill(password);
  const answered = page.waitForResponse((response) => response.url().endsWith('/auth/login'));
  await submit(page);
  if ((await answered).ok()) {
    await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
    await page.locator('.modal-ux .close-modal').click();
  } else {
    await page.locator('.modal-ux [role=alert]:not(:empty)').waitFor();
  }
}

/** Sends an operation as a reader does; its example, unless told otherwise. */
async function execute(
  page: Page,
  tag: string,
  id: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: string }> {
  const block = page.locator(`#operations-${tag}-${id}`);
  if (!(await block.locator('.execute').isVisible())) {
    await block.locator('.opblock-summary-control').click();
  }
  if (body !== undefined) {
    await block.locator('textarea').fill(JSON.stringify(body));
  }
  const answered = page.waitForResponse(
    (response) => response.request().resourceType() === 'fetch',
  );
  await block.locator('.execute').click();
  const response = await answered;
  const shown = block.locator('.live-responses-table .response .response-col_status');
  await shown.filter({ hasText: String(response.status()) }).waitFor();
  return { status: response.status(), body: await response.text() };
}
