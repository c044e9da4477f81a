import type { Agent } from './agent.js';
import type { Config } from './config/config.js';
import { HttpServer } from './observe/http.js';
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
        paths: { '/healthz': () => healthAnswer(agent) },
      }),
    );
  }
  if (config.metricsPort !== 0) {
    const { registry } = agent.metrics;
    const path = config.metricsPath.startsWith('/') ? config.metricsPath : `/${config.metricsPath}`;
    servers.push(
      new HttpServer({
        name: 'metrics',
        address: config.metricsAddress,
        port: config.metricsPort,
        log,
        paths: {
          [path]: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
        },
      }),
    );
  }
  return servers;
}

function healthAnswer(agent: Agent) {
  const type = 'text/plain; charset=utf-8';
  return agent.health.overdue().length === 0
    ? { status: 200, type, body: 'OK\n' }
    : { status: 500, type, body: 'Unhealthy' };
}
