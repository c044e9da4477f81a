/** Well-known communities (IANA "BGP Well-known Communities") as unsigned 32-bit numbers. */
export const WellKnownCommunity = {
  /** RFC 8326 */
  GracefulShutdown: 0xffff0000,
  /** RFC 9494 §4.6, §4.7 */
  LlgrStale: 0xffff0006,
  NoLlgr: 0xffff0007,
  /** RFC 7999 */
  Blackhole: 0xffff029a,
  /** RFC 1997 */
  NoExport: 0xffffff01,
  NoAdvertise: 0xffffff02,
  NoExportSubconfed: 0xffffff03,
} as const;
