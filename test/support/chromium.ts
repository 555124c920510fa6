import { type Browser, chromium } from 'playwright-core';
import { findOnPath } from '../../bench/processes/find-on-path.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** What it would fetch by itself, at every start. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

export const HOW_TO_GET_CHROMIUM =
  'no Chromium on PATH: install it (Debian: apt-get install chromium) to run this';

/** Where the browser is; undefined when this machine has none. */
export function findChromium(): string | undefined {
  for (const name of NAMES) {
    const found = findOnPath(name, process.env);
    if (found) return found;
  }
  return undefined;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    // Chromium refuses to run its sandbox as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: QUIET,
  });
}
