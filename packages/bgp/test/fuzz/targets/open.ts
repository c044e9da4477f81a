import { decodeCapabilities, encodeCapabilities } from '../../../src/capabilities/capabilities.js';
import type { Capability } from '../../../src/capabilities/capability.js';
import { asOf, familiesOf, negotiate } from '../../../src/capabilities/negotiate.js';
import { showCapability } from '../../../src/capabilities/show-capability.js';
import {
  decodeOpen,
  encodeOpen,
  type OpenMessage,
  vetOpen,
  vetOpenFields,
} from '../../../src/message/open.js';
import { vetRole } from '../../../src/message/vet-role.js';
import type { Fault } from '../../../src/wire/result.js';
import type { Probe } from '../probe.js';
import { repairOpen } from '../repair.js';
import { capabilitySeeds, openSeeds } from '../seeds.js';
import { type FuzzTarget, inputOf } from '../target.js';
import { seeFault, textOf } from './see.js';

function checkVetting(probe: Probe, open: OpenMessage, control: number): void {
  const faults: (Fault | null)[] = [
    vetOpenFields(open),
    vetOpen(open, { localAs: 64_512, localRouterId: 0x0a000001, remoteAs: asOf(open) }),
    vetRole(open, 'customer', (control & 1) === 1),
  ];
  for (const fault of faults) {
    probe.see('vetted', fault === null ? null : fault.message);
    probe.expect(fault === null || fault.severity === 'reset', 'an OPEN is taken or refused');
  }
}

function checkNegotiation(probe: Probe, open: OpenMessage): void {
  const mirrored = negotiate(open, open);
  probe.see('negotiated', textOf(mirrored));
  probe.expect(mirrored.holdTime === open.holdTime, 'an offer agrees with itself on the hold time');
  probe.expect(
    mirrored.families.length === familiesOf(open.capabilities).length,
    'an offer agrees with itself on families',
  );
}

function show(probe: Probe, capabilities: readonly Capability[]): void {
  for (const capability of capabilities) probe.see('shown', JSON.stringify(showCapability(capability)));
}

/** Whole OPENs: what is taken can be vetted, negotiated, shown, and written again with the same meaning. */
export const openTarget: FuzzTarget = {
  name: 'open',
  batch: 256,
  longest: 4096,
  seeds: (seed) => openSeeds(seed).map((bytes, i) => inputOf(i, bytes)),
  repair: (bytes) => repairOpen(bytes, 19, bytes.length),
  run(probe, control, bytes, start, end) {
    const decoded = decodeOpen(bytes, start, end);
    if (!decoded.ok) {
      seeFault(probe, decoded.fault, start, end);
      return;
    }
    const open = decoded.value;
    const text = textOf(open);
    probe.see('open', text);
    probe.expect(text.length <= 4096 + 64 * (end - start), 'an OPEN is out of proportion to its octets');
    checkVetting(probe, open, control);
    checkNegotiation(probe, open);
    show(probe, open.capabilities);
    if (end - start > 4000) return;
    const again = decodeOpen(encodeOpen(open));
    probe.same('the OPEN written and read again', again.ok ? textOf(again.value) : again.fault.message, text);
  },
};

/** Runs of capabilities, as they are in an OPEN and in the data of a NOTIFICATION. */
export const capabilitiesTarget: FuzzTarget = {
  name: 'capabilities',
  batch: 512,
  longest: 600,
  seeds: (seed) => capabilitySeeds(seed).map((bytes) => inputOf(0, bytes)),
  run(probe, _control, bytes, start, end) {
    const decoded = decodeCapabilities(bytes, start, end);
    if (!decoded.ok) {
      seeFault(probe, decoded.fault, start, end);
      return;
    }
    const text = textOf(decoded.value);
    probe.see('capabilities', text);
    show(probe, decoded.value);
    const encoded = encodeCapabilities(decoded.value);
    const again = decodeCapabilities(encoded);
    probe.same(
      'the capabilities written and read again',
      again.ok ? textOf(again.value) : again.fault.message,
      text,
    );
    probe.expect(encoded.length <= end - start, 'capabilities grew by being written again');
  },
};
