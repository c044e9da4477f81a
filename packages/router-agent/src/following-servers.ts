import type { Agent } from './agent.js';
import type { Config } from './config/config.js';
import { httpServers } from './http-servers.js';
import type { HttpServer } from './observe/http.js';
import type { Log } from './observe/log.js';

/** The health and metrics servers, which listen elsewhere when the configuration says so. */
export class FollowingServers {
  readonly #agent: Agent;
  readonly #log: Log;
  #servers: readonly HttpServer[] = [];
  #where = '';

  constructor(agent: Agent, log: Log) {
    this.#agent = agent;
    this.#log = log;
  }

  /** Listens where this configuration says. */
  async serve(config: Config): Promise<void> {
    const { healthAddress, healthPort, metricsAddress, metricsPort, metricsPath } = config;
    const where = JSON.stringify([healthAddress, healthPort, metricsAddress, metricsPort, metricsPath]);
    if (where === this.#where) return;
    this.#where = where;
    const before = this.#servers;
    this.#servers = httpServers(this.#agent, config, this.#log);
    await Promise.all(before.map((server) => server.close()));
    // It may have changed once more meanwhile.
    if (where === this.#where) await Promise.all(this.#servers.map((server) => server.open()));
  }

  async close(): Promise<void> {
    this.#where = 'nowhere';
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
