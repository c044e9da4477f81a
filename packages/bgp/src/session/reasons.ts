import type { NotificationCode } from '../fsm/event.js';
import type { Cause, NotificationRecord, SessionError } from './session-error.js';
import { notificationRecord, notificationSummary } from './session-error.js';

const STOPPED: Cause = { code: 'stopped', message: 'the session was stopped' };

/** Why things end: the cause that came with the event under way, completed by the NOTIFICATION that answers it. */
export class Reasons {
  #cause: Cause | null = null;
  lastError: SessionError | undefined;
  lastNotification: NotificationRecord | undefined;

  /** An event begins; `cause` says why things end, should they. */
  begin(cause: Cause | null): void {
    this.#cause = cause;
    if (cause?.notification !== undefined) this.lastNotification = cause.notification;
  }

  get isBad(): boolean {
    return this.#cause !== null;
  }

  /** The machine answered with a NOTIFICATION. */
  sent(notification: NotificationCode): void {
    const record = notificationRecord('sent', notification);
    this.lastNotification = record;
    const told = `sent NOTIFICATION ${notificationSummary(record)}`;
    const cause = this.#cause;
    if (cause === null) {
      this.#cause = { code: 'notification-sent', message: told, notification: record };
    } else if (cause.code === 'protocol-error') {
      this.#cause = {
        code: 'notification-sent',
        message: `${told}: ${cause.message}`,
        notification: record,
      };
    } else {
      this.#cause = { ...cause, notification: record };
    }
  }

  /** It has ended: the error for people. */
  conclude(at: number): SessionError {
    this.lastError = { ...(this.#cause ?? STOPPED), at };
    return this.lastError;
  }
}
