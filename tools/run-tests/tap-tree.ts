import { Parser, type Result } from 'tap-parser';

/** A test point of TAP. A subtest has `children`; an assertion has none. */
export interface TestPoint {
  readonly name: string;
  readonly ok: boolean;
  /** The reason, when the test was left out. */
  readonly leftOut: string | undefined;
  /** What tap says about a failure: `at`, `diff`, `stack` and the like. */
  readonly diagnostics: unknown;
  readonly children: readonly TestPoint[] | undefined;
}

/** All that one test file printed, read as TAP. */
export interface TapFile {
  readonly points: readonly TestPoint[];
  /** What is wrong with the output as a whole: a plan that was not kept, a bail-out. */
  readonly faults: readonly string[];
  /** The reason, when the file left itself out as a whole. */
  readonly leftOut: string | undefined;
}

function reasonOf(result: Result): string | undefined {
  if (result.skip !== false)
    return result.skip === true || result.skip === '' ? 'no reason given' : result.skip;
  if (result.todo !== false) return 'marked as still to be written';
  return undefined;
}

function collect(parser: Parser): TestPoint[] {
  const points: TestPoint[] = [];
  let subtest: TestPoint[] | undefined;
  parser.on('child', (child: Parser) => {
    subtest = collect(child);
  });
  parser.on('assert', (result: Result) => {
    const children = result.closingTestPoint ? subtest : undefined;
    points.push({
      name: result.name,
      ok: result.ok,
      leftOut: reasonOf(result),
      diagnostics: result.diag,
      children,
    });
    if (children !== undefined) subtest = undefined;
  });
  return points;
}

function faultText(failure: unknown): string | undefined {
  const error =
    typeof failure === 'object' && failure !== null && 'tapError' in failure ? failure.tapError : undefined;
  return typeof error === 'string' && error !== 'no plan' ? error : undefined;
}

/** Reads the output of a test file. What is not TAP is passed over. */
export function readTap(text: string): TapFile {
  const faults: string[] = [];
  let leftOut: string | undefined;
  const parser = new Parser({}, (results) => {
    faults.push(...results.failures.map(faultText).filter((fault) => fault !== undefined));
    if (results.plan.skipAll && results.plan.comment !== 'no tests found') {
      leftOut = results.plan.comment.replace(/^#? *SKIP */i, '') || 'no reason given';
    }
  });
  parser.on('bailout', (reason: string) => faults.push(`bailed out: ${reason}`));
  const points = collect(parser);
  parser.end(text);
  return { points, faults, leftOut };
}
