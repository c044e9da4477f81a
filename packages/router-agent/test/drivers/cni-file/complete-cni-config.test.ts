import t from 'tap';
import {
  type CniFileKind,
  completeCniConfig,
  withoutCniRanges,
} from '../../../src/drivers/cni-file/complete-cni-config.js';

function completed(text: string, kind: CniFileKind, cidrs: readonly string[], options = {}): string {
  const result = completeCniConfig(text, kind, cidrs, options);
  if (!result.ok) throw new Error(result.errors.join('; '));
  return result.text;
}

function refused(
  text: string,
  kind: CniFileKind = 'conf',
  cidrs: readonly string[] = ['10.48.1.0/24'],
): string {
  const result = completeCniConfig(text, kind, cidrs);
  return result.ok ? `accepted: ${result.text}` : result.errors.join('; ');
}

/** The bridge has an address of the range that went. */
const forced = (conf: string): string => `${conf.slice(0, -1)},"forceAddress":true}`;

const GUIDE_CONF =
  '{"bridge":"kube-bridge","hairpinMode":true,"ipam":{"subnet":"10.48.1.0/24","type":"host-local"},"isDefaultGateway":true,"name":"kubernetes","type":"bridge"}';

const GUIDE_LIST = `{
    "cniVersion":"0.3.0",
    "name":"mynet",
    "plugins":[
      {
          "name":"kubernetes",
          "type":"bridge",
          "bridge":"kube-bridge",
          "isDefaultGateway":true,
          "hairpinMode":true,
          "ipam":{
            "type":"host-local"
          }
      },
      {
          "type":"portmap",
          "capabilities":{
            "snat":true,
            "portMappings":true
          }
      }
    ]
}
`;

t.test("completeCniConfig completes the guide's single plugin, on one line and in its order", async (t) => {
  const before = GUIDE_CONF.replace('"subnet":"10.48.1.0/24",', '"subnet":"10.48.9.0/24",');
  t.equal(completed(before, 'conf', ['10.48.1.0/24']), forced(GUIDE_CONF));
  const without = GUIDE_CONF.replace('"subnet":"10.48.1.0/24",', '');
  t.same(JSON.parse(completed(without, 'conf', ['10.48.1.0/24'])), JSON.parse(GUIDE_CONF));
});

