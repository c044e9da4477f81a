import t from 'tap';
import { unwritable } from '../src/errors.js';

t.test('a file that cannot be written is told with its path and the way out', async (t) => {
  const failing = (code: string) => Object.assign(new Error(`${code}: as the kernel says`), { code });
  for (const [code, words] of [
    ['ENOSPC', 'no space is left on its disk; make room in /var/lib/peerage'],
    ['EDQUOT', 'the quota of its disk is used up; make room in /var/lib/peerage, or raise the quota'],
    ['EROFS', 'its file system is read-only; mount /var/lib/peerage writable'],
    ['EACCES', 'EACCES: as the kernel says'],
  ] as const) {
    const error = unwritable('/var/lib/peerage/node.cluster', failing(code));
    t.equal(error.message, `/var/lib/peerage/node.cluster cannot be written: ${words}`);
    t.match(error.cause, { code });
  }
  t.equal(unwritable('/a/b', 'odd').message, '/a/b cannot be written: odd');
});
