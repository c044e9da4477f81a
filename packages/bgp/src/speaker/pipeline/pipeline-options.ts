import type { SpeakerPorts } from '../../ports/speaker-ports.js';
import type { PipelineOptions } from '../members/pipeline-peer.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';

/** What the tables need of a speaker's configuration and surroundings. */
export function pipelineOptions(settings: SpeakerSettings, ports: SpeakerPorts): PipelineOptions {
  const { originValidator, nextHopTracker, clock } = ports;
  return {
    localAs: settings.localAs,
    aggregatorAs: settings.confederation?.identifier ?? settings.localAs,
    routerId: settings.routerIdWord,
    clusterId: settings.clusterId,
    maximumPaths: settings.maximumPaths,
    exactAsPath: settings.multipathExactAsPath,
    alwaysCompareMed: settings.alwaysCompareMed,
    medMissingAsWorst: settings.medMissingAsWorst,
    codecs: settings.codecs,
    limits: settings.tableLimits,
    ...(originValidator !== undefined && { validator: originValidator }),
    ...(nextHopTracker !== undefined && { nextHopTracker }),
    now: () => clock.now(),
  };
}