t.test("completeCniConfig completes the guide's list of plugins as it shows it", async (t) => {
  const text = completed(GUIDE_LIST, 'conflist', ['10.48.0.0/24']);
  t.same(JSON.parse(text), {
    cniVersion: '0.3.0',
    name: 'mynet',
    plugins: [
      {
        bridge: 'kube-bridge',
        hairpinMode: true,
        ipam: { subnet: '10.48.0.0/24', type: 'host-local' },
        isDefaultGateway: true,
        name: 'kubernetes',
        type: 'bridge',
      },
      { capabilities: { portMappings: true, snat: true }, type: 'portmap' },
    ],
  });
  t.match(text, /^\{\n {4}"cniVersion"/);
  t.equal(text.at(-1), '\n');
});

t.test('completeCniConfig changes nothing in a file that is complete', async (t) => {
  t.equal(completed(GUIDE_CONF, 'conf', ['10.48.1.0/24']), GUIDE_CONF);
  const odd = `  {"type" : "bridge",\n "ipam":{"type":"host-local","ranges":[[{"subnet":"10.48.1.0/24"}]]}}`;
  t.equal(completed(odd, 'conf', ['10.48.1.0/24']), odd);
});

t.test('completeCniConfig keeps the form of ranges, and replaces plain ones', async (t) => {
  const before =
    '{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.48.7.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}}';
  t.equal(
    completed(before, 'conf', ['10.48.1.0/24']),
    forced(
      '{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.48.1.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}}',
    ),
  );
});

t.test('completeCniConfig turns a subnet into ranges for two families, IPv4 first', async (t) => {
  const text = completed(GUIDE_CONF, 'conf', ['fd00:10:48:1::/64', '10.48.1.0/24']);
  t.match(
    text,
    '"ipam":{"ranges":[[{"subnet":"10.48.1.0/24"}],[{"subnet":"fd00:10:48:1::/64"}]],"type":"host-local"}',
  );
  t.equal(completed(text, 'conf', ['10.48.1.0/24', 'fd00:10:48:1::/64']), text);
});

t.test("completeCniConfig leaves an operator's range alone and does not add what it covers", async (t) => {
  const own = '[{"subnet":"10.48.1.0/24","rangeStart":"10.48.1.100","rangeEnd":"10.48.1.200"}]';
  const before = `{"type":"bridge","ipam":{"type":"host-local","ranges":[${own},[{"subnet":"10.9.0.0/16"}]]}}`;
  t.equal(
    completed(before, 'conf', ['10.48.1.0/24']),
    forced(`{"type":"bridge","ipam":{"type":"host-local","ranges":[${own}]}}`),
  );
  const both = completed(before, 'conf', ['10.48.1.0/24', 'fd00::/64']);
  t.match(both, `"ranges":[[{"subnet":"fd00::/64"}],${own}]`);
});

t.test('completeCniConfig folds a subnet with its parts into one range', async (t) => {
  const before =
    '{"type":"bridge","ipam":{"type":"host-local","subnet":"10.48.1.0/24","gateway":"10.48.1.1"}}';
  t.match(
    completed(before, 'conf', ['10.48.1.0/24', 'fd00::/64']),
    '"ipam":{"type":"host-local","ranges":[[{"subnet":"fd00::/64"}],[{"subnet":"10.48.1.0/24","gateway":"10.48.1.1"}]]}',
  );
});

t.test('completeCniConfig completes the first bridge of several plugins', async (t) => {
  const list = '{"plugins":[{"type":"tuning"},{"type":"bridge"},{"type":"bridge","bridge":"second"}]}';
  t.equal(
    completed(list, 'conflist', ['10.48.1.0/24']),
    '{"plugins":[{"type":"tuning"},{"type":"bridge","ipam":{"type":"host-local","subnet":"10.48.1.0/24"}},{"type":"bridge","bridge":"second"}]}',
  );
});

t.test('completeCniConfig sets the MTU when it is given', async (t) => {
  t.match(completed(GUIDE_CONF, 'conf', ['10.48.1.0/24'], { mtu: 1480 }), '"type":"bridge","mtu":1480}');
});

t.test('completeCniConfig keeps indentation by tabs and by two blanks', async (t) => {
  t.match(completed('{\n\t"type": "bridge"\n}', 'conf', ['10.48.1.0/24']), '\n\t\t"type": "host-local"');
  t.match(completed('{\n  "type": "bridge"\n}', 'conf', ['10.48.1.0/24']), '\n    "type": "host-local"');
});

t.test('completeCniConfig says what is wrong with a file, where, and the way out', async (t) => {
  t.match(refused(''), 'it is empty; write a configuration');
  t.match(refused('{\n  "type": bridge\n}'), 'it is not JSON (line 2, column 11); mend it there');
  t.match(refused('[1]'), 'it must hold a JSON object, got [1]');
  t.match(refused('{"type":"ptp"}'), 'type must be "bridge", got "ptp"');
  t.match(refused('{"plugins":[]}'), 'give the file a name that ends in .conflist');
  t.match(
    refused('{"type":"bridge"}', 'conflist'),
    'plugins must be a list, got nothing; it holds one plugin',
  );
  t.match(
    refused('{"plugins":[{"type":"ptp"},7]}', 'conflist'),
    'plugins must have one of type "bridge", got "ptp", 7',
  );
  t.match(
    refused('{"plugins":[{"type":"bridge","ipam":{"type":"dhcp"}}]}', 'conflist'),
    'plugins[0].ipam.type must be "host-local", got "dhcp"',
  );
  t.match(refused('{"type":"bridge","ipam":[]}'), 'ipam must be an object, got []');
  t.match(refused('{"type":"bridge","ipam":{"ranges":{}}}'), 'ipam.ranges must be a list of lists, got {}');
  t.match(
    refused('{"type":"bridge","ipam":{"subnet":"10.48.9.0/24","gateway":"10.48.9.1"}}'),
    'ipam.gateway must lie in the node\'s pod range 10.48.1.0/24, got "10.48.9.1"',
  );
  t.match(refused('{"type":"bridge"}', 'conf', []), 'the node has no pod range yet');
});

t.test('the usual MTU is written only where the file speaks of one', async (t) => {
  const mtuIn = (text: string, mtu: number): unknown => {
    const completed = completeCniConfig(text, 'conf', ['10.48.1.0/24'], { mtu });
    return completed.ok ? JSON.parse(completed.text).mtu : completed.errors;
  };
  t.equal(mtuIn('{"type":"bridge"}', 1500), undefined);
  t.equal(mtuIn('{"type":"bridge"}', 1450), 1450);
  t.equal(mtuIn('{"type":"bridge","mtu":1450}', 1500), 1500);
});

t.test('ranges are taken out again, and nothing else', async (t) => {
  const clean = (text: string, kind: 'conf' | 'conflist' = 'conf'): string => withoutCniRanges(text, kind);
  const left = '{"type":"bridge","mtu":9000,"ipam":{"type":"host-local"}}';
  t.equal(clean('{"type":"bridge","mtu":9000,"ipam":{"type":"host-local","subnet":"10.48.1.0/24"}}'), left);
  t.equal(
    clean('{"type":"bridge","mtu":9000,"ipam":{"type":"host-local","ranges":[[{"subnet":"10.48.1.0/24"}]]}}'),
    left,
  );
  const operators =
    '{"type":"bridge","ipam":{"type":"host-local","ranges":[[{"subnet":"10.9.0.0/24","gateway":"10.9.0.9"}]]}}';
  t.equal(clean(operators), operators);
  t.equal(
    clean(`{"plugins":[{"type":"bridge","ipam":{"subnet":"10.48.1.0/24"}},{"type":"portmap"}]}`, 'conflist'),
    '{"plugins":[{"type":"bridge","ipam":{}},{"type":"portmap"}]}',
  );
  t.equal(clean('no JSON'), 'no JSON');
});
