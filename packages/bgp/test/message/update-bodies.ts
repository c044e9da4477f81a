import type { UpdateContext } from '../../src/message/update-context.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex } from '../../src/wire/hex.js';

/** The body of an UPDATE of hex parts. */
export function bodyOf(parts: {
  readonly withdrawn?: string;
  readonly attributes?: string;
  readonly nlri?: string;
}): Uint8Array {
  const out = new ByteWriter();
  for (const part of [parts.withdrawn ?? '', parts.attributes ?? '']) {
    const bytes = fromHex(part);
    if (bytes === null) throw new Error(`not hex: ${part}`);
    out.u16(bytes.length);
    out.copy(bytes);
  }
  const nlri = fromHex(parts.nlri ?? '');
  if (nlri === null) throw new Error(`not hex: ${parts.nlri}`);
  out.copy(nlri);
  return out.slice();
}

export const EXTERNAL: UpdateContext = {
  as4: true,
  type: 'external',
  localAs: 65000,
  peerAs: 65001,
  receives: () => true,
  addPath: () => false,
  maxMessage: 4096,
};

export const INTERNAL: UpdateContext = { ...EXTERNAL, type: 'internal', peerAs: 65000 };

export function reader(context: UpdateContext): UpdateReader {
  return new UpdateReader(context);
}
