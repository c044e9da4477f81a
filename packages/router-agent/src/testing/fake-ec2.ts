import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * The metadata service of an EC2 instance (version 2 only) and the one call of EC2 that the agent makes, on one port. As the real ones do, it
 * answers nobody without a token, and checks each signature (AWS Signature Version 4).
 */
export class FakeEc2 {
  readonly secret = randomBytes(20).toString('hex');
  readonly session = randomBytes(20).toString('hex');
  /** Instances whose check is on. */
  readonly checked = new Set<string>();
  /** Whether the role may change instances; null: the instance has no role. */
  mayModify: boolean | null = true;
  /** Answers with this status to calls, as long as it is set. */
  failWith: number | null = null;
  calls = 0;
  readonly #server: Server;
  readonly #tokens = new Set<string>();

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, text }) => {
        response.writeHead(status);
        response.end(text);
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What makes AWS' programs, and the agent, find it. */
  environment(): Readonly<Record<string, string>> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return { AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_ENDPOINT_URL_EC2: `${url}/` };
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method, url = '/', headers } = request;
    let body = '';
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
    if (url === '/latest/api/token') {
      const isRight = method === 'PUT' && Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0;
      if (!isRight) return { status: 400, text: '' };
      const token = randomBytes(12).toString('base64url');
      this.#tokens.add(token);
      return { status: 200, text: token };
    }
    if (url.startsWith('/latest/meta-data/')) {
      if (!this.#tokens.has(String(headers['x-aws-ec2-metadata-token']))) return { status: 401, text: '' };
      return this.#metadata(url.slice('/latest/meta-data/'.length));
    }
    return method === 'POST' ? this.#call(headers, body) : { status: 404, text: '' };
  }

  #metadata(path: string): Answer {
    if (path === 'placement/region') return { status: 200, text: 'eu-test-1' };
    if (this.mayModify === null || !path.startsWith('iam/security-credentials/'))
      return { status: 404, text: '' };
    if (path === 'iam/security-credentials/') return { status: 200, text: 'node-role' };
    const keys = { AccessKeyId: 'ASIATEST', SecretAccessKey: this.secret, Token: this.session };
    return { status: 200, text: JSON.stringify(keys) };
  }

  #call(headers: IncomingMessage['headers'], body: string): Answer {
    this.calls++;
    if (this.failWith !== null) return error(this.failWith, 'InternalError', 'try again');
    if (!this.#isSigned(headers, body)) return error(401, 'AuthFailure', 'the signature does not match');
    const form = new URLSearchParams(body);
    const instance = form.get('InstanceId') ?? '';
    if (form.get('Action') !== 'ModifyInstanceAttribute')
      return error(400, 'InvalidAction', 'no such action');
    if (this.mayModify !== true) {
      return error(
        403,
        'UnauthorizedOperation',
        'You are not authorized. Encoded authorization failure message: x',
      );
    }
    if (!/^i-[0-9a-f]+$/.test(instance)) return error(400, 'InvalidInstanceID.Malformed', instance);
    if (form.get('SourceDestCheck.Value') === 'false') this.checked.delete(instance);
    return {
      status: 200,
      text: '<ModifyInstanceAttributeResponse><return>true</return></ModifyInstanceAttributeResponse>',
    };
  }

  #isSigned(headers: IncomingMessage['headers'], body: string): boolean {
    const match =
      /^AWS4-HMAC-SHA256 Credential=ASIATEST\/((\d+)\/(\S+)\/ec2\/aws4_request), ?SignedHeaders=(\S+?), ?Signature=(\w+)$/.exec(
        headers.authorization ?? '',
      );
    const [, scope = '', date = '', region = '', signed = '', signature] = match ?? [];
    if (headers['x-amz-security-token'] !== this.session) return false;
    const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
    const canonical = ['POST', '/', '', lines.join(''), signed, sha256(body)].join('\n');
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
    const key = [date, region, 'ec2', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${this.secret}`);
    return signature === hmac(key, text).toString('hex');
  }
}

function error(status: number, code: string, message: string): Answer {
  const text = `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors></Response>`;
  return { status, text };
}
