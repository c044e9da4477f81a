import { CapabilityCode } from '../iana/capability-code.js';
import { type Family, familyOf } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { Parser } from '../wire/layout.js';
import type { AddPathMode, BgpRole, Capability, CapabilityName } from './capability.js';

/** How one capability is written. Values are without code and length. */
export interface CapabilityRow {
  readonly code: number;
  readonly name: CapabilityName;
  /**
   * The capability of a value, or null when the value is malformed. `essential` rows then refuse the OPEN; others are
   * kept as unknown, so that the session comes up without the feature (RFC 5492 has no error for them).
   */
  decode(value: Uint8Array): Capability | null;
  encode(capability: Capability, out: ByteWriter): void;
  readonly essential?: true;
}

interface FamilyEntry {
  readonly afi: number;
  readonly safi: number;
}

const familyLayout = new Parser().uint16('afi').uint8('reserved').uint8('safi');
const gracefulRestartLayout = new Parser()
  .bit4('flags')
  .bit12('restartTime')
  .array('families', {
    readUntil: 'eof',
    type: new Parser().uint16('afi').uint8('safi').uint8('flags'),
  });
const addPathLayout = new Parser().array('families', {
  readUntil: 'eof',
  type: new Parser().uint16('afi').uint8('safi').uint8('mode'),
});
const extendedNextHopLayout = new Parser().array('families', {
  readUntil: 'eof',
  type: new Parser().uint16('afi').uint16('safi').uint16('nextHopAfi'),
});
const longLivedLayout = new Parser().array('families', {
  readUntil: 'eof',
  type: new Parser().uint16('afi').uint8('safi').uint8('flags').bit24('staleTime'),
});

const ADD_PATH_MODES: readonly (AddPathMode | undefined)[] = [undefined, 'receive', 'send', 'both'];
const ROLES: readonly BgpRole[] = ['provider', 'route-server', 'route-server-client', 'customer', 'peer'];

const asFamily = (entry: FamilyEntry): Family => familyOf(entry.afi, entry.safi);

function writeFamily(family: Family, out: ByteWriter): void {
  out.u16(family.afi);
  out.u8(family.safi);
}

