// Sits in the daemon's process (`node --import`) and measures how long its event loop is held up. It is plain JavaScript, so that
// nothing but itself comes into that process. What it says and is told stands in probe-messages.ts.
import { Session } from 'node:inspector';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import timers from 'node:timers';

const LONGEST = 5;
const SAMPLE_MICROSECONDS = 500;
const kinds = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

const delay = monitorEventLoopDelay({ resolution: 1 });
let pauses = [];
let longest = [];
let session = null;
let begunAt = 0;

function note(entries) {
  for (const { startTime, duration, detail } of entries)
    pauses.push({ kind: kinds[detail.kind] ?? 'other', at: startTime, milliseconds: duration });
}
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });

/** Runs a callback of the loop, and keeps it when it is among the longest. */
function timed(kind, callback) {
  return (...given) => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    try {
      return callback(...given);
    } finally {
      const milliseconds = performance.now() - start;
      if (begunAt > 0 && (longest.length < LONGEST || milliseconds > longest[LONGEST - 1].milliseconds)) {
        const { user, system } = process.cpuUsage(cpu);
        longest.push({ kind, at: start, milliseconds, cpuMilliseconds: (user + system) / 1000 });
        longest.sort((a, b) => b.milliseconds - a.milliseconds);
        longest.length = Math.min(longest.length, LONGEST);
      }
    }
  };
}

const { setImmediate: immediate, setTimeout: timeout } = timers;
globalThis.setImmediate = (callback, ...given) => immediate(timed('turn', callback), ...given);
globalThis.setTimeout = (callback, ...given) => timeout(timed('timer', callback), ...given);

function begin(isProfiled) {
  if (isProfiled && session === null) {
    session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
    session.post('Profiler.start');
  }
  pauses = [];
  longest = [];
  delay.enable();
  delay.reset();
  begunAt = performance.now();
}

/** Milliseconds beyond the one that the timer waits by itself. */
const beyond = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - 1);

function figures() {
  note(observer.takeRecords());
  return {
    p50: beyond(delay.percentile(50)),
    p99: beyond(delay.percentile(99)),
    most: beyond(delay.max),
    seconds: (performance.now() - begunAt) / 1000,
    pauses: pauses.filter(({ at }) => at >= begunAt),
    longest,
  };
}

function stopProfile() {
  let profile;
  session?.post('Profiler.stop', (_, result) => {
    profile = result?.profile;
  });
  session?.disconnect();
  session = null;
  // The profile counts from when the machine started, the rest from when the process did.
  const zero = Number(process.hrtime.bigint()) / 1000 - performance.now() * 1000;
  return profile === undefined ? null : { profile, zero };
}

process.on('message', (order) => {
  if (order.ask === 'begin') begin(order.isProfiled);
  if (order.ask === 'figures') process.send({ event: 'figures', figures: figures() });
  if (order.ask === 'profile') process.send({ event: 'profile', profile: stopProfile() });
});
// The channel alone must not keep the daemon alive.
process.channel?.unref();
process.once('disconnect', () => observer.disconnect());
