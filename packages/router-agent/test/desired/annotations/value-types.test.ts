import t from 'tap';
import {
  address,
  asNumber,
  clusterId,
  community,
  extendedCommunity,
  largeCommunity,
} from '../../../src/desired/annotations/value-types.js';

const types = { address, asNumber, clusterId, community, extendedCommunity, largeCommunity };

const rows: readonly (readonly [keyof typeof types, string, unknown])[] = [
  ['community', '64512:1', '64512:1'],
  ['community', '65535:65281', 'no-export'],
  ['community', '0', '0:0'],
  ['community', 'Blackhole', 'blackhole'],
  ['community', 'internet', '0:0'],
  ['community', '-1', null],
  ['largeCommunity', '64512:1:2', '64512:1:2'],
  ['largeCommunity', '64512:1', null],
  ['largeCommunity', '4294967296:0:0', null],
  ['extendedCommunity', 'rt:64512:1', 'rt:64512:1'],
  ['extendedCommunity', 'color:1', null],
  ['address', '::ffff:192.0.2.1', '192.0.2.1'],
  ['address', '2001:DB8::1', '2001:db8::1'],
  ['address', 'fe80::1%eth0', null],
  ['clusterId', '16909060', '1.2.3.4'],
  ['clusterId', '1.2.3.4', '1.2.3.4'],
  ['clusterId', '0.0.0.0', null],
  ['clusterId', '4294967296', null],
  ['asNumber', '23456', null],
];

t.test('values of annotations are read to one form each, or say what they must be', async (t) => {
  for (const [type, text, value] of rows) {
    const parsed = types[type].parse(text);
    if (value === null) t.match(parsed, { ok: false, must: /./ }, `${type} ${text}`);
    else t.same(parsed, { ok: true, value }, `${type} ${text}`);
  }
});
