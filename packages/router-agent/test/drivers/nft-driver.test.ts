import t from 'tap';
import { NftDriver, type NftResult } from '../../src/drivers/nft-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

const { signal } = new AbortController();
const wanted = [{ name: 'ours', body: 'chain c { }' }];

function answering(answers: readonly Partial<NftResult>[]): NftDriver {
  const waiting = [...answers];
  return new NftDriver(['ours'], async () => {
    const answer = waiting.shift();
    if (answer === undefined) throw new Error('nft was run once too often');
    return { status: 0, stdout: '', stderr: '', ...answer };
  });
}

t.test('what nft refuses is told in its own words', async (t) => {
  const driver = answering([
    { status: 1, stderr: 'Error: No such file or directory\nlist table inet ours\n' },
    { status: 1, stderr: '/dev/stdin:3:1-4: Error: syntax error, unexpected string\nchain c { }\n' },
  ]);
  t.strictSame(await reconcile(driver, wanted, signal), {
    changed: 0,
    failures: [
      'create nft table ours: nft refused it: /dev/stdin:3:1-4: Error: syntax error, unexpected string',
    ],
  });
});

t.test('a table that cannot be listed is not taken for absent', async (t) => {
  const driver = answering([
    { status: 1, stderr: 'netlink: Error: cache initialization failed: Operation not permitted\n' },
  ]);
  await t.rejects(reconcile(driver, wanted, signal), {
    message:
      'nft does not list table inet ours: netlink: Error: cache initialization failed: Operation not permitted',
  });
});

t.test('without the program, what is wanted fails and what is not wanted does not', async (t) => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  t.teardown(() => {
    process.env.PATH = path;
  });
  const driver = new NftDriver(['ours']);
  t.strictSame(await reconcile(driver, [], signal), { changed: 0, failures: [] });
  t.strictSame(await reconcile(driver, wanted, signal), {
    changed: 0,
    failures: ['create nft table ours: the program nft was not found; install the package nftables'],
  });
});
