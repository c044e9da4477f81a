import { request } from 'node:http';

/** What a speaker of ours answers on its control socket, and how long it took to the last octet. */
export interface Answer {
  readonly body: string;
  readonly milliseconds: number;
}

/** Asks for a view, `rib?limit=100`. */
export function askDaemon(socketPath: string, view: string): Promise<Answer> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/v1/${view}` }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => {
        const milliseconds = performance.now() - start;
        const body = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve({ body, milliseconds });
        else reject(new Error(`the daemon answered ${view} with status ${answer.statusCode}: ${body}`));
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
