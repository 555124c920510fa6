import { execFileSync } from 'node:child_process';

/** A process and all that descend from it: freezing PostgreSQL takes every one of its processes. */
function processTree(root: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const tree = [root];
  for (const parent of tree) {
    tree.push(...rows.filter(([, ppid]) => ppid === parent).map(([pid]) => pid));
  }
  return tree;
}

export function freeze(root: number): void {
  for (const pid of processTree(root)) {
    process.kill(pid, 'SIGSTOP');
  }
}

export function thaw(root: number): void {
  for (const pid of processTree(root).reverse()) {
    process.kill(pid, 'SIGCONT');
  }
}
