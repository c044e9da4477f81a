import { BgpError, showValue } from '../../errors.js';
import { CeaseError, ErrorCode } from '../../iana/error-code.js';
import type { StopOptions } from '../../session/session.js';
import { checkFields } from './field-check.js';

/** A Cease that a reset may send (RFC 4486, RFC 9384). */
export interface CeaseNotification {
  readonly code: 6;
  /**
   * 2 administrative shutdown, 3 peer de-configured, 4 administrative reset, 5 connection rejected, 6 other configuration change,
   * 8 out of resources, 10 BFD down. The others are sent by the speaker alone: 1 and 7 for what it finds, 9 (Hard Reset) around these
   * where RFC 8538 asks for it.
   */
  readonly subcode: 2 | 3 | 4 | 5 | 6 | 8 | 10;
  /** At most 4073 octets. Excludes `communication`. */
  readonly data?: Uint8Array;
  /** Text for the operator at the other end (RFC 9003), with subcodes 2 and 4 only; cut after 255 octets of UTF-8. */
  readonly communication?: string;
}

/** How a session is reset. */
export interface ResetOptions {
  readonly notification: CeaseNotification;
}

const SUBCODES: readonly unknown[] = [2, 3, 4, 5, 6, 8, 10];
const TEXT_SUBCODES: readonly unknown[] = [CeaseError.AdministrativeShutdown, CeaseError.AdministrativeReset];
/** What a message of 4096 octets holds beside its header, code and subcode, and those of a Hard Reset. */
const MOST_DATA = 4096 - 19 - 2 - 2;

/** What the session is told. Throws `BGP_ERR_NOTIFICATION`. */
export function stopOptions(asked: string | ResetOptions | undefined): StopOptions {
  if (asked === undefined) return {};
  if (typeof asked === 'string') return { communication: asked };
  checkFields('options', asked, ['notification']);
  const given: { readonly [field in keyof CeaseNotification]?: unknown } = { ...asked.notification };
  const { code, subcode, data, communication } = given;
  if (code !== ErrorCode.Cease) throw refuse('code', code, '6 (Cease)');
  if (!SUBCODES.includes(subcode)) throw refuse('subcode', subcode, '2, 3, 4, 5, 6, 8 or 10');
  if (data !== undefined && !(data instanceof Uint8Array && data.length <= MOST_DATA)) {
    throw refuse('data', data, `a Uint8Array of at most ${MOST_DATA} octets`);
  }
  if (communication !== undefined) {
    const mayHave = TEXT_SUBCODES.includes(subcode) && data === undefined;
    const allowed = mayHave ? 'a text' : 'absent, but with subcode 2 or 4 and without data';
    if (!mayHave || typeof communication !== 'string') throw refuse('communication', communication, allowed);
  }
  return {
    subcode: subcode as CeaseNotification['subcode'],
    ...(data !== undefined && { data: data.slice() }),
    ...(communication !== undefined && { communication }),
  };
}

function refuse(field: string, value: unknown, allowed: string): BgpError {
  const path = `notification.${field}`;
  return new BgpError('BGP_ERR_NOTIFICATION', `${path} is ${showValue(value)}; a reset may have ${allowed}`, {
    path,
    value,
    allowed,
  });
}
