import { EAGAIN, ENOBUFS } from '../libc.js';
import { hostIsLittleEndian } from './layout.js';
import {
  messageFlag,
  messagesOf,
  messageType,
  readVerdict,
  sequenceOffset,
  type Verdict,
} from './message.js';

/** The part of a netlink socket that a dump needs. */
export interface DumpSocket {
  send(bytes: Uint8Array): number;
  receive(buffer: Uint8Array): number;
}

/**
 * What spoils a listing that the kernel itself does not mark as interrupted: a notification of this type in this
 * multicast group (`RTNLGRP_*`) while it runs.
 */
export interface Spoiler {
  readonly group: number;
  readonly type: number;
}

/** Notifications that came while a listing runs, and what they have to be for it to be spoiled. */
export interface Watch {
  readonly socket: Pick<DumpSocket, 'receive'>;
  readonly type: number;
}

/** A part of the kernel's answer to one request. */
export interface DumpSlice {
  /** Whole netlink messages, the closing one left in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Nothing follows. */
  readonly done: boolean;
  /** What was listed changed meanwhile (`NLM_F_DUMP_INTR`): entries may be missing or doubled. */
  readonly interrupted: boolean;
  /** How it ended, once `done`; error number 0 is success. */
  readonly verdict: Verdict | null;
}

/** Room for one answer: the kernel fills at most 32 KiB, and an answer that does not fit would be cut. */
const roomForAnswer = 64 * 1024;
const sliceBytes = 256 * 1024;

/**
 * One request whose answer is read piece by piece, on a socket of its own, which is what lets the reader take its
 * time: the kernel writes the next piece only when the last one was fetched.
 */
export class Dump {
  readonly #socket: DumpSocket;
  readonly #watch: Watch | null;
  readonly #buffer = new Uint8Array(sliceBytes);
  #failed = 0;

  constructor(socket: DumpSocket, request: Uint8Array, watch: Watch | null = null) {
    this.#socket = socket;
    this.#watch = watch;
    new DataView(request.buffer, request.byteOffset).setUint32(sequenceOffset, 1, hostIsLittleEndian);
    const errno = socket.send(request);
    if (errno !== 0) this.#failed = errno;
  }

  /** Reads on until the slice is full or the answer ends. */
  next(): DumpSlice {
    let length = 0;
    let interrupted = false;
    let verdict: Verdict | null = this.#failed === 0 ? null : { errno: this.#failed, message: 'send failed' };
    while (verdict === null && length + roomForAnswer <= sliceBytes) {
      const got = this.#socket.receive(this.#buffer.subarray(length));
      if (got <= 0) {
        verdict = { errno: got === 0 ? EAGAIN : -got, message: receiveProblem(-got) };
        break;
      }
      for (const message of messagesOf(this.#buffer.subarray(length, length + got))) {
        if ((message.flags & messageFlag.dumpInterrupted) !== 0) interrupted = true;
        if (message.type === messageType.done || message.type === messageType.error) {
          verdict = readVerdict(message);
        }
      }
      length += got;
    }
    const bytes = this.#buffer.slice(0, length);
    if (this.#wasSpoiled()) interrupted = true;
    return { bytes, done: verdict !== null, interrupted, verdict };
  }

  /** Reads the notifications away; when some were lost, it has to be assumed. */
  #wasSpoiled(): boolean {
    if (this.#watch === null) return false;
    const { socket, type } = this.#watch;
    const buffer = new Uint8Array(roomForAnswer);
    let spoiled = false;
    for (;;) {
      const length = socket.receive(buffer);
      if (length === -ENOBUFS) spoiled = true;
      else if (length <= 0) return spoiled;
      else for (const message of messagesOf(buffer.subarray(0, length))) spoiled ||= message.type === type;
    }
  }
}

function receiveProblem(errno: number): string {
  return errno === ENOBUFS ? 'the receive buffer overflowed' : 'the kernel gave no more of its answer';
}
