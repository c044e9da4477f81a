// Announces an address of this host as long as its service answers, and takes it back when that fails.
// node announcer.js ROUTER-ADDRESS ROUTER-AS PREFIX CHECK [PORT]
//   CHECK   http://127.0.0.1:8080/healthz (status 2xx is good), or tcp://127.0.0.1:5432 (a connection is good)
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptAll, parseCommunity, rejectAll } from '@peerage/bgp';
import { createSpeaker } from '@peerage/bgp/node';

const [address = '', remoteAs, prefix = '', check = '', port = '179'] = process.argv.slice(2);
const period = Number(process.env.CHECK_PERIOD ?? 2000);
/** So many good checks in a row before it is announced, so many bad ones before it is taken back. */
const [rise, fall] = [2, 3];

const speaker = createSpeaker({ localAs: 64512, routerId: '192.0.2.1' });
speaker.addPeer({
  address,
  remoteAs: Number(remoteAs),
  port: Number(port),
  connectRetryTime: 5,
  importPolicy: rejectAll,
  exportPolicy: acceptAll,
});
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
speaker.on('peer:established', () => console.log('session is up'));
await speaker.start();

async function isHealthy(): Promise<boolean> {
  const url = new URL(check);
  const signal = AbortSignal.timeout(period);
  try {
    if (url.protocol !== 'tcp:') return (await fetch(url, { signal })).ok;
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect', { signal }).finally(() => socket.destroy());
    return true;
  } catch {
    return false;
  }
}

/** Tells what became of it at each router that is there: `written` means that this host's kernel took the UPDATE. */
async function announce(communities: readonly string[] = []): Promise<void> {
  const attributes = { communities: communities.map(parseCommunity) };
  const results = await speaker.announceAndWait(
    { prefixes: [prefix], attributes, owner: check },
    { timeout: 5000 },
  );
  if (results.length === 0) console.log('no session is up: the router gets it when one is');
  for (const { peer, outcome } of results) console.log(`${peer}: ${outcome}`);
}

let isAnnounced = false;
let row = 0;
while (!stopping.signal.aborted) {
  // The row counts checks that contradict what is announced; any other begins it anew.
  row = (await isHealthy()) === isAnnounced ? 0 : row + 1;
  if (row >= (isAnnounced ? fall : rise)) {
    row = 0;
    isAnnounced = !isAnnounced;
    console.log(
      isAnnounced ? `${check} is up: announcing ${prefix}` : `${check} is down: withdrawing ${prefix}`,
    );
    if (isAnnounced) await announce();
    else speaker.withdrawOwner(check);
  }
  await sleep(period, undefined, { signal: stopping.signal }).catch(() => {});
}

// Drain (RFC 8326): ask routers to prefer any other way, give them time to move, take it back, then end the session.
if (isAnnounced) {
  console.log('draining');
  await announce(['graceful-shutdown']);
  await sleep(2 * period);
  speaker.withdrawOwner(check);
  await sleep(period);
}
await speaker.close({ communication: 'the announcer ends' });
