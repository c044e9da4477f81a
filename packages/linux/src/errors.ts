import { getSystemErrorMap } from 'node:util';

/** The stable codes of {@link LinuxError}; `docs/reference/errors-linux.md` says what each one means. */
export const linuxErrorCodes = [
  'LINUX_ERR_ARGUMENT',
  'LINUX_ERR_CLOSED',
  'LINUX_ERR_COMMAND',
  'LINUX_ERR_DUMP_INTERRUPTED',
  'LINUX_ERR_KERNEL',
  'LINUX_ERR_NAMESPACE',
  'LINUX_ERR_PERMISSION',
  'LINUX_ERR_PLATFORM',
  'LINUX_ERR_SOCKET_OPTION',
  'LINUX_ERR_SYSTEM_CALL',
  'LINUX_ERR_WORKER',
] as const;

export type LinuxErrorCode = (typeof linuxErrorCodes)[number];

/** What a {@link LinuxError} carries beside its message. */
export interface LinuxErrorDetails {
  /** The kernel's error number, positive. */
  readonly errno?: number;
  /** The system call, or the request to the kernel, that failed. */
  readonly syscall?: string;
  readonly cause?: unknown;
}

/** Every error this package throws: a stable `code`, and the kernel's own number and words where it gave them. */
export class LinuxError extends Error {
  override readonly name = 'LinuxError';
  readonly code: LinuxErrorCode;
  /** The kernel's error number, positive. */
  declare readonly errno?: number;
  /** The number's name, such as `EEXIST`. */
  declare readonly errnoName?: string;
  declare readonly syscall?: string;

  constructor(code: LinuxErrorCode, message: string, details: LinuxErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.errno !== undefined) {
      this.errno = details.errno;
      this.errnoName = errnoName(details.errno);
    }
    if (details.syscall !== undefined) this.syscall = details.syscall;
  }
}

/** `17` → `EEXIST`; a number without a name gives `E17`. */
export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `E${errno}`;
}

/** `17` → `file already exists`. */
export function errnoText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `unknown error ${errno}`;
}

const EPERM = 1;
const EACCES = 13;

/** The error for a failed system call; a lack of rights gets its own code and the way out. */
export function systemCallError(syscall: string, errno: number, doing: string): LinuxError {
  const reason = `${errnoText(errno)} (${errnoName(errno)})`;
  if (isPermission(errno)) {
    return new LinuxError('LINUX_ERR_PERMISSION', `${doing}: ${reason}; ${wayOut}`, { errno, syscall });
  }
  return new LinuxError('LINUX_ERR_SYSTEM_CALL', `${doing}: ${syscall}: ${reason}`, { errno, syscall });
}

/** The error for a request that the kernel answered with a refusal, `words` being its extended acknowledgement. */
export function refusalError(doing: string, errno: number, words: string): LinuxError {
  const named = words === errnoText(errno) ? words : `${words}: ${errnoText(errno)}`;
  const reason = `${named} (${errnoName(errno)})`;
  if (isPermission(errno)) {
    return new LinuxError('LINUX_ERR_PERMISSION', `cannot ${doing}: ${reason}; ${wayOut}`, { errno });
  }
  return new LinuxError('LINUX_ERR_KERNEL', `cannot ${doing}: ${reason}`, { errno });
}

/** Whether the error number says that the process lacks a right, rather than that the request was wrong. */
export function isPermission(errno: number): boolean {
  return errno === EPERM || errno === EACCES;
}

const wayOut = 'this needs root or CAP_NET_ADMIN in the network namespace';
