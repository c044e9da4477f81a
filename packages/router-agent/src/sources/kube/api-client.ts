import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { ApiRequestError, failureOfError, failureOfStatus, malformed } from './api-failure.js';
import type { KubeConnection } from './kube-connection.js';

/** What is read at most, in octets. */
export interface ApiLimits {
  /** Answer to a list: one page, or everything from a server whose page tokens run out. */
  readonly bodyBytes: number;
  /** One event of a watch, so one object. */
  readonly lineBytes: number;
}

export const API_LIMITS: ApiLimits = { bodyBytes: 256 * 1024 * 1024, lineBytes: 32 * 1024 * 1024 };

/** What is read of the text of an error. */
const LARGEST_ERROR_TEXT = 64 * 1024;

/** Requests to an API server. Every failure is an `ApiRequestError`. */
export class ApiClient {
  readonly #connect: () => KubeConnection;
  readonly #limits: ApiLimits;
  #connection: KubeConnection | null = null;

  /** `connect` is called again after the server refused the credentials or TLS failed, because files may have changed. */
  constructor(connect: () => KubeConnection, limits: ApiLimits = API_LIMITS) {
    this.#connect = connect;
    this.#limits = limits;
  }

  /** The parsed JSON answer. */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#asApiErrors(async () => {
      const response = await this.#open(path, signal);
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length;
        const { bodyBytes } = this.#limits;
        if (length > bodyBytes) throw new ApiRequestError(malformed(`more than ${bodyBytes} octets`));
        chunks.push(chunk);
      }
      return parseJson(Buffer.concat(chunks).toString('utf8'));
    });
  }

  /** Merges into an object (RFC 7396): what is null goes. */
  async patch(path: string, change: unknown, signal: AbortSignal): Promise<void> {
    await this.#write(path, signal, { method: 'PATCH', type: 'application/merge-patch+json', value: change });
  }

  /** Adds an object to a collection. */
  async post(path: string, object: unknown, signal: AbortSignal): Promise<void> {
    await this.#write(path, signal, { method: 'POST', type: 'application/json', value: object });
  }

  /** Calls back once the answer begins, then for each line of it as parsed JSON; resolves when the server ends it. */
  async stream(
    path: string,
    signal: AbortSignal,
    opened: () => void,
    received: (value: unknown) => void,
  ): Promise<void> {
    return this.#asApiErrors(async () => {
      const response = await this.#open(path, signal);
      opened();
      const decoder = new StringDecoder('utf8');
      let rest = '';
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const lines = decoder.write(chunk).split('\n');
        lines[0] = rest + (lines[0] ?? '');
        rest = lines.pop() ?? '';
        const { lineBytes } = this.#limits;
        if ([rest, ...lines].some((line) => line.length > lineBytes)) {
          throw new ApiRequestError(malformed(`a line of more than ${lineBytes} octets`));
        }
        for (const line of lines) if (line.trim() !== '' && !signal.aborted) received(parseJson(line));
      }
    });
  }

  async #write(path: string, signal: AbortSignal, content: Content): Promise<void> {
    return this.#asApiErrors(async () => {
      const response = await this.#open(path, signal, content);
      response.resume();
    });
  }

  async #asApiErrors<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const failure = failureOfError(error);
      if (failure.reason === 'unauthorized' || failure.reason === 'tls') this.#connection = null;
      throw new ApiRequestError(failure, error);
    }
  }

  async #open(path: string, signal: AbortSignal, content?: Content): Promise<IncomingMessage> {
    this.#connection ??= this.#connect();
    const { server } = this.#connection;
    const options = await this.#connection.requestOptions();
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    const request = server.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = {
      ...options.headers,
      accept: 'application/json',
      'user-agent': 'peerage',
      ...(content !== undefined && { 'content-type': content.type }),
    };
    const method = content?.method ?? 'GET';
    const body = content === undefined ? undefined : JSON.stringify(content.value);
    const response = await answerOf(request(url, { ...options, method, headers, signal }), body);
    const status = response.statusCode ?? 0;
    if (status === 200 || status === 201) return response;
    const retryAfter = Number(response.headers['retry-after'] ?? Number.NaN);
    const text = await shortText(response);
    throw new ApiRequestError(
      failureOfStatus(status, statusMessage(text), Number.isFinite(retryAfter) ? retryAfter : null),
    );
  }
}

/** What a request brings along, to be sent as JSON. */
interface Content {
  readonly method: 'PATCH' | 'POST';
  readonly type: string;
  readonly value: unknown;
}

function answerOf(request: ClientRequest, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays for the life of the request: after the answer began, the body's reader gets the error as well.
    request.on('error', reject);
    request.end(body);
  });
}

async function shortText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > LARGEST_ERROR_TEXT) break;
  }
  return text;
}

/** The message of a Kubernetes `Status`, or the first words of whatever else came. */
function statusMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: a proxy's page, for instance.
  }
  return text.trim().slice(0, 200);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiRequestError(malformed(`${JSON.stringify(text.slice(0, 80))} is not JSON`), error);
  }
}
