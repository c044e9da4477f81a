import { CloudError } from './source-dest-check.js';

/** Keys that sign requests to AWS. Never logged. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const linkLocal = 'http://169.254.169.254';
const tokenSeconds = '60';
const requestMilliseconds = 2_000;

/** What an EC2 instance knows of itself, by the metadata service of version 2, or by the variables that AWS' own programs read. */
export class InstanceMetadata {
  readonly #env: Environment;
  readonly #base: string;
  #token: string | null = null;

  constructor(env: Environment) {
    this.#env = env;
    this.#base = (env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? linkLocal).replace(/\/$/, '');
  }

  async region(signal: AbortSignal): Promise<string> {
    const given = this.#env.AWS_REGION ?? this.#env.AWS_DEFAULT_REGION;
    return given ?? (await this.#get('placement/region', signal)).trim();
  }

  async credentials(signal: AbortSignal): Promise<AwsCredentials> {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session } = this.#env;
    if (id && secret) {
      return { accessKeyId: id, secretAccessKey: secret, ...(session && { sessionToken: session }) };
    }
    const [role] = (await this.#get('iam/security-credentials/', signal)).trim().split('\n');
    if (!role) throw noRole();
    const answer = parse(await this.#get(`iam/security-credentials/${role}`, signal));
    const { AccessKeyId, SecretAccessKey, Token } = answer;
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof Token !== 'string') {
      throw new CloudError('failed', `the metadata service gave no keys for the role ${role}`);
    }
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
  }

  async #get(path: string, signal: AbortSignal): Promise<string> {
    this.#token ??= await this.#request('PUT', '/latest/api/token', signal, {
      'X-aws-ec2-metadata-token-ttl-seconds': tokenSeconds,
    });
    return this.#request('GET', `/latest/meta-data/${path}`, signal, {
      'X-aws-ec2-metadata-token': this.#token,
    });
  }

  async #request(
    method: string,
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    const url = `${this.#base}${path}`;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]);
    let response: Response;
    try {
      response = await fetch(url, { method, headers, signal: limited });
    } catch (error) {
      signal.throwIfAborted();
      const wayOut =
        'raise the hop limit of the instance (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2) where the agent runs in a container, or give --disable-source-dest-check=false';
      throw new CloudError('failed', `the metadata service ${url} does not answer; ${wayOut}`, error);
    }
    if (response.status === 404 && path.includes('security-credentials')) throw noRole();
    if (response.status !== 200) {
      throw new CloudError('failed', `the metadata service answered ${response.status} to ${method} ${url}`);
    }
    return response.text();
  }
}

function noRole(): CloudError {
  const message =
    'this instance has no role whose keys could be used; attach one that allows ec2:ModifyInstanceAttribute, switch the check off by hand (aws ec2 modify-instance-attribute --no-source-dest-check), or give --disable-source-dest-check=false';
  return new CloudError('refused', message);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CloudError('failed', 'the metadata service gave keys that are not JSON', error);
  }
}
