/**
 * The order of the folders (layers.json) as rules: a file imports from its own folder or from one that
 * stands before it in the list. Type imports count. `npm run lint` runs it; test/unit/lint/layers.test.ts
 * plants what it must find.
 */
const layers = require('./layers.json');

/** Folders within a folder are of its layer. */
const foldersOf = (half) => Object.keys(layers[half]).filter((path) => !path.includes('/'));

function orderOf(half) {
  const folders = foldersOf(half);
  return folders.slice(0, -1).map((folder, place) => ({
    name: `${half}-${folder}-imports-only-earlier-layers`,
    severity: 'error',
    comment: `Folders are listed in layers.json in the order in which they may import.`,
    from: { path: `^${half}/${folder}/` },
    to: { path: `^${half}/(${folders.slice(place + 1).join('|')})/` },
  }));
}

/** What is computed from results must work wherever a result is read, long after its run. */
const PURE = ['analyse', 'report', 'plan', 'diff'];
const IMPURE = ['processes', 'stores', 'fleet', 'load', 'measure', 'trial', 'experiments'];

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Files that import each other in a circle are one file, or lack a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'the-lab-imports-nothing-of-the-service',
      severity: 'error',
      comment: 'They meet in HTTP, environment variables and printed lines of JSON.',
      from: { path: '^bench/' },
      to: { path: '^src/' },
    },
    {
      name: 'the-service-imports-nothing-of-the-lab',
      severity: 'error',
      comment: 'The service can be copied out of here as it is.',
      from: { path: '^src/' },
      to: { path: '^bench/' },
    },
    {
      name: 'every-file-is-in-a-layer',
      severity: 'error',
      comment:
        'A folder that layers.json does not list has no place in the order; what lies beside the folders of src/ is started, not imported.',
      from: {},
      to: {
        path: '^(bench|src)/',
        pathNot: Object.keys(layers).map((half) => `^${half}/(${foldersOf(half).join('|')})/`),
      },
    },
    {
      name: 'analysis-reads-results-alone',
      severity: 'error',
      comment: 'What is computed from a result must not need what has measured it.',
      from: { path: `^bench/(${PURE.join('|')})/` },
      to: { path: `^bench/(${IMPURE.join('|')})/` },
    },
    ...Object.keys(layers).flatMap(orderOf),
  ],
  options: {
    tsPreCompilationDeps: true,
    // TypeScript 7 has no programming interface that the tool could use.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
