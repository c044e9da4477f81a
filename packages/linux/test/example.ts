import { mainTable, openNetlink, RouteBatch } from '@peerage/linux';

const netlink = await openNetlink();
const unsubscribe = netlink.subscribe(['link', 'route'], (event) => console.log(event));

const batch = new RouteBatch();
batch.create({
  family: 4,
  destination: Uint8Array.of(198, 51, 100, 0),
  prefixLength: 24,
  table: mainTable,
  protocol: 17,
  metric: 0,
  nextHops: [{ gateway: Uint8Array.of(127, 0, 0, 2) }, { gateway: Uint8Array.of(127, 0, 0, 3), weight: 2 }],
});
for (const { index, code, message } of await netlink.routes.apply(batch)) {
  console.log(`change ${index} was refused: ${code}, ${message}`);
}
for await (const routes of netlink.routes.dump({ family: 4, protocol: 17 })) {
  console.log(`${routes.length} routes of protocol 17`);
}

unsubscribe();
await netlink.close();
