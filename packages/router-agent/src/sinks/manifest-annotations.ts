import type { AnnotationChange, AnnotationSink } from './annotation-sink.js';

/** A folder of manifests is its operator's: what belongs into it is told, not written. */
export class ManifestAnnotations implements AnnotationSink {
  set(node: string, change: AnnotationChange): Promise<void> {
    const lines = Object.entries(change).map(([name, value]) => `${name}: ${value}`);
    const message = `write ${lines.join(', ')} into metadata.annotations of node ${node} in the manifests: the agent does not change them`;
    return Promise.reject(new Error(message));
  }
}
