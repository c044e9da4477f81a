import type { AgentPorts } from './agent-ports.js';
import type { Facts } from './controllers/facts.js';
import { Overlay } from './controllers/overlay.js';
import { WireguardIdentity } from './controllers/wireguard-key.js';
import { publicKeyAnnotation } from './desired/wireguard.js';
import { AnnotationDriver } from './drivers/annotation-driver.js';

/** The links of a node to others, and its key for them. */
export interface NodeOverlay {
  readonly overlay: Overlay;
  readonly identity: WireguardIdentity;
}

/** `gateways` are those that routes need; `keyChanged` is called when the node has another key. */
export function nodeOverlay(
  facts: Facts,
  ports: AgentPorts,
  gateways: () => ReadonlySet<string> | null,
  keyChanged: () => void,
): NodeOverlay {
  const { nodeName } = facts.config;
  const annotations = new AnnotationDriver(
    [publicKeyAnnotation],
    () => ports.source.snapshot().nodes.get(nodeName)?.annotations ?? {},
    (change, signal) => ports.annotations.set(nodeName, change, signal),
  );
  const identity = new WireguardIdentity(facts, {
    keys: ports.wireguardKeys,
    annotations,
    now: () => ports.speaker.clock.wallTime(),
  });
  identity.onChange(keyChanged);
  const overlay = new Overlay(facts, {
    publicKey: () => identity.publicKey,
    drivers: ports.kernel.overlay,
    underlay: ports.kernel.interfaces,
    gateways,
  });
  return { overlay, identity };
}
