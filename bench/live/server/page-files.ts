/** The page as one script and one style sheet, made once when the lab starts; nothing is fetched from anywhere. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

export interface PageFiles {
  script: string;
  style: string;
}

const ENTRY = fileURLToPath(new URL('../page/main.js', import.meta.url));
/** Style sheets are not built. */
const STYLE = new URL('../../../../bench/live/page/page.css', import.meta.url);

export async function buildPage(): Promise<PageFiles> {
  const built = await build({
    ...{ entryPoints: [ENTRY], bundle: true, write: false, format: 'iife', minify: true },
    ...{ target: 'es2022', legalComments: 'none', logLevel: 'silent', charset: 'utf8' },
  });
  // Else its process would outlive what it was needed for.
  await stop();
  const ofCharts = await readFile(new URL(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8');
  const script = built.outputFiles[0]?.text ?? '';
  return { script, style: `${ofCharts}\n${await readFile(STYLE, 'utf8')}` };
}
