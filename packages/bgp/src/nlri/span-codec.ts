import type { NlriKey } from '../net/nlri-key.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { toHex } from '../wire/hex.js';
import type { NlriCodec } from './nlri-codec.js';
import type { NlriValue } from './opaque-families.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';

/** A family of octets as tables and packers take families: the key of a destination is where its octets are. */
export interface SpanCodec extends NlriCodec {
  readonly layout: 'bytes';
  readonly opaque: OpaqueNlriCodec<NlriValue>;
}

/** Reading gives spans into the octets that were read; they are good as long as those are. Allocates nothing. */
export function spanCodec(opaque: OpaqueNlriCodec<NlriValue>): SpanCodec {
  const { writeWithdrawn } = opaque;
  return {
    family: opaque.family,
    layout: 'bytes',
    opaque,
    read(bytes, at, end, addPath, out) {
      out.octets = bytes;
      return opaque.read(bytes, at, end, addPath, out);
    },
    write(out, { pathId, octets, start, end }, addPath) {
      if (addPath) out.u32(pathId);
      out.copy(octets, start, end);
    },
    ...(writeWithdrawn && {
      writeWithdrawn(out: ByteWriter, { pathId, octets, start, end }: NlriKey, addPath: boolean) {
        if (addPath) out.u32(pathId);
        writeWithdrawn(octets, start, end, out);
      },
    }),
    size: ({ start, end }, addPath) => end - start + (addPath ? 4 : 0),
    format({ octets, start, end }) {
      if (opaque.check(octets, start, end) !== null) return toHex(octets, start, end);
      return opaque.format(opaque.decode(octets, start, end));
    },
  };
}

export function isSpanCodec(codec: NlriCodec): codec is SpanCodec {
  return codec.layout === 'bytes';
}
