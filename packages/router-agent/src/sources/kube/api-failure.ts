/**
 * Why a request gave nothing: `gone` (410, the resource version is no longer kept), `forbidden` (403), `missing` (404),
 * `unauthorized` (401), `busy` (429), `server` (any other status), `network`, `tls`, `silent` (no answer in time), `malformed`.
 */
export type FailureReason =
  | 'gone'
  | 'forbidden'
  | 'missing'
  | 'unauthorized'
  | 'busy'
  | 'server'
  | 'network'
  | 'tls'
  | 'silent'
  | 'malformed';

export interface ApiFailure {
  readonly reason: FailureReason;
  /** In words, with the server's own, and the way out where there is one. Holds no credentials. */
  readonly message: string;
  /** What the server asked us to wait (`Retry-After`), in milliseconds. */
  readonly retryAfter: number | null;
}

/** Carries a failure through code that awaits. */
export class ApiRequestError extends Error {
  override readonly name = 'ApiRequestError';
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, cause?: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

const STATUS_REASONS: Readonly<Record<number, FailureReason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'missing',
  410: 'gone',
  429: 'busy',
};

/** What an HTTP status means, or a `Status` object that a watch delivers as an ERROR event. */
export function failureOfStatus(
  code: number,
  message: string,
  retryAfterSeconds: number | null = null,
): ApiFailure {
  const reason = STATUS_REASONS[code] ?? 'server';
  const wayOut = reason === 'unauthorized' ? '; check the token or certificate in the kubeconfig' : '';
  return {
    reason,
    message: `the API server answered ${code}${message === '' ? '' : ` (${message})`}${wayOut}`,
    retryAfter: retryAfterSeconds === null ? null : retryAfterSeconds * 1000,
  };
}

/** What an error of a socket or of TLS means. */
export function failureOfError(error: unknown): ApiFailure {
  if (error instanceof ApiRequestError) return error.failure;
  const message = error instanceof Error ? error.message || String(codeOf(error)) : String(error);
  const code = codeOf(error);
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code)) {
    const wayOut = 'check certificate-authority and server in the kubeconfig';
    return {
      reason: 'tls',
      message: `TLS with the API server failed (${message}); ${wayOut}`,
      retryAfter: null,
    };
  }
  return { reason: 'network', message: `the API server cannot be reached (${message})`, retryAfter: null };
}

export function malformed(what: string): ApiFailure {
  return {
    reason: 'malformed',
    message: `the API server answered something else than Kubernetes does: ${what}`,
    retryAfter: null,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
