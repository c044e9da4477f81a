import type { AgentPorts } from './agent-ports.js';
import type { Facts } from './controllers/facts.js';
import {
  bridgeController,
  cniController,
  egressController,
  forwardController,
  sysctlController,
} from './controllers/host.js';
import { sourceDestCheckController } from './controllers/source-dest-check.js';
import type { NodeOverlay } from './node-overlay.js';
import type { ControllerOptions } from './reconcile/controller.js';

/** What keeps this host as it should be, beside sessions and what is learned by them, as far as the configuration asks for it. */
export function hostControllers(
  facts: Facts,
  { kernel, cniFile, sourceDestCheck }: AgentPorts,
  { overlay, identity }: NodeOverlay,
): readonly ControllerOptions[] {
  const { config } = facts;
  const usesKeys = config.enableOverlay && config.overlayEncap === 'wireguard';
  return [
    sysctlController(facts, kernel.sysctls, kernel.loadModule),
    bridgeController(facts, kernel.links, kernel.interfaces),
    egressController(facts, kernel.nftTables, kernel.leftovers.egress),
    forwardController(facts, kernel.forward, kernel.leftovers.forward),
    ...(config.disableSourceDestCheck ? [sourceDestCheckController(facts, sourceDestCheck)] : []),
    ...(usesKeys ? [identity.controller()] : []),
    overlay.controller(),
    cniController(facts, cniFile, kernel.interfaces),
  ];
}
