import type { Family } from '../../net/family.js';
import { nlriCodec, supportedFamilies } from '../../nlri/nlri.js';
import { badField, checkFields, checkInteger, checkSignal, checkText } from '../settings/field-check.js';
import { ChangeLog } from './change-log.js';
import { ChangeStream, type ChangesOptions } from './change-stream.js';
import type { RouteSink } from './route-sink.js';

/** What the iterations of a speaker share. */
export interface FeedHost {
  readonly families: readonly Family[];
  addSink(sink: RouteSink, families: readonly Family[], snapshot: boolean): () => void;
}

/** Destinations whose last change is kept for those that resume. */
export const RESUMABLE_CHANGES = 65_536;

/** All iterations over changes of one speaker. Keeps no log before the first one. */
export class ChangeFeed {
  private readonly host: FeedHost;
  private readonly wake: () => void;
  private readonly log: ChangeLog;
  private readonly streams = new Set<ChangeStream>();

  /** `id` names this life of the speaker. */
  constructor(id: string, host: FeedHost, wake: () => void) {
    this.host = host;
    this.wake = wake;
    this.log = new ChangeLog(id, RESUMABLE_CHANGES);
  }

  open(options: ChangesOptions): ChangeStream {
    checkFields('changes', options, ['families', 'prefix', 'since', 'signal', 'batchSize']);
    checkSignal('signal', options.signal);
    if (options.since !== undefined) checkText('since', options.since, 'the token of an earlier event');
    checkInteger('batchSize', options.batchSize ?? 1024, 1, 1_000_000);
    const { host, log } = this;
    const families = this.familiesOf(options);
    const fresh = log.begin(families);
    // Before the sinks of streams, so that a change has its number when a stream is told of it.
    if (fresh.length > 0) host.addSink(log, fresh, false);
    const source = {
      log,
      families,
      addSink: (sink: RouteSink, how: { readonly snapshot: boolean }) =>
        host.addSink(sink, families, how.snapshot),
      wake: this.wake,
    };
    const stream = new ChangeStream(source, options, (ended) => void this.streams.delete(ended));
    this.streams.add(stream);
    this.wake();
    return stream;
  }

  private familiesOf({ families: names, prefix }: ChangesOptions): readonly Family[] {
    if (names === undefined) return supportedFamilies;
    if (!Array.isArray(names)) throw badField('families', names, 'a list of families');
    const known = prefix === undefined ? this.host.families : this.host.families.filter(hasPrefixes);
    const wanted: ReadonlySet<unknown> = new Set(names);
    const families = known.filter(({ name }) => wanted.has(name));
    if (families.length > 0 && families.length === wanted.size) return families;
    const where = prefix === undefined ? '' : ', which can be filtered by prefix';
    throw badField('families', names, `some of ${known.map(({ name }) => name).join(', ')}${where}`);
  }

  /** Ends all iterations: the speaker closes. */
  close(): void {
    for (const stream of [...this.streams]) stream.end();
  }
}

/** Unicast and multicast. */
function hasPrefixes(family: Family): boolean {
  return nlriCodec(family) !== undefined;
}
