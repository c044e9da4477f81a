/** Codes of {@link ControlError}; all of them are in `docs/reference/errors.md`. */
export type ControlErrorCode =
  | 'CONTROL_ERR_UNREACHABLE'
  | 'CONTROL_ERR_PERMISSION'
  | 'CONTROL_ERR_IN_USE'
  | 'CONTROL_ERR_REQUEST'
  | 'CONTROL_ERR_PROTOCOL'
  | 'CONTROL_ERR_TIMEOUT';

/** Asking a running speaker or agent failed. The message names the socket and the way out. */
export class ControlError extends Error {
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ControlError';
    this.code = code;
  }
}
