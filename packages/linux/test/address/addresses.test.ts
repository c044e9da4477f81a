import t from 'tap';
import { addressMessage } from '../../src/address/address.js';
import { encodeAddress, encodeAddressDump } from '../../src/address/addresses.js';
import { kernel, needsRoot } from '../lab.js';
import { bytesOf, hexOf } from '../netlink/hex.js';

const address = Uint8Array.of(10, 48, 1, 1);

t.test('adding an address is encoded with both of its forms', async (t) => {
  t.equal(
    hexOf(encodeAddress(addressMessage.create, 0x600, 3, { family: 4, address, prefixLength: 24 })),
    hexOf(
      bytesOf(`28000000 1400 0106 00000000 00000000 02180000 03000000 08000200 0a300101 08000100 0a300101`),
    ),
  );
  t.equal(
    hexOf(encodeAddressDump(6)),
    hexOf(bytesOf('18000000 1600 0103 00000000 00000000 0a000000 00000000')),
  );
});

t.test('an address of the wrong length throws', async (t) => {
  t.throws(() => encodeAddress(addressMessage.create, 0, 3, { family: 6, address, prefixLength: 24 }), {
    code: 'LINUX_ERR_ARGUMENT',
    message: 'an IPv6 address has 16 octets, got 4',
  });
});

t.test('addresses of both families are added, listed and deleted', needsRoot, async (t) => {
  const { netlink, cable } = await kernel(t);
  const six = { family: 6, address: new Uint8Array(16).fill(0xfd), prefixLength: 64 } as const;
  const four = { family: 4, address, prefixLength: 24 } as const;
  await netlink.addresses.add(cable, four);
  await netlink.addresses.add(cable, { ...six, skipDuplicateDetection: true });
  const listed = await netlink.addresses.dump();
  t.ok(
    listed.some(
      (one) => one.family === 4 && one.prefixLength === 24 && one.address.join('.') === '10.48.1.1',
    ),
  );
  const found = listed.find((one) => one.family === 6 && one.address[0] === 0xfd);
  t.same(found, { ...six, interfaceIndex: cable, scope: 0, tentative: false });
  t.ok((await netlink.addresses.dump(4)).every(({ family }) => family === 4));
  t.ok((await netlink.addresses.dump(6)).every(({ family }) => family === 6));
  await t.rejects(netlink.addresses.add(cable, four), { code: 'LINUX_ERR_KERNEL', errnoName: 'EEXIST' });
  await netlink.addresses.delete(cable, four);
  await netlink.addresses.delete(cable, six);
  t.notOk((await netlink.addresses.dump()).some((one) => one.address[0] === 0xfd || one.address[1] === 48));
  await t.rejects(netlink.addresses.delete(cable, four), {
    code: 'LINUX_ERR_KERNEL',
    errnoName: 'EADDRNOTAVAIL',
  });
});
