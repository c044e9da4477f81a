import { errnoName, isPermission, LinuxError, refusalError } from '../errors.js';
import type { Requester } from '../netlink/requester.js';
import {
  decodeNextHopObjects,
  encodeNextHopChanges,
  encodeNextHopDump,
  type NextHopChange,
  type NextHopObject,
} from './next-hop-object.js';

/** A change that the kernel refused. The others took effect. */
export interface NextHopFailure {
  /** The place among the changes that were asked for. */
  readonly index: number;
  readonly errno: number;
  /** `EEXIST`, `ENOENT`, `EINVAL`, … */
  readonly code: string;
  readonly message: string;
}

const EINVAL = 22;
const EOPNOTSUPP = 95;

/** The next hop objects of a netlink handle's namespace. */
export class NextHopObjects {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** All of them, whoever made them; null when the kernel has no such thing (before Linux 5.3). */
  async list(): Promise<readonly NextHopObject[] | null> {
    try {
      return await this.#requester.collect(encodeNextHopDump, 'list next hops', decodeNextHopObjects);
    } catch (error) {
      const isUnknown = error instanceof LinuxError && (error.errno === EOPNOTSUPP || error.errno === EINVAL);
      if (isUnknown) return null;
      throw error;
    }
  }

  /**
   * Applies the changes in order and gives those that failed, by ascending index. Rejects with `LINUX_ERR_PERMISSION` when the process
   * may not change next hops at all.
   */
  async apply(changes: readonly NextHopChange[]): Promise<readonly NextHopFailure[]> {
    if (changes.length === 0) return [];
    const refusals = await this.#requester.send(encodeNextHopChanges(changes));
    const [first] = refusals;
    if (first !== undefined && isPermission(first.errno)) {
      throw refusalError('change next hops', first.errno, first.message);
    }
    return refusals
      .map(({ index, errno, message }) => ({ index, errno, code: errnoName(errno), message }))
      .sort((one, other) => one.index - other.index);
  }
}
