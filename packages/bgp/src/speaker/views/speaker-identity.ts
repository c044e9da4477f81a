import type { SpeakerSettings } from '../settings/speaker-settings.js';
import type { SpeakerStatus } from './status.js';

/** Who the speaker is, in the words of a status. */
export function identityOf({
  localAs,
  routerId,
  confederation,
}: SpeakerSettings): Pick<SpeakerStatus, 'localAs' | 'routerId' | 'confederation'> {
  return { localAs, routerId, ...(confederation !== null && { confederation: confederation.identifier }) };
}
