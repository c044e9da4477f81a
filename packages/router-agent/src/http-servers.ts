import type { Agent } from './agent.js';
import type { Config } from './config/config.js';
import { type HttpAnswer, HttpServer } from './observe/http.js';
import type { Log } from './observe/log.js';

/** The health and metrics servers that the configuration asks for. */
export function httpServers(agent: Agent, config: Config, log: Log): readonly HttpServer[] {
  const servers: HttpServer[] = [];
  if (config.healthPort !== 0) {
    servers.push(
      new HttpServer({
        name: 'health',
        address: config.healthAddress,
        port: config.healthPort,
        log,
        paths: { '/healthz': () => healthAnswer(agent), '/readyz': () => readyAnswer(agent) },
      }),
    );
  }
  if (config.metricsPort !== 0) {
    const { metrics } = agent;
    const path = config.metricsPath.startsWith('/') ? config.metricsPath : `/${config.metricsPath}`;
    servers.push(
      new HttpServer({
        name: 'metrics',
        address: config.metricsAddress,
        port: config.metricsPort,
        log,
        paths: {
          [path]: async () => ({ status: 200, type: metrics.contentType, body: await metrics.page() }),
        },
      }),
    );
  }
  return servers;
}

const type = 'text/plain; charset=utf-8';

function healthAnswer(agent: Agent): HttpAnswer {
  return agent.health.overdue().length === 0
    ? { status: 200, type, body: 'OK\n' }
    : { status: 500, type, body: 'Unhealthy' };
}

/** `OK`, or what is missing: one check a line, in the form of the API server's own `/readyz`. */
function readyAnswer(agent: Agent): HttpAnswer {
  const checks = agent.readiness();
  if (checks.every(({ missing }) => missing === null)) return { status: 200, type, body: 'OK\n' };
  const lines = checks.map(({ name, missing }) =>
    missing === null ? `[+]${name} ok` : `[-]${name}: ${missing}`,
  );
  return { status: 503, type, body: `${lines.join('\n')}\n` };
}
