// The package's ES module door has no types; this door is the same code, with types.
export { Parser } from 'binary-parser/dist/binary_parser.js';
