import type { Scenario } from './scenario.js';

/** AS of the device under test. */
export const DUT_AS = 65_000;
export const DUT_ROUTER_ID = '198.18.0.1';
const FIRST_FEEDER_AS = 4_200_000_001;
const FIRST_MONITOR_AS = 4_200_100_001;

/** A peer that the tester plays. */
export interface PlayedPeer {
  readonly role: 'feeder' | 'monitor';
  /** Within its role, from 0. */
  readonly number: number;
  readonly as: number;
  readonly address: string;
  /** Address of the device under test on the link that they share. */
  readonly dutAddress: string;
}

/**
 * Who is where: two links of the range that is set aside for measurements (RFC 2544), one for feeders and one for monitors,
 * each with the device under test as `.0.1`.
 */
export interface World {
  readonly port: number;
  readonly peers: readonly PlayedPeer[];
}

function addressOn(network: string, number: number): string {
  const host = number + 257;
  return `${network}.${host >> 8}.${host & 255}`;
}

/** The world of a scenario. */
export function worldOf(scenario: Scenario, port = 179): World {
  const feeders = Array.from({ length: scenario.feeders }, (_, number) => ({
    role: 'feeder' as const,
    number,
    as: FIRST_FEEDER_AS + number,
    address: addressOn('198.18', number),
    dutAddress: '198.18.0.1',
  }));
  const monitors = Array.from({ length: scenario.monitors }, (_, number) => ({
    role: 'monitor' as const,
    number,
    as: FIRST_MONITOR_AS + number,
    address: addressOn('198.19', number),
    dutAddress: '198.19.0.1',
  }));
  return { port, peers: [...feeders, ...monitors] };
}
