import t, { type Test } from 'tap';
import { Ec2SourceDestCheck } from '../../src/cloud/ec2-source-dest-check.js';
import { sourceDestCheckController } from '../../src/controllers/source-dest-check.js';
import { ec2Instance } from '../../src/desired/cloud-instance.js';
import type { Problem } from '../../src/model/cluster.js';
import { FakeEc2 } from '../../src/testing/fake-ec2.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from '../desired/samples.js';

const { signal } = new AbortController();
const instance = 'i-0123456789abcdef0';
const onEc2 = `aws:///eu-test-1a/${instance}`;

async function open(t: Test, providerId = onEc2) {
  const cloud = new FakeEc2();
  await cloud.start();
  t.teardown(() => cloud.stop());
  cloud.checked.add(instance);
  const told: Problem[] = [];
  let opened = 0;
  const options = sourceDestCheckController(
    {
      config: configOf('n1'),
      snapshot: () => snapshot({ nodes: [node('n1', ['192.0.2.1'], { providerId })] }),
      tellProblems: (_, problems) => told.splice(0, told.length, ...problems),
      tellAdvertisements: () => {},
    },
    async () => {
      opened++;
      return new Ec2SourceDestCheck(cloud.environment());
    },
  );
  return { cloud, told, run: () => options.run(signal), opened: () => opened };
}

t.test('the check is switched off once', async (t) => {
  const { cloud, told, run } = await open(t);
  t.same(await run(), { changed: 1, failures: [] });
  t.same([...cloud.checked], []);
  t.same(await run(), { changed: 0, failures: [] });
  t.equal(cloud.calls, 1);
  t.same(told, []);
});

t.test(
  'a cloud that fails is asked again; one that refuses is told with the way out, and holds nothing up',
  async (t) => {
    const { cloud, told, run } = await open(t);
    cloud.failWith = 503;
    await t.rejects(run(), {
      name: 'CloudError',
      message: /EC2 answered InternalError for i-0123456789abcdef0 \(try again\)/,
    });
    cloud.failWith = null;
    cloud.mayModify = false;
    t.same(await run(), { changed: 0, failures: [] });
    t.match(told, [
      {
        place: 'nodes/n1',
        message:
          /stays on, .*UnauthorizedOperation .*\(You are not authorized.\); allow the role of the instance ec2:ModifyInstanceAttribute/,
      },
    ]);
    t.notMatch(told[0]?.message, cloud.secret);
    cloud.mayModify = null;
    await run();
    t.match(told, [{ message: /this instance has no role/ }]);
    cloud.mayModify = true;
    t.match(await run(), { changed: 1 });
    t.same(told, []);
  },
);

t.test('keys and region of the environment count', async (t) => {
  const { cloud } = await open(t);
  const keys = { AWS_ACCESS_KEY_ID: 'ASIATEST', AWS_SESSION_TOKEN: cloud.session, AWS_REGION: 'eu-test-1' };
  const { AWS_ENDPOINT_URL_EC2 } = cloud.environment();
  const env = { ...keys, AWS_SECRET_ACCESS_KEY: cloud.secret, AWS_ENDPOINT_URL_EC2 };
  await new Ec2SourceDestCheck(env).disable(instance, signal);
  t.same([...cloud.checked], []);
  const wrong = new Ec2SourceDestCheck({ ...env, AWS_SECRET_ACCESS_KEY: 'wrong' });
  await t.rejects(wrong.disable(instance, signal), { reason: 'refused', message: /AuthFailure/ });
});

t.test('a metadata service that is not there is told with the way out', async (t) => {
  const check = new Ec2SourceDestCheck({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' });
  await t.rejects(check.disable(instance, signal), {
    reason: 'failed',
    message: /does not answer; raise the hop limit/,
  });
});

t.test('elsewhere nobody is asked', async (t) => {
  const { run, opened } = await open(t, 'gce://project/zone/node');
  t.same(await run(), { changed: 0, failures: [] });
  t.equal(opened(), 0);
  const of = (providerId: string) => ec2Instance(node('n', [], { providerId }));
  t.equal(of(onEc2), instance);
  t.equal(of('aws:///eu-test-1a/fargate-ip-10-0-0-1'), null);
  t.equal(ec2Instance(node('n', [])), null);
});
