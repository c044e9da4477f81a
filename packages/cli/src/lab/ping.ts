/** What `ping` counted. */
export interface PingCount {
  readonly sent: number;
  readonly received: number;
}

/** Reads the summary line of iputils' ping. */
export function parsePing(output: string): PingCount {
  const match = /(\d+) packets transmitted, (\d+) received/.exec(output);
  return { sent: Number(match?.[1] ?? 0), received: Number(match?.[2] ?? 0) };
}
