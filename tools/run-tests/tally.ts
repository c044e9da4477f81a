import type { TapFile, TestPoint } from './tap-tree.js';

/** One failed test: the names from the outside in, and the assertions in it that failed. */
export interface Failure {
  readonly path: readonly string[];
  readonly points: readonly TestPoint[];
}

export interface LeftOutTest {
  readonly path: readonly string[];
  readonly reason: string;
}

/**
 * The tests of one file. A test is a subtest without subtests in it, or an assertion that stands beside
 * subtests or directly in the file. Assertions within a test are not counted.
 */
export interface Tally {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly leftOut: readonly LeftOutTest[];
}

interface Counting {
  passed: number;
  failures: Failure[];
  leftOut: LeftOutTest[];
}

const isSubtest = (point: TestPoint) => point.children !== undefined;

function count(counting: Counting, point: TestPoint, above: readonly string[]): void {
  const path = [...above, point.name];
  if (point.leftOut !== undefined) {
    counting.leftOut.push({ path, reason: point.leftOut });
    return;
  }
  const children = point.children ?? [];
  if (children.some(isSubtest)) {
    const before = counting.failures.length;
    for (const child of children) count(counting, child, path);
    // a plan that was not kept, or a time-out, fails the outer test alone
    if (!point.ok && counting.failures.length === before) counting.failures.push({ path, points: [point] });
    return;
  }
  const run = children.filter((child) => child.leftOut === undefined);
  for (const child of children) if (child.leftOut !== undefined) count(counting, child, path);
  if (!point.ok) {
    const failed = run.filter((child) => !child.ok);
    counting.failures.push({ path, points: failed.length > 0 ? failed : [point] });
  } else if (run.length > 0 || children.length === 0) counting.passed += 1;
}

/** Counts the tests of a file by what it printed. */
export function tally(file: TapFile): Tally {
  const counting: Counting = { passed: 0, failures: [], leftOut: [] };
  for (const point of file.points) count(counting, point, []);
  if (file.points.length === 0 && file.leftOut !== undefined) {
    counting.leftOut.push({ path: ['the whole file'], reason: file.leftOut });
  }
  return counting;
}
