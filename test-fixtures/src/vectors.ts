import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the bytes of a vector are. */
export type VectorKind =
  | 'message'
  | 'update-body'
  | 'open-body'
  | 'path-attributes'
  | 'attr-value'
  | 'capabilities'
  | 'optional-parameters'
  | 'dynamic-capability-body'
  | 'extended-communities'
  | 'nlri'
  | 'fragment'
  | 'trailing-bytes';

/** What the project that a vector comes from expects of it. Most fields are there in some sources only. */
export interface VectorExpectation {
  readonly kind: VectorKind;
  /** Name of a message type, or its number where it has no name. */
  readonly type?: string | number;
  /** The length in the header is the number of bytes. */
  readonly lengthFieldMatches?: boolean;
  /** Name of the test and of the variable that the bytes were taken from. */
  readonly test?: string;
  readonly var?: string;
  readonly desc?: string;
  /** `parse` and `proceed`: accepted. `error`: refused in some way. The others as in RFC 7606. */
  readonly outcome?: 'parse' | 'proceed' | 'error' | 'treat-as-withdraw' | 'session-error';
  /** Accepted or refused by the source, as what, and with which error. */
  readonly verdict?: 'good' | 'bad';
  readonly parsedAs?: string;
  readonly error?: string;
  /** What the source has to know before it can read the bytes. */
  readonly needs?: string;
  /** Attribute code of an `attr-value`. */
  readonly attr?: number;
  readonly session?: 'ebgp' | 'ibgp' | 'ebgp-oad';
  readonly localAs?: number;
  readonly peerAs?: number;
  /** AS numbers on the session have four octets. */
  readonly asn4?: boolean;
  readonly hasNlri?: boolean;
  /** Expected value of a multiprotocol capability, and of a 4-octet AS capability. */
  readonly mp?: { readonly afi: number; readonly safi: number; readonly known: boolean };
  readonly as4?: number;
}

/** One line of a `.jsonl` file: bytes that another project wrote, and what it expects of them. */
export interface Vector {
  /** `project:path/in/it`. */
  readonly source: string;
  readonly name: string;
  readonly hex: string;
  readonly expect: VectorExpectation;
}

function folderOf(environment: string | undefined): string {
  if (environment !== undefined && environment !== '') return environment;
  throw new Error('PEERAGE_VECTORS is not set: guard the test with needs("PEERAGE_VECTORS")');
}

function parseVector(line: string, place: string): Vector {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null) throw new Error(`${place}: not an object: ${line}`);
  const { source, name, hex, expect } = value as Partial<Record<keyof Vector, unknown>>;
  if (typeof source !== 'string' || typeof name !== 'string' || typeof hex !== 'string') {
    throw new Error(`${place}: source, name and hex must be texts: ${line.slice(0, 120)}`);
  }
  if (typeof expect !== 'object' || expect === null || !('kind' in expect)) {
    throw new Error(`${place}: no expect.kind: ${line.slice(0, 120)}`);
  }
  return { source, name, hex, expect: expect as VectorExpectation };
}

/** Names of the `.jsonl` files in `PEERAGE_VECTORS`, without the ending, sorted. */
export function vectorFiles(folder: string | undefined = process.env.PEERAGE_VECTORS): string[] {
  return readdirSync(folderOf(folder))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.slice(0, -'.jsonl'.length))
    .sort();
}

/**
 * The vectors of `PEERAGE_VECTORS/NAME.jsonl`, in the order of the file.
 *
 * @throws when the variable is not set, the file is missing, or a line is not a vector (with file and line).
 */
export function vectors(name: string, folder: string | undefined = process.env.PEERAGE_VECTORS): Vector[] {
  const file = join(folderOf(folder), `${name}.jsonl`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }) => parseVector(line, place));
}
