/** Who the peers of a soak are: what the speaker and the process of the peers agree on. */

export type PeerRole = 'steady' | 'mute' | 'garbage' | 'flapping';

export interface SoakPlan {
  /** Of the speaker, which listens there. */
  readonly address: string;
  readonly port: number;
  readonly peers: number;
  readonly routesEach: number;
  /** Communities of each set of attributes: they make the table larger than the buffers of the kernel. */
  readonly communities: number;
  /** Seconds, of every session. */
  readonly holdTime: number;
}

export const SPEAKER_AS = 64_500;
/** So many routes share their attributes. */
export const ROUTES_A_SET = 10;
const FIRST_ROUTE = 0x14000000;

/** The first three are what the soak is about; all others do what a peer should do. */
export function roleOf(index: number): PeerRole {
  return (['mute', 'garbage', 'flapping'] as const)[index] ?? 'steady';
}

/** Source addresses on loopback, beside that of the speaker (`127.S.0.1`). */
export function addressOf(plan: Pick<SoakPlan, 'address'>, index: number): string {
  const second = plan.address.split('.')[1];
  return `127.${second}.1.${index + 1}`;
}

export const asOfPeer = (index: number): number => 64_600 + index;

/** The network of route `n` of a peer, a /24. */
export function networkOf(plan: SoakPlan, index: number, n: number): number {
  return FIRST_ROUTE + ((index * plan.routesEach + n) << 8);
}
