import { AwsClient } from 'aws4fetch';
import { InstanceMetadata } from './instance-metadata.js';
import { CloudError, type SourceDestCheck } from './source-dest-check.js';

const apiVersion = '2016-11-15';
const requestMilliseconds = 10_000;
/** Codes by which EC2 says that these keys may not. */
const refusals = ['UnauthorizedOperation', 'AuthFailure', 'OptInRequired'];

/** The source/destination check of AWS EC2, by one call of its API: `ModifyInstanceAttribute`. */
export class Ec2SourceDestCheck implements SourceDestCheck {
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** `env` has what AWS' own programs read: keys, region, endpoints. */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  async disable(instance: string, signal: AbortSignal): Promise<void> {
    const metadata = new InstanceMetadata(this.#env);
    const region = await metadata.region(signal);
    const credentials = await metadata.credentials(signal);
    const client = new AwsClient({ ...credentials, service: 'ec2', region, retries: 0 });
    const url = this.#endpoint(region);
    const body = new URLSearchParams({
      Action: 'ModifyInstanceAttribute',
      InstanceId: instance,
      'SourceDestCheck.Value': 'false',
      Version: apiVersion,
    }).toString();
    const request = await client.sign(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    });
    let response: Response;
    try {
      response = await fetch(request, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new CloudError('failed', `${url} does not answer`, error);
    }
    const text = await response.text();
    if (response.status !== 200) throw failureOf(instance, response.status, text);
  }

  #endpoint(region: string): string {
    const given = this.#env.AWS_ENDPOINT_URL_EC2 ?? this.#env.AWS_ENDPOINT_URL;
    if (given !== undefined) return given;
    return `https://ec2.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
  }
}

/** What EC2 said. Its error is a small XML text, of which two elements count. */
function failureOf(instance: string, status: number, text: string): CloudError {
  const element = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  const code = element('Code') || String(status);
  // With an encoded message for administrators, which is long.
  const words = element('Message').split(' Encoded authorization failure message')[0] ?? '';
  const said = `EC2 answered ${code} for ${instance}${words === '' ? '' : ` (${words})`}`;
  if (!refusals.includes(code)) return new CloudError('failed', said);
  const wayOut =
    'allow the role of the instance ec2:ModifyInstanceAttribute, switch the check off by hand (aws ec2 modify-instance-attribute --no-source-dest-check), or give --disable-source-dest-check=false';
  return new CloudError('refused', `${said}; ${wayOut}`);
}
