import t from 'tap';
import { columnBytes } from '../../bench/column-bytes.js';

t.test('octets of columns are counted once, those of attributes by themselves', async (t) => {
  const shared = new Int32Array(10);
  const attributes = { arena: [new Uint8Array(100), null], shared };
  const root = {
    attributes,
    pages: [new Int32Array(4), undefined],
    deep: { map: new Map([[1, shared]]) },
    own: {},
  };
  root.own = root;
  t.same(columnBytes(root), { attributes: 140, others: 16 });
});
