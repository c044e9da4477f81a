import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWholeFile } from './whole-file.js';

/** A key of this node. */
export interface WireguardKey {
  /** 32 octets in Base64, as `wg pubkey` prints it. */
  readonly publicKey: string;
  /** 32 octets. Never logged. */
  readonly privateKey: Uint8Array;
  /** Wall-clock milliseconds since 1970. */
  readonly madeAt: number;
}

/** The key in use, and the one that takes its place as soon as other nodes can know it. */
export interface WireguardKeyring {
  readonly current: WireguardKey | null;
  readonly next: WireguardKey | null;
}

const currentFile = 'wireguard.key';
const nextFile = 'wireguard-next.key';
const keyOctets = 32;
/** What stands before the 32 octets of an X25519 key in PKCS #8 (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * The private keys of this node, one in each file of a folder, in the form of `wg genkey`, readable by root alone. A key that somebody
 * puts into `wireguard-next.key` is taken as the next one.
 */
export class WireguardKeys {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(): Promise<WireguardKeyring> {
    const [current, next] = await Promise.all([this.#read(currentFile), this.#read(nextFile)]);
    return { current, next };
  }

  /** Makes the first key. */
  makeCurrent(): Promise<void> {
    return this.#make(currentFile);
  }

  makeNext(): Promise<void> {
    return this.#make(nextFile);
  }

  /** The next key is the one in use from now on; the one before is gone. */
  async promote(): Promise<void> {
    await rename(join(this.#folder, nextFile), join(this.#folder, currentFile));
  }

  /** The private half of a key of ours. */
  async privateKeyOf(publicKey: string): Promise<Uint8Array | null> {
    const { current, next } = await this.read();
    return [current, next].find((key) => key?.publicKey === publicKey)?.privateKey ?? null;
  }

  async #make(name: string): Promise<void> {
    const { privateKey } = generateKeyPairSync('x25519');
    const text = Buffer.from(rawOf(privateKey, 'd')).toString('base64');
    await writeWholeFile(join(this.#folder, name), `${text}\n`);
  }

  async #read(name: string): Promise<WireguardKey | null> {
    const path = join(this.#folder, name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const { mode, mtimeMs } = await stat(path);
    if ((mode & 0o077) !== 0) await chmod(path, 0o600);
    const privateKey = keyOctetsOf(text.trim());
    if (privateKey === null) {
      // The content is not repeated: it may be most of a key.
      throw new Error(
        `${path} must hold one WireGuard key in Base64, as wg genkey makes it; remove the file, and another key is made`,
      );
    }
    return { publicKey: publicKeyOf(privateKey), privateKey, madeAt: mtimeMs };
  }
}

/** The octets of a key in Base64; null for what is none. */
export function keyOctetsOf(text: string): Uint8Array | null {
  const octets = Buffer.from(text, 'base64');
  return octets.length === keyOctets && octets.toString('base64') === text ? new Uint8Array(octets) : null;
}

function publicKeyOf(privateKey: Uint8Array): string {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, privateKey]),
    format: 'der',
    type: 'pkcs8',
  });
  return Buffer.from(rawOf(createPublicKey(key), 'x')).toString('base64');
}

function rawOf(key: KeyObject, part: 'd' | 'x'): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url');
}
