import { openServiceCheck } from './apps/callers/ask-service.js';
import { createPredictionServerApp } from './apps/prediction-server-app.js';
import { strategies } from './auth/registry.js';
import { readPredictionServerSettings } from './config/settings.js';
import { openInProcess } from './prediction/in-process.js';
import { printLine, runEntry } from './server/entry.js';
import type { Drain } from './server/leave-on-signal.js';
import { leaveOnSignal } from './server/leave-on-signal.js';
import { createHttpServer, listen } from './server/listen.js';
import { createProcessLog } from './server/process-log.js';

await runEntry(async () => {
  const settings = await readPredictionServerSettings(strategies);
  const log = createProcessLog(settings.logLevel);
  const { tokenAlgorithm, serviceUrls, storeTimeoutMs: timeoutMs } = settings;
  const callers =
    tokenAlgorithm === undefined
      ? openServiceCheck({ urls: serviceUrls, timeoutMs, log })
      : // Imported here: with sessions it needs neither jose nor a database driver.
        await (await import('./apps/callers/verify-token.js')).openTokenCheck(
          tokenAlgorithm,
          settings,
          log,
        );
  // It has nothing else to do, so nothing has to go on while the model computes.
  const predictor = openInProcess({ url: undefined, timeoutMs, log });

  const drain: Drain = { leaving: false };
  const { counters } = settings;
  const app = createPredictionServerApp({ callers, predictor, drain, log, counters });
  const server = createHttpServer(app.callback());
  leaveOnSignal(server, drain, log, async () => {
    await Promise.all([callers.close(), predictor.close()]);
  });
  const { port, address } = await listen(server, settings);
  printLine({ listening: { host: address, port, pid: process.pid } });
});
