import type { FuzzTarget } from './target.js';
import { framerTarget } from './targets/framer.js';
import { messageTarget } from './targets/message.js';
import { nlriTarget } from './targets/nlri.js';
import { capabilitiesTarget, openTarget } from './targets/open.js';
import { sessionTarget } from './targets/session.js';
import { notificationTarget, routeRefreshTarget } from './targets/small-messages.js';
import { updateTarget } from './targets/update.js';

export const TARGETS: readonly FuzzTarget[] = [
  updateTarget,
  nlriTarget,
  messageTarget,
  openTarget,
  capabilitiesTarget,
  framerTarget,
  notificationTarget,
  routeRefreshTarget,
  sessionTarget,
];
