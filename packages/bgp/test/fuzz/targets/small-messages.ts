import {
  decodeNotification,
  encodeNotification,
  notificationText,
  shutdownCommunication,
} from '../../../src/message/notification.js';
import { decodeRouteRefresh, encodeRouteRefresh } from '../../../src/message/route-refresh.js';
import { toHex } from '../../../src/wire/hex.js';
import { repairStream } from '../repair.js';
import { notificationSeeds, routeRefreshSeeds } from '../seeds.js';
import { type FuzzTarget, inputOf } from '../target.js';
import { seeFault, textOf } from './see.js';

/** Whole NOTIFICATIONs, which come back as they were. */
export const notificationTarget: FuzzTarget = {
  name: 'notification',
  batch: 512,
  longest: 600,
  seeds: () => notificationSeeds().map((bytes) => inputOf(0, bytes)),
  repair: repairStream,
  run(probe, _control, bytes, start, end) {
    const decoded = decodeNotification(bytes, start, end);
    if (!decoded.ok) {
      probe.see('fault', decoded.fault.message);
      return;
    }
    const { code, subcode, data } = decoded.value;
    probe.see('text', notificationText(code, subcode));
    probe.see('communication', shutdownCommunication(decoded.value) ?? null);
    probe.see('data', data);
    const again = encodeNotification(decoded.value);
    probe.same('the NOTIFICATION written again', toHex(again, 19), toHex(bytes, start + 19, end));
  },
};

/** Whole ROUTE-REFRESHes, which come back as they were. */
export const routeRefreshTarget: FuzzTarget = {
  name: 'route-refresh',
  batch: 512,
  longest: 200,
  seeds: () => routeRefreshSeeds().map((bytes) => inputOf(0, bytes)),
  repair: repairStream,
  run(probe, _control, bytes, start, end) {
    const decoded = decodeRouteRefresh(bytes, start, end);
    if (!decoded.ok) {
      if (end - start >= 19) seeFault(probe, decoded.fault, start, end);
      return;
    }
    probe.see('refresh', textOf(decoded.value));
    const again = encodeRouteRefresh(decoded.value);
    probe.same('the ROUTE-REFRESH written again', toHex(again, 19), toHex(bytes, start + 19, end));
  },
};
