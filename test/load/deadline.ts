/** deadline: waiting that ends, whatever happens to what is waited for. */
import { LoadError } from "./load_error.ts";

/** `late`: the sentence of the LoadError. `signal`: gives up at once, as `Interrupted`. */
export interface Deadline {
  readonly ms: number;
  readonly late: string;
  readonly signal?: AbortSignal;
}

/** Somebody ended the run before there was anything to report. */
export class Interrupted extends LoadError {
  constructor() {
    super("Interrupted before anything was measured.");
  }
}

/** What `promise` gives; throws when that takes too long or is interrupted. */
export async function within<Value>(
  promise: Promise<Value>,
  { ms, late, signal }: Deadline,
): Promise<Value> {
  const given = Promise.withResolvers<never>();
  const interrupted = (): void => given.reject(new Interrupted());
  const timer = setTimeout(() => given.reject(new LoadError(late)), ms);
  if (signal?.aborted) interrupted();
  signal?.addEventListener("abort", interrupted);
  try {
    return await Promise.race([promise, given.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupted);
  }
}
