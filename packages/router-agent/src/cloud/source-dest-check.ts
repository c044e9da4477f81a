/** Switches off what a cloud checks of the packets of its machines: that one end of each is the machine itself. */
export interface SourceDestCheck {
  /** Rejects with a {@link CloudError} when it could not be switched off. */
  disable(instance: string, signal: AbortSignal): Promise<void>;
}

/** A cloud that did not do as asked. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  /** `refused`: this machine may not; asking again is of no use until somebody allows it. */
  readonly reason: 'refused' | 'failed';

  constructor(reason: CloudError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
