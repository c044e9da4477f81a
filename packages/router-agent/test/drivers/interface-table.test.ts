import type { InterfaceAddress, Link } from '@peerage/linux';
import t from 'tap';
import { InterfaceTable } from '../../src/drivers/interface-table.js';
import { parseIp } from '../../src/items/ip.js';

function address(interfaceIndex: number, text: string, prefixLength: number): InterfaceAddress {
  const bytes = parseIp(text);
  if (bytes === null) throw new Error(text);
  return {
    interfaceIndex,
    family: bytes.length === 4 ? 4 : 6,
    address: bytes,
    prefixLength,
    scope: 0,
    tentative: false,
  };
}

t.test('a neighbour is on the interface whose subnet has its address, or on the one it names', async (t) => {
  const links = [{ index: 7, name: 'eth1' }] as unknown as readonly Link[];
  const addresses = [address(5, '192.0.2.1', 24), address(7, '2001:db8::1', 64)];
  const table = new InterfaceTable({
    links: { dump: async () => links },
    addresses: { dump: async () => addresses },
  } as unknown as ConstructorParameters<typeof InterfaceTable>[0]);
  t.equal(table.interfaceOf('192.0.2.9'), null, 'nothing is known before the first reading');
  await table.refresh();
  t.equal(table.interfaceOf('192.0.2.9'), 5);
  t.equal(table.interfaceOf('2001:db8::9'), 7);
  t.equal(table.interfaceOf('198.51.100.1'), null);
  t.equal(table.interfaceOf('fe80::1%eth1'), 7);
  t.equal(table.interfaceOf('fe80::1%7'), 7);
  t.equal(table.interfaceOf('fe80::1%eth9'), null);
  t.equal(table.interfaceOf('nonsense'), null);
});
