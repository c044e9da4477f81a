import type { OpenMessage } from '../../src/message/open.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';

const MARKER = 'ff'.repeat(16);

/** OPENs, written once: as octets of the body and as value. */
export const OPENS: readonly { readonly name: string; readonly hex: string; readonly value: OpenMessage }[] =
  [
    {
      name: 'without parameters',
      hex: `${MARKER}001d01${'04fde800b40a00000100'}`,
      value: { version: 4, as: 65000, holdTime: 180, routerId: 0x0a000001, capabilities: [] },
    },
    {
      name: 'with a hold time of zero',
      hex: `${MARKER}001d01${'04fde80000ffffffff00'}`,
      value: { version: 4, as: 65000, holdTime: 0, routerId: 0xffffffff, capabilities: [] },
    },
    {
      name: 'with capabilities in one parameter',
      hex: `${MARKER}003301${'045ba000030a00000116' + '0214' + '010400010001' + '010400020001' + '0200' + '4104' + '00011170'}`,
      value: {
        version: 4,
        as: 23456,
        holdTime: 3,
        routerId: 0x0a000001,
        capabilities: [
          { name: 'multiprotocol', family: IPV4_UNICAST },
          { name: 'multiprotocol', family: IPV6_UNICAST },
          { name: 'route-refresh' },
          { name: 'four-octet-as', as: 70000 },
        ],
      },
    },
    {
      name: 'with extended parameters (RFC 9072)',
      hex: `${MARKER}01240104fde8005a0a000001ffff010402010180ff${'ab'.repeat(255)}`,
      value: {
        version: 4,
        as: 65000,
        holdTime: 90,
        routerId: 0x0a000001,
        capabilities: [{ name: 'unknown', code: 128, value: new Uint8Array(255).fill(0xab) }],
      },
    },
  ];
