import fc from 'fast-check';
import t from 'tap';
import { readCommandLine } from '../../src/config/command-line.js';
import { flagNames } from '../../src/config/flags.js';

const errors = (...argv: string[]): readonly string[] => readCommandLine(argv).errors;

t.test('readCommandLine takes every form of pflag', async (t) => {
  const forms: readonly (readonly string[])[] = [['--v=2'], ['--v', '2'], ['-v=2'], ['-v', '2'], ['-v2']];
  for (const argv of forms)
    t.match(readCommandLine(argv), { values: { v: '2' }, errors: [] }, argv.join(' '));
  t.match(readCommandLine(['--run-router']), { values: { 'run-router': true }, errors: [] });
  t.match(readCommandLine(['--run-router=F']), { values: { 'run-router': false }, errors: [] });
  t.match(readCommandLine(['--kubeconfig', '/a b', '--']), { values: { kubeconfig: '/a b' }, errors: [] });
  t.match(readCommandLine(['--kubeconfig=a=b']), { values: { kubeconfig: 'a=b' }, errors: [] });
});

t.test('readCommandLine keeps the last of a repeated value and joins repeated lists', async (t) => {
  const { values, given } = readCommandLine([
    '--cluster-asn=64513',
    '--cluster-asn=64514',
    '--peer-router-asns=1',
    '--peer-router-asns',
    '2,3',
  ]);
  t.equal(values['cluster-asn'], 64514);
  t.same(values['peer-router-asns'], [1, 2, 3]);
  t.same([...given.keys()], ['cluster-asn', 'peer-router-asns']);
});

t.test('a switch that is followed by a word gets the right form', async (t) => {
  t.same(errors('--run-router', 'true'), [
    '--run-router is a switch and takes its value after an equals sign; write --run-router=true',
  ]);
  t.same(errors('--enable-cni', 'False'), [
    '--enable-cni is a switch and takes its value after an equals sign; write --enable-cni=false',
  ]);
});

t.test('two equals signs get the right form', async (t) => {
  t.same(errors('--nodes-full-mesh==true'), [
    '--nodes-full-mesh==true has the equals sign twice; write --nodes-full-mesh=true',
  ]);
  t.same(errors('--cluster-asn==64512'), [
    '--cluster-asn==64512 has the equals sign twice; write --cluster-asn=64512',
  ]);
});

t.test('an unknown flag gets the nearest name, and its value is not a second mistake', async (t) => {
  t.same(errors('--advertise-clusterip=true'), [
    '--advertise-clusterip is not known; did you mean --advertise-cluster-ip?',
  ]);
  t.same(errors('--Cluster_ASN', '64512'), ['--Cluster_ASN is not known; did you mean --cluster-asn?']);
  t.same(errors('--no-enable-cni'), ['--no-enable-cni is not known; write --enable-cni=false']);
  t.same(errors('--frobnicate'), ['--frobnicate is not known; see --help for all flags']);
  t.same(errors('-run-router=true'), [
    '-run-router is not known: only -h, -v and -V have one dash; write --run-router with two dashes',
  ]);
  t.same(errors('-x'), ['-x is not known: only -h, -v and -V have one dash; see --help']);
});

t.test('a value that is missing is asked for', async (t) => {
  t.same(errors('--cluster-asn'), ['--cluster-asn needs a value; write --cluster-asn=64512']);
  t.same(errors('--kubeconfig', '--v=2'), [
    '--kubeconfig needs a value before --v; write --kubeconfig=/etc/kubernetes/kube-router.kubeconfig',
  ]);
});

t.test('what is no flag is refused', async (t) => {
  t.match(errors('start'), [
    '"start" is not a flag, and the agent takes no other arguments; remove it, or write it as --flag=value',
  ]);
  t.match(errors(''), [/^an argument is empty/]);
  t.match(errors('-'), [/^"-" is not a flag/]);
  t.same(errors('--', 'a', 'b'), ['"a" "b" after -- is not read; remove it']);
});

t.test('quotes and backslashes of environment files are explained, one error each', async (t) => {
  const leftovers = [
    '"--run-router=true',
    '--v=2"',
    '\\',
    "'--v=2'",
    '--v=2\\',
    '--v=2 \\\n--enable-cni=true',
  ];
  for (const argument of leftovers) {
    t.match(errors(argument), [/has a quote or backslash of a shell or environment file in it/], argument);
  }
  t.same(errors("--kubeconfig=/it's/o'k"), [], 'a pair of quotes inside a value is a value');
});

t.test('values out of range are shown with what is allowed', async (t) => {
  t.same(errors('--bgp-port=70000'), ['--bgp-port must be 1–65535, got "70000"']);
  t.same(errors('--bgp-holdtime=2s'), ['--bgp-holdtime must be a duration of 3s … 65535s, got "2s"']);
  t.same(errors('--peer-router-asns=23456'), [
    '--peer-router-asns must be a comma list in which each item is 1–23455, 23457–63999, 64512–65534, 131072–4294967294; item 1 (23456) is not, got "23456"',
  ]);
});

const argument = fc.oneof(
  fc.constantFrom(...flagNames).map((name) => `--${name}`),
  fc.tuple(fc.constantFrom(...flagNames), fc.string()).map(([name, value]) => `--${name}=${value}`),
  fc.constantFrom('--', '-v', '-v2', 'true', '', '\\', '"'),
  fc.string(),
);

t.test('any command line at all gives a value for every flag, and never throws', async (t) => {
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 8 }), (argv) => {
      t.equal(Object.keys(readCommandLine(argv).values).length, flagNames.length);
    }),
    { numRuns: 300 },
  );
});

t.test('a password is in no error, however its flag is written', async (t) => {
  const secret = 'Zm9vYmFyU2VjcmV0';
  const flag = fc.constantFrom(
    ...[
      '--peer-router-passwords=',
      '--peer-router-passwords==',
      '--peer-router-passwords="',
      '"--peer-router-passwords=',
    ],
    ...['-peer-router-passwords=', '--peer-router-pasword=', '--peer_router_passwords='],
  );
  const rest = fc.array(fc.constantFrom(secret, `${secret}"`, `"${secret}`, `${secret},%`, `${secret}\\`), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(flag, fc.boolean(), rest, (written, apart, more) => {
      const first = apart ? [written.replace(/=+"?$/, ''), secret] : [`${written}${secret}`];
      t.notMatch(errors(...first, ...more).join('\n'), secret);
    }),
    { numRuns: 300 },
  );
});
