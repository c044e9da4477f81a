import { FakeKernel } from '../../src/testing/fake-kernel.js';
import { kernelSuite } from './kernel-suite.js';

kernelSuite('fake kernel', async () => {
  const kernel = new FakeKernel();
  kernel.addLink('one', ['192.0.2.1/24', '2001:db8::1/64']);
  kernel.addLink('two', ['198.51.100.1/24', '2001:db8:2::1/64']);
  return {
    kernel,
    subscribe: (listener) => kernel.subscribe(listener),
    setLink: async (name, up) => kernel.setLink(name, up),
    foreignReplace: async (route) => kernel.foreignReplace(route),
    foreignDelete: async (route) => kernel.foreignDelete(route),
    close: async () => {},
  };
});
