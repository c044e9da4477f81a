import type { Capability } from '../../src/capabilities/capability.js';
import { decodeMessage } from '../../src/message/decode-message.js';
import { encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { ScriptedPeer } from '../../src/testing/index.js';
import type { Lab, LabSpeaker } from '../speaker/lab.js';

const MARKER = 'ff'.repeat(16);

/** AS 64513 at 192.0.2.2, that says what a test tells it, and retells what it hears: `+198.51.1.0/24`, `-…`, `BoRR`, `EoR`. */
export class FarRouter {
  readonly #lab: Lab;
  readonly #peer: ScriptedPeer;
  #told = 0;

  private constructor(lab: Lab, peer: ScriptedPeer) {
    this.#lab = lab;
    this.#peer = peer;
  }

  /** Dials the speaker, and is up. */
  static async dial(lab: Lab, to: LabSpeaker, capabilities: readonly Capability[]): Promise<FarRouter> {
    const host = lab.hostOf(2);
    const dialling = host.connect({ address: to.address, port: 179 }, new AbortController().signal);
    await lab.clock.runFor(10);
    const offered: readonly Capability[] = [
      { name: 'multiprotocol', family: IPV4_UNICAST },
      { name: 'four-octet-as', as: 64_513 },
      ...capabilities,
    ];
    const identity = { as: 64_513, routerId: 0xc0000202, capabilities: offered };
    const peer = new ScriptedPeer(await dialling, identity);
    const up = peer.handshake();
    await lab.clock.runFor(10);
    await up;
    await lab.clock.runFor(1_000);
    return new FarRouter(lab, peer);
  }

  async announce(...numbers: readonly number[]): Promise<void> {
    const path = '4001010040020602010000fc01400304c0000202';
    await this.#update(`0000${hex(path.length / 2, 4)}${path}${numbers.map(nlri).join('')}`);
  }

  async withdraw(...numbers: readonly number[]): Promise<void> {
    const gone = numbers.map(nlri).join('');
    await this.#update(`${hex(gone.length / 2, 4)}${gone}0000`);
  }

  async endOfRib(): Promise<void> {
    await this.#update('00000000');
  }

  /** 0 request, 1 begin, 2 end. */
  async refresh(subtype: number): Promise<void> {
    await this.raw(encodeRouteRefresh({ family: IPV4_UNICAST, subtype }));
  }

  async raw(bytes: Uint8Array): Promise<void> {
    this.#peer.send(bytes);
    await this.#lab.clock.runFor(500);
  }

  /** The connection goes without a word. */
  async vanish(): Promise<void> {
    this.#peer.transport.destroy();
    await this.#lab.clock.runFor(3_000);
  }

  /** What came since the last call, KEEPALIVEs left out. */
  heard(): readonly string[] {
    const messages = this.#peer.received.slice(this.#told);
    this.#told = this.#peer.received.length;
    return messages.flatMap(({ bytes }) => {
      const message = decodeMessage(bytes);
      if (!('type' in message)) return [JSON.stringify(message)];
      switch (message.type) {
        case 'ROUTE-REFRESH':
          return [{ request: 'request', begin: 'BoRR', end: 'EoRR' }[String(message.subtype)] ?? 'other'];
        case 'NOTIFICATION':
          return [`NOTIFICATION ${message.code}/${message.subcode} ${message.data}`];
        case 'UPDATE':
          if (message.endOfRib !== undefined) return ['EoR'];
          return [...shown('-', message.withdrawn), ...shown('+', message.nlri)];
        default:
          return [];
      }
    });
  }

  async #update(body: string): Promise<void> {
    const message = `${MARKER}${hex(19 + body.length / 2, 4)}02${body}`;
    await this.raw(Uint8Array.from(Buffer.from(message, 'hex')));
  }
}

export const route = (number: number): string => `198.51.${number}.0/24`;

function shown(sign: string, list: unknown): string[] {
  if (!Array.isArray(list)) return [`${sign}${JSON.stringify(list)}`];
  return list.map((one: { readonly prefix?: string } | string) =>
    typeof one === 'string' ? `${sign}${one}` : `${sign}${one.prefix}`,
  );
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

function nlri(number: number): string {
  return `18c633${hex(number, 2)}`;
}
