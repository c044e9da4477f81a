export { type EventuallyOptions, eventually } from './eventually.js';
export { freePort, freePorts } from './free-port.js';
export { commandPath, hasKernelModule, type Machine, thisMachine } from './machine.js';
export { type LeftOut, type Need, needs, needsOn, type OutsideTheTree, wayOutMark } from './needs.js';
export { type Teardown, tempDir } from './temp-dir.js';
export {
  type Vector,
  type VectorExpectation,
  type VectorKind,
  vectorFiles,
  vectors,
} from './vectors.js';
