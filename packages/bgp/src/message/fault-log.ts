import { ErrorCode } from '../iana/error-code.js';
import { type Fault, type Severity, strongerFault } from '../wire/result.js';

const NONE: readonly Fault[] = Object.freeze([]);
const NO_DATA = new Uint8Array(0);

/** What was wrong with one UPDATE: the strongest fault, and all that were answered by dropping something. Reused. */
export class FaultLog {
  worst: Fault | null = null;
  discarded: readonly Fault[] = NONE;

  clear(): void {
    this.worst = null;
    this.discarded = NONE;
  }

  severity(): Severity | null {
    return this.worst === null ? null : this.worst.severity;
  }

  /** Adds a fault of error code 3 (RFC 4271 §6.3). */
  report(
    severity: Severity,
    subcode: number,
    offset: number,
    message: string,
    data: Uint8Array = NO_DATA,
  ): void {
    const fault: Fault = { severity, code: ErrorCode.Update, subcode, data, offset, message };
    this.worst = strongerFault(this.worst, fault);
    if (severity === 'discard') this.discarded = [...this.discarded, fault];
  }

  /** Makes the worst fault reset the session. */
  escalate(): void {
    if (this.worst !== null) this.worst = { ...this.worst, severity: 'reset' };
  }
}
