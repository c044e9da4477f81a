import t from 'tap';
import {
  decodeNextHopObjects,
  encodeNextHopChanges,
  type NextHopObject,
} from '../../src/route/next-hop-object.js';
import { bytesOf, hexOf } from '../netlink/hex.js';

const vector = (text: string): string => hexOf(bytesOf(text));

const single: NextHopObject = {
  id: 0x1100000a,
  protocol: 17,
  gateway: Uint8Array.of(192, 0, 2, 9),
  interfaceIndex: 3,
};
const group: NextHopObject = {
  id: 12,
  protocol: 17,
  members: [
    { id: 10, weight: 1 },
    { id: 11, weight: 256 },
  ],
};
const singleBody = '02001100 00000000 08000100 0a000011 08000500 03000000 08000600 c0000209';
const groupBody = '00001100 00000000 08000100 0c000000 14000200 0a000000 00000000 0b000000 ff000000';

t.test('a change is a message: create is exclusive, delete needs the number alone', async (t) => {
  const encode = (operation: 'create' | 'replace' | 'delete', object: NextHopObject): string =>
    hexOf(encodeNextHopChanges([{ operation, object }]));
  t.equal(encode('create', single), vector(`30000000 6800 0106 00000000 00000000 ${singleBody}`));
  t.equal(encode('replace', group), vector(`34000000 6800 0105 00000000 00000000 ${groupBody}`));
  t.equal(
    encode('delete', single),
    vector('20000000 6900 0100 00000000 00000000 00000000 00000000 08000100 0a000011'),
  );
});

t.test('what was encoded is read back, and what has no number is passed over', async (t) => {
  const changes = [single, group].map((object) => ({ operation: 'create' as const, object }));
  t.same(decodeNextHopObjects(encodeNextHopChanges(changes)), [single, group]);
  t.same(decodeNextHopObjects(bytesOf('18000000 6800 0000 00000000 00000000 00000000 00000000')), []);
  t.same(decodeNextHopObjects(bytesOf('14000000 6800 0000 00000000 00000000 00000000')), []);
});

t.test('what cannot be a next hop is refused before the kernel sees it', async (t) => {
  const refused = (object: Partial<NextHopObject>): void => {
    const changes = [{ operation: 'create' as const, object: { ...single, ...object } }];
    t.throws(() => encodeNextHopChanges(changes), { code: 'LINUX_ERR_ARGUMENT' }, JSON.stringify(object));
  };
  refused({ id: 0 });
  refused({ id: 2 ** 32 });
  refused({ protocol: 256 });
  refused({ gateway: new Uint8Array(5) });
  refused({ members: [{ id: 1, weight: 0 }] });
  refused({ members: [{ id: 1, weight: 257 }] });
  const { interfaceIndex: _, ...nowhere } = single;
  t.throws(() => encodeNextHopChanges([{ operation: 'create', object: nowhere }]), /needs an interface/);
});
