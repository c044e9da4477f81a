/** Message types (RFC 4271 §4.1, RFC 2918 §3). */
export const MessageType = { Open: 1, Update: 2, Notification: 3, Keepalive: 4, RouteRefresh: 5 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Marker, length and type (RFC 4271 §4.1). */
export const HEADER_LENGTH = 19;
/** Largest message without RFC 8654. */
export const MAX_MESSAGE = 4096;
/** Largest message with the extended message capability (RFC 8654 §3). */
export const MAX_EXTENDED_MESSAGE = 65535;

/** Least length of a message of each type (RFC 4271 §4.1–§4.5, RFC 2918 §3), header included. */
export const LEAST_LENGTH: Readonly<Record<MessageType, number>> = { 1: 29, 2: 23, 3: 21, 4: 19, 5: 19 };
