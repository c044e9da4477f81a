// The door `@peerage/bgp/community`: communities as text, for programs that only show routes. It loads nothing else.

export { formatCommunity, parseCommunity } from './policy/community.js';
