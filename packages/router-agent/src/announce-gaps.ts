import type { Config } from './config/config.js';
import type { Log } from './observe/log.js';

/** Says what is odd about a configuration that holds. */
export function announceWarnings(warnings: readonly string[], log: Log): void {
  for (const message of warnings) log.log('warn', 'config.warning', { message });
}

/** Says at start, in plain words, what the command line asks for and this agent does not do. */
export function announceGaps(config: Config, warnings: readonly string[], log: Log): void {
  announceWarnings(warnings, log);
  if (config.unimplementedFlags.length > 0) {
    const flags = config.unimplementedFlags;
    log.log('warn', 'config.no-effect', {
      flags,
      message: `these flags have no effect yet: ${flags.map((flag) => `--${flag.replace(/^--/, '')}`).join(', ')}`,
    });
  }
  if (config.runFirewall) {
    log.log('error', 'firewall.missing', {
      message: 'NetworkPolicies are NOT enforced: this version has no firewall (--run-firewall)',
    });
  }
  if (config.runServiceProxy) {
    log.log('error', 'service-proxy.missing', {
      message:
        'Services are NOT proxied on this node: this version has no service proxy (--run-service-proxy); run kube-proxy beside it',
    });
  }
}
