import { BgpError } from '../../errors.js';
import type { AoKey, SocketProtection } from '../../ports/transport.js';
import type { Session } from '../../session/session.js';
import { planProtection } from '../connections/protection.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { PeerHost } from './peer-host.js';

/** What became of an attempt to protect a peer; a refusal says why. */
export type Protected =
  | { readonly ok: true; readonly protection: SocketProtection }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Sees to it that listeners, and connections that are there, have what a peer configures. */
export class PeerProtection {
  readonly #host: Pick<PeerHost, 'ports' | 'protect'>;
  /** Where listeners have demands. */
  #at: string | null = null;

  constructor(host: Pick<PeerHost, 'ports' | 'protect'>) {
    this.#host = host;
  }

  /** Protects the listeners. */
  apply(settings: PeerSettings): Protected {
    const plan = planProtection(settings, this.#host.ports.sockets.features);
    if (!plan.ok) return { ok: false, code: 'BGP_ERR_SOCKET_FEATURE', message: plan.message };
    try {
      this.#set(settings.address, plan.protection);
    } catch (error) {
      return refusal(error);
    }
    return plan;
  }

  /** Takes the demands on listeners back. */
  release(): void {
    if (this.#at !== null) this.#set(this.#at, {});
  }

  /** Rolls TCP-AO keys over, on listeners and on connections. */
  rollOver(settings: PeerSettings, session: Session | null): Protected {
    const applied = this.apply(settings);
    if (!applied.ok) return applied;
    try {
      if (settings.aoKeys !== undefined) changeKeys(session, settings.aoKeys);
    } catch (error) {
      return refusal(error);
    }
    return applied;
  }

  #set(address: string, protection: SocketProtection): void {
    const isWanted = Object.keys(protection).length > 0;
    if (this.#at !== null && this.#at !== address) this.release();
    if (!isWanted && this.#at === null) return;
    this.#host.protect(address, isWanted ? protection : null);
    this.#at = isWanted ? address : null;
  }
}

function changeKeys(session: Session | null, keys: readonly AoKey[]): void {
  for (const transport of session?.transports ?? []) transport.changeAoKeys?.(keys);
}

function refusal(error: unknown): Protected {
  return {
    ok: false,
    code: error instanceof BgpError ? error.code : 'BGP_ERR_SOCKET_FEATURE',
    message: error instanceof Error ? error.message : String(error),
  };
}
