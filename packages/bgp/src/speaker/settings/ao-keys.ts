import type { AoAlgorithm, AoKey } from '../../ports/transport.js';
import { badField, checkBoolean, checkFields, checkInteger } from './field-check.js';
import type { TcpAoKey } from './tcp-ao-key.js';

const macLengths: Readonly<Record<AoAlgorithm, number>> = {
  'hmac-sha-1-96': 12,
  'aes-128-cmac-96': 12,
  'hmac-sha-256-128': 16,
};

const fields = [
  'sendId',
  'receiveId',
  'algorithm',
  'secret',
  'macLength',
  'coversOptions',
] as const satisfies readonly (keyof TcpAoKey)[];

/** Most keys that a peer may have at a time. */
const MOST_KEYS = 16;

/** Throws `BGP_ERR_CONFIG`; a secret is in no error. */
export function checkAoKeys(path: string, value: unknown): readonly AoKey[] {
  checkFields(path, hidden(path, value), ['tcpAo']);
  const { tcpAo } = value as { readonly tcpAo?: unknown };
  checkFields(`${path}.tcpAo`, hidden(`${path}.tcpAo`, tcpAo), ['keys']);
  const { keys } = tcpAo as { readonly keys?: unknown };
  const at = `${path}.tcpAo.keys`;
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > MOST_KEYS) {
    const given = Array.isArray(keys) ? `${keys.length} keys` : typeof keys;
    throw badField(at, given, `a list of 1 … ${MOST_KEYS} keys, the preferred one first`);
  }
  const checked = keys.map((key: unknown, i) => checkKey(`${at}[${i}]`, key));
  for (const id of ['sendId', 'receiveId'] as const) {
    checked.forEach((key, i) => {
      if (checked.findIndex((other) => other[id] === key[id]) < i)
        throw badField(`${at}[${i}].${id}`, key[id], 'a number that no other key of the peer has');
    });
  }
  return checked;
}

function checkKey(path: string, value: unknown): AoKey {
  checkFields(path, hidden(path, value), fields);
  const key = value as TcpAoKey;
  const algorithm: unknown = key.algorithm ?? 'hmac-sha-1-96';
  if (!isAlgorithm(algorithm)) {
    throw badField(`${path}.algorithm`, algorithm, `one of ${Object.keys(macLengths).join(', ')}`);
  }
  return {
    sendId: checkInteger(`${path}.sendId`, key.sendId, 0, 255),
    receiveId: checkInteger(`${path}.receiveId`, key.receiveId, 0, 255),
    algorithm,
    secret: checkSecret(`${path}.secret`, key.secret),
    macLength: checkInteger(`${path}.macLength`, key.macLength ?? macLengths[algorithm], 4, 16),
    coversOptions: checkBoolean(`${path}.coversOptions`, key.coversOptions ?? true),
  };
}

function isAlgorithm(value: unknown): value is AoAlgorithm {
  return typeof value === 'string' && Object.hasOwn(macLengths, value);
}

/** The secret of a key, or the password of TCP MD5: it stays out of the error, so that it cannot reach a log. */
export function checkSecret(path: string, value: unknown): Uint8Array {
  const secret = typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(0);
  if (secret.length >= 1 && secret.length <= 80) return secret;
  throw badField(path, `${secret.length} octets`, 'a text of 1 … 80 octets of UTF-8');
}

/** What should be an object and is not may be a secret in the wrong place: only its kind is told. */
function hidden(path: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw badField(path, Array.isArray(value) ? 'list' : typeof value, 'an object');
}

/**
 * Whether a session can go from one set of keys to the other: the connection has to have a key in common, and no key may
 * become another one under its numbers.
 */
export function canRollOver(
  before: readonly AoKey[] | undefined,
  after: readonly AoKey[] | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  let inCommon = 0;
  for (const key of after) {
    const old = before.find(({ sendId, receiveId }) => sendId === key.sendId && receiveId === key.receiveId);
    if (old === undefined) continue;
    if (!isSame(old, key)) return false;
    inCommon++;
  }
  return inCommon > 0;
}

function isSame(one: AoKey, other: AoKey): boolean {
  return (
    one.algorithm === other.algorithm &&
    one.macLength === other.macLength &&
    one.coversOptions === other.coversOptions &&
    one.secret.length === other.secret.length &&
    one.secret.every((octet, i) => octet === other.secret[i])
  );
}
