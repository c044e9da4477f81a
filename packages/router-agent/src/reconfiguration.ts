import type { Agent } from './agent.js';
import { announceWarnings } from './announce-gaps.js';
import { changedSettings } from './config/changed-settings.js';
import type { Config } from './config/config.js';
import { keepFixed } from './config/fixed-settings.js';
import type { ConfigNews } from './config-watch.js';
import type { Problem } from './model/cluster.js';
import type { AdjustableLog } from './observe/log.js';

/** The agent, as far as the configuration goes. */
type Reconfigured = Pick<Agent, 'reconfigure' | 'problems'>;

/** What follows the configuration beside the agent. */
export interface Followers {
  /** Health and metrics. */
  serve(config: Config): Promise<void>;
}

/** Puts a changed configuration in force, as far as that can be without a restart, and says what it came to. */
export class Reconfiguration implements ConfigNews {
  readonly #log: AdjustableLog;
  #config: Config;
  #agent: Reconfigured | null = null;
  #followers: Followers | null = null;
  #warnings: readonly string[];
  #waiting: readonly Problem[] = [];
  #errors: readonly Problem[] = [];

  /** `warnings`: what was odd about it, and is told already. */
  constructor(config: Config, warnings: readonly string[], log: AdjustableLog) {
    this.#config = config;
    this.#warnings = warnings;
    this.#log = log;
  }

  /** As it holds now. */
  get config(): Config {
    return this.#config;
  }

  /** What is told is told by this agent, and put in force there. */
  attach(agent: Reconfigured, followers: Followers): void {
    this.#agent = agent;
    this.#followers = followers;
  }

  changed(wanted: Config, warnings: readonly string[]): void {
    const { config, waiting } = keepFixed(this.#config, wanted);
    const settings = changedSettings(this.#config, config);
    this.#waiting = waiting.map(({ place, message }) => ({ place, message }));
    this.#tell();
    announceWarnings(
      warnings.filter((warning) => !this.#warnings.includes(warning)),
      this.#log,
    );
    this.#warnings = warnings;
    const before = this.#config;
    this.#config = config;
    if (settings.length === 0) return;
    const message = `the configuration changed: ${settings.join(', ')}`;
    this.#log.log('info', 'config.changed', { settings, message });
    if (config.verbosity !== before.verbosity) this.#log.setVerbosity(config.verbosity);
    this.#agent?.reconfigure(config);
    void this.#followers?.serve(config);
  }

  broken(errors: readonly string[]): void {
    this.#errors = errors.map((error): Problem => {
      const [place = '', rest] = /^(\/\S*:\d+): (.*)$/s.exec(error)?.slice(1) ?? [];
      const message = rest ?? error;
      return { place: place || 'configuration', message: `${message} (what ran before goes on)` };
    });
    this.#tell();
  }

  #tell(): void {
    this.#agent?.problems.tell('configuration', [...this.#errors, ...this.#waiting]);
  }
}