/** Text of octets, or null when they are not UTF-8. */
function text(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function writeText(value: string, out: ByteWriter): void {
  const bytes = new TextEncoder().encode(value).subarray(0, 255);
  out.u8(bytes.length);
  out.copy(bytes);
}

/** A row without a value. Octets that a peer puts there are ignored. */
function flag(
  code: number,
  name: 'route-refresh' | 'enhanced-route-refresh' | 'extended-message' | 'link-local-next-hop',
): CapabilityRow {
  return { code, name, decode: () => ({ name }), encode() {} };
}

/** Capabilities by code. Everything else is kept as `unknown`. */
export const capabilityTable: readonly CapabilityRow[] = [
  {
    code: CapabilityCode.Multiprotocol,
    name: 'multiprotocol',
    essential: true,
    decode(value) {
      if (value.length < 4) return null;
      return { name: 'multiprotocol', family: asFamily(familyLayout.parse(value) as FamilyEntry) };
    },
    encode(capability, out) {
      if (capability.name !== 'multiprotocol') return;
      out.u16(capability.family.afi);
      out.u8(0);
      out.u8(capability.family.safi);
    },
  },
  flag(CapabilityCode.RouteRefresh, 'route-refresh'),
  {
    code: CapabilityCode.ExtendedNextHop,
    name: 'extended-next-hop',
    decode(value) {
      if (value.length % 6 !== 0) return null;
      const { families } = extendedNextHopLayout.parse(value) as {
        families: readonly (FamilyEntry & { readonly nextHopAfi: number })[];
      };
      return {
        name: 'extended-next-hop',
        families: families.map((f) => ({ family: familyOf(f.afi, f.safi & 0xff), nextHopAfi: f.nextHopAfi })),
      };
    },
    encode(capability, out) {
      if (capability.name !== 'extended-next-hop') return;
      for (const { family, nextHopAfi } of capability.families) {
        out.u16(family.afi);
        out.u16(family.safi);
        out.u16(nextHopAfi);
      }
    },
  },
  flag(CapabilityCode.ExtendedMessage, 'extended-message'),
  {
    code: CapabilityCode.Role,
    name: 'role',
    essential: true,
    decode(value) {
      if (value.length !== 1) return null;
      const role = ROLES[value[0]!];
      return role === undefined
        ? { name: 'unknown', code: CapabilityCode.Role, value }
        : { name: 'role', role };
    },
    encode(capability, out) {
      if (capability.name === 'role') out.u8(ROLES.indexOf(capability.role));
    },
  },
  {
    code: CapabilityCode.GracefulRestart,
    name: 'graceful-restart',
    essential: true,
    decode(value) {
      if (value.length < 2 || (value.length - 2) % 4 !== 0) return null;
      const parsed = gracefulRestartLayout.parse(value) as {
        flags: number;
        restartTime: number;
        families: readonly (FamilyEntry & { readonly flags: number })[];
      };
      return {
        name: 'graceful-restart',
        restartTime: parsed.restartTime,
        restarted: (parsed.flags & 0x8) !== 0,
        notification: (parsed.flags & 0x4) !== 0,
        families: parsed.families.map((f) => ({ family: asFamily(f), forwarding: (f.flags & 0x80) !== 0 })),
      };
    },
    encode(capability, out) {
      if (capability.name !== 'graceful-restart') return;
      const flags = (capability.restarted ? 0x8000 : 0) | (capability.notification ? 0x4000 : 0);
      out.u16(flags | (capability.restartTime & 0x0fff));
      for (const { family, forwarding } of capability.families) {
        writeFamily(family, out);
        out.u8(forwarding ? 0x80 : 0);
      }
    },
  },
  {
    code: CapabilityCode.FourOctetAs,
    name: 'four-octet-as',
    essential: true,
    decode(value) {
      if (value.length !== 4) return null;
      return { name: 'four-octet-as', as: new DataView(value.buffer, value.byteOffset, 4).getUint32(0) };
    },
    encode(capability, out) {
      if (capability.name === 'four-octet-as') out.u32(capability.as);
    },
  },
  {
    code: CapabilityCode.AddPath,
    name: 'add-path',
    decode(value) {
      if (value.length % 4 !== 0) return null;
      const parsed = addPathLayout.parse(value) as {
        families: readonly (FamilyEntry & { readonly mode: number })[];
      };
      // RFC 7911 §4: an entry with any other value is ignored.
      const families = parsed.families.flatMap((f) => {
        const mode = ADD_PATH_MODES[f.mode];
        return mode === undefined ? [] : [{ family: asFamily(f), mode }];
      });
      return { name: 'add-path', families };
    },
    encode(capability, out) {
      if (capability.name !== 'add-path') return;
      for (const { family, mode } of capability.families) {
        writeFamily(family, out);
        out.u8(ADD_PATH_MODES.indexOf(mode));
      }
    },
  },
  flag(CapabilityCode.EnhancedRouteRefresh, 'enhanced-route-refresh'),
  {
    code: CapabilityCode.LongLivedGracefulRestart,
    name: 'long-lived-graceful-restart',
    decode(value) {
      if (value.length % 7 !== 0) return null;
      const { families } = longLivedLayout.parse(value) as {
        families: readonly (FamilyEntry & { readonly flags: number; readonly staleTime: number })[];
      };
      return {
        name: 'long-lived-graceful-restart',
        families: families.map((f) => ({
          family: asFamily(f),
          forwarding: (f.flags & 0x80) !== 0,
          staleTime: f.staleTime,
        })),
      };
    },
    encode(capability, out) {
      if (capability.name !== 'long-lived-graceful-restart') return;
      for (const { family, forwarding, staleTime } of capability.families) {
        writeFamily(family, out);
        out.u8(forwarding ? 0x80 : 0);
        out.u8(staleTime >>> 16);
        out.u16(staleTime & 0xffff);
      }
    },
  },
  {
    code: CapabilityCode.Fqdn,
    name: 'fqdn',
    decode(value) {
      const hostEnd = 1 + (value[0] ?? 0);
      const domainEnd = hostEnd + 1 + (value[hostEnd] ?? 0);
      if (domainEnd !== value.length) return null;
      const host = text(value.subarray(1, hostEnd));
      const domain = text(value.subarray(hostEnd + 1, domainEnd));
      return host === null || domain === null ? null : { name: 'fqdn', host, domain };
    },
    encode(capability, out) {
      if (capability.name !== 'fqdn') return;
      writeText(capability.host, out);
      writeText(capability.domain, out);
    },
  },
  {
    code: CapabilityCode.SoftwareVersion,
    name: 'software-version',
    decode(value) {
      if (value.length === 0 || value[0] !== value.length - 1) return null;
      const version = text(value.subarray(1));
      return version === null ? null : { name: 'software-version', version };
    },
    encode(capability, out) {
      if (capability.name === 'software-version') writeText(capability.version, out);
    },
  },
  flag(CapabilityCode.LinkLocalNextHop, 'link-local-next-hop'),
];
